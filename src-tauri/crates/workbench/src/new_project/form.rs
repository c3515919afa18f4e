//! The questions as the window shows them.

use std::collections::BTreeSet;
use std::path::Path;

use contract::{FieldInput, FieldOption, TemplateField, TemplateForm};
use serde_json::Value;
use template::{Field, FieldKind, Form};

use crate::view::diagnostic::views;
use crate::view::failure::capital;

/// The form with the equal command.
pub(super) fn view(form: Form, command: String) -> TemplateForm {
    let sound = form.is_sound();
    let leading: BTreeSet<String> = form
        .fields
        .iter()
        .flat_map(|field| field.follows.iter().cloned())
        .collect();
    TemplateForm {
        fields: form
            .fields
            .into_iter()
            .map(|one| {
                let leads = leading.contains(&one.name);
                field(one, leads)
            })
            .collect(),
        folder: form.folder,
        command,
        diagnostics: views(&form.diagnostics, Path::new("")),
        sound,
    }
}

/// One question; `leads` tells whether others follow from it.
pub(crate) fn field(field: Field, leads: bool) -> TemplateField {
    let default = text(&field.default);
    let no_default = default.trim().is_empty() && field.kind == FieldKind::Text;
    let broken = field.derived && field.problem.is_some();
    TemplateField {
        value: field.text(),
        default,
        name: field.name,
        label: field.label,
        help: field.help,
        input: input(field.kind),
        derived: field.derived,
        // What follows from another question leads only as far as that one does.
        essential: (leads && field.follows.is_empty()) || no_default || broken,
        follows: field.follows,
        problem: field.problem.map(|why| format!("{}.", capital(&why))),
    }
}

/// A value as a person would type it.
fn text(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn input(kind: FieldKind) -> FieldInput {
    match kind {
        FieldKind::Text => FieldInput::Text {},
        FieldKind::YesNo => FieldInput::Switch {},
        FieldKind::Table => FieldInput::Json {},
        FieldKind::Choice(choices) => FieldInput::Choice {
            options: choices
                .into_iter()
                .map(|choice| FieldOption {
                    value: choice
                        .value
                        .as_str()
                        .map_or_else(|| choice.value.to_string(), str::to_owned),
                    label: choice.label,
                })
                .collect(),
        },
    }
}
