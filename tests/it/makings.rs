//! Making projects with everything that belongs to it: hooks, git, folders that are there, undo.

use std::path::{Path, PathBuf};

use contract::{
    DeskEvent, FailureCode, FileDecision, GitStart, HookChoice, HookOutcome, MeetingKind,
    MeetingsAsk, ProjectConfirm, ProjectMade, ProjectMake, ProjectMaking, ProjectUndo, TemplateAsk,
    TrustAsk, TrustWithdraw, UndoAsk, WorkStop,
};
use indexmap::IndexMap;
use workbench::commands;

use crate::desk::{TestDesk, eventually};
use crate::origin::{Origin, git, opened};

fn ask(test: &TestDesk, template: &str) -> TemplateAsk {
    TemplateAsk {
        template: template.to_owned(),
        parent: Some(test.path()),
        ..TemplateAsk::default()
    }
}

fn make(ask: TemplateAsk) -> ProjectMake {
    ProjectMake {
        ask,
        ..ProjectMake::default()
    }
}

async fn making(test: &TestDesk, request: ProjectMake) -> ProjectMaking {
    commands::project_make(&test.desk, request)
        .await
        .expect("it answers")
}

async fn made(test: &TestDesk, request: ProjectMake) -> ProjectMade {
    match making(test, request).await {
        ProjectMaking::Made { made } => *made,
        other => panic!("it is made, but: {other:?}"),
    }
}

fn chosen(choices: &[(&str, HookChoice)]) -> Option<IndexMap<String, HookChoice>> {
    let owned = |(file, choice): &(&str, HookChoice)| ((*file).to_owned(), *choice);
    Some(choices.iter().map(owned).collect())
}

/// Everything that is left of drafts in a folder.
fn drafts(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .expect("it is there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(".bakehouse"))
        .collect()
}

/// A template with a hook after its files.
fn hooked(test: &TestDesk, file: &str, text: &str) -> Origin {
    let origin = Origin::small(test);
    origin.write(file, text);
    origin.commit("Hook");
    origin
}

const AFTER: &str = "hooks/post_gen_project.sh";

#[tokio::test]
async fn a_project_remembers_its_template_and_can_be_undone() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    let head = origin.git(&["rev-parse", "HEAD"]);
    let template = opened(&test, &origin.url()).await;
    let made = made(&test, make(ask(&test, &template.id))).await;
    let root = test.folder.path().join("rye");
    assert_eq!(Path::new(&made.path), root);
    assert!(made.project.is_none(), "it holds no flow");
    assert!(made.steps.len() >= 3, "{:?}", made.steps);
    let cruft = std::fs::read_to_string(root.join(".cruft.json")).expect("it remembers");
    assert!(
        cruft.contains(&head) && cruft.contains(&origin.url()),
        "{cruft}"
    );
    assert_eq!(drafts(test.folder.path()), [""; 0]);
    std::fs::write(root.join("README.md"), "mine").expect("it can be changed");
    let test = test.restarted().await;
    let list = commands::undo_list(&test.desk, UndoAsk {})
        .await
        .expect("there is a list");
    assert_eq!(list.makings[0].undo, made.undo);
    let undo = ProjectUndo { undo: made.undo };
    let undone = commands::project_undo(&test.desk, undo.clone())
        .await
        .expect("it is undone");
    assert!(!undone.folder_removed);
    assert_eq!(undone.kept[0].path, "README.md");
    assert!(!root.join("run.sh").exists() && root.join("README.md").exists());
    let again = commands::project_undo(&test.desk, undo)
        .await
        .expect_err("only once");
    assert_eq!(again.code, FailureCode::NotFound);
}

#[tokio::test]
async fn the_last_answers_are_offered_again() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    let template = opened(&test, &origin.url()).await;
    assert!(template.last.is_none());
    let mut request = make(ask(&test, &template.id));
    request
        .ask
        .answers
        .insert("name".to_owned(), "Oats".to_owned());
    made(&test, request).await;
    let again = opened(&test, &origin.url()).await;
    assert_eq!(
        again.last.expect("they are offered").answers["name"],
        "Oats"
    );
}

