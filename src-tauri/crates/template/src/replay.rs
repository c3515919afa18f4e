//! Replay files: the answers of an earlier run, as cookiecutter keeps them.

use serde_json::{Map, Value};

use crate::python_json::{Letters, written};
use crate::{Answers, Plan};

/// The answers of an earlier run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replay {
    /// All variables with their values.
    pub context: Map<String, Value>,
    /// The questions without answers, as `_cookiecutter` keeps them; empty in old files.
    pub options: Map<String, Value>,
}

/// Why a text is no replay file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The text is no JSON.
    #[error("the replay file is no JSON, line {line}, column {column}: {message}")]
    BadJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser said.
        message: String,
    },
    /// The answers are missing.
    #[error("the replay file has no object `cookiecutter` with the answers")]
    NoAnswers,
}

impl Replay {
    /// Reads a replay file.
    ///
    /// # Errors
    /// When it is no JSON, or holds no answers.
    pub fn read(text: &str) -> Result<Self, ReplayError> {
        let value: Value = serde_json::from_str(text).map_err(|error| ReplayError::BadJson {
            line: error.line(),
            column: error.column().max(1),
            message: crate::template::bare_message(&error),
        })?;
        let table = |key: &str| value.get(key).and_then(Value::as_object).cloned();
        Ok(Self {
            context: table("cookiecutter").ok_or(ReplayError::NoAnswers)?,
            options: table("_cookiecutter").unwrap_or_default(),
        })
    }

    /// What a plan was made from.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        Self {
            context: plan.context.clone(),
            options: plan.options.clone(),
        }
    }

    /// The text of the file, byte for byte as cookiecutter writes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let both = [
            ("cookiecutter", &self.context),
            ("_cookiecutter", &self.options),
        ];
        let both: Map<String, Value> = both
            .into_iter()
            .map(|(key, table)| (key.to_owned(), Value::Object(table.clone())))
            .collect();
        written(&Value::Object(both), Letters::Ascii)
    }

    /// The name of the file for a template, from the name of its folder.
    #[must_use]
    pub fn file_name(template: &str) -> String {
        if template.ends_with(".json") {
            template.to_owned()
        } else {
            format!("{template}.json")
        }
    }

    /// The answers, to be asked again: what was answered is literal, what the template has new is
    /// worked out.
    #[must_use]
    pub fn answers(&self) -> Answers {
        let asked = self
            .context
            .iter()
            .filter(|(name, _)| !name.starts_with('_'));
        Answers::typed(asked.map(|(name, value)| (name.clone(), value.clone())))
    }
}
