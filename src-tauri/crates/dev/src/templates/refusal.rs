//! Why a project is not made, in the classes of the real tool.

use source::Diagnostic;
use template::{Node, Plan, ReadError, Tree};

/// Why a project is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The class of the real tool's error; empty when it has none for this.
    pub(crate) class: String,
    /// Its message, where it is part of its contract.
    pub(crate) message: Option<String>,
    /// What we say.
    pub(crate) ours: String,
}

impl Refusal {
    pub(crate) fn new(class: &str, message: Option<String>, ours: impl Into<String>) -> Self {
        Self {
            class: class.to_owned(),
            message,
            ours: ours.into(),
        }
    }

    /// A template that cannot be read.
    pub(crate) fn unread(error: &ReadError) -> Self {
        let class = match error {
            ReadError::NoSettings => "RepositoryNotFound",
            ReadError::BadJson { .. } | ReadError::NoText => "ContextDecodingException",
            ReadError::BadNested { .. } => "ValueError",
            _ => "",
        };
        Self::new(class, None, error.to_string())
    }

    /// The folder of the project is there already.
    pub(crate) fn taken(path: &str) -> Self {
        let message = format!("Error: \"{path}\" directory already exists");
        Self::new("OutputDirExistsException", Some(message.clone()), message)
    }

    /// A program that ended badly.
    pub(crate) fn failed_hook(message: String, said: &str) -> Self {
        let ours = format!("{message}: {said}");
        Self::new("FailedHookException", Some(message), ours)
    }

    /// The first error of a plan.
    pub(crate) fn planned(plan: &Plan, tree: &Tree, output_dir: &str) -> Option<Self> {
        let error = plan.diagnostics.iter().find(|one| one.is_error())?;
        let line = error.text.position(error.span.start).line;
        let ours = format!("{}:{line}: {}", error.text.name(), error.message);
        let class = class(error);
        let message = match class {
            "UndefinedVariableInTemplate" => undefined(error, plan, tree),
            "OutputDirExistsException" => {
                Some(format!("Error: \"{output_dir}\" directory already exists"))
            }
            _ => None,
        };
        Some(Self::new(class, message, ours))
    }
}

fn class(error: &Diagnostic) -> &'static str {
    match error.code {
        "template-undefined" => "UndefinedVariableInTemplate",
        "template-folder" => "NonTemplatedInputDirException",
        "template-syntax" => "TemplateSyntaxError",
        "template-unknown" => "UnknownExtension",
        "template-include" => "TemplateNotFound",
        "template-name" if error.message.contains("has no") => "OutputDirExistsException",
        _ => "",
    }
}

/// `Unable to create file 'F'` and its kin.
fn undefined(error: &Diagnostic, plan: &Plan, tree: &Tree) -> Option<String> {
    let path = error.text.name();
    if path == "cookiecutter.json" {
        if error.message.starts_with("the project folder") {
            let folder = tree
                .children("")
                .into_iter()
                .find(|one| one.contains("cookiecutter."))?;
            return Some(format!("Unable to create project directory '{folder}'"));
        }
        let name = error.text.slice(error.span).trim_matches('"');
        return Some(format!("Unable to render variable '{name}'"));
    }
    let (folder, inside) = path.split_once('/').unwrap_or(("", path));
    match tree.get(path) {
        _ if folder.is_empty() && error.message.starts_with("the project folder") => {
            Some(format!("Unable to create project directory '{inside}'"))
        }
        Some(Node::Folder { .. }) if error.text.content() == last(path) => Some(format!(
            "Unable to create directory '{}/{inside}'",
            plan.folder
        )),
        _ => Some(format!("Unable to create file '{inside}'")),
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
