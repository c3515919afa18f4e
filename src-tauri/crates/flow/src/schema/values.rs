//! Schemas of values by their type.

use expression::Form;
use serde_json::{Value, json};

use crate::keys::Scalar;

/// A text with an expression in it.
pub(super) fn expression() -> Value {
    json!({
        "type": "string",
        "pattern": "\\$\\{\\{|\\$\\[\\[",
        "description": "Text with `${{ … }}` or `$[[ … ]]` in it.",
    })
}

/// Any one value that is taken as text.
pub(super) fn text() -> Value {
    json!({"type": ["string", "number", "boolean"]})
}

/// Any one value that is taken as text, but no expression.
fn without_expressions() -> Value {
    json!({"type": ["string", "number", "boolean"], "not": {"$ref": "#/$defs/expression"}})
}

/// What may also be left empty.
pub(super) fn nullable(value: &Value) -> Value {
    json!({"anyOf": [value, {"type": "null"}]})
}

/// One value.
pub(super) fn scalar(scalar: Scalar) -> Value {
    let typed = typed(scalar.coercion);
    let mut choices = Vec::new();
    if scalar.expressions && typed.is_some() {
        choices.push(json!({"$ref": "#/$defs/expression"}));
    }
    if scalar.optional {
        choices.push(json!({"type": "null"}));
    }
    let plain = match typed {
        Some(typed) => typed,
        None if scalar.expressions => text(),
        None => without_expressions(),
    };
    if choices.is_empty() {
        return plain;
    }
    choices.insert(0, plain);
    json!({"anyOf": choices})
}

/// A list of values, or one expression.
pub(super) fn list(item: Scalar) -> Value {
    json!({"anyOf": [
        {"type": "array", "items": scalar(item)},
        {"$ref": "#/$defs/expression"},
        {"type": "null"},
    ]})
}

/// Names with values, or one expression.
pub(super) fn map(item: Scalar) -> Value {
    json!({"anyOf": [
        {"type": "object", "additionalProperties": scalar(item)},
        {"$ref": "#/$defs/expression"},
    ]})
}

/// The arguments of a call.
pub(super) fn arguments() -> Value {
    json!({"type": "object", "additionalProperties": text()})
}

/// The schema of a type that does not take every text.
fn typed(form: Form) -> Option<Value> {
    let or_text = |kind: &str, pattern: &str| json!({"anyOf": [{"type": kind}, {"type": "string", "pattern": pattern}]});
    Some(match form {
        Form::Int => or_text("number", "^\\s*[+-]?[0-9_]+\\s*$"),
        Form::Float => or_text("number", "^\\s*[+-]?[0-9._eE+-]+\\s*$"),
        Form::TimeDelta => or_text("number", TIME),
        Form::RestartPolicy => json!({"enum": ["never", "on-failure", "always"]}),
        Form::PortPair => or_text("integer", "^[0-9]+:[0-9]+$"),
        Form::Id => json!({"type": "string", "pattern": super::NAME}),
        _ => return None,
    })
}

/// Seconds, or days, hours, minutes and seconds.
const TIME: &str = "^\\s*[+-]?[0-9.]+\\s*$|^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$";
