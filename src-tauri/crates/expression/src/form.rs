//! The types of scalar fields: which values a field takes and what they are turned into.

use crate::error::Fault;
use crate::functions::{RealError, real_from, whole_from};
use crate::operators::items;
use crate::value::{Dict, Key, LocalPath, RemotePath, Uri, Value, quoted};

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

fn id(value: &Value) -> Result<Value, Fault> {
    let Value::Str(text) = value else {
        return Err(Fault::new(format!("{} is not a string", value.repr())));
    };
    check_id(text).map_err(Fault::new)?;
    Ok(value.clone())
}

/// Checks that a text is an identifier which is not written in capitals.
///
/// # Errors
/// What is wrong with it.
pub fn check_id(text: &str) -> Result<(), String> {
    let mut chars = text.chars();
    let begins = chars
        .next()
        .is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c));
    if !begins || !chars.all(unicode_ident::is_xid_continue) {
        return Err(format!("{} is not identifier", quoted(text)));
    }
    if text == text.to_uppercase() {
        let name = quoted(text);
        let why = "uppercase names are reserved for internal usage";
        return Err(format!("{name} is invalid identifier, {why}"));
    }
    Ok(())
}

fn enable(value: &Value) -> Value {
    match value {
        Value::Always => Value::Always,
        Value::Str(text) if text == "always()" => Value::Always,
        other => Value::Bool(other.is_true()),
    }
}

fn time_delta(value: &Value) -> Result<f64, Fault> {
    let text = match (real_from(value), value) {
        (Err(RealError::Text(_)), Value::Str(text)) => text,
        (Err(error), _) => return Err(error.into()),
        (Ok(seconds), _) => return Ok(seconds),
    };
    let wrong = || {
        let message = format!("{} is not a time delta unit", quoted(text));
        Fault::new(message).help("write seconds, or 1d2h3m4s with the units in this order")
    };
    if text.is_empty() {
        return Ok(0.0);
    }
    let mut rest = text.strip_suffix('\n').unwrap_or(text);
    let mut seconds = 0.0;
    for (unit, size) in [('d', 86400.0), ('h', 3600.0), ('m', 60.0), ('s', 1.0)] {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        if digits > 0 && rest[digits..].starts_with(unit) {
            seconds += rest[..digits].parse::<f64>().map_err(|_| wrong())? * size;
            rest = &rest[digits + 1..];
        }
    }
    if rest.is_empty() {
        Ok(seconds)
    } else {
        Err(wrong())
    }
}

fn path(value: &Value) -> Result<&str, Fault> {
    match value {
        Value::Str(text) => Ok(text),
        Value::RemotePath(path) => Ok(path.as_str()),
        Value::LocalPath(path) => Ok(path.as_str()),
        other => Err(Fault::new(format!(
            "expected str, bytes or os.PathLike object, not {}",
            other.type_name()
        ))),
    }
}

fn uri(value: &Value) -> Result<Value, Fault> {
    match value {
        Value::Str(text) => Ok(Value::Url(Uri::parse(text)?)),
        Value::Url(_) => Ok(value.clone()),
        _ => Err(Fault::new("Constructor parameter should be str")),
    }
}

const POLICIES: [&str; 3] = ["never", "on-failure", "always"];

fn restart_policy(value: &Value) -> Result<Value, Fault> {
    let text = value.to_string();
    if POLICIES.contains(&text.as_str()) {
        return Ok(Value::Str(text));
    }
    let allowed = POLICIES.join(", ");
    let got = value.repr();
    Err(Fault::new(format!(
        "{got} is not a valid restart policy, allowed: {allowed}"
    ))
    .candidates(source::nearest(&text, POLICIES)))
}

fn port_pair(value: &Value) -> Result<Value, Fault> {
    let text = value.to_string();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let sound = line
        .split_once(':')
        .is_some_and(|(local, remote)| digits(local) && digits(remote));
    if sound {
        return Ok(Value::Str(text));
    }
    let fault = Fault::new(format!("{} is not a LOCAL:REMOTE ports pair", value.repr()));
    Err(match value {
        Value::Int(_) => fault.help("put quotes around it: YAML reads 2222:22 as a number"),
        _ => fault,
    })
}

fn script(command: &str, value: &Value) -> Value {
    Value::Str(format!("{command} {}", shell_quoted(&value.to_string())))
}

/// A text as one word for a shell.
#[must_use]
pub fn shell_quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\"'\"'"))
}

fn sequence(value: &Value, item: Item) -> Result<Value, Fault> {
    if !matches!(value, Value::List(_) | Value::Str(_) | Value::Dict(_)) {
        return Err(Fault::new(format!("{} is not a sequence", value.repr())));
    }
    let converted = items(value)?.into_iter().map(|value| item.convert(value));
    Ok(Value::List(converted.collect::<Result<_, _>>()?))
}

fn mapping(value: &Value) -> Result<Value, Fault> {
    let dict = match value {
        Value::Dict(dict) => dict,
        Value::Str(_) | Value::List(_) => {
            let kind = value.type_name();
            return Err(
                Fault::new(format!("'{kind}' object has no attribute 'items'"))
                    .help("a dictionary is needed here"),
            );
        }
        other => return Err(Fault::new(format!("{} is not a sequence", other.repr()))),
    };
    let mut texts = Dict::new();
    for (key, value) in dict.iter() {
        let name = key
            .as_str()
            .ok_or_else(|| Fault::new(format!("{} is not a string", key.value().repr())))?;
        texts.insert(Key::from(name), Item::Text.convert(value.clone())?);
    }
    Ok(Value::Dict(texts))
}
