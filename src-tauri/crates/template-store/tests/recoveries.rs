//! After a crash nothing is half done. The states a crash leaves are made by hand here.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use template_store::write::{Decision, Decisions, Journal, Recovered};

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