#[tokio::test]
async fn a_foreign_hook_is_shown_and_skipped_until_somebody_says_otherwise() {
    let test = TestDesk::open().await;
    let origin = hooked(
        &test,
        AFTER,
        "#!/bin/sh\nrm old.txt\necho {{ cookiecutter.name }}\n",
    );
    let template = opened(&test, &origin.url()).await;
    assert_eq!(template.hooks, [AFTER]);
    let shown = commands::template_hooks(&test.desk, ask(&test, &template.id))
        .await
        .expect("shown");
    let hook = &shown.hooks[0];
    assert!(
        hook.text
            .as_deref()
            .is_some_and(|text| text.contains("echo rye"))
    );
    assert!(
        hook.effects.iter().any(|one| one.line == 2),
        "{:?}",
        hook.effects
    );
    assert_eq!(
        (hook.usual, hook.trusted, hook.native),
        (HookChoice::Skip, false, false)
    );
    let made = made(&test, make(ask(&test, &template.id))).await;
    assert_eq!(made.hooks[0].outcome, HookOutcome::Skipped);
    assert!(
        test.folder.path().join("rye/old.txt").exists(),
        "nothing ran"
    );
    let mut native = make(ask(&test, &template.id));
    native.hooks = chosen(&[(AFTER, HookChoice::Native)]);
    let refused = commands::project_make(&test.desk, native)
        .await
        .expect_err("not known");
    assert_eq!(refused.field.as_deref(), Some("hooks"));
}

#[tokio::test]
async fn a_hook_runs_in_a_copy_and_its_lines_and_changes_are_told() {
    let test = TestDesk::open().await;
    let origin = hooked(
        &test,
        AFTER,
        "#!/bin/sh\necho hello\nrm old.txt\nsed -i s/one/ONE/ README.md\n",
    );
    let template = opened(&test, &origin.url()).await;
    let mut events = test.desk.listen();
    let mut request = make(ask(&test, &template.id));
    request.hooks = chosen(&[(AFTER, HookChoice::Run)]);
    request.review = Some(true);
    request.work = Some("w".to_owned());
    let ProjectMaking::Review { making, hooks } = making(&test, request.clone()).await else {
        panic!("it is looked at first");
    };
    let root = test.folder.path().join("rye");
    assert!(!root.exists(), "nothing stands yet");
    let paths: Vec<&str> = hooks[0]
        .changes
        .iter()
        .map(|one| one.path.as_str())
        .collect();
    assert_eq!(paths, ["README.md", "old.txt"]);
    assert!(
        hooks[0].changes[0]
            .difference
            .as_deref()
            .is_some_and(|one| one.contains("+ONE"))
    );
    let mut wrote = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let DeskEvent::HookWrote { work, line, .. } = event {
            wrote.push((work, line.text));
        }
    }
    assert_eq!(wrote, [("w".to_owned(), "hello".to_owned())]);
    let discard = ProjectConfirm {
        making,
        accept: false,
    };
    let discarded = commands::project_confirm(&test.desk, discard)
        .await
        .expect("it answers");
    assert_eq!(discarded, ProjectMaking::Discarded {});
    assert!(!root.exists() && drafts(test.folder.path()).is_empty());
    let ProjectMaking::Review { making, .. } = self::making(&test, request).await else {
        panic!("it is looked at first");
    };
    let accept = ProjectConfirm {
        making,
        accept: true,
    };
    let confirmed = commands::project_confirm(&test.desk, accept)
        .await
        .expect("it answers");
    assert!(
        matches!(confirmed, ProjectMaking::Made { .. }),
        "{confirmed:?}"
    );
    assert!(!root.join("old.txt").exists());
}

#[tokio::test]
async fn a_hook_that_fails_leaves_nothing_behind() {
    let test = TestDesk::open().await;
    let hook = "hooks/pre_gen_project.py";
    let origin = hooked(
        &test,
        hook,
        "import sys\nprint('no', '{{ cookiecutter.name }}')\nsys.exit(3)\n",
    );
    let template = opened(&test, &origin.url()).await;
    let mut request = make(ask(&test, &template.id));
    request.hooks = chosen(&[(hook, HookChoice::Run)]);
    let ProjectMaking::HookFailed { hooks, .. } = making(&test, request).await else {
        panic!("the hook fails");
    };
    assert_eq!(hooks[0].output[0].text, "no rye");
    assert!(hooks[0].message.contains('3'), "{}", hooks[0].message);
    assert!(!test.folder.path().join("rye").exists());
    assert_eq!(drafts(test.folder.path()), [""; 0]);
}

