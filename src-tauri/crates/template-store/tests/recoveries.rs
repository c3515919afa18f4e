//! After a crash nothing is half done. The states a crash leaves are made by hand here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use template_store::write::{Decision, Decisions, Draft, Journal, Recovered};
use template_store::{Stop, Watch};

use crate::workshop::{Workshop, project};

/// The one entry of a journal.
fn entry(shop: &Workshop) -> PathBuf {
    let root = shop.folder.path().join("data/journal");
    let mut all = std::fs::read_dir(root).unwrap();
    all.next().unwrap().unwrap().path().join("entry.json")
}

fn change(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    change(&mut value);
    std::fs::write(path, value.to_string()).unwrap();
}

#[test]
fn a_draft_of_a_process_that_died_is_removed_and_one_that_lives_is_not() {
    let shop = Workshop::new();
    let draft = shop.draft(&project(&[("a", "a\n")])).unwrap();
    let path = entry(&shop);
    // The parent of this process lives for sure.
    #[cfg(unix)]
    {
        change(&path, |entry| {
            entry["process"] = json!(std::os::unix::process::parent_id());
        });
        assert!(shop.journal.recover().is_empty());
        assert!(draft.root().exists());
    }
    change(&path, |entry| entry["process"] = json!(999_999_999));
    let recovered = shop.journal.recover();
    assert_eq!(recovered[0].outcome, Recovered::RolledBack);
    assert!(!draft.root().exists());
    std::mem::forget(draft);
    assert!(shop.listing().is_empty());
}

#[test]
fn a_project_that_had_moved_is_finished_and_can_be_undone() {
    let shop = Workshop::new();
    let written = shop.make(&project(&[("a", "a\n")])).unwrap();
    change(&entry(&shop), |entry| {
        entry["state"] = json!("placing");
        entry["process"] = json!(999_999_999);
    });
    assert!(shop.journal.list().is_empty());
    let recovered = shop.journal.recover();
    assert_eq!(recovered[0].outcome, Recovered::Finished);
    assert_eq!(shop.text("made/a"), "a\n");
    assert!(shop.journal.undo(&written.id).unwrap().folder_removed);
}

#[test]
fn a_half_replaced_folder_is_as_it_was_before() {
    let shop = Workshop::new();
    for name in ["a", "b"] {
        shop.write(&format!("made/{name}"), "old\n");
    }
    let before = shop.listing();
    let plan = project(&[("a", "new\n"), ("b", "new\n"), ("c", "new\n")]);
    let decisions: Decisions = ["a", "b"]
        .map(|path| (path.to_owned(), Decision::Replace))
        .into();
    shop.make_into(&plan, &decisions).unwrap();
    // As if the power had gone after `a` and before `b` and `c`.
    shop.write("made/b", "old\n");
    std::fs::remove_file(shop.path("made/c")).unwrap();
    change(&entry(&shop), |entry| {
        entry["state"] = json!("placing");
        entry["process"] = json!(999_999_999);
    });
    let recovered = shop.journal.recover();
    assert_eq!(recovered[0].outcome, Recovered::RolledBack);
    assert_eq!(shop.listing(), before);
    assert!(shop.journal.recover().is_empty());
}

#[test]
fn a_journal_full_of_nonsense_does_no_harm() {
    let shop = Workshop::new();
    shop.make(&project(&[("a", "a\n")])).unwrap();
    std::fs::write(entry(&shop), "{nonsense").unwrap();
    assert!(shop.journal.recover().is_empty());
    assert!(shop.journal.list().is_empty());
    assert!(
        Journal::new(Path::new("/nowhere/at/all"))
            .recover()
            .is_empty()
    );
}

/// Many files, each `text`.
fn many(text: &str) -> Vec<(String, String)> {
    (0..120)
        .map(|at| (format!("d{}/f{at}", at % 7), format!("{text} {at}\n")))
        .collect()
}

/// Replaces all files of `made`; runs in a process that is killed at some moment.
fn replace_all(folder: &Path) {
    let files = many("new");
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (&**a, &**b)).collect();
    let decisions: Decisions = files
        .iter()
        .map(|(path, _)| ((*path).to_owned(), Decision::Replace))
        .collect();
    let plan = project(&files);
    let journal = Journal::new(&folder.join("data"));
    let mut draft = Draft::begin(&journal, &folder.join("work"), "made").unwrap();
    let stop = Stop::default();
    let watch = Watch {
        progress: &|_| {},
        stop: &stop,
        limit: Duration::from_secs(60),
    };
    draft.fill(&plan, &watch).unwrap();
    // The moment of interest begins here.
    std::fs::write(folder.join("filled"), "").unwrap();
    draft.place_into(&decisions).unwrap();
    std::fs::write(folder.join("placed"), "").unwrap();
}

#[test]
fn a_process_killed_at_any_moment_leaves_all_old_or_all_new() {
    if let Some(folder) = std::env::var_os("TEMPLATE_STORE_CRASH") {
        replace_all(Path::new(&folder));
        return;
    }
    let (mut cleared, mut half) = (0, 0);
    for round in 0..12 {
        let shop = Workshop::new();
        for (path, text) in many("old") {
            shop.write(&format!("made/{path}"), &text);
        }
        let old = shop.listing();
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["a_process_killed_at_any_moment", "--nocapture"])
            .env("TEMPLATE_STORE_CRASH", shop.folder.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        while !shop.folder.path().join("filled").exists() {
            std::thread::sleep(Duration::from_millis(1));
        }
        if round < 3 {
            std::thread::sleep(Duration::from_millis(round * 15));
        } else {
            // Until the very first file is in place.
            let first = shop.path("made/d0/f0");
            while std::fs::read(&first).is_ok_and(|text| text.starts_with(b"old")) {}
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let placed = shop.folder.path().join("placed").exists();
        let new = |shop: &Workshop| {
            let now = shop.listing();
            let files = now.iter().filter(|(path, _)| path.starts_with("made/"));
            files.filter(|(_, text)| text.starts_with("new")).count()
        };
        half += usize::from((1..120).contains(&new(&shop)));
        cleared += shop.journal.recover().len();
        let now = shop.listing();
        let is_old = now == old;
        let all_new = now
            .iter()
            .all(|(path, text)| text == "folder" || *text == old[path].replace("old", "new"));
        assert!(
            is_old || (all_new && now.len() == old.len()),
            "round {round}: {now:?}"
        );
        assert!(all_new || !placed);
        assert!(shop.journal.recover().is_empty());
    }
    eprintln!("of 12 killed, {cleared} were cleared up, {half} of them half done");
}
