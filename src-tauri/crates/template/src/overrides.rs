//! Defaults that a command line or a user's configuration replaces, as cookiecutter does it.

use indexmap::IndexMap;
use serde_json::{Map, Value};
use source::{Diagnostic, Severity};

use crate::answers::yes_no;
use crate::finding::at_variable;
use crate::{Answers, Template, jinja};

/// The declarations with defaults replaced by what was preferred and given.
pub(crate) fn overridden(
    template: &Template,
    answers: &Answers,
    found: &mut Vec<Diagnostic>,
) -> Map<String, Value> {
    let mut options = template.options.clone();
    let mut put = |source: &IndexMap<String, Value>, severity| {
        for (name, value) in source {
            if let Some(Err(why)) = options
                .get_mut(name)
                .map(|old| replace(old, value, name, false))
            {
                found.push(at_variable(
                    &template.settings,
                    name,
                    severity,
                    "template-answer",
                    why,
                ));
                break;
            }
        }
    };
    put(&answers.preferred, Severity::Warning);
    put(&answers.given, Severity::Error);
    options
}

/// Replaces a default as cookiecutter does.
fn replace(old: &mut Value, new: &Value, name: &str, inner: bool) -> Result<(), String> {
    match (old, new) {
        (Value::Array(choices), Value::Array(some)) if !inner => {
            if !some.iter().all(|one| choices.contains(one)) {
                return Err(format!(
                    "`{name}` has no such choices; there are {}",
                    shown(choices)
                ));
            }
            choices.clone_from(some);
        }
        (Value::Array(choices), one) if !inner => {
            let at = choices
                .iter()
                .position(|choice| choice == one)
                .ok_or_else(|| {
                    format!("`{name}` has no choice {one}; there are {}", shown(choices))
                })?;
            let chosen = choices.remove(at);
            choices.insert(0, chosen);
        }
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in new {
                match old.get_mut(key) {
                    Some(known) => replace(known, value, key, true)?,
                    None => {
                        old.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (Value::Bool(old), Value::String(text)) => {
            *old = yes_no(text)
                .ok_or_else(|| format!("`{name}` is answered by yes or no, not `{text}`"))?;
        }
        (old, new) => *old = new.clone(),
    }
    Ok(())
}

pub(crate) fn shown(choices: &[Value]) -> String {
    let texts: Vec<String> = choices.iter().map(plain).collect();
    texts.join(", ")
}

/// A value as one line of text.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => jinja::number_text(number),
        other => other.to_string(),
    }
}
