//! Taking a project back removes exactly what was made, and nothing a person did since.

use std::time::Duration;

use template_store::write::{Author, Decision, Decisions, FirstCommit};

use crate::workshop::{Workshop, project};

#[test]
fn an_untouched_project_vanishes_with_the_folders_above_it() {
    let shop = Workshop::new();
    let mut plan = project(&[("a/b", "b\n"), ("c", "c\n")]);
    plan.folder = "deep/er/made".to_owned();
    let written = shop.make(&plan).unwrap();
    let undone = shop.journal.undo(&written.id).unwrap();
    assert!(undone.folder_removed);
    assert_eq!(undone.removed, ["a/b", "c"]);
    assert!(undone.kept.is_empty());
    assert!(shop.listing().is_empty(), "{:?}", shop.listing());
    assert_eq!(shop.journal.undo(&written.id), None);
}

#[test]
fn changed_and_new_files_are_kept_and_told() {
    let shop = Workshop::new();
    let written = shop
        .make(&project(&[("a", "a\n"), ("b", "b\n"), ("d/e", "e\n")]))
        .unwrap();
    shop.write("made/a", "mine\n");
    shop.write("made/d/new", "mine\n");
    let undone = shop.journal.undo(&written.id).unwrap();
    assert!(!undone.folder_removed);
    assert_eq!(undone.removed, ["b", "d/e"]);
    let kept: Vec<_> = undone
        .kept
        .iter()
        .map(|one| (&*one.path, one.why))
        .collect();
    assert_eq!(
        kept,
        [
            ("a", "it has changed since"),
            ("d/new", "it was not made with the project")
        ]
    );
    assert_eq!(shop.text("made/d/new"), "mine\n");
}

#[test]
fn replaced_files_come_back_byte_for_byte_unless_they_were_changed_again() {
    let shop = Workshop::new();
    let old = b"old\xff\0bytes".to_vec();
    std::fs::create_dir(shop.path("made")).unwrap();
    std::fs::write(shop.path("made/a"), &old).unwrap();
    shop.write("made/b", "old b\n");
    shop.write("made/mine", "mine\n");
    let plan = project(&[("a", "new\n"), ("b", "new\n"), ("c/d", "d\n")]);
    let decisions: Decisions = ["a", "b"]
        .map(|path| (path.to_owned(), Decision::Replace))
        .into();
    let written = shop.make_into(&plan, &decisions).unwrap();
    assert_eq!(shop.text("made/a"), "new\n");
    shop.write("made/b", "changed again\n");
    let undone = shop.journal.undo(&written.id).unwrap();
    assert_eq!(undone.restored, ["a"]);
    assert_eq!(undone.removed, ["c/d"]);
    assert_eq!(std::fs::read(shop.path("made/a")).unwrap(), old);
    assert_eq!(shop.text("made/b"), "changed again\n");
    assert_eq!(shop.text("made/mine"), "mine\n");
    let kept = &undone.kept[0];
    assert_eq!(kept.path, "b");
    let before = kept.before.as_ref().unwrap();
    assert_eq!(std::fs::read_to_string(before).unwrap(), "old b\n");
    shop.journal.expire(Duration::ZERO);
    assert!(!before.exists(), "old files go when undo expires");
}

#[test]
fn a_repository_goes_with_its_project_but_stays_once_somebody_worked_in_it() {
    let author = Author {
        name: "Ada".to_owned(),
        email: "ada@example.org".to_owned(),
    };
    let start = FirstCommit {
        branch: None,
        message: Some("Start"),
        author: Some(&author),
    };
    for worked in [false, true] {
        let shop = Workshop::new();
        let mut draft = shop.draft(&project(&[("a", "a\n")])).unwrap();
        draft.start_git(&start).unwrap();
        let written = draft.place().unwrap();
        assert_eq!(written.files, 1);
        if worked {
            shop.write("made/.git/refs/heads/mine", "0000\n");
        }
        let undone = shop.journal.undo(&written.id).unwrap();
        assert_eq!(undone.folder_removed, !worked, "{undone:?}");
        assert_eq!(undone.removed, ["a"]);
        assert_eq!(shop.path("made/.git/HEAD").exists(), worked);
        assert_eq!(undone.kept.len(), usize::from(worked), "{undone:?}");
    }
}

#[test]
fn ids_that_are_paths_undo_nothing() {
    let shop = Workshop::new();
    for id in ["", "..", "../x", "/etc", "nothing"] {
        assert_eq!(shop.journal.undo(id), None);
    }
}
