//! Texts.

use super::{Answer, Site, take, text_argument};
use crate::error::Fault;
use crate::format;
use crate::limit;
use crate::value::Value;

pub(crate) fn str(_: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    Ok(Value::Str(take(&mut arguments).to_string()))
}

pub(crate) fn lower(_: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    let text = text_argument(take(&mut arguments), "lower() requires a str")?;
    Ok(Value::Str(text.to_lowercase()))
}

pub(crate) fn upper(_: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    let text = text_argument(take(&mut arguments), "upper() requires a str")?;
    Ok(Value::Str(text.to_uppercase()))
}

pub(crate) fn replace(_: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    let mut next = |which: &str| {
        let complaint = format!("replace() {which} argument should be a str");
        text_argument(take(&mut arguments), &complaint)
    };
    let (text, old, new) = (next("first")?, next("second")?, next("third")?);
    let times = if old.is_empty() {
        text.chars().count() + 1
    } else {
        text.matches(&old).count()
    };
    limit::text_of(text.len() + times.saturating_mul(new.len()))?;
    Ok(Value::Str(text.replace(&old, &new)))
}

pub(crate) fn fmt(_: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    match take(&mut arguments) {
        Value::Str(pattern) => format::fill(&pattern, &arguments).map(Value::Str),
        other => {
            let kind = other.type_name();
            Err(Fault::new(format!(
                "'{kind}' object has no attribute 'format'"
            )))
        }
    }
}
