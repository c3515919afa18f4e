//! Projects on a real disk.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use contract::{EntryKind, FailureCode, FieldInput};
use indexmap::IndexMap;
use template::{Answers, Node, Plan, Setting, Template, Tree};

use super::{Asked, Progress, create, form, preview, templates, write};

fn onward(_: Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn answers(pairs: &[(&str, &str)]) -> IndexMap<String, String> {
    pairs
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

fn planned(files: &[(&str, u32, &str)]) -> Plan {
    let settings = (
        "cookiecutter.json".to_owned(),
        file(0o644, r#"{"name": "rye"}"#),
    );
    let inner = files.iter().map(|(path, mode, text)| {
        (
            format!("{{{{cookiecutter.name}}}}/{path}"),
            file(*mode, text),
        )
    });
    let template = Template::read(Tree::new(inner.chain([settings])).unwrap()).unwrap();
    template.plan(
        &Answers::default(),
        &Setting::new(jiff::Timestamp::UNIX_EPOCH, 1),
    )
}

fn file(mode: u32, text: &str) -> Node {
    Node::File {
        mode,
        bytes: text.as_bytes().into(),
    }
}

/// Everything below a folder, hidden things too.
fn found(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(found(&path));
        }
        all.push(path);
    }
    all.sort();
    all
}

#[test]
fn a_project_is_made_as_it_was_previewed() {
    let parent = tempfile::tempdir().unwrap();
    let answers = answers(&[("project_name", "Rye & Oats")]);
    for card in templates().templates {
        let asked = Asked {
            template: &card.id,
            answers: &answers,
            parent: parent.path(),
        };
        let shown = preview(asked).unwrap();
        assert_eq!(shown.diagnostics, []);
        let mut told = 0;
        let written = create(asked, &mut |now| {
            told += 1;
            assert_eq!((now.done, now.total), (told, shown.entries.len()));
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(written.target, parent.path().join("rye-oats"));
        assert_eq!(found(&written.target).len(), shown.entries.len());
        for entry in &shown.entries {
            let path = written.target.join(&entry.path);
            match entry.kind {
                EntryKind::Folder => assert!(path.is_dir()),
                _ => assert_eq!(fs::read_to_string(&path).ok(), entry.text, "{}", entry.path),
            }
        }
        assert_eq!(
            found(parent.path()).len(),
            shown.entries.len() + 1,
            "no staging is left"
        );
        fs::remove_dir_all(written.target).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn permission_bits_are_kept_but_never_those_that_change_the_user() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().unwrap();
    let plan = planned(&[
        ("run", 0o755, "#!"),
        ("secret", 0o600, ""),
        ("root", 0o4755, ""),
    ]);
    let written = write::write(&plan, parent.path(), &mut onward).unwrap();
    let mode = |name: &str| {
        fs::metadata(written.target.join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o7777
    };
    assert_eq!(
        (mode("run"), mode("secret"), mode("root")),
        (0o755, 0o600, 0o755)
    );
}

#[test]
fn what_stands_in_the_place_is_never_touched() {
    let parent = tempfile::tempdir().unwrap();
    let asked_answers = answers(&[("project_name", "rye")]);
    let asked = Asked {
        template: "barebone",
        answers: &asked_answers,
        parent: parent.path(),
    };
    let target = parent.path().join("rye");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("mine"), "kept").unwrap();
    let failure = create(asked, &mut onward).unwrap_err();
    assert_eq!(failure.code, FailureCode::Conflict);
    assert!(
        failure.message.contains("exists already"),
        "{}",
        failure.message
    );
    assert_eq!(found(parent.path()).len(), 2);
    fs::remove_file(target.join("mine")).unwrap();
    assert!(
        create(asked, &mut onward).is_ok(),
        "an empty folder is no obstacle"
    );
    fs::remove_dir_all(&target).unwrap();
    fs::write(&target, "a file").unwrap();
    assert_eq!(
        create(asked, &mut onward).unwrap_err().code,
        FailureCode::Conflict
    );
    assert_eq!(fs::read_to_string(&target).unwrap(), "a file");
}

#[test]
fn a_place_that_is_missing_or_stopping_midway_leaves_nothing_behind() {
    let parent = tempfile::tempdir().unwrap();
    let plan = planned(&[("a", 0o644, "1"), ("b/c", 0o644, "2")]);
    let missing = write::write(&plan, &parent.path().join("none"), &mut onward).unwrap_err();
    assert_eq!(missing.failure().code, FailureCode::NotFound);
    let stop = |now: Progress<'_>| match now.done {
        2 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    assert!(write::write(&plan, parent.path(), &mut { stop }).is_err());
    assert_eq!(found(parent.path()), [""; 0].map(PathBuf::from));
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing_behind() {
    let parent = tempfile::tempdir().unwrap();
    let mut plan = planned(&[("a", 0o644, "1"), ("b", 0o644, "2")]);
    plan.entries.push(plan.entries[0].clone());
    let failure = write::write(&plan, parent.path(), &mut onward)
        .unwrap_err()
        .failure();
    assert!(failure.message.contains("`a`"), "{}", failure.message);
    assert!(failure.hint.is_some());
    assert_eq!(found(parent.path()), [""; 0].map(PathBuf::from));
}

#[test]
fn a_plan_that_names_a_place_outside_is_refused_here_too() {
    let parent = tempfile::tempdir().unwrap();
    for bad in ["../evil", "/evil", "a/../../evil", ""] {
        let mut as_file = planned(&[("a", 0o644, "1")]);
        as_file.entries[0].path = bad.to_owned();
        assert!(
            write::write(&as_file, parent.path(), &mut onward).is_err(),
            "{bad}"
        );
        let mut as_folder = planned(&[("a", 0o644, "1")]);
        as_folder.folder = bad.to_owned();
        assert!(
            write::write(&as_folder, parent.path(), &mut onward).is_err(),
            "{bad}"
        );
    }
    assert_eq!(found(parent.path()), [""; 0].map(PathBuf::from));
}

#[test]
fn the_form_derives_what_was_not_answered_and_says_what_is_wrong() {
    let good = answers(&[("project_name", "Brot & Käse 2")]);
    let asked = |answers| Asked {
        template: "project",
        answers,
        parent: Path::new("/home/anna"),
    };
    let shown = form(asked(&good)).unwrap();
    let value = |name: &str| {
        let field = shown
            .fields
            .iter()
            .find(|field| field.name == name)
            .unwrap();
        (field.value.as_str(), field.derived)
    };
    assert_eq!(value("project_name"), ("Brot & Käse 2", false));
    assert_eq!(value("project_dir"), ("brot-kase-2", true));
    assert_eq!(value("project_id"), ("brot_kase_2", true));
    assert_eq!(value("keep_hints"), ("yes", true));
    assert!(matches!(shown.fields[4].input, FieldInput::Switch {}));
    assert_eq!(shown.folder.as_deref(), Some("brot-kase-2"));
    assert_eq!(
        shown.command,
        "bakehouse new project -a 'project_name=Brot & Käse 2' -o /home/anna"
    );
    let bad = answers(&[
        ("project_name", " "),
        ("project_dir", "../x"),
        ("project_id", "UPPER"),
        ("code_directory", "my code"),
        ("keep_hints", "perhaps"),
    ]);
    let shown = form(asked(&bad)).unwrap();
    assert!(
        shown.fields.iter().all(|field| field.problem.is_some()),
        "{shown:#?}"
    );
    let failure = create(asked(&bad), &mut onward).unwrap_err();
    assert_eq!(failure.code, FailureCode::Invalid);
    let told: Vec<_> = failure
        .diagnostics
        .iter()
        .map(|one| one.message.as_str())
        .collect();
    assert_eq!(told.len(), 5, "{told:#?}");
}

#[test]
fn a_template_that_does_not_exist_is_told() {
    let none = IndexMap::new();
    let asked = Asked {
        template: "nosuch",
        answers: &none,
        parent: Path::new(""),
    };
    let failure = form(asked).unwrap_err();
    assert_eq!(failure.code, FailureCode::NotFound);
    assert_eq!(
        failure.hint.as_deref(),
        Some("There are project and barebone.")
    );
}
