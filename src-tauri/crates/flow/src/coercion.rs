//! Types of fields: what a value is turned into before it is used.

use expression::{LocalPath, RemotePath, Uri, Value};
use num_bigint::BigInt;
use num_traits::FromPrimitive as _;
use serde::Serialize;

use crate::python;
use crate::words;

/// What a field turns its value into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub enum Coercion {
    /// Text.
    Str,
    /// A name others can refer to.
    Id,
    /// Truth.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// Seconds, written as a number or as `1d2h3m4s`.
    TimeDelta,
    /// A path inside a job.
    RemotePath,
    /// A path on this machine.
    LocalPath,
    /// A URL.
    Uri,
    /// A place on the platform.
    ResourceUri,
    /// An image.
    ImageRef,
    /// `never`, `on-failure` or `always`.
    Restart,
    /// `LOCAL:REMOTE`.
    PortPair,
    /// A whole number, a number, truth or text.
    Primitive,
    /// A bash script.
    Bash,
    /// A Python script.
    Python,
    /// Truth, or `always()`.
    Enable,
}

/// Places on the platform are read against this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The current cluster.
    pub cluster: String,
    /// The current organisation.
    pub org: Option<String>,
    /// The current project of the account.
    pub project: String,
    /// The project the flow works in.
    pub flow_project: String,
}

/// A value that is not of the type of its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CoercionError {
    /// What is wrong.
    pub message: String,
}

impl From<String> for CoercionError {
    fn from(message: String) -> Self {
        Self { message }
    }
}

fn wrong<T>(message: impl Into<String>) -> Result<T, CoercionError> {
    Err(CoercionError {
        message: message.into(),
    })
}

impl Coercion {
    /// The name of the type in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Str | Self::ImageRef | Self::Bash | Self::Python => "text",
            Self::Id => "an id",
            Self::Bool => "a truth value",
            Self::Int => "a whole number",
            Self::Float => "a number",
            Self::TimeDelta => "a time span",
            Self::RemotePath | Self::LocalPath => "a path",
            Self::Uri | Self::ResourceUri => "a URL",
            Self::Restart => "a restart policy",
            Self::PortPair => "a pair of ports",
            Self::Primitive => "a number, a truth value or text",
            Self::Enable => "a condition",
        }
    }

    /// Whether text and expressions may be mixed in one value.
    #[must_use]
    pub fn concatenates(self) -> bool {
        !matches!(
            self,
            Self::Bool | Self::Int | Self::Float | Self::TimeDelta | Self::Enable
        )
    }

    /// Turns a value into the type of the field.
    ///
    /// # Errors
    /// If the value cannot be of that type.
    pub fn convert(self, value: &Value, home: Option<&Home>) -> Result<Value, CoercionError> {
        match self {
            Self::Str => Ok(Value::Str(value.to_string())),
            Self::Id => identifier(value),
            Self::Bool => Ok(Value::Bool(value.is_true())),
            Self::Int => python::int(value).map(Value::Int).or_else(wrong),
            Self::Float => python::float(value).map(Value::Float).or_else(wrong),
            Self::TimeDelta => time_delta(value),
            Self::RemotePath => path(value).map(|path| Value::RemotePath(RemotePath::new(path))),
            Self::LocalPath => path(value).map(|path| Value::LocalPath(LocalPath::new(path))),
            Self::Uri => uri(value).map(Value::Url),
            Self::ResourceUri => resource_uri(value, home),
            Self::ImageRef => image_ref(value, home),
            Self::Restart => restart(value),
            Self::PortPair => port_pair(value),
            Self::Primitive => Ok(primitive(value)),
            Self::Bash => Ok(script("bash -euo pipefail -c ", value)),
            Self::Python => Ok(script("python3 -uc ", value)),
            Self::Enable => Ok(enable(value)),
        }
    }
}

/// Whether a text is a name in the sense of the language, and why not.
///
/// # Errors
/// If it is not; the message says why.
pub fn check_identifier(text: &str) -> Result<(), CoercionError> {
    if !is_identifier(text) {
        return wrong(format!(
            "`{text}` is not an identifier: use letters, digits and `_`, and begin with a letter"
        ));
    }
    if text == text.to_uppercase() {
        return wrong(format!(
            "`{text}` has no lower-case letter: such names are reserved for internal use"
        ));
    }
    Ok(())
}

fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters
        .next()
        .is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first))
        && characters.all(unicode_ident::is_xid_continue)
}

fn identifier(value: &Value) -> Result<Value, CoercionError> {
    let Value::Str(text) = value else {
        return wrong(format!(
            "{} is not text, so it cannot be an id",
            value.repr()
        ));
    };
    check_identifier(text)?;
    Ok(value.clone())
}

fn time_delta(value: &Value) -> Result<Value, CoercionError> {
    if let Value::Str(text) = value
        && python::float(value).is_err()
    {
        return match units(text.strip_suffix('\n').unwrap_or(text)) {
            Some(seconds) => Ok(Value::Float(seconds)),
            None => wrong(format!(
                "`{text}` is no time span: write seconds, or `1d2h3m4s`"
            )),
        };
    }
    python::float(value).map(Value::Float).or_else(wrong)
}

/// Seconds of `1d2h3m4s`; each part may be left out, the order may not be changed.
fn units(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut sum = 0.0;
    for (unit, seconds) in [('d', 86_400.0), ('h', 3_600.0), ('m', 60.0), ('s', 1.0)] {
        let digits = rest
            .chars()
            .take_while(|digit| digit.is_ascii_digit())
            .count();
        if digits > 0 && rest[digits..].starts_with(unit) {
            sum += rest[..digits].parse::<f64>().ok()? * seconds;
            rest = &rest[digits + 1..];
        }
    }
    rest.is_empty().then_some(sum)
}

