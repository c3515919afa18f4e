//! Single steps into a value: `.name` and `[key]`.

use std::borrow::Cow;

use num_traits::ToPrimitive as _;
use source::nearest;

use crate::error::Fault;
use crate::value::compare::Number;
use crate::value::{Key, Value};

/// Goes one step in; borrows as long as possible.
pub(super) fn step<'v>(
    value: Cow<'v, Value>,
    into: impl for<'a> Fn(&'a Value) -> Result<Cow<'a, Value>, Fault>,
) -> Result<Cow<'v, Value>, Fault> {
    match value {
        Cow::Borrowed(value) => into(value),
        Cow::Owned(value) => into(&value).map(|inner| Cow::Owned(inner.into_owned())),
    }
}

pub(super) fn attribute<'a>(value: &'a Value, name: &str) -> Result<Cow<'a, Value>, Fault> {
    let no_such = |known: Vec<&str>| {
        Fault::new(format!("No attribute {name}")).candidates(nearest(name, known))
    };
    match value {
        Value::Record(record) => match (record.refusal(), record.get(name)) {
            (Some(refusal), _) => Err(Fault::new(refusal)),
            (None, Some(value)) => Ok(Cow::Borrowed(value)),
            (None, None) => Err(no_such(
                record
                    .fields()
                    .iter()
                    .map(|field| field.name.as_str())
                    .collect(),
            )),
        },
        Value::Dict(dict) => dict
            .get(name)
            .map(Cow::Borrowed)
            .ok_or_else(|| no_such(dict.names().collect())),
        Value::Str(_) => Err(Fault::new("string indices must be integers, not 'str'")),
        Value::List(_) => Err(Fault::new(
            "list indices must be integers or slices, not str",
        )),
        _ => Err(Fault::new(
            "Is not an object with attributes accessible by a dot.",
        )),
    }
}

pub(super) fn item<'a>(value: &'a Value, key: &Value) -> Result<Cow<'a, Value>, Fault> {
    let none = || Fault::new(format!("No item {key}"));
    match value {
        Value::Dict(dict) => {
            let found = dict.get_key(&Key::new(key.clone())?);
            found.map(Cow::Borrowed).ok_or_else(|| {
                none().candidates(
                    key.as_str()
                        .map_or(Vec::new(), |key| nearest(key, dict.names())),
                )
            })
        }
        Value::List(items) => {
            let at = index(key, items.len()).ok_or_else(|| {
                let kind = key.type_name();
                Fault::new(format!(
                    "list indices must be integers or slices, not {kind}"
                ))
            })?;
            at.and_then(|at| items.get(at))
                .map(Cow::Borrowed)
                .ok_or_else(none)
        }
        Value::Str(text) => {
            let at = index(key, text.chars().count()).ok_or_else(|| {
                Fault::new(format!(
                    "string indices must be integers, not '{}'",
                    key.type_name()
                ))
            })?;
            let letter = at.and_then(|at| text.chars().nth(at)).ok_or_else(none)?;
            Ok(Cow::Owned(Value::Str(letter.to_string())))
        }
        other => Err(Fault::new(format!(
            "a value of type {} has no items",
            other.type_name()
        ))),
    }
}

/// The index a key stands for: none if the key is no integer, none inside if it is out of range.
fn index(key: &Value, len: usize) -> Option<Option<usize>> {
    let Some(Number::Whole(key)) = Number::of(key) else {
        return None;
    };
    let Some(key) = key.to_i64() else {
        return Some(None);
    };
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let at = if key < 0 { key + len } else { key };
    Some(usize::try_from(at).ok().filter(|_| at < len))
}
