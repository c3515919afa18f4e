//! Templates in folders of this computer.

use template_store::{Limits, OpenError};

use crate::trial::{Trial, listing, words};

#[cfg(unix)]
#[test]
fn a_folder_is_read_with_modes_links_and_empty_folders_but_without_tools() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let trial = Trial::new();
    let root = trial.path("tpl");
    std::fs::create_dir_all(root.join("{{cookiecutter.x}}/empty")).unwrap();
    std::fs::create_dir_all(root.join(".git")).unwrap();
    std::fs::write(root.join(".git/config"), "secret").unwrap();
    std::fs::write(root.join("cookiecutter.json"), "{\"x\": \"y\"}").unwrap();
    std::fs::write(root.join("run"), "r").unwrap();
    std::fs::set_permissions(root.join("run"), std::fs::Permissions::from_mode(0o755)).unwrap();
    symlink("run", root.join("link")).unwrap();
    let opened = trial.typed("tpl").unwrap();
    let listing = listing(&opened.tree);
    assert_eq!(listing["run"], "program r");
    assert_eq!(listing["link"], "-> run");
    assert_eq!(listing["{{cookiecutter.x}}/empty"], "folder");
    assert!(!listing.contains_key(".git"));
    assert_eq!(opened.fetched, None);
}

#[test]
fn bundled_templates_open_without_a_disk() {
    let trial = Trial::new();
    assert!(
        trial
            .typed("project")
            .unwrap()
            .tree
            .bytes("cookiecutter.json")
            .is_some()
    );
    let error = trial.typed("bundled:nothing").unwrap_err();
    assert!(words(&error).contains("barebone"), "{error}");
}

#[test]
fn a_missing_folder_and_a_folder_without_a_template_are_told_apart() {
    let trial = Trial::new();
    assert!(matches!(
        trial.typed("nothing"),
        Err(OpenError::NotFound { .. })
    ));
    std::fs::create_dir_all(trial.path("tpl/inner")).unwrap();
    std::fs::write(trial.path("tpl/inner/cookiecutter.json"), "{}").unwrap();
    let error = trial.typed("tpl").unwrap_err();
    assert!(
        words(&error).contains("only inner; its folder `inner` is one"),
        "{error}"
    );
}

#[test]
fn a_folder_that_is_too_large_ends_early() {
    let mut trial = Trial::new();
    std::fs::create_dir_all(trial.path("tpl")).unwrap();
    for at in 0..20 {
        std::fs::write(trial.path(&format!("tpl/{at}")), "x").unwrap();
    }
    trial.limits = Limits {
        entries: 10,
        ..Limits::default()
    };
    let error = trial.typed("tpl").unwrap_err();
    assert!(words(&error).contains("more than 10 files"), "{error}");
}
