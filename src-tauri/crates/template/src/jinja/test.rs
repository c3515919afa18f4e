//! Tests (`x is …`) with Python's types.

use minijinja::value::ValueKind;
use minijinja::{Environment, Value};

use super::python;

pub(super) fn add(env: &mut Environment<'static>) {
    env.add_test("sequence", |value: Value| {
        matches!(
            value.kind(),
            ValueKind::Seq | ValueKind::Map | ValueKind::String
        )
    });
    env.add_test("number", |value: Value| {
        matches!(value.kind(), ValueKind::Number | ValueKind::Bool)
    });
    env.add_test("integer", |value: Value| {
        value.is_integer() && value.kind() != ValueKind::Bool
    });
    env.add_test("lower", |value: Value| {
        let text = python::text(&value);
        text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase)
    });
    env.add_test("upper", |value: Value| {
        let text = python::text(&value);
        text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)
    });
    env.add_test("callable", |value: Value| {
        value.kind() == ValueKind::Plain && value.as_object().is_some()
    });
}
