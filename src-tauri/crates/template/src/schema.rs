//! `cookiecutter.json`: the variables, their prompts, and the settings of the template.

use serde_json::{Map, Value};

/// The variables of a template and what it says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The variables in the order of the file, private ones too.
    pub variables: Vec<Variable>,
    /// What the template is for, if it says so.
    pub summary: Option<String>,
    /// What one gets, a few words each, if it says so.
    pub gives: Vec<String>,
    /// The name of the template, if it says so.
    pub title: Option<String>,
    /// Python classes the template wants loaded.
    pub extensions: Vec<String>,
}

/// A variable as the template declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What kind it is.
    pub kind: VariableKind,
    /// Its default, not rendered.
    pub default: Value,
    /// The question.
    pub label: String,
    /// What it is for.
    pub help: Option<String>,
    /// What people read for each choice, by the text of the choice.
    pub choice_labels: Vec<(String, String)>,
    /// What a text has to look like.
    pub rule: Option<Rule>,
}

/// What a text has to look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// A regular expression that has to match.
    pub pattern: String,
    /// What is said when it does not.
    pub message: String,
}

/// Kinds of variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableKind {
    /// A text; numbers become texts.
    Text,
    /// Yes or no.
    YesNo,
    /// One of a list.
    Choice,
    /// An object.
    Table,
    /// `_name`: never asked, never rendered.
    Raw,
    /// `__name`: never asked, but rendered.
    Computed,
}

impl VariableKind {
    /// The kind of a variable, from its name and default.
    #[must_use]
    pub fn of(name: &str, default: &Value) -> Self {
        match default {
            _ if name.starts_with("__") => Self::Computed,
            _ if name.starts_with('_') => Self::Raw,
            Value::Bool(_) => Self::YesNo,
            Value::Array(_) => Self::Choice,
            Value::Object(_) => Self::Table,
            _ => Self::Text,
        }
    }
}

impl Schema {
    /// Reads the variables out of the object in `cookiecutter.json`.
    #[must_use]
    pub fn of(options: &Map<String, Value>) -> Self {
        let about = options.get("_bakehouse").and_then(Value::as_object);
        let text = |key: &str| {
            about
                .and_then(|about| about.get(key))
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let variables = options
            .iter()
            .filter(|(name, _)| *name != "__prompts__")
            .map(|(name, default)| variable(name, default, options));
        Self {
            variables: variables.collect(),
            summary: text("summary"),
            gives: texts(about.and_then(|about| about.get("gives"))),
            title: text("title"),
            extensions: texts(options.get("_extensions")),
        }
    }

    /// The variables that are asked for, in the order of the file.
    pub fn questions(&self) -> impl Iterator<Item = &Variable> {
        self.variables
            .iter()
            .filter(|one| !matches!(one.kind, VariableKind::Raw | VariableKind::Computed))
    }
}

/// The texts of a JSON list.
pub(crate) fn texts(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_array)
        .map(|list| {
            list.iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        })
        .unwrap_or_default()
}

fn variable(name: &str, default: &Value, options: &Map<String, Value>) -> Variable {
    let prompt = options
        .get("__prompts__")
        .and_then(|prompts| prompts.get(name));
    let label = match prompt {
        Some(Value::String(label)) => Some(label.as_str()),
        Some(Value::Object(labels)) => labels.get("__prompt__").and_then(Value::as_str),
        _ => None,
    };
    let hints = options
        .get("_bakehouse")
        .and_then(|about| about.get("fields")?.get(name));
    let hint = |key: &str| hints?.get(key)?.as_str().map(str::to_owned);
    let rule = hint("pattern").map(|pattern| Rule {
        message: hint("message").unwrap_or_else(|| format!("must look like {pattern}")),
        pattern,
    });
    Variable {
        name: name.to_owned(),
        kind: VariableKind::of(name, default),
        default: default.clone(),
        label: label
            .filter(|label| !label.is_empty())
            .unwrap_or(name)
            .to_owned(),
        help: hint("help"),
        choice_labels: choice_labels(prompt),
        rule,
    }
}

fn choice_labels(prompt: Option<&Value>) -> Vec<(String, String)> {
    let Some(labels) = prompt.and_then(Value::as_object) else {
        return Vec::new();
    };
    labels
        .iter()
        .filter(|(choice, _)| *choice != "__prompt__")
        .filter_map(|(choice, label)| Some((choice.clone(), label.as_str()?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(json: &str) -> Schema {
        Schema::of(
            serde_json::from_str::<Value>(json)
                .unwrap()
                .as_object()
                .unwrap(),
        )
    }

    #[test]
    fn kinds_follow_from_names_and_values() {
        let schema = schema(
            r#"{"a": "x", "b": 5, "c": true, "d": ["x"], "e": {}, "f": null, "_g": [1], "__h": "x"}"#,
        );
        let kinds: Vec<_> = schema
            .variables
            .iter()
            .map(|one| (one.name.as_str(), one.kind))
            .collect();
        use VariableKind::*;
        assert_eq!(
            kinds,
            [
                ("a", Text),
                ("b", Text),
                ("c", YesNo),
                ("d", Choice),
                ("e", Table),
                ("f", Text),
                ("_g", Raw),
                ("__h", Computed)
            ]
        );
        assert_eq!(schema.questions().count(), 6);
    }

    #[test]
    fn prompts_are_labels_and_are_no_variables() {
        let schema = schema(
            r#"{"a": "x", "b": ["m", "n"], "c": "",
                "__prompts__": {"a": "The A", "b": {"__prompt__": "The B", "m": "Em"}}}"#,
        );
        assert_eq!(schema.variables.len(), 3);
        assert_eq!(schema.variables[0].label, "The A");
        assert_eq!(schema.variables[1].label, "The B");
        assert_eq!(
            schema.variables[1].choice_labels,
            [("m".to_owned(), "Em".to_owned())]
        );
        assert_eq!(schema.variables[2].label, "c");
    }
}
