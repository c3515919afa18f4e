//! What has to hold for every template, however it came about.

use std::collections::HashSet;

use template::{Answers, Content, Node, Plan, Setting, Template, Tree};

/// A setting with small limits, so that a run is short.
#[must_use]
pub fn setting() -> Setting {
    Setting {
        fuel: 5_000,
        most_bytes: 1 << 20,
        ..Setting::new(jiff::Timestamp::UNIX_EPOCH, 1)
    }
}

/// A file of a template.
#[must_use]
pub fn file(bytes: &[u8]) -> Node {
    Node::File {
        mode: 0o644,
        bytes: bytes.into(),
    }
}

/// Reads a template and makes everything of it that can be made.
pub fn everything(tree: Tree, answers: &Answers) {
    let Ok(template) = Template::read(tree) else {
        return;
    };
    let setting = setting();
    let _ = template.form(answers, &setting);
    let plan = template.plan(answers, &setting);
    inside(&plan);
    for entry in plan.entries.iter().take(8) {
        let _ = template.explain(entry, entry.content.bytes().len() / 2, answers, &setting);
    }
    let _ = template::Replay::of(&plan).to_json();
}

/// Nothing lies outside the project, and no path stands twice.
pub fn inside(plan: &Plan) {
    let mut seen = HashSet::new();
    for entry in &plan.entries {
        let path = &entry.path;
        assert!(!path.starts_with('/') && !path.chars().any(char::is_control));
        assert!(path.split('/').all(|part| !matches!(part, "" | "." | "..")));
        assert!(seen.insert(path));
        if let Content::Rendered { bytes, marks, .. } = &entry.content {
            assert!(marks.iter().all(|mark| mark.range.end <= bytes.len()));
        }
    }
}
