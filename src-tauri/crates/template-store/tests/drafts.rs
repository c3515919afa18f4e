//! Projects are made as a whole or not at all, also into folders that are there.

use template_store::write::{
    Decision, Decisions, Draft, MeetingKind, WriteError, meetings, two_way,
};

use crate::workshop::{Workshop, project};

fn decided(all: &[(&str, Decision)]) -> Decisions {
    all.iter()
        .map(|(path, decision)| ((*path).to_owned(), decision.clone()))
        .collect()
}

#[test]
fn a_project_is_made_with_its_modes_and_nothing_stays_beside_it() {
    let shop = Workshop::new();
    let written = shop
        .make(&project(&[("a/b.txt", "b\n"), ("run", "#!/bin/sh\n")]))
        .unwrap();
    assert_eq!(written.files, 2);
    assert_eq!(written.target, shop.path("made"));
    let listing = shop.listing();
    assert_eq!(listing["made/a/b.txt"], "b\n");
    assert_eq!(listing.len(), 4, "{listing:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |name: &str| {
            let about = std::fs::metadata(shop.path(name)).unwrap();
            about.permissions().mode() & 0o777
        };
        assert_eq!(mode("made/run"), 0o755);
        assert_eq!(mode("made/a/b.txt"), 0o644);
        // As a folder that anybody makes here.
        std::fs::create_dir(shop.path("plain")).unwrap();
        assert_eq!(mode("made"), mode("plain"));
    }
    assert_eq!(shop.journal.list(), [written]);
}

#[test]
fn a_dropped_draft_leaves_nothing_behind() {
    let shop = Workshop::new();
    let draft = shop.draft(&project(&[("a", "a")])).unwrap();
    assert!(draft.root().join("a").exists());
    drop(draft);
    assert!(shop.listing().is_empty());
    assert!(shop.journal.list().is_empty());
    assert!(shop.journal.recover().is_empty());
}

#[test]
fn a_stop_ends_the_writing() {
    let shop = Workshop::new();
    shop.stop.stop();
    let error = shop.make(&project(&[("a", "a")])).unwrap_err();
    assert!(matches!(error, WriteError::Stopped));
    assert!(shop.listing().is_empty());
}

#[test]
fn what_stands_in_the_place_is_never_taken_away() {
    let shop = Workshop::new();
    std::fs::create_dir(shop.path("made")).unwrap();
    assert!(
        shop.make(&project(&[("a", "a")])).is_ok(),
        "an empty folder is no obstacle"
    );
    let error = shop.make(&project(&[("a", "b")])).unwrap_err();
    assert!(matches!(error, WriteError::Taken { .. }));
    assert_eq!(shop.text("made/a"), "a");
    let missing = Draft::begin(&shop.journal, &shop.path("none"), "made").unwrap_err();
    assert!(matches!(missing, WriteError::NoParent { .. }));
}

#[test]
fn paths_that_lead_out_or_change_git_are_refused() {
    let shop = Workshop::new();
    for folder in [
        "../out",
        "/out",
        "",
        ".",
        "a/../b",
        ".git",
        "x/.GIT/hooks",
        "git~1",
    ] {
        let begun = Draft::begin(&shop.journal, &shop.parent(), folder);
        assert!(matches!(begun, Err(WriteError::Unsound { .. })), "{folder}");
    }
    let mut draft = shop.draft(&project(&[("a", "a")])).unwrap();
    assert!(draft.add("../evil", b"").is_err());
    assert!(draft.add(".git/hooks/post-checkout", b"").is_err());
    let error = shop.make(&project(&[(".git/hooks/pre-commit", "#!/bin/sh\n")]));
    assert!(matches!(error, Err(WriteError::Unsound { .. })));
}

