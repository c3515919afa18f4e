//! The native hooks against the real ones, run by a real Python.
//!
//! The real templates are not part of this repository: set `BAKEHOUSE_PLATFORM_TEMPLATES` to
//! folders with their files (separated as in `PATH`), or the comparison is skipped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use template::{Answers, Plan, Template};
use template_store::Wanted;
use template_store::hook::NativeHooks;
use template_store::write::Draft;

use crate::trial::{Trial, read};
use crate::workshop::{Workshop, setting, template};

#[test]
fn templates_with_other_hooks_or_none_are_not_taken_over() {
    let foreign = [
        ("cookiecutter.json", "{\"name\": \"x\"}"),
        ("{{cookiecutter.name}}/a", "a"),
        ("hooks/post_gen_project.py", "import os\n"),
    ];
    let trees = [&foreign[..], &foreign[..2]];
    for files in trees {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let trial = Trial::new();
        let opened = trial.open(&Wanted::new(read(".", folder.path()))).unwrap();
        assert_eq!(NativeHooks::of(&opened.tree), None);
    }
    let _ = template(&foreign);
}

fn templates() -> Vec<PathBuf> {
    let Some(folders) = std::env::var_os("BAKEHOUSE_PLATFORM_TEMPLATES") else {
        eprintln!("skipped: BAKEHOUSE_PLATFORM_TEMPLATES names no platform templates");
        return Vec::new();
    };
    std::env::split_paths(&folders).collect()
}

fn opened(folder: &Path) -> (Template, NativeHooks) {
    let trial = Trial::new();
    let opened = trial.open(&Wanted::new(read(".", folder))).unwrap();
    let native = NativeHooks::of(&opened.tree).expect("the hooks are known");
    (Template::read(opened.tree).unwrap(), native)
}

/// Answers that hooks like, dislike, and only just like.
fn cases() -> Vec<serde_json::Value> {
    let mut all = vec![json!({})];
    let own = |name: &str, value: &str| json!({ name: value });
    for name in [
        "My Flow", "a|b", "x/y", "q?", "a\\\\b", "<a>", "a:b", "späße", "日本", "x*", "-", "a.b",
    ] {
        all.push(own("flow_name", name));
        all.push(json!({"flow_name": "fine", "flow_dir": name}));
    }
    for id in [
        "1a", "a b", "a-b", "_", "class", "é", "ａ", "a·b", "", "a\u{301}", "²", "℘x",
    ] {
        all.push(own("flow_id", id));
    }
    for module in ["m", "mm", "_m", "1m", "m-m", "", "mé", "M9"] {
        all.push(own("code_directory", module));
    }
    for hints in ["yes", "Y", "true", "no", "N", "FALSE", "maybe", "", " no"] {
        all.push(own("preserve Apolo Flow template hints", hints));
    }
    all
}

/// What a project looks like, or nothing when a hook refused.
type Result = Option<BTreeMap<String, String>>;

fn natively(native: &NativeHooks, mut plan: Plan, project: Option<&str>) -> Result {
    native.apply(&mut plan, project).ok()?;
    let files = plan.entries.iter().map(|entry| {
        let text = String::from_utf8_lossy(entry.content.bytes());
        (entry.path.clone(), text.into_owned())
    });
    Some(files.collect())
}

/// Runs the real hooks as cookiecutter does: in the new folder, with a platform program that
/// answers with a project, or with none.
fn really(plan: &Plan, project: Option<&str>) -> Result {
    let shop = Workshop::new();
    let bin = shop.folder.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    if let Some(project) = project {
        let apolo = bin.join("apolo");
        std::fs::write(
            &apolo,
            format!("#!/bin/sh\necho 'Current project: {project}'\n"),
        )
        .unwrap();
        runnable(&apolo);
    }
    let mut draft = Draft::begin(&shop.journal, &shop.parent(), "made").unwrap();
    let run = |moment: template::HookMoment, folder: &Path| {
        plan.hooks
            .iter()
            .filter(|hook| hook.moment == moment)
            .all(|hook| {
                let script = shop.folder.path().join("script.py");
                std::fs::write(&script, hook.text.as_deref().unwrap()).unwrap();
                let output = Command::new("python3")
                    .arg("-I")
                    .arg(&script)
                    .current_dir(folder)
                    .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
                    .output()
                    .unwrap();
                output.status.success()
            })
    };
    if !run(template::HookMoment::BeforeFiles, draft.root()) {
        return None;
    }
    shop.watch(|watch| draft.fill(plan, watch)).ok()?;
    if !run(template::HookMoment::AfterFiles, draft.root()) {
        return None;
    }
    let files = plan.entries.iter().map(|entry| {
        let bytes = std::fs::read(draft.root().join(&entry.path)).unwrap_or_default();
        (
            entry.path.clone(),
            String::from_utf8_lossy(&bytes).into_owned(),
        )
    });
    Some(files.collect())
}

#[cfg(unix)]
fn runnable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn runnable(_path: &Path) {}

#[test]
fn native_hooks_do_what_the_real_ones_do() {
    let mut compared = 0;
    for folder in templates() {
        let (template, native) = opened(&folder);
        for case in cases() {
            let mut answers = Answers::default();
            for (name, value) in case.as_object().unwrap() {
                answers.given.insert(name.clone(), value.clone());
            }
            let plan = template.plan(&answers, &setting());
            // What the form refuses never comes to a hook.
            if !plan.is_sound() {
                continue;
            }
            for project in [None, Some("team-project")] {
                let real = really(&plan, project);
                let ours = natively(&native, plan.clone(), project);
                assert_eq!(
                    ours,
                    real,
                    "{case} with {project:?} in {}",
                    folder.display()
                );
                compared += 1;
            }
        }
    }
    eprintln!("{compared} runs of the real hooks were compared");
}

#[test]
fn a_marker_of_no_project_is_no_name_and_marks_move_along() {
    for folder in templates() {
        let (template, native) = opened(&folder);
        let mut answers = Answers::default();
        answers
            .given
            .insert("preserve Apolo Flow template hints".to_owned(), json!("no"));
        let plan = template.plan(&answers, &setting());
        let none = natively(&native, plan.clone(), None);
        assert_eq!(natively(&native, plan.clone(), Some("<no-project>")), none);
        let mut changed = plan.clone();
        native.apply(&mut changed, Some("team")).unwrap();
        for (before, after) in plan.entries.iter().zip(&changed.entries) {
            let written = |entry: &template::Entry| {
                let text = entry.text().unwrap_or_default().to_owned();
                let parts = entry
                    .marks()
                    .iter()
                    .map(|mark| text[mark.range.clone()].to_owned());
                parts.collect::<Vec<_>>()
            };
            let (before, after) = (written(before), written(after));
            assert!(after.iter().all(|part| before.contains(part)));
        }
    }
}
