//! A scalar of a flow file read as a field of some type: a constant, nothing, or a template.
//!
//! Constants are checked when the file is read; expressions when they are evaluated.

use source::{Diagnostic, Parsed, Span, Text};

use crate::error::{EvalError, Fault};
use crate::evaluate::evaluate;
use crate::form::{FieldType, Form};
use crate::parser::parse_template;
use crate::scope::{Found, Scope};
use crate::tree::Template;
use crate::value::Value;
use crate::world::{World, WorldError};

/// A field of a flow file.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// What the field takes.
    pub of: FieldType,
    /// Where its scalar stands.
    pub span: Span,
    /// What was written.
    pub content: Content,
}

/// What was written into a [`Field`].
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Nothing.
    Null,
    /// A value that does not depend on anything, in the form of the field.
    Constant(Value),
    /// A text with expressions.
    Template(Template),
    /// Something that cannot be used; a diagnostic says why.
    Broken,
}

/// A scalar as YAML has read it.
#[derive(Clone, Copy)]
pub struct Scalar<'a> {
    /// Its value: a text, or what YAML made of a plain scalar.
    pub value: &'a Value,
    /// Where it stands in the file, quotes included.
    pub span: Span,
    /// Tells for each byte of a text, and for its end, where it stands in the file.
    pub place: &'a dyn Fn(usize) -> usize,
}

impl Field {
    /// Reads a scalar as a field.
    #[must_use]
    pub fn read(of: FieldType, scalar: Scalar<'_>, text: &Text) -> Parsed<Self> {
        let mut diagnostics = Vec::new();
        let content = match scalar.value {
            Value::None if of.optional => Content::Null,
            Value::None => refused(text, scalar.span, "None is not allowed", &mut diagnostics),
            Value::Str(written) => {
                let parsed = parse_template(written, scalar.place, text);
                diagnostics = parsed.diagnostics;
                if diagnostics.iter().any(Diagnostic::is_error) {
                    Content::Broken
                } else {
                    templated(of, parsed.tree, scalar.span, text, &mut diagnostics)
                }
            }
            value => converted(of.form, value, scalar.span, text, &mut diagnostics),
        };
        Parsed {
            tree: Self {
                of,
                span: scalar.span,
                content,
            },
            diagnostics,
        }
    }

    /// A field that was not written.
    #[must_use]
    pub fn absent(of: FieldType) -> Self {
        Self {
            of,
            span: Span::default(),
            content: Content::Null,
        }
    }

    /// A field with a value that somebody has worked out already.
    #[must_use]
    pub fn constant(of: FieldType, span: Span, value: Value) -> Self {
        Self {
            of,
            span,
            content: Content::Constant(value),
        }
    }

    /// The template, if expressions have to be evaluated.
    #[must_use]
    pub fn template(&self) -> Option<&Template> {
        match &self.content {
            Content::Template(template) => Some(template),
            _ => None,
        }
    }

    /// The value, if nothing has to be evaluated.
    #[must_use]
    pub fn known(&self) -> Option<&Value> {
        match &self.content {
            Content::Constant(value) => Some(value),
            Content::Null => Some(&Value::None),
            Content::Template(_) | Content::Broken => None,
        }
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.content == Content::Null
    }

    /// The value of the field in its form.
    ///
    /// # Errors
    /// If the field has no value, or none yet.
    pub fn evaluate(&self, scope: &dyn Scope, world: &mut dyn World) -> Result<Value, EvalError> {
        let value = match &self.content {
            Content::Null => return Ok(Value::None),
            Content::Constant(value) => value.clone(),
            Content::Broken => return Err(EvalError::new(self.span, "this cannot be read")),
            Content::Template(template) => {
                let value = evaluate(template, scope, world)?;
                self.of
                    .form
                    .convert(&value)
                    .map_err(|fault| fault.at(inner_span(template)))?
            }
        };
        at_home(self.of.form, value, scope, world).map_err(|fault| fault.at(self.span))
    }
}

/// From the beginning of the first part to the end of the last one.
fn inner_span(template: &Template) -> Span {
    match (template.parts.first(), template.parts.last()) {
        (Some(first), Some(last)) => first.span().to(last.span()),
        _ => template.span,
    }
}

fn refused(text: &Text, span: Span, message: &str, found: &mut Vec<Diagnostic>) -> Content {
    found.push(Diagnostic::error("field-value", text, span, message));
    Content::Broken
}

fn templated(
    of: FieldType,
    template: Template,
    span: Span,
    text: &Text,
    found: &mut Vec<Diagnostic>,
) -> Content {
    let form = of.form;
    if !form.concatenates() && template.parts.len() != 1 {
        let what = if template.parts.is_empty() {
            "Empty value"
        } else {
            "Implicit concatenation"
        };
        return refused(
            text,
            span,
            &format!("{what} is not allowed for {}", form.name()),
            found,
        );
    }
    if let Some(constant) = template.constant() {
        if matches!(form, Form::Bool | Form::Enable) {
            warn_about_truth(constant, span, text, found);
        }
        return converted(form, &Value::from(constant), span, text, found);
    }
    if of.simple {
        let message = format!("Expressions are not allowed in {}", template.source);
        return refused(text, span, &message, found);
    }
    Content::Template(template)
}

fn converted(
    form: Form,
    value: &Value,
    span: Span,
    text: &Text,
    found: &mut Vec<Diagnostic>,
) -> Content {
    let fault = match (form, value) {
        (Form::Sequence(_), Value::Str(_)) => {
            let fault = Fault::new(format!("{} is not a sequence", value.repr()));
            fault.help("write a YAML list, or one expression that gives a list")
        }
        (Form::Mapping, Value::Str(_)) => {
            let fault = Fault::new(format!("{} is not a mapping", value.repr()));
            fault.help("write a YAML mapping, or one expression that gives a dictionary")
        }
        _ => match form.convert(value) {
            Ok(value) => return Content::Constant(value),
            Err(fault) => fault,
        },
    };
    found.push(fault.at(span).diagnostic(text));
    Content::Broken
}

/// `"false"` in quotes is a text, and every text but the empty one is true.
fn warn_about_truth(constant: &str, span: Span, text: &Text, found: &mut Vec<Diagnostic>) {
    let word = constant.trim().to_lowercase();
    if matches!(
        word.as_str(),
        "false" | "no" | "off" | "0" | "n" | "none" | "null"
    ) {
        let message = format!("the text `{constant}` counts as true here");
        let warning = Diagnostic::warning("text-is-true", text, span, message);
        found.push(warning.help("write false without quotes"));
    }
}

/// Names of things on the platform are read against the project of the flow, then shortened.
fn at_home(
    form: Form,
    value: Value,
    scope: &dyn Scope,
    world: &mut dyn World,
) -> Result<Value, Fault> {
    if form.resource(&value).is_none() {
        return Ok(value);
    }
    let project = match scope.find("project") {
        Found::Missing => return Ok(value),
        Found::Unknown(unknown) => return Err(unknown.into()),
        Found::Known(project) => project,
    };
    let name = match project.as_ref() {
        Value::Record(record) => record.get("project_name").cloned(),
        Value::Dict(dict) => dict.get("project_name").cloned(),
        _ => None,
    };
    let name = match name {
        Some(Value::Str(name)) => Some(name),
        Some(Value::Unknown(unknown)) => return Err(unknown.into()),
        _ => None,
    };
    let home = world.home().map_err(|error| match error {
        WorldError::Unknown(unknown) => unknown.into(),
        other => Fault::new(other.to_string()),
    })?;
    form.placed(value, name.as_deref().unwrap_or(&home.project), &home)
}
