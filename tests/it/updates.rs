//! A project and newer versions of its template.

use std::path::{Path, PathBuf};

use contract::{
    FailureCode, Freshness, MergePiece, MergeSide, ProjectMake, ProjectMaking, ProjectUndo,
    TemplateAsk, UpdateApply, UpdateAsk, UpdateCheckAsk, UpdateDecision, UpdateKind, UpdatePreview,
    UpdateState,
};
use indexmap::IndexMap;
use workbench::commands;

use crate::desk::TestDesk;
use crate::origin::{Origin, opened};

const README: &str = "{{cookiecutter.slug}}/README.md";

async fn project(test: &TestDesk, origin: &Origin) -> PathBuf {
    let template = opened(test, &origin.url()).await;
    let request = ProjectMake {
        ask: TemplateAsk {
            template: template.id,
            parent: Some(test.path()),
            ..TemplateAsk::default()
        },
        ..ProjectMake::default()
    };
    match commands::project_make(&test.desk, request).await {
        Ok(ProjectMaking::Made { made }) => PathBuf::from(made.path),
        other => panic!("it is made, but: {other:?}"),
    }
}

async fn check(test: &TestDesk, project: &Path) -> contract::UpdateCheck {
    let ask = UpdateCheckAsk {
        project: project.display().to_string(),
        ..UpdateCheckAsk::default()
    };
    commands::update_check(&test.desk, ask)
        .await
        .expect("it answers")
}

async fn preview(test: &TestDesk, project: &Path) -> UpdatePreview {
    let ask = UpdateAsk {
        project: project.display().to_string(),
        ..UpdateAsk::default()
    };
    commands::update_preview(&test.desk, ask)
        .await
        .expect("it answers")
}

fn apply(preview: &UpdatePreview, decisions: &[(&str, UpdateDecision)]) -> UpdateApply {
    let owned = |(path, one): &(&str, UpdateDecision)| ((*path).to_owned(), one.clone());
    UpdateApply {
        update: preview.update.clone().expect("it can be applied"),
        decisions: decisions.iter().map(owned).collect(),
    }
}

fn kind(preview: &UpdatePreview, path: &str) -> Option<UpdateKind> {
    let found = preview.changes.iter().find(|one| one.path == path);
    found.map(|one| one.kind)
}

#[tokio::test]
async fn a_newer_version_is_noticed_shown_and_taken_over_and_undone() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    let root = project(&test, &origin).await;
    assert_eq!(check(&test, &root).await.state, UpdateState::Current);
    origin.write(
        README,
        "# {{ cookiecutter.name }}\n\none\ntwo\nthree\nfour\nFIVE\n",
    );
    origin.write(
        "{{cookiecutter.slug}}/more.txt",
        "more of {{ cookiecutter.name }}\n",
    );
    origin.remove("{{cookiecutter.slug}}/old.txt");
    let second = origin.commit("Second");
    let text = |name: &str| std::fs::read_to_string(root.join(name)).ok();
    let mine = "# rye\n\nONE\ntwo\nthree\nfour\nfive\n";
    std::fs::write(root.join("README.md"), mine).expect("it can be changed");
    let behind = check(&test, &root).await;
    assert_eq!(
        (behind.state, behind.newest.as_deref()),
        (UpdateState::Behind, Some(second.as_str()))
    );
    let shown = preview(&test, &root).await;
    assert_eq!(shown.to, second);
    assert_eq!(kind(&shown, "README.md"), Some(UpdateKind::Merge));
    assert_eq!(kind(&shown, "more.txt"), Some(UpdateKind::Add));
    assert_eq!(kind(&shown, "old.txt"), Some(UpdateKind::Remove));
    assert_eq!((shown.changes.len(), shown.conflicts), (3, 0));
    let done = commands::update_apply(&test.desk, apply(&shown, &[]))
        .await
        .expect("it is done");
    assert_eq!(
        text("README.md").as_deref(),
        Some("# rye\n\nONE\ntwo\nthree\nfour\nFIVE\n")
    );
    assert_eq!(text("more.txt").as_deref(), Some("more of rye\n"));
    assert_eq!(text("old.txt"), None);
    assert_eq!(check(&test, &root).await.state, UpdateState::Current);
    let undo = ProjectUndo { undo: done.undo };
    commands::project_undo(&test.desk, undo)
        .await
        .expect("it is undone");
    assert_eq!(text("README.md").as_deref(), Some(mine));
    assert_eq!(
        (text("more.txt"), text("old.txt").as_deref()),
        (None, Some("old\n"))
    );
    assert_eq!(check(&test, &root).await.state, UpdateState::Behind);
}

/// The places of a file that have to be decided: mine and theirs.
fn open_places<'a>(preview: &'a UpdatePreview, path: &str) -> Vec<(&'a str, &'a str)> {
    let found = preview.changes.iter().find(|one| one.path == path);
    let pieces = found.expect("it changes").pieces.iter();
    pieces
        .filter_map(|piece| match piece {
            MergePiece::Conflict { mine, theirs, .. } => Some((mine.as_str(), theirs.as_str())),
            MergePiece::Agreed { .. } => None,
        })
        .collect()
}