#[tokio::test]
async fn trust_is_for_one_text_and_can_be_withdrawn() {
    let test = TestDesk::open().await;
    let origin = hooked(&test, AFTER, "#!/bin/sh\ntouch ran\n");
    let template = opened(&test, &origin.url()).await;
    let mut request = make(ask(&test, &template.id));
    request.hooks = chosen(&[(AFTER, HookChoice::Trust)]);
    made(&test, request).await;
    let mut second = make(ask(&test, &template.id));
    second
        .ask
        .answers
        .insert("name".to_owned(), "second".to_owned());
    let second = made(&test, second).await;
    assert_eq!(
        second.hooks[0].outcome,
        HookOutcome::Succeeded,
        "it is trusted now"
    );
    origin.write(AFTER, "#!/bin/sh\ntouch other\n");
    origin.commit("Changed");
    let request = contract::TemplateOpen {
        source: origin.url(),
        freshness: Some(contract::Freshness::Refresh),
        ..contract::TemplateOpen::default()
    };
    let contract::TemplateOpening::Opened { template } =
        commands::template_open(&test.desk, request)
            .await
            .expect("it answers")
    else {
        panic!("it opens");
    };
    let shown = commands::template_hooks(&test.desk, ask(&test, &template.id))
        .await
        .expect("shown");
    assert!(!shown.hooks[0].trusted, "another text asks again");
    let list = commands::trust_list(&test.desk, TrustAsk {})
        .await
        .expect("a list");
    let digest = list.hooks[0].digest.clone();
    let left = commands::trust_withdraw(&test.desk, TrustWithdraw { digest })
        .await
        .expect("a list");
    assert_eq!(left.hooks, []);
}

#[tokio::test]
async fn an_early_hook_changes_the_template_only_when_it_may() {
    let test = TestDesk::open().await;
    let early = "import json\nprint('early')\nd = json.load(open('cookiecutter.json'))\nd['extra'] = 'added'\njson.dump(d, open('cookiecutter.json', 'w'))\n";
    let origin = hooked(&test, "hooks/pre_prompt.py", early);
    let plain = opened(&test, &origin.url()).await;
    assert_eq!(plain.questions, 3, "it did not run");
    assert!(
        plain.notes.iter().any(|note| note.contains("pre_prompt")),
        "{:?}",
        plain.notes
    );
    let request = contract::TemplateOpen {
        source: origin.url(),
        early_hook: Some(HookChoice::Run),
        ..contract::TemplateOpen::default()
    };
    let opening = commands::template_open(&test.desk, request)
        .await
        .expect("it answers");
    let contract::TemplateOpening::Opened { template } = opening else {
        panic!("it opens, but: {opening:?}");
    };
    assert_eq!(template.questions, 4);
    let made = made(&test, make(ask(&test, &template.id))).await;
    assert_eq!(made.hooks.len(), 1);
    assert_eq!(made.hooks[0].outcome, HookOutcome::Succeeded);
}

const BEFORE: [(&str, &str); 3] = [
    ("README.md", "# mine\n"),
    ("run.sh", "mine\n"),
    ("own.txt", "own\n"),
];

/// A folder with files in it, where the small template would make its project.
fn occupied(test: &TestDesk) -> PathBuf {
    let root = test.folder.path().join("rye");
    std::fs::create_dir(&root).expect("it can be made");
    for (name, text) in BEFORE {
        std::fs::write(root.join(name), text).expect("it can be written");
    }
    root
}

#[tokio::test]
async fn files_that_are_there_are_told_and_nothing_is_made_over_them() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    let template = opened(&test, &origin.url()).await;
    occupied(&test);
    let refused = commands::project_make(&test.desk, make(ask(&test, &template.id)))
        .await
        .expect_err("it is taken");
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (FailureCode::Conflict, Some("place"))
    );
    let meetings = MeetingsAsk {
        ask: ask(&test, &template.id),
    };
    let found = commands::place_meetings(&test.desk, meetings)
        .await
        .expect("it looks");
    let kinds: Vec<(&str, MeetingKind)> = found
        .files
        .iter()
        .map(|one| (one.path.as_str(), one.kind))
        .collect();
    let expected = [
        ("README.md", MeetingKind::Text),
        ("old.txt", MeetingKind::New),
        ("run.sh", MeetingKind::Text),
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn files_that_are_there_are_kept_replaced_or_merged_and_come_back_on_undo() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    let template = opened(&test, &origin.url()).await;
    let root = occupied(&test);
    let mut request = make(ask(&test, &template.id));
    request.existing = Some(IndexMap::new());
    let refused = commands::project_make(&test.desk, request.clone())
        .await
        .expect_err("undecided");
    assert_eq!(refused.field.as_deref(), Some("existing"));
    request.existing = Some(IndexMap::from([
        (
            "README.md".to_owned(),
            FileDecision::Merge {
                text: "both\n".to_owned(),
            },
        ),
        ("run.sh".to_owned(), FileDecision::Keep {}),
    ]));
    let made = made(&test, request).await;
    let text = |name: &str| std::fs::read_to_string(root.join(name)).expect("it is there");
    assert_eq!(
        (text("README.md"), text("run.sh"), text("old.txt")),
        ("both\n".into(), "mine\n".into(), "old\n".into())
    );
    let undone = commands::project_undo(&test.desk, ProjectUndo { undo: made.undo })
        .await
        .expect("undone");
    assert_eq!(
        (undone.restored.as_slice(), undone.folder_removed),
        (["README.md".to_owned()].as_slice(), false)
    );
    for (name, before) in BEFORE {
        assert_eq!(text(name), before);
    }
    assert!(!root.join("old.txt").exists());
}

