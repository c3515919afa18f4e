//! What `|` does: dictionaries are merged, sets united, integers combined bit by bit.

use super::{Answer, Pair, items, numbers, unsupported};
use crate::error::Fault;
use crate::tree::Binary;
use crate::value::{Dict, Key, Value};

pub(super) fn union(left: &Value, right: &Value) -> Answer {
    match (left, right) {
        (Value::Dict(left), right) => updated(left, right),
        (left, Value::Dict(right)) => updated(right, left),
        (Value::Set(left), Value::Set(right)) => Ok(Value::Set(left.union(right))),
        (Value::Bool(left), Value::Bool(right)) => Ok(Value::Bool(left | right)),
        (Value::Bool(_) | Value::Int(_), Value::Bool(_) | Value::Int(_)) => {
            match numbers(left, right)? {
                Some(Pair::Whole(left, right)) => Ok(Value::Int(left | right)),
                _ => Err(unsupported(Binary::Union, left, right)),
            }
        }
        _ => Err(unsupported(Binary::Union, left, right)),
    }
}

/// A dictionary with the entries of another one, or of a list of pairs.
fn updated(base: &Dict, more: &Value) -> Answer {
    let mut dict = base.clone();
    match more {
        Value::Dict(more) => {
            for (key, value) in more.iter() {
                dict.insert(key.clone(), value.clone());
            }
        }
        other => {
            let items = items(other)?;
            for (at, item) in items.iter().enumerate() {
                let (key, value) = pair(item, at)?;
                dict.insert(Key::new(key)?, value);
            }
        }
    }
    Ok(Value::Dict(dict))
}

fn pair(item: &Value, at: usize) -> Result<(Value, Value), Fault> {
    let parts = items(item).map_err(|_| {
        let message =
            format!("cannot convert dictionary update sequence element #{at} to a sequence");
        Fault::new(message)
    })?;
    match <[Value; 2]>::try_from(parts) {
        Ok([key, value]) => Ok((key, value)),
        Err(parts) => Err(Fault::new(format!(
            "dictionary update sequence element #{at} has length {}; 2 is required",
            parts.len()
        ))),
    }
}
