//! Files of a project that is there are changed all together or not at all.

use template_store::write::{Edit, Edits, WriteError, edit};
use template_store::{Limits, read_files, read_project};

use crate::workshop::Workshop;

fn write(text: &str) -> Edit {
    Edit::Write {
        bytes: text.as_bytes().to_vec(),
        mode: None,
    }
}

fn edits(all: &[(&str, Edit)]) -> Edits {
    all.iter()
        .map(|(path, edit)| ((*path).to_owned(), edit.clone()))
        .collect()
}

#[test]
fn edits_are_carried_out_and_taken_back() {
    let shop = Workshop::new();
    for (name, text) in [("a", "a\n"), ("old/b", "b\n"), ("mine", "mine\n")] {
        shop.write(&format!("made/{name}"), text);
    }
    let before = shop.listing();
    let written = edit(
        &shop.journal,
        &shop.path("made"),
        &edits(&[
            ("a", write("new\n")),
            ("old/b", Edit::Remove),
            ("deep/er/c", write("c\n")),
            ("gone", Edit::Remove),
        ]),
    )
    .unwrap();
    assert_eq!(shop.text("made/a"), "new\n");
    assert_eq!(shop.text("made/deep/er/c"), "c\n");
    assert!(
        !shop.path("made/old").exists(),
        "a folder that became empty goes"
    );
    assert_eq!(written.files, 3);
    let undone = shop.journal.undo(&written.id).unwrap();
    assert_eq!(undone.restored, ["a", "old/b"]);
    assert_eq!(undone.removed, ["deep/er/c"]);
    assert!(undone.kept.is_empty(), "{undone:?}");
    assert_eq!(shop.listing(), before);
}

#[cfg(unix)]
#[test]
fn modes_are_kept_and_links_are_made_and_come_back() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let shop = Workshop::new();
    shop.write("made/run", "#!/bin/sh\n");
    let run = shop.path("made/run");
    std::fs::set_permissions(&run, std::fs::Permissions::from_mode(0o755)).unwrap();
    symlink("run", shop.path("made/link")).unwrap();
    let before = shop.listing();
    let link = Edit::Link {
        target: "elsewhere".to_owned(),
    };
    let wanted = edits(&[("run", write("#!/bin/sh\nnew\n")), ("link", link)]);
    let written = edit(&shop.journal, &shop.path("made"), &wanted).unwrap();
    let mode = std::fs::metadata(&run).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    assert_eq!(shop.listing()["made/link"], "-> elsewhere");
    shop.journal.undo(&written.id).unwrap();
    assert_eq!(shop.listing(), before);
}

#[cfg(unix)]
#[test]
fn one_edit_that_fails_takes_all_others_back() {
    let shop = Workshop::new();
    shop.write("made/a", "a\n");
    shop.write("made/folder/x", "x\n");
    let before = shop.listing();
    for bad in ["folder", "../evil", ".git/config"] {
        let wanted = edits(&[("a", write("new\n")), (bad, write("bad\n"))]);
        let error = edit(&shop.journal, &shop.path("made"), &wanted).unwrap_err();
        assert!(
            matches!(
                error,
                WriteError::InTheWay { .. } | WriteError::Unsound { .. }
            ),
            "{bad}: {error}"
        );
        assert_eq!(shop.listing(), before);
    }
    let missing = edit(&shop.journal, &shop.path("none"), &Edits::new());
    assert!(matches!(missing, Err(WriteError::NoParent { .. })));
}

#[cfg(unix)]
#[test]
fn files_of_a_project_are_read_for_an_update_but_never_beyond_a_link() {
    use template::Item;
    let shop = Workshop::new();
    shop.write("made/a", "a\n");
    shop.write("made/.git/config", "secret\n");
    shop.write("outside/x", "secret\n");
    std::os::unix::fs::symlink("../outside", shop.path("made/link")).unwrap();
    let project = shop.path("made");
    let paths = ["a", "none", "link", "link/x", "../outside/x", "/etc/passwd"];
    let files = read_files(&project, paths).unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a", "link"]);
    let all = read_project(&project, Limits::default()).unwrap();
    assert_eq!(all, files);
    let wanted: Edits = [("b".to_owned(), Edit::from(&Item::file(true, *b"b\n")))].into();
    edit(&shop.journal, &project, &wanted).unwrap();
    let again = read_files(&project, ["b"]).unwrap();
    assert_eq!(again["b"], Item::file(true, *b"b\n"));
}

#[test]
fn a_removed_file_that_somebody_made_again_is_kept_with_the_old_one_beside_it() {
    let shop = Workshop::new();
    shop.write("made/a", "old\n");
    let wanted = edits(&[("a", Edit::Remove)]);
    let written = edit(&shop.journal, &shop.path("made"), &wanted).unwrap();
    shop.write("made/a", "again\n");
    let undone = shop.journal.undo(&written.id).unwrap();
    assert_eq!(shop.text("made/a"), "again\n");
    let before = undone.kept[0].before.as_ref().unwrap();
    assert_eq!(std::fs::read_to_string(before).unwrap(), "old\n");
}