#[test]
fn meetings_with_files_that_are_there_are_shown_with_their_differences() {
    let shop = Workshop::new();
    let plan = project(&[
        ("same", "s\n"),
        ("text", "one\nnew\n"),
        ("binary", "x\n"),
        ("folder", "f\n"),
        ("fresh", "f\n"),
    ]);
    shop.write("made/same", "s\n");
    shop.write("made/text", "one\nold\n");
    std::fs::write(shop.path("made/binary"), b"\0\xff").unwrap();
    shop.write("made/folder/x", "x");
    let met = meetings(&plan, &shop.path("made")).unwrap();
    let kind = |path: &str| met.iter().find(|one| one.path == path).map(|one| &one.kind);
    assert_eq!(kind("same"), Some(&MeetingKind::Same));
    assert_eq!(kind("binary"), Some(&MeetingKind::Binary));
    assert_eq!(kind("folder"), Some(&MeetingKind::InTheWay));
    assert_eq!(kind("fresh"), None);
    let Some(MeetingKind::Text { difference, .. }) = kind("text") else {
        panic!("{met:?}");
    };
    assert!(difference.contains("-old\n+new\n"), "{difference}");
}

#[test]
fn every_file_that_differs_has_to_be_decided() {
    let shop = Workshop::new();
    let plan = project(&[("a", "new\n"), ("b", "new\n"), ("c/d", "new\n")]);
    for name in ["a", "b"] {
        shop.write(&format!("made/{name}"), "old\n");
    }
    let error = shop.make_into(&plan, &Decisions::new()).unwrap_err();
    assert!(error.to_string().contains("a, b"), "{error}");
    let decisions = decided(&[
        ("a", Decision::Keep),
        ("b", Decision::Merge("old\nnew\n".to_owned())),
    ]);
    let written = shop.make_into(&plan, &decisions).unwrap();
    assert_eq!(written.files, 2);
    assert_eq!(shop.text("made/a"), "old\n");
    assert_eq!(shop.text("made/b"), "old\nnew\n");
    assert_eq!(shop.text("made/c/d"), "new\n");
    assert_eq!(shop.listing().len(), 5);
}

#[test]
fn a_folder_in_the_way_of_a_file_can_only_be_kept() {
    let shop = Workshop::new();
    let plan = project(&[("a", "file\n"), ("b/c", "file\n")]);
    shop.write("made/a/mine", "mine\n");
    shop.write("made/b", "mine\n");
    let replace = decided(&[("a", Decision::Replace), ("b", Decision::Replace)]);
    let error = shop.make_into(&plan, &replace).unwrap_err();
    assert!(matches!(error, WriteError::InTheWay { .. }), "{error}");
    let keep = decided(&[("a", Decision::Keep), ("b", Decision::Keep)]);
    shop.make_into(&plan, &keep).unwrap();
    assert_eq!(shop.text("made/a/mine"), "mine\n");
    assert_eq!(shop.text("made/b"), "mine\n");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_to_elsewhere() {
    let shop = Workshop::new();
    let outside = shop.folder.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::create_dir(shop.path("made")).unwrap();
    std::os::unix::fs::symlink(&outside, shop.path("made/sub")).unwrap();
    let plan = project(&[("sub/evil", "evil\n"), ("ok", "ok\n")]);
    let error = shop.make_into(&plan, &Decisions::new()).unwrap_err();
    assert!(matches!(error, WriteError::InTheWay { .. }), "{error}");
    shop.make_into(&plan, &decided(&[("sub", Decision::Keep)]))
        .unwrap();
    assert!(!outside.join("evil").exists());
    assert_eq!(shop.text("made/ok"), "ok\n");
}

#[test]
fn two_texts_are_made_one_without_losing_a_line() {
    let merged = two_way("a\nb\nmine\n", "a\nnew\nb\ntheirs\n");
    assert_eq!(merged.conflicts, 1);
    insta::assert_snapshot!(merged.text, @r"
    a
    new
    b
    <<<<<<< yours
    mine
    =======
    theirs
    >>>>>>> template
    ");
    let only = two_way("a\n", "a\nb\n");
    assert_eq!((only.text.as_str(), only.conflicts), ("a\nb\n", 0));
    assert_eq!(two_way("a", "a\nb\n").conflicts, 1);
}

proptest::proptest! {
    #[test]
    fn a_merge_holds_every_line_of_both(
        mine in proptest::collection::vec("[a-d]{1,2}", 0..12),
        theirs in proptest::collection::vec("[a-d]{1,2}", 0..12),
    ) {
        let text = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let merged = two_way(&text(&mine), &text(&theirs)).text;
        for line in mine.iter().chain(&theirs) {
            assert!(merged.lines().any(|one| one == line), "{line} in {merged}");
        }
    }
}
