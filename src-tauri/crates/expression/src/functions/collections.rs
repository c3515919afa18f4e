//! Lists, dictionaries and ranges.

use num_bigint::BigInt;
use num_traits::{Signed as _, ToPrimitive as _, Zero as _};

use super::{Answer, Site, take};
use crate::error::Fault;
use crate::limit;
use crate::operators::items;
use crate::value::compare::Number;
use crate::value::{Dict, Value};

pub(crate) fn nothing(_: &mut Site<'_>, _: Vec<Value>) -> Answer {
    Ok(Value::None)
}

pub(crate) fn len(_: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    match take(&mut arguments) {
        Value::Str(text) => Ok(text.chars().count().into()),
        Value::List(items) => Ok(items.len().into()),
        Value::Dict(dict) => Ok(dict.len().into()),
        Value::Set(set) => Ok(set.len().into()),
        other => Err(Fault::new(format!(
            "len() requires a str, sequence or mapping, got {}",
            other.repr()
        ))),
    }
}

pub(crate) fn keys(_: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    let dict = mapping(take(&mut arguments), "keys")?;
    Ok(Value::List(
        dict.keys().map(|key| key.value().clone()).collect(),
    ))
}

pub(crate) fn values(_: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    let dict = mapping(take(&mut arguments), "values")?;
    Ok(Value::List(dict.values().cloned().collect()))
}

fn mapping(value: Value, function: &str) -> Result<Dict, Fault> {
    match value {
        Value::Dict(dict) => Ok(dict),
        other => Err(Fault::new(format!(
            "{function}() requires a mapping, got {}",
            other.repr()
        ))),
    }
}

pub(crate) fn range(_: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    let (first, second, third) = (
        take(&mut arguments),
        take(&mut arguments),
        take(&mut arguments),
    );
    let first = bound(first, "first")?;
    let one = BigInt::from(1);
    if !second.is_true() {
        return numbers(BigInt::zero(), first, one);
    }
    let second = bound(second, "second")?;
    let step = if third.is_true() {
        bound(third, "third")?
    } else {
        one
    };
    numbers(first, second, step)
}

fn bound(value: Value, which: &str) -> Result<BigInt, Fault> {
    match Number::of(&value) {
        Some(Number::Whole(number)) => Ok(number),
        _ => {
            let got = value.repr();
            Err(Fault::new(format!(
                "range() {which} argument should be an int, got {got}"
            )))
        }
    }
}

fn numbers(start: BigInt, end: BigInt, step: BigInt) -> Answer {
    let room = if step.is_negative() {
        &start - &end
    } else {
        &end - &start
    };
    let size = step.abs();
    let count = if room.is_positive() {
        (room + &size - 1_u8) / size
    } else {
        BigInt::zero()
    };
    let count = count.to_usize().unwrap_or(usize::MAX);
    limit::list_of(count)?;
    let mut next = start;
    let mut list = Vec::with_capacity(count);
    for _ in 0..count {
        list.push(Value::Int(next.clone()));
        next += &step;
    }
    Ok(Value::List(list))
}

pub(crate) fn join(_: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    let (separator, list) = (take(&mut arguments), take(&mut arguments));
    let convert = arguments.pop().unwrap_or(Value::Bool(false));
    let Value::Str(separator) = separator else {
        let got = separator.repr();
        return Err(Fault::new(format!(
            "join() first argument should be a str, got {got}"
        )));
    };
    if !matches!(list, Value::Str(_) | Value::List(_) | Value::Dict(_)) {
        let got = list.repr();
        return Err(Fault::new(format!(
            "replace() second argument should be a sequence, got {got}"
        )));
    }
    let Value::Bool(convert) = convert else {
        let got = convert.repr();
        return Err(Fault::new(format!(
            "replace() third argument should be a bool, got {got}"
        )));
    };
    joined(&separator, items(&list)?, convert)
}

fn joined(separator: &str, items: Vec<Value>, convert: bool) -> Answer {
    let mut text = String::new();
    for (at, item) in items.into_iter().enumerate() {
        let item = match item {
            Value::Str(item) => item,
            other if convert => other.to_string(),
            other => {
                let got = other.repr();
                let fault =
                    Fault::new(format!("join() array item {at} should be a str, got {got}"));
                return Err(fault.help("give True as third argument to make texts of all items"));
            }
        };
        limit::text_of(text.len() + separator.len() + item.len())?;
        if at > 0 {
            text.push_str(separator);
        }
        text.push_str(&item);
    }
    Ok(Value::Str(text))
}
