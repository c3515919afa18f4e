//! The questions as the window shows them.

use contract::{FieldInput, FieldOption, TemplateField, TemplateForm};
use template::{Field, FieldKind, Form};

/// The form with the equal command.
pub(super) fn view(form: Form, command: String) -> TemplateForm {
    TemplateForm {
        fields: form.fields.into_iter().map(field).collect(),
        folder: form.folder,
        command,
    }
}

fn field(field: Field) -> TemplateField {
    TemplateField {
        value: field.text(),
        name: field.name,
        label: field.label,
        help: field.help,
        input: input(field.kind),
        derived: field.derived,
        problem: field.problem.map(|why| format!("{}.", capital(&why))),
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

/// A fragment as the beginning of a sentence.
fn capital(fragment: &str) -> String {
    let mut letters = fragment.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
