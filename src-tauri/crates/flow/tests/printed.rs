//! Findings as a person would see them.

use flow::{GitInfo, Jobs, MemoryWorkspace, NoJobs, Platform, Session};
use source::Diagnostic;

/// A project in memory with a batch or a live flow.
pub(crate) fn folder(files: &[(&str, &str)]) -> MemoryWorkspace {
    let git = GitInfo {
        sha: "c0ffee".to_owned(),
        branch: "main".to_owned(),
        tags: Vec::new(),
    };
    let workspace = MemoryWorkspace::new("/home/ada/wheat").with_git(git);
    files.iter().fold(workspace, |workspace, (path, text)| {
        workspace.file(path, *text)
    })
}

/// Somebody on a platform.
pub(crate) fn ada() -> Platform {
    Platform {
        user: "ada".to_owned(),
        cluster: "local".to_owned(),
        org: Some("bakehouse".to_owned()),
        project: "default-project".to_owned(),
    }
}

/// A session that asks nobody.
pub(crate) fn session<'a>(workspace: &'a MemoryWorkspace, platform: &'a Platform) -> Session<'a> {
    const NOBODY: &dyn Jobs = &NoJobs;
    Session {
        workspace,
        platform,
        jobs: NOBODY,
    }
}

/// Everything a check of the project finds.
pub(crate) fn checked(files: &[(&str, &str)]) -> String {
    let workspace = folder(files);
    let platform = ada();
    let opened = flow::open(&workspace);
    let session = session(&workspace, &platform);
    let found = flow::check(&opened.tree, &opened.diagnostics, &session).findings;
    printed(&found)
}

/// Findings, one after the other.
pub(crate) fn printed(found: &[Diagnostic]) -> String {
    found.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn one(found: &Diagnostic) -> String {
    let position = found.text.position(found.span.start);
    let word = format!("{:?}", found.severity).to_lowercase();
    let mut lines = vec![format!(
        "{}:{}:{} {word}[{}] {}",
        found.text.name(),
        position.line,
        position.column,
        found.code,
        found.message
    )];
    let line = found.text.line(position.line);
    if !line.is_empty() {
        let end = found
            .text
            .line_span(position.line)
            .map_or(0, |line| line.end);
        let width = found
            .text
            .slice(source::Span::new(found.span.start, found.span.end.min(end)));
        let marks = "^".repeat(width.chars().count().max(1));
        lines.push(format!("    {line}"));
        lines.push(format!("    {}{marks}", " ".repeat(position.column - 1)));
    }
    for label in &found.labels {
        let at = label.text.position(label.span.start);
        lines.push(format!(
            "  at {}:{}:{} {}",
            label.text.name(),
            at.line,
            at.column,
            label.message
        ));
    }
    lines.extend(found.help.iter().map(|help| format!("  help: {help}")));
    lines.join("\n")
}
