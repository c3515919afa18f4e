//! Real projects: every place gets an answer, new names break nothing.

use flow::service::{Edit, Service, apply};
use flow::{NoJobs, Session, open};
use source::Text;

use crate::folder::Folder;
use crate::printed::ada;

/// The real projects of the corpus, if it is there.
fn real_projects() -> Vec<Folder> {
    let Some(corpus) = crate::corpus::shared().map(|shared| shared.join("corpus/flows")) else {
        return Vec::new();
    };
    let entries = std::fs::read_dir(&corpus).expect("the corpus can be listed");
    let folders = entries.flatten().filter_map(|entry| {
        let meta = std::fs::read_to_string(entry.path().join("META.json")).ok()?;
        let meta: serde_json::Value = serde_json::from_str(&meta).expect("the corpus is JSON");
        let root = entry.path().join(meta["workspace"].as_str().unwrap_or(""));
        Some(Folder {
            root: root.to_string_lossy().trim_end_matches('/').to_owned(),
            actions: corpus.join("_gh"),
            ..Folder::default()
        })
    });
    folders.collect()
}

fn in_folder<'a>(workspace: &'a Folder, platform: &'a flow::Platform) -> Session<'a> {
    Session {
        workspace,
        platform,
        jobs: &NoJobs,
    }
}

/// The flows of a project with their texts.
fn flows(project: &flow::Project) -> Vec<(String, Text)> {
    let live = project.live.iter().map(|it| (&it.path, &it.text));
    let batches = project.batches.iter().map(|it| (&it.path, &it.text));
    let all = live.chain(batches);
    all.map(|(path, text)| (path.clone(), text.clone()))
        .collect()
}

#[test]
fn every_place_of_real_projects_gets_an_answer() {
    let projects = real_projects();
    if projects.is_empty() {
        println!("skipped: there is no corpus (set BAKEHOUSE_SHARED)");
        return;
    }
    let platform = ada();
    let (mut asked, mut answered) = (0, 0);
    for workspace in projects {
        let project = open(&workspace).tree;
        let service = Service::new(&project, in_folder(&workspace, &platform));
        for (path, text) in flows(&project) {
            let length = text.content().len();
            for offset in (0..length).step_by(length / 20 + 1) {
                asked += 1;
                answered += usize::from(service.hover(&path, offset).is_some());
                let _ = service.complete(&path, offset);
            }
        }
    }
    println!("{answered} of {asked} places have something to say");
    assert!(answered * 3 >= asked, "{answered} of {asked}");
}

#[test]
fn new_names_in_real_projects_break_nothing() {
    let projects = real_projects();
    if projects.is_empty() {
        println!("skipped: there is no corpus (set BAKEHOUSE_SHARED)");
        return;
    }
    let platform = ada();
    let mut count = 0;
    for workspace in projects {
        let findings = |workspace: &Folder| {
            let opened = open(workspace);
            let session = in_folder(workspace, &platform);
            flow::check(&opened.tree, &opened.diagnostics, &session)
                .findings
                .len()
        };
        let before = findings(&workspace);
        let project = open(&workspace).tree;
        let service = Service::new(&project, in_folder(&workspace, &platform));
        for (path, _) in flows(&project) {
            for symbol in service.outline(&path) {
                let Ok(edits) = service.rename(&path, symbol.key.end, "brand_new") else {
                    continue;
                };
                let mut renamed = workspace.clone();
                for edit in &edits {
                    let place = flow::absolute(&workspace.root, &edit.file);
                    let text = std::fs::read_to_string(&place).expect("it is there");
                    let own: Vec<Edit> = edits
                        .iter()
                        .filter(|it| it.file == edit.file)
                        .cloned()
                        .collect();
                    renamed.over.insert(place, apply(&text, &own));
                }
                count += 1;
                let after = findings(&renamed);
                assert_eq!(before, after, "{} in {}{path}", symbol.name, workspace.root);
            }
        }
    }
    println!("{count} names were changed");
}
