//! How single forms are made of values.

use super::Item;
use crate::error::Fault;
use crate::functions::{RealError, real_from};
use crate::operators::items;
use crate::value::{Dict, Key, Uri, Value, quoted};

pub(super) fn id(value: &Value) -> Result<Value, Fault> {
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

pub(super) fn enable(value: &Value) -> Value {
    match value {
        Value::Always => Value::Always,
        Value::Str(text) if text == "always()" => Value::Always,
        other => Value::Bool(other.is_true()),
    }
}

pub(super) fn time_delta(value: &Value) -> Result<f64, Fault> {
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

pub(super) fn path(value: &Value) -> Result<&str, Fault> {
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

pub(super) fn uri(value: &Value) -> Result<Value, Fault> {
    match value {
        Value::Str(text) => Ok(Value::Url(Uri::parse(text)?)),
        Value::Url(_) => Ok(value.clone()),
        _ => Err(Fault::new("Constructor parameter should be str")),
    }
}

const POLICIES: [&str; 3] = ["never", "on-failure", "always"];

pub(super) fn restart_policy(value: &Value) -> Result<Value, Fault> {
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

pub(super) fn port_pair(value: &Value) -> Result<Value, Fault> {
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

pub(super) fn script(command: &str, value: &Value) -> Value {
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

pub(super) fn sequence(value: &Value, item: Item) -> Result<Value, Fault> {
    if !matches!(value, Value::List(_) | Value::Str(_) | Value::Dict(_)) {
        return Err(Fault::new(format!("{} is not a sequence", value.repr())));
    }
    let converted = items(value)?.into_iter().map(|value| item.convert(value));
    Ok(Value::List(converted.collect::<Result<_, _>>()?))
}

pub(super) fn mapping(value: &Value) -> Result<Value, Fault> {
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
