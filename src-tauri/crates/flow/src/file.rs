//! Files of a project: their texts, and what each of them is.

use source::{Diagnostic, Span, Text};

use crate::workspace::Workspace;
use crate::yaml::Node;

/// A file that was read, perhaps with a flaw.
pub(crate) struct FoundFile {
    pub(crate) text: Text,
    pub(crate) problem: Option<Diagnostic>,
}

/// What a file of the config folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Batch,
    OtherLive,
    Action,
    /// Some other YAML file.
    Unknown,
}

/// Reads a file as text.
pub(crate) fn text(workspace: &dyn Workspace, path: &str) -> Result<FoundFile, Box<Diagnostic>> {
    let nothing = || Text::new(path, "");
    let bytes = workspace.read(path).map_err(|error| {
        let message = format!("{path} cannot be read: {error}");
        Box::new(Diagnostic::error(
            "unreadable-file",
            &nothing(),
            Span::at(0),
            message,
        ))
    })?;
    match String::from_utf8(bytes) {
        Ok(content) => Ok(FoundFile {
            text: named(path, &content),
            problem: None,
        }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let content = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let text = named(path, &content);
            let message = "this is not UTF-8 text";
            let span = Span::new(at, at + 1);
            let problem = Diagnostic::error("not-text", &text, span, message);
            let problem = problem.help("save the file with the encoding UTF-8");
            Ok(FoundFile {
                text,
                problem: Some(problem),
            })
        }
    }
}

/// A text without the mark some editors put at the beginning.
pub(crate) fn named(path: &str, content: &str) -> Text {
    Text::new(path, content.strip_prefix('\u{feff}').unwrap_or(content))
}

/// The YAML files of a folder, by name. `a.yml` hides `a.yaml`.
pub(crate) fn yaml_files(workspace: &dyn Workspace, folder: &str) -> Vec<String> {
    let mut found: Vec<String> = workspace
        .entries(folder)
        .into_iter()
        .filter(|entry| !entry.kind.is_folder())
        .filter(|entry| entry.name.ends_with(".yml") || entry.name.ends_with(".yaml"))
        .map(|entry| format!("{folder}/{}", entry.name))
        .collect();
    found.sort_by(|left, right| {
        stem(left)
            .cmp(stem(right))
            .then_with(|| right.ends_with(".yml").cmp(&left.ends_with(".yml")))
    });
    found.dedup_by(|later, first| stem(later) == stem(first));
    found
}

/// The name of a file without folders and suffix.
pub(crate) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".yml")
        .or_else(|| name.strip_suffix(".yaml"))
        .unwrap_or(name)
}

/// What a file is, read off its top-level keys.
pub(crate) fn role(tree: Option<&Node>) -> Role {
    let has = |key: &str| tree.is_some_and(|node| node.get(key).is_some());
    let kind = tree.and_then(kind_of);
    match kind.as_deref() {
        Some("stateful" | "local") => Role::Action,
        Some("live") if has("job") && !has("jobs") => Role::Action,
        Some("live") => Role::OtherLive,
        Some("batch")
            if ["inputs", "outputs", "name", "descr", "author"]
                .into_iter()
                .any(has) =>
        {
            Role::Action
        }
        Some(_) => Role::Batch,
        None if has("tasks") => Role::Batch,
        None => Role::Unknown,
    }
}

fn kind_of(node: &Node) -> Option<String> {
    node.get("kind")?
        .scalar()
        .map(|scalar| scalar.value.to_string())
}