/// A project and its template, which both changed the same.
async fn conflicting(test: &TestDesk) -> PathBuf {
    let origin = Origin::small(test);
    let root = project(test, &origin).await;
    origin.write(
        README,
        "# {{ cookiecutter.name }}\n\none\nTHEIRS\nthree\nfour\nTHEIRS\n",
    );
    origin.remove("{{cookiecutter.slug}}/old.txt");
    origin.commit("Second");
    std::fs::write(
        root.join("README.md"),
        "# rye\n\none\nmine\nthree\nfour\nmine\n",
    )
    .expect("changed");
    std::fs::write(root.join("old.txt"), "mine\n").expect("changed");
    root
}

#[tokio::test]
async fn conflicts_are_decided_one_by_one() {
    let test = TestDesk::open().await;
    let root = conflicting(&test).await;
    let shown = preview(&test, &root).await;
    assert_eq!(kind(&shown, "README.md"), Some(UpdateKind::ConflictText));
    assert_eq!(kind(&shown, "old.txt"), Some(UpdateKind::ConflictRemoved));
    assert_eq!(shown.conflicts, 2);
    assert_eq!(
        open_places(&shown, "README.md"),
        [("mine\n", "THEIRS\n"), ("mine\n", "THEIRS\n")]
    );
    let refused = commands::update_apply(&test.desk, apply(&shown, &[]))
        .await
        .expect_err("undecided");
    assert_eq!(refused.code, FailureCode::Conflict);
    let sides = vec![
        MergeSide::Theirs {},
        MergeSide::Own {
            text: "own\n".to_owned(),
        },
    ];
    let few = apply(
        &shown,
        &[
            (
                "README.md",
                UpdateDecision::Sides {
                    sides: sides[..1].to_vec(),
                },
            ),
            ("old.txt", UpdateDecision::Mine {}),
        ],
    );
    let refused = commands::update_apply(&test.desk, few)
        .await
        .expect_err("one is missing");
    assert_eq!(refused.code, FailureCode::Conflict);
    let all = apply(
        &shown,
        &[
            ("README.md", UpdateDecision::Sides { sides }),
            ("old.txt", UpdateDecision::Mine {}),
        ],
    );
    commands::update_apply(&test.desk, all)
        .await
        .expect("it is done");
    let text = std::fs::read_to_string(root.join("README.md")).expect("it is there");
    assert_eq!(text, "# rye\n\none\nTHEIRS\nthree\nfour\nown\n");
    assert!(root.join("old.txt").exists());
}

#[tokio::test]
async fn a_file_that_changes_after_the_look_stops_the_update() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    let root = project(&test, &origin).await;
    origin.write("{{cookiecutter.slug}}/old.txt", "new\n");
    origin.write("{{cookiecutter.slug}}/more.txt", "more\n");
    origin.commit("Second");
    let shown = preview(&test, &root).await;
    std::fs::write(root.join("old.txt"), "in the meantime\n").expect("it can be changed");
    let refused = commands::update_apply(&test.desk, apply(&shown, &[]))
        .await
        .expect_err("changed");
    assert_eq!(refused.code, FailureCode::Conflict);
    assert!(!root.join("more.txt").exists(), "nothing was written");
}

#[tokio::test]
async fn new_questions_of_a_version_are_asked_and_answers_may_change() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    let root = project(&test, &origin).await;
    origin.write(
        "cookiecutter.json",
        r#"{"name": "rye", "slug": "{{ cookiecutter.name|lower }}", "licence": "none"}"#,
    );
    origin.write(
        "{{cookiecutter.slug}}/LICENCE",
        "{{ cookiecutter.licence }}\n",
    );
    origin.commit("Second");
    let ask = UpdateAsk {
        project: root.display().to_string(),
        values: Some(IndexMap::from([("licence".to_owned(), "free".into())])),
        ..UpdateAsk::default()
    };
    let shown = commands::update_preview(&test.desk, ask)
        .await
        .expect("it answers");
    assert_eq!(shown.new_questions, ["licence"]);
    let added = shown
        .changes
        .iter()
        .find(|one| one.path == "LICENCE")
        .expect("it is new");
    assert_eq!(added.theirs.as_deref(), Some("free\n"));
    commands::update_apply(&test.desk, apply(&shown, &[]))
        .await
        .expect("it is done");
    let cruft = std::fs::read_to_string(root.join(".cruft.json")).expect("it remembers");
    assert!(cruft.contains("\"licence\": \"free\""), "{cruft}");
}

#[tokio::test]
async fn a_template_that_cannot_be_reached_is_told_from_what_was_seen() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    let root = project(&test, &origin).await;
    let away = origin.path.with_extension("away");
    std::fs::rename(&origin.path, &away).expect("it can be moved");
    let ask = UpdateCheckAsk {
        project: root.display().to_string(),
        freshness: Some(Freshness::Refresh),
        ..UpdateCheckAsk::default()
    };
    match commands::update_check(&test.desk, ask).await {
        Ok(seen) => assert!(!seen.notes.is_empty(), "{seen:?}"),
        Err(refused) => assert!(refused.hint.is_some(), "{refused:?}"),
    }
    let plain = test.written("plain", "live.yml", "kind: live\n");
    assert_eq!(
        check(&test, Path::new(&plain)).await.state,
        UpdateState::Untracked
    );
    std::fs::write(Path::new(&plain).join(".cruft.json"), "{").expect("it can be written");
    let ask = UpdateCheckAsk {
        project: plain,
        ..UpdateCheckAsk::default()
    };
    let refused = commands::update_check(&test.desk, ask)
        .await
        .expect_err("it is damaged");
    assert_eq!(refused.field.as_deref(), Some("project"));
}
