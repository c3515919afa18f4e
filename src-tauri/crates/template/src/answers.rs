//! What is known about the variables besides their defaults.

use indexmap::IndexMap;
use serde_json::Value;
use source::{Diagnostic, Severity};

use crate::context::Resolved;
use crate::finding::at_variable;
use crate::overrides::{plain, shown};
use crate::{Template, Variable, VariableKind};

/// Answers to the questions of a template.
///
/// What a person types is taken literally, as at the prompt of cookiecutter. What a command line
/// or a user configuration gives replaces the default and is therefore rendered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    /// Typed by a person: literal. A text also answers a yes/no question (`yes`, `no`, `true` …),
    /// a choice (its text) and a table (JSON).
    pub typed: IndexMap<String, Value>,
    /// Given as `key=value`: rendered like a default. What does not fit is an error.
    pub given: IndexMap<String, Value>,
    /// From a user's configuration: rendered like a default. What does not fit is a warning.
    pub preferred: IndexMap<String, Value>,
}

impl Answers {
    /// Answers that a person typed.
    pub fn typed<K: Into<String>, V: Into<Value>>(
        answers: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let typed = answers
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        Self {
            typed: typed.collect(),
            ..Self::default()
        }
    }

    /// Answers given as `key=value`.
    pub fn given<K: Into<String>, V: Into<Value>>(
        answers: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let given = answers
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        Self {
            given: given.collect(),
            ..Self::default()
        }
    }
}

/// The words that answer a yes/no question.
pub(crate) fn yes_no(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "1" | "true" | "t" | "yes" | "y" | "on" => Some(true),
        "0" | "false" | "f" | "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

/// What a person typed, as a value of the variable's kind.
pub(crate) fn understood(
    kind: VariableKind,
    typed: &Value,
    choices: &[Value],
) -> Result<Value, String> {
    match (kind, typed) {
        (VariableKind::YesNo, Value::Bool(_)) | (VariableKind::Table, Value::Object(_)) => {
            Ok(typed.clone())
        }
        (VariableKind::YesNo, typed) => yes_no(&plain(typed))
            .map(Value::Bool)
            .ok_or_else(|| "has to be answered by yes or no".to_owned()),
        (VariableKind::Choice, typed) => choices
            .iter()
            .find(|choice| *choice == typed)
            .or_else(|| choices.iter().find(|choice| plain(choice) == plain(typed)))
            .cloned()
            .ok_or_else(|| format!("`{}` is none of {}", plain(typed), shown(choices))),
        (VariableKind::Table, typed) => match serde_json::from_str(&plain(typed)) {
            Ok(Value::Object(map)) => Ok(Value::Object(map)),
            Ok(_) => Err("has to be a JSON object".to_owned()),
            Err(error) => Err(format!("has to be a JSON object: {error}")),
        },
        (_, Value::Null) => Ok(Value::Null),
        (_, typed) => Ok(Value::String(plain(typed))),
    }
}

/// Why a value breaks the rule of its variable; the outer error is an unusable rule.
pub(crate) fn broken_rule(
    variable: &Variable,
    value: &Value,
) -> Result<Option<String>, regex::Error> {
    let (Some(rule), Some(text)) = (&variable.rule, value.as_str()) else {
        return Ok(None);
    };
    let pattern = regex::Regex::new(&rule.pattern)?;
    Ok((!pattern.is_match(text)).then(|| rule.message.clone()))
}

/// Findings about answers that do not fit, and about Python classes that are not run.
pub(crate) fn unfit(template: &Template, resolved: &Resolved) -> Vec<Diagnostic> {
    let settings = &template.settings;
    let mut found = Vec::new();
    for one in resolved.answered.iter().filter(|one| !one.broken) {
        let Some(why) = &one.problem else { continue };
        let name = &one.variable.name;
        let message = format!("`{name}` {why}");
        found.push(at_variable(
            settings,
            name,
            Severity::Error,
            "template-answer",
            message,
        ));
    }
    for class in template.foreign_extensions() {
        let message =
            format!("the template wants the Python class `{class}`, which is not run here");
        let (severity, code) = (Severity::Warning, "template-extension");
        found.push(
            at_variable(settings, "_extensions", severity, code, message)
                .help("Files that use what it adds cannot be rendered."),
        );
    }
    found
}

/// Python classes whose filters, functions and tags are always there.
pub(crate) fn is_known(class: &str) -> bool {
    class.starts_with("cookiecutter.extensions.")
        || class.starts_with("jinja2.ext.")
        || matches!(
            class,
            "jinja2_time.TimeExtension" | "jinja2_git.GitExtension"
        )
}
