//! The bodies of the functions. [`crate::function()`] holds what people are told about them.

mod collections;
mod files;
mod glob;
mod json;
mod numbers;
mod status;
mod texts;
mod volumes;

use crate::error::Fault;
use crate::scope::Scope;
use crate::value::Value;
use crate::world::{World, WorldError};

pub(crate) use collections::{join, keys, len, nothing, range, values};
pub(crate) use files::{hash_files, hash_files_relative};
pub(crate) use json::{from_json, to_json};
pub(crate) use numbers::{RealError, int, real_from, whole_from};
pub(crate) use status::{always, failure, inspect_job, success};
pub(crate) use texts::{fmt, lower, replace, str, upper};
pub use volumes::volume;
pub(crate) use volumes::{parse_volume, upload};

/// Where a function is called.
pub(crate) struct Site<'a> {
    pub(crate) scope: &'a dyn Scope,
    pub(crate) world: &'a mut dyn World,
    /// Whether the call stands inside a comprehension.
    pub(crate) inner: bool,
}

pub(crate) type Answer = Result<Value, Fault>;
pub(crate) type Run = fn(&mut Site<'_>, Vec<Value>) -> Answer;

/// The argument at a place, taken out; the number of arguments was checked before.
fn take(arguments: &mut Vec<Value>) -> Value {
    if arguments.is_empty() {
        Value::None
    } else {
        arguments.remove(0)
    }
}

/// A text, or the complaint `len() requires a str, got 5`.
fn text_argument(value: Value, complaint: &str) -> Result<String, Fault> {
    match value {
        Value::Str(text) => Ok(text),
        other => Err(Fault::new(format!("{complaint}, got {}", other.repr()))),
    }
}

/// What the world's refusal becomes; functions that know better handle `Misplaced` themselves.
fn world_fault(error: WorldError) -> Fault {
    match error {
        WorldError::Unknown(unknown) => unknown.into(),
        WorldError::Failed(_) | WorldError::Misplaced => Fault::new(error.to_string()),
    }
}
