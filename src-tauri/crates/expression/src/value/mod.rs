//! Values: what expressions work on and what they come to.
//!
//! The language is a small part of Python, so the values are Python's: integers have no bounds,
//! dictionaries keep their order, `1 == 1.0 == True`. [`Value::equals`] is that equality;
//! `PartialEq` on [`Value`] is stricter and tells `1` from `True`, as tests want it.

pub(crate) mod compare;
mod dict;
mod path;
mod percent_code;
mod record;
mod textual;
mod unknown;
mod uri;

use num_bigint::BigInt;
use num_traits::{ToPrimitive as _, Zero as _};

pub use dict::{Dict, Key, Set, Unhashable};
pub use path::{LocalPath, RemotePath, join, normal};
pub use record::{Record, RecordField};
pub use textual::{quoted, real_text};
pub use unknown::{Cause, Unknown};
pub use uri::{Uri, UriError};

/// A value of the expression language.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    None,
    /// Truth.
    Bool(bool),
    /// An integer of any size.
    Int(BigInt),
    /// A floating point number.
    Float(f64),
    /// A text.
    Str(String),
    /// A list.
    List(Vec<Self>),
    /// A dictionary in the order of insertion.
    Dict(Dict),
    /// A set, such as the context `tags`.
    Set(Set),
    /// A context with fixed fields, such as `flow` or one of `volumes`.
    Record(Record),
    /// A URL, such as the `remote` of a volume.
    Url(Uri),
    /// A path inside a job.
    RemotePath(RemotePath),
    /// A path on this machine.
    LocalPath(LocalPath),
    /// A calendar date, as YAML knows it (`2020-01-02`).
    Date(String),
    /// A date with a time, as Python prints it (`2020-01-02 03:04:05`).
    DateTime(String),
    /// The answer of `always()`: run whatever happened before.
    Always,
    /// A value that exists but cannot be known yet; an expression that reads it is not yet known.
    Unknown(Unknown),
}

impl Value {
    /// The name of the type as error messages give it.
    #[must_use]
    pub fn type_name(&self) -> &str {
        match self {
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::List(_) => "list",
            Self::Dict(_) => "dict",
            Self::Set(_) => "set",
            Self::Record(record) => record.type_name(),
            Self::Url(_) => "URL",
            Self::RemotePath(_) => "PurePosixPath",
            Self::LocalPath(_) => "PosixPath",
            Self::Date(_) => "datetime.date",
            Self::DateTime(_) => "datetime.datetime",
            Self::Always => "AlwaysT",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Truth as conditions see it: nothing, zero and empty things are false.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(value) => !value.is_zero(),
            Self::Float(value) => *value != 0.0,
            Self::Str(value) => !value.is_empty(),
            Self::List(value) => !value.is_empty(),
            Self::Dict(value) => !value.is_empty(),
            Self::Set(value) => !value.is_empty(),
            Self::Url(value) => !value.is_empty(),
            Self::Record(_)
            | Self::RemotePath(_)
            | Self::LocalPath(_)
            | Self::Date(_)
            | Self::DateTime(_)
            | Self::Always
            | Self::Unknown(_) => true,
        }
    }

    /// The text of a text value.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(value) => Some(value),
            _ => None,
        }
    }

    /// The items of a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(value) => Some(value),
            _ => None,
        }
    }

    /// The dictionary.
    #[must_use]
    pub fn as_dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(value) => Some(value),
            _ => None,
        }
    }

    /// The record.
    #[must_use]
    pub fn as_record(&self) -> Option<&Record> {
        match self {
            Self::Record(value) => Some(value),
            _ => None,
        }
    }

    /// Truth, if the value is `True` or `False`.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// An integer that fits; `True` and `False` are not integers here.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => value.to_i64(),
            _ => None,
        }
    }

    /// A number as a float; `True` and `False` are not numbers here.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(value) => value.to_f64(),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The first thing inside (or this value itself) that is not known yet.
    #[must_use]
    pub fn unknown(&self) -> Option<&Unknown> {
        match self {
            Self::Unknown(unknown) => Some(unknown),
            Self::List(items) => items.iter().find_map(Self::unknown),
            Self::Dict(dict) => dict.iter().find_map(|(_, value)| value.unknown()),
            Self::Record(record) => record
                .fields()
                .iter()
                .filter(|f| !f.computed)
                .find_map(|f| f.value.unknown()),
            _ => None,
        }
    }

    /// A list of texts.
    pub fn list_of<T: Into<Self>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

macro_rules! from {
    ($($from:ty => |$value:ident| $make:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self {
                $make
            }
        }
    )*};
}

from! {
    bool => |value| Self::Bool(value);
    i32 => |value| Self::Int(value.into());
    i64 => |value| Self::Int(value.into());
    u64 => |value| Self::Int(value.into());
    usize => |value| Self::Int(value.into());
    f64 => |value| Self::Float(value);
    &str => |value| Self::Str(value.to_owned());
    String => |value| Self::Str(value);
    Vec<Value> => |value| Self::List(value);
    Dict => |value| Self::Dict(value);
    Set => |value| Self::Set(value);
    Record => |value| Self::Record(value);
    Uri => |value| Self::Url(value);
    RemotePath => |value| Self::RemotePath(value);
    LocalPath => |value| Self::LocalPath(value);
    Unknown => |value| Self::Unknown(value);
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}
