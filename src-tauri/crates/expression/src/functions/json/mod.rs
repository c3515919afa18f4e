//! JSON, read and written with Python's habits: `NaN` is allowed, everything else than ASCII is
//! escaped, and messages name line, column and character.

mod read;
mod write;

use super::{Answer, Site, take};
use crate::error::Fault;
use crate::value::Value;

pub(crate) fn to_json(_: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    let mut out = String::new();
    write::write(&take(&mut arguments), &mut out)?;
    Ok(Value::Str(out))
}

pub(crate) fn from_json(_: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    match take(&mut arguments) {
        Value::Str(text) => read::read(&text),
        other => {
            let kind = other.type_name();
            Err(Fault::new(format!(
                "the JSON object must be str, bytes or bytearray, not {kind}"
            )))
        }
    }
}
