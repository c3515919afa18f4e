//! What is known about the variables besides their defaults.

use indexmap::IndexMap;
use serde_json::Value;

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
