//! Types of fields, and the account that places on the platform are read against.

use expression::{EvalError, Form, Uri, Value};
use source::Span;

/// Places on the platform are read against this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Where the account stands.
    pub account: expression::Home,
    /// The project the flow works in.
    pub flow_project: String,
}

/// What messages call a value of this type.
#[must_use]
pub fn noun(form: Form) -> &'static str {
    match form {
        Form::Id => "an id",
        Form::Bool => "a truth value",
        Form::Int => "a whole number",
        Form::Float => "a number",
        Form::TimeDelta => "a time span",
        Form::RemotePath | Form::LocalPath => "a path",
        Form::Uri | Form::ResourceUri => "a URL",
        Form::RestartPolicy => "a restart policy",
        Form::PortPair => "a pair of ports",
        Form::Primitive => "a number, a truth value or text",
        Form::Enable => "a condition",
        Form::Sequence(_) => "a list",
        Form::Mapping => "a mapping",
        _ => "text",
    }
}

/// Turns a value into the type of its field.
///
/// # Errors
/// If the value cannot be of that type.
pub(crate) fn convert(
    form: Form,
    value: &Value,
    home: Option<&Home>,
    span: Span,
) -> Result<Value, EvalError> {
    let value = form.coerce(value, span)?;
    match home {
        Some(home) => form.at_home(value, &home.flow_project, &home.account, span),
        None => Ok(value),
    }
}

impl Home {
    /// A place on the platform in its full form.
    pub(crate) fn complete(&self, text: &str, span: Span) -> Result<Uri, EvalError> {
        let value = Form::ResourceUri.coerce(&Value::from(text), span)?;
        // Nothing lies in a project without a name, so nothing is shortened.
        let nobody = expression::Home {
            project: String::new(),
            ..self.account.clone()
        };
        match Form::ResourceUri.at_home(value, &self.flow_project, &nobody, span)? {
            Value::Url(uri) => Ok(uri),
            other => Err(EvalError::new(
                span,
                format!("{} is not a URL", other.repr()),
            )),
        }
    }
}
