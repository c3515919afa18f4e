//! The questions of a template with their present answers.

use serde_json::Value;
use source::Diagnostic;

use crate::context::{Answered, resolve};
use crate::overrides::plain;
use crate::project_folder::{folder_question, project_folder};
use crate::{Answers, Setting, Template, VariableKind};

/// The questions of a template with their present answers.
#[derive(Debug, Clone)]
pub struct Form {
    /// The questions in the order of the template; private variables are left out.
    pub fields: Vec<Field>,
    /// The name of the project folder, if it can be rendered.
    pub folder: Option<String>,
    /// What is wrong with the template itself or with answers that name no question.
    pub diagnostics: Vec<Diagnostic>,
}

impl Form {
    /// Whether a project can be made from these answers.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.fields.iter().all(|field| field.problem.is_none())
            && !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Name of the variable.
    pub name: String,
    /// The question as people read it.
    pub label: String,
    /// What the answer is for.
    pub help: Option<String>,
    /// How it is answered.
    pub kind: FieldKind,
    /// The present answer.
    pub value: Value,
    /// The answer that would hold if nothing was typed.
    pub default: Value,
    /// Whether the present answer follows from the others (nothing was typed).
    pub derived: bool,
    /// The variables that the default reads.
    pub follows: Vec<String>,
    /// What is wrong with the present answer.
    pub problem: Option<String>,
}

impl Field {
    /// The present answer as text: `yes` and `no`, plain text, or JSON.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.value {
            Value::Bool(true) => "yes".to_owned(),
            Value::Bool(false) => "no".to_owned(),
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// With a text.
    Text,
    /// With yes or no.
    YesNo,
    /// With one of several values.
    Choice(Vec<Choice>),
    /// With a table: a JSON object.
    Table,
}

/// One value that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The value.
    pub value: Value,
    /// What people read.
    pub label: String,
}

/// The questions of a template with their present answers.
pub(crate) fn make(template: &Template, answers: &Answers, setting: &Setting) -> Form {
    let mut resolved = match resolve(template, answers, setting) {
        Ok(resolved) => resolved,
        Err(finding) => {
            return Form {
                fields: Vec::new(),
                folder: None,
                diagnostics: vec![*finding],
            };
        }
    };
    let named = project_folder(&resolved);
    if let (Err(why), Some(name)) = (&named, folder_question(&resolved)) {
        let asked = resolved
            .answered
            .iter_mut()
            .find(|one| one.variable.name == name);
        if let Some(asked) = asked.filter(|one| one.problem.is_none()) {
            asked.problem = Some(format!("the project folder {}", why.reason()));
        }
    }
    Form {
        fields: resolved.answered.into_iter().map(field).collect(),
        folder: named.ok(),
        diagnostics: resolved.diagnostics,
    }
}

fn field(answered: Answered) -> Field {
    let Answered {
        variable,
        value,
        default,
        choices,
        typed,
        follows,
        problem,
        ..
    } = answered;
    let kind = match variable.kind {
        VariableKind::YesNo => FieldKind::YesNo,
        VariableKind::Choice => FieldKind::Choice(
            choices
                .into_iter()
                .map(|value| labelled(value, &variable.choice_labels))
                .collect(),
        ),
        VariableKind::Table => FieldKind::Table,
        _ => FieldKind::Text,
    };
    Field {
        name: variable.name,
        label: variable.label,
        help: variable.help,
        kind,
        value,
        default,
        derived: !typed,
        follows,
        problem,
    }
}

fn labelled(value: Value, labels: &[(String, String)]) -> Choice {
    let text = plain(&value);
    let label = labels
        .iter()
        .find(|(choice, _)| *choice == text)
        .map(|(_, label)| label.clone());
    Choice {
        value,
        label: label.unwrap_or(text),
    }
}