#[tokio::test]
async fn a_repository_with_a_first_commit_is_started_on_wish() {
    let test = TestDesk::open().await;
    let template = opened(&test, &Origin::small(&test).url()).await;
    let mut request = make(ask(&test, &template.id));
    request.git = Some(GitStart {
        branch: Some("trunk".to_owned()),
        message: Some("Begin".to_owned()),
        name: Some("Anna".to_owned()),
        email: Some("anna@example.org".to_owned()),
    });
    let made = made(&test, request.clone()).await;
    let root = Path::new(&made.path);
    assert_eq!(
        git(root, &["log", "--format=%H %an %s"]),
        format!("{} Anna Begin", made.commit.expect("a commit"))
    );
    assert_eq!(git(root, &["status", "--porcelain"]), "");
    assert_eq!(git(root, &["branch", "--show-current"]), "trunk");
    let undone = commands::project_undo(&test.desk, ProjectUndo { undo: made.undo })
        .await
        .expect("undone");
    assert!(undone.folder_removed, "{undone:?}");
    request.git.as_mut().expect("it is set").branch = Some("-bad".to_owned());
    let refused = commands::project_make(&test.desk, request)
        .await
        .expect_err("no name");
    assert_eq!(refused.field.as_deref(), Some("git"));
    assert!(!root.exists() && drafts(test.folder.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_never_ends_can_be_stopped() {
    let test = TestDesk::open().await;
    let origin = hooked(&test, AFTER, "#!/bin/sh\necho begun\nsleep 600\n");
    let template = opened(&test, &origin.url()).await;
    let mut request = make(ask(&test, &template.id));
    request.hooks = chosen(&[(AFTER, HookChoice::Run)]);
    request.work = Some("endless".to_owned());
    let mut events = test.desk.listen();
    let desk = test.desk.clone();
    let running = tokio::spawn(async move { commands::project_make(&desk, request).await });
    while !matches!(events.recv().await, Ok(DeskEvent::HookWrote { .. })) {}
    let stop = WorkStop {
        work: "endless".to_owned(),
    };
    let stopped = commands::work_stop(&test.desk, stop.clone())
        .await
        .expect("it answers");
    assert!(stopped.found);
    let making = running.await.expect("it ends").expect("it answers");
    assert_eq!(making, ProjectMaking::Discarded {});
    assert!(!test.folder.path().join("rye").exists());
    assert_eq!(drafts(test.folder.path()), [""; 0]);
    let stopped = commands::work_stop(&test.desk, stop)
        .await
        .expect("it answers");
    assert!(!stopped.found, "it is over");
}

#[tokio::test]
async fn what_a_crash_left_half_done_is_cleared_up_at_the_start() {
    let test = TestDesk::open().await;
    let draft = test.folder.path().join(".bakehouse-new-left");
    std::fs::create_dir_all(draft.join("rye")).expect("it can be made");
    let entry = test.folder.path().join("data/journal/1-left");
    std::fs::create_dir_all(&entry).expect("it can be made");
    let text = serde_json::json!({
        "state": "drafting", "process": 4_194_305, "began": "2026-01-01T00:00:00Z",
        "staging": draft, "target": test.folder.path().join("rye"), "whole": true,
    });
    std::fs::write(entry.join("entry.json"), text.to_string()).expect("it can be written");
    let test = test.restarted().await;
    eventually("the draft is gone", || async {
        (!draft.exists()).then_some(())
    })
    .await;
    drop(test);
}
