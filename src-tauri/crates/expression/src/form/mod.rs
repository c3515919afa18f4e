//! The types of scalar fields: which values a field takes and what they are turned into.

mod conversions;

use source::Span;

pub use self::conversions::{check_id, shell_quoted};
use self::conversions::{
    enable, id, mapping, path, port_pair, restart_policy, script, sequence, time_delta, uri,
};
use crate::error::{EvalError, Fault};
use crate::functions::{real_from, whole_from};
use crate::resource;
use crate::value::{LocalPath, RemotePath, Value};
use crate::world::Home;

/// What a field is turned into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// A text.
    Str,
    /// An identifier that is not written in capitals.
    Id,
    /// Truth. Every text that is not empty is true, even `"false"`.
    Bool,
    /// Truth, or `always()`.
    Enable,
    /// An integer.
    Int,
    /// A float.
    Float,
    /// A time span in seconds, written as seconds or as `1d2h3m4s`.
    TimeDelta,
    /// A path inside the job.
    RemotePath,
    /// A path on this machine.
    LocalPath,
    /// A URL.
    Uri,
    /// The URI of something on the platform, such as `storage:data`.
    ResourceUri,
    /// The name of an image; `image:` names are those of the platform.
    ImageRef,
    /// `never`, `on-failure` or `always`.
    RestartPolicy,
    /// Two ports, `8080:80`.
    PortPair,
    /// A number, truth, or else a text.
    Primitive,
    /// A script for bash; becomes the command that runs it.
    Bash,
    /// A script for Python; becomes the command that runs it.
    Python,
    /// A list given by one expression.
    Sequence(Item),
    /// A dictionary of texts given by one expression.
    Mapping,
}

/// What the items of a list are turned into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Item {
    /// Texts; nothing stays nothing.
    Text,
    /// Port pairs.
    PortPair,
    /// They stay as they are.
    AsIs,
}

/// The type of a field: its form, whether it may be empty, whether expressions are allowed in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldType {
    /// What values are turned into.
    pub form: Form,
    /// Whether nothing (`null`) is allowed.
    pub optional: bool,
    /// Whether only plain text is allowed.
    pub simple: bool,
}

impl FieldType {
    /// A field that must not be null and may hold expressions.
    #[must_use]
    pub const fn new(form: Form) -> Self {
        Self {
            form,
            optional: false,
            simple: false,
        }
    }

    /// The same, but null is allowed.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }

    /// The same, but expressions are not allowed.
    #[must_use]
    pub const fn simple(self) -> Self {
        Self {
            simple: true,
            ..self
        }
    }
}

impl Form {
    /// The name of the type in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Str | Self::ImageRef | Self::Bash | Self::Python => "str",
            Self::Id => "id",
            Self::Bool => "bool",
            Self::Enable => "enabled_type",
            Self::Int => "int",
            Self::Float => "float",
            Self::TimeDelta => "timedelta",
            Self::RemotePath => "RemotePath",
            Self::LocalPath => "LocalPath",
            Self::Uri | Self::ResourceUri => "URL",
            Self::RestartPolicy => "RestartPolicy",
            Self::PortPair => "PortPair",
            Self::Primitive => "primitive",
            Self::Sequence(_) => "Sequence",
            Self::Mapping => "Mapping",
        }
    }

    /// Whether text and expressions may be mixed.
    #[must_use]
    pub fn concatenates(self) -> bool {
        !matches!(
            self,
            Self::Bool
                | Self::Enable
                | Self::Int
                | Self::Float
                | Self::TimeDelta
                | Self::Sequence(_)
                | Self::Mapping
        )
    }

    /// Turns a value into this form. Names of things on the platform are not completed here, see
    /// [`Self::at_home`]; [`crate::Field`] does both.
    ///
    /// # Errors
    /// If the value has no such form; the error is placed at `span`.
    pub fn coerce(self, value: &Value, span: Span) -> Result<Value, EvalError> {
        self.convert(value).map_err(|fault| fault.at(span))
    }

    /// Reads a name of something on the platform (`storage:data`, `image:tool`) against an account
    /// and the project of a flow, then shortens it. Other forms and values stay as they are.
    ///
    /// # Errors
    /// If the name is not one; the error is placed at `span`.
    pub fn at_home(
        self,
        value: Value,
        project: &str,
        home: &Home,
        span: Span,
    ) -> Result<Value, EvalError> {
        self.placed(value, project, home)
            .map_err(|fault| fault.at(span))
    }

    /// The name in a value that is read against an account, if this form has one.
    pub(crate) fn resource(self, value: &Value) -> Option<String> {
        match (self, value) {
            (Self::ResourceUri, Value::Url(uri)) => Some(uri.to_string()),
            (Self::ImageRef, Value::Str(text)) if text.starts_with("image:") => Some(text.clone()),
            _ => None,
        }
    }

    pub(crate) fn placed(self, value: Value, project: &str, home: &Home) -> Result<Value, Fault> {
        let Some(text) = self.resource(&value) else {
            return Ok(value);
        };
        let uri = resource::short(&resource::absolute(&text, project, home, &[])?, home);
        Ok(if self == Self::ImageRef {
            Value::Str(uri.to_string())
        } else {
            Value::Url(uri)
        })
    }

    /// Turns a value into this form.
    pub(crate) fn convert(self, value: &Value) -> Result<Value, Fault> {
        match self {
            Self::Str | Self::ImageRef => Ok(Value::Str(value.to_string())),
            Self::Id => id(value),
            Self::Bool => Ok(Value::Bool(value.is_true())),
            Self::Enable => Ok(enable(value)),
            Self::Int => whole_from(value).map(Value::Int),
            Self::Float => Ok(Value::Float(real_from(value)?)),
            Self::TimeDelta => time_delta(value).map(Value::Float),
            Self::RemotePath => path(value).map(|text| RemotePath::new(text).into()),
            Self::LocalPath => path(value).map(|text| LocalPath::new(text).into()),
            Self::Uri | Self::ResourceUri => uri(value),
            Self::RestartPolicy => restart_policy(value),
            Self::PortPair => port_pair(value),
            Self::Primitive => Ok(match value {
                Value::Int(_) | Value::Bool(_) | Value::Float(_) => value.clone(),
                other => Value::Str(other.to_string()),
            }),
            Self::Bash => Ok(script("bash -euo pipefail -c", value)),
            Self::Python => Ok(script("python3 -uc", value)),
            Self::Sequence(item) => sequence(value, item),
            Self::Mapping => mapping(value),
        }
    }
}

impl Item {
    fn convert(self, value: Value) -> Result<Value, Fault> {
        match (self, value) {
            (Self::Text, Value::None) => Ok(Value::None),
            (Self::Text, value) => Ok(Value::Str(value.to_string())),
            (Self::PortPair, value) => port_pair(&value),
            (Self::AsIs, value) => Ok(value),
        }
    }
}