fn path(value: &Value) -> Result<&str, CoercionError> {
    match value {
        Value::Str(text) => Ok(text),
        Value::RemotePath(path) => Ok(path.as_str()),
        Value::LocalPath(path) => Ok(path.as_str()),
        other => wrong(format!("a path was expected, not {}", other.repr())),
    }
}

fn uri(value: &Value) -> Result<Uri, CoercionError> {
    match value {
        Value::Str(text) => Uri::parse(text).or_else(|error| wrong(error.to_string())),
        Value::Url(uri) => Ok(uri.clone()),
        other => wrong(format!("a URL was expected, not {}", other.repr())),
    }
}

fn resource_uri(value: &Value, home: Option<&Home>) -> Result<Value, CoercionError> {
    let parsed = uri(value)?;
    match home {
        None => Ok(Value::Url(parsed)),
        Some(home) => home.shortened(&value.to_string()).map(Value::Url),
    }
}

fn image_ref(value: &Value, home: Option<&Home>) -> Result<Value, CoercionError> {
    let text = value.to_string();
    match home {
        Some(home) if text.starts_with("image:") => {
            home.shortened(&text).map(|uri| Value::Str(uri.to_string()))
        }
        _ => Ok(Value::Str(text)),
    }
}

fn restart(value: &Value) -> Result<Value, CoercionError> {
    match value {
        Value::Str(text) if matches!(&**text, "never" | "on-failure" | "always") => {
            Ok(value.clone())
        }
        other => wrong(format!(
            "{} is no restart policy: write `never`, `on-failure` or `always`",
            other.repr()
        )),
    }
}

fn port_pair(value: &Value) -> Result<Value, CoercionError> {
    let text = value.to_string();
    let body = text.strip_suffix('\n').unwrap_or(&text);
    let digits = |text: &str| !text.is_empty() && text.chars().all(char::is_numeric);
    match body.split_once(':') {
        Some((local, remote)) if digits(local) && digits(remote) => Ok(Value::Str(text)),
        _ => wrong(format!(
            "{} is no pair of ports: write `LOCAL:REMOTE`",
            value.repr()
        )),
    }
}

fn primitive(value: &Value) -> Value {
    match value {
        Value::Int(_) | Value::Bool(_) | Value::Float(_) => value.clone(),
        other => Value::Str(other.to_string()),
    }
}

fn script(command: &str, value: &Value) -> Value {
    Value::Str(format!("{command}{}", words::quoted(&value.to_string())))
}

fn enable(value: &Value) -> Value {
    match value {
        Value::Always => Value::Always,
        Value::Str(text) if text == "always()" => Value::Always,
        other => Value::Bool(other.is_true()),
    }
}

impl Home {
    /// A place on the platform: completed with the flow's project, then written as shortly as
    /// the account's own project allows.
    fn shortened(&self, text: &str) -> Result<Uri, CoercionError> {
        let uri = self.complete(text)?;
        let org = self
            .org
            .as_deref()
            .map(|org| format!("/{org}"))
            .unwrap_or_default();
        let own = format!("{org}/{}", self.project);
        let here = uri
            .host()
            .is_some_and(|host| host == self.cluster.to_lowercase());
        let rest = uri.raw_path().strip_prefix(&own).filter(|_| here);
        let scheme = uri.scheme();
        Ok(match rest {
            Some("") => Uri::relative(scheme, ""),
            Some(rest) if rest.starts_with('/') => Uri::relative(scheme, rest.trim_matches('/')),
            _ => uri.with_raw_path(uri.raw_path().trim_end_matches('/')),
        })
    }

    pub(crate) fn complete(&self, text: &str) -> Result<Uri, CoercionError> {
        let uri = Uri::parse(text).or_else(|error| wrong(error.to_string()))?;
        self.refuse(&uri, text)?;
        if uri.host().is_some() {
            return Ok(uri);
        }
        let org = self
            .org
            .as_deref()
            .map(|org| format!("/{org}"))
            .unwrap_or_default();
        let path = match uri.path() {
            path if path.starts_with('/') => format!("{org}/{}", path.trim_start_matches('/')),
            path => format!("{org}/{}/{path}", self.flow_project),
        };
        Ok(Uri::build(uri.scheme(), &self.cluster, &path))
    }

    fn refuse(&self, uri: &Uri, text: &str) -> Result<(), CoercionError> {
        let scheme = uri.scheme();
        if scheme.is_empty() {
            return wrong(format!(
                "`{text}` has no scheme: write for example `storage:{text}`"
            ));
        }
        if uri.path().starts_with('~') {
            return wrong(format!("`~` is not supported in `{text}`"));
        }
        if uri.user().is_some() {
            return wrong(format!("a user is not allowed in a {scheme} URI"));
        }
        if uri.port().is_some() {
            return wrong(format!("a port is not allowed in a {scheme} URI"));
        }
        if uri.fragment().is_some() {
            return wrong(format!(
                "write `%23` instead of `#` in the path of a {scheme} URI"
            ));
        }
        if uri.query().is_some() {
            return wrong(format!(
                "write `%3F` instead of `?` in the path of a {scheme} URI"
            ));
        }
        Ok(())
    }
}

/// The whole part of a float, if it is a number.
pub(crate) fn whole(value: f64) -> Option<BigInt> {
    BigInt::from_f64(value.trunc())
}
