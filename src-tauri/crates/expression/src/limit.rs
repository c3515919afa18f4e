//! Limits, so that no expression can fill the memory or run for ever.

use crate::error::Fault;
use crate::value::Value;

/// No text made by an expression may be longer, in bytes.
pub(crate) const LONGEST_TEXT: usize = 64 << 20;
/// No list made by an expression may be longer, in items.
pub(crate) const LONGEST_LIST: usize = 2_000_000;
/// All values made on the way together may not weigh more.
const HEAVIEST: usize = 512 << 20;
/// What one item of a list weighs besides its content.
const ITEM: usize = 48;

/// Refuses a text that would become too long.
pub(crate) fn text_of(len: usize) -> Result<(), Fault> {
    if len <= LONGEST_TEXT {
        return Ok(());
    }
    Err(Fault::new(format!(
        "the text would be longer than {} MiB",
        LONGEST_TEXT >> 20
    )))
}

/// Refuses a list that would become too long.
pub(crate) fn list_of(len: usize) -> Result<(), Fault> {
    if len <= LONGEST_LIST {
        return Ok(());
    }
    Err(Fault::new(format!(
        "the list would have more than {LONGEST_LIST} items"
    )))
}

/// What one evaluation may still use.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: HEAVIEST }
    }
}

impl Budget {
    /// Pays for a value.
    pub(crate) fn pay(&mut self, value: &Value) -> Result<(), Fault> {
        match self.left.checked_sub(weight(value)) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Fault::new("the expression does too much work")
                .help("do this in a script that the job runs")),
        }
    }
}

fn weight(value: &Value) -> usize {
    let inside = match value {
        Value::Str(text) => text.len(),
        Value::List(items) => items.iter().map(weight).sum(),
        Value::Dict(dict) => dict
            .iter()
            .map(|(k, v)| weight(k.value()) + weight(v))
            .sum(),
        Value::Set(set) => set.iter().map(weight).sum(),
        Value::Record(record) => record
            .fields()
            .iter()
            .map(|field| weight(&field.value))
            .sum(),
        Value::Int(number) => usize::try_from(number.bits() / 8).unwrap_or(usize::MAX >> 1),
        _ => 0,
    };
    inside + ITEM
}
