//! A whole project: opened, checked, evaluated, expanded.

use flow::batch::{Outcome, Results, TaskKind, TaskResult};
use flow::{MemoryWorkspace, NoJobs, Platform, Session, live};

use super::reading::placed;

/// Where the files of a project begin: `=== PATH` on a line of its own. What stands before the
/// first such line is its live flow and its batch at once.
const MARK: &[u8] = b"=== ";

/// The files that are written in some bytes, with their paths.
#[must_use]
pub fn files(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    let mut bare = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match (line.strip_prefix(MARK), found.last_mut()) {
            (Some(path), _) => {
                let path = String::from_utf8_lossy(path);
                found.push((path.trim().replace('\0', ""), Vec::new()));
            }
            (None, Some((_, content))) => content.extend(line),
            (None, None) => bare.extend(line),
        }
    }
    if !bare.is_empty() {
        found.push((".apolo/live.yml".to_owned(), bare.clone()));
        found.push((".apolo/b.yml".to_owned(), bare));
    }
    found
}

/// A project in memory.
#[must_use]
pub fn workspace(files: &[(String, Vec<u8>)]) -> MemoryWorkspace {
    let workspace = MemoryWorkspace::new("/home/ada/rye");
    files.iter().fold(workspace, |workspace, (path, content)| {
        workspace.file(path, content.clone())
    })
}

/// Somebody on a platform.
#[must_use]
pub fn ada() -> Platform {
    Platform {
        user: "ada".to_owned(),
        cluster: "local".to_owned(),
        org: None,
        project: "rye".to_owned(),
    }
}

/// Does something with a session over a workspace.
pub fn with<T>(workspace: &MemoryWorkspace, act: impl FnOnce(&Session<'_>) -> T) -> T {
    let platform = ada();
    let session = Session {
        workspace,
        platform: &platform,
        jobs: &NoJobs,
    };
    act(&session)
}

/// A project in some bytes is checked, its jobs become command lines, its batches graphs, its tasks
/// configurations; all findings lie in their files.
pub fn whole(bytes: &[u8]) {
    let workspace = workspace(&files(bytes));
    with(&workspace, |session| {
        let opened = flow::open(&workspace);
        placed(&opened.diagnostics);
        let checked = flow::check(&opened.tree, &opened.diagnostics, session);
        placed(&checked.findings);
        for job in checked.jobs.values().flatten() {
            let _ = live::run_command(&job.planned);
        }
        for (name, batch) in &checked.batches {
            let _ = flow::batch::draft(&opened.tree, session, name);
            played(&batch.bake, session);
        }
    });
}

/// Plays a bake through: every task ends, some of them badly.
fn played(bake: &flow::batch::Bake, session: &Session<'_>) {
    let _ = bake.images.list();
    let _ = bake.graph.graphs();
    let _ = bake.config_files().workspace();
    let mut results = Results::new();
    for (at, node) in bake.graph.walk().enumerate() {
        let _ = bake.enable(session, &node.id, &results);
        match node.kind {
            TaskKind::Local => drop(bake.local(session, &node.id, &results)),
            _ if node.kind.is_call() => {
                let _ = bake.inputs(session, &node.id, &results);
                let _ = bake.outputs(session, &node.id, &results);
            }
            _ => drop(bake.task(session, &node.id, &results)),
        }
        let outcome = match at % 5 {
            3 => Outcome::Failed,
            4 => Outcome::Skipped,
            _ => Outcome::Succeeded,
        };
        let mut result = TaskResult::bare(outcome);
        result.outputs.insert("a".to_owned(), "1".to_owned());
        results.insert(node.id.clone(), result);
    }
}
