//! The folder of a template that becomes the project, and its name there.

use source::{Diagnostic, Severity};

use crate::context::Resolved;
use crate::finding::at_variable;
use crate::jinja::{self, Jinja};
use crate::{Template, name};

/// The folder whose name holds a substitution of `cookiecutter`; empty when there is none.
pub(crate) fn template_folder(
    template: &Template,
    jinja: &Jinja,
    found: &mut Vec<Diagnostic>,
) -> String {
    let (start, end) = jinja.variable_marks();
    let names: Vec<&str> = template
        .tree
        .children("")
        .into_iter()
        .filter(|name| name.contains("cookiecutter") && name.contains(start) && name.contains(end))
        .collect();
    match names.as_slice() {
        [] => found.push(
            at_variable(
                &template.settings,
                "",
                Severity::Error,
                "template-folder",
                format!("there is no folder whose name holds `{start} cookiecutter.… {end}`"),
            )
            .help("A template keeps the files of the project in such a folder."),
        ),
        [_] => {}
        [first, rest @ ..] => found.push(at_variable(
            &template.settings,
            "",
            Severity::Warning,
            "template-folder",
            format!(
                "of several template folders `{first}` is used, not {}",
                rest.join(", ")
            ),
        )),
    }
    names
        .first()
        .map(|name| (*name).to_owned())
        .unwrap_or_default()
}

/// Why the project folder has no name.
pub(crate) enum Unnamed {
    /// Its name cannot be rendered.
    Failed(jinja::Failed),
    /// Its name cannot be used.
    Unusable(&'static str),
}

impl Unnamed {
    /// What is wrong, after "the project folder ".
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Failed(fault) => format!("cannot be named: {}", fault.message),
            Self::Unusable(why) => (*why).to_owned(),
        }
    }

    /// The code of the finding.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Failed(fault) => fault.code,
            Self::Unusable(_) => "template-name",
        }
    }
}

/// Name of the project folder, or why there is none.
pub(crate) fn project_folder(resolved: &Resolved) -> Result<String, Unnamed> {
    let rendered = resolved
        .jinja
        .render(&resolved.folder, &resolved.folder, &resolved.context())
        .map_err(Unnamed::Failed)?;
    let inside = name::inside(&rendered.text).map_err(|why| Unnamed::Unusable(why.reason()))?;
    match (inside.is_empty(), rendered.text.is_empty()) {
        (false, _) => Ok(inside),
        (true, true) => Err(Unnamed::Unusable("has no name")),
        (true, false) => Err(Unnamed::Unusable("has no usable name")),
    }
}

/// The question that names the project folder, if it is one.
pub(crate) fn folder_question(resolved: &Resolved) -> Option<String> {
    let asked = |name: &str| {
        resolved
            .answered
            .iter()
            .any(|one| one.variable.name == name)
    };
    resolved
        .jinja
        .follows(&resolved.folder)
        .into_iter()
        .find(|name| asked(name))
}
