//! The table of keys: what may be written where, of which type, and what it is for.
//!
//! Reading, messages about unknown keys, completion and the JSON schemas all derive from here.

mod blocks;
mod documents;

pub use blocks::Kind;

use expression::Form;

/// What is written under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// One value.
    Scalar(Scalar),
    /// A list of values, or one expression that comes to a list.
    List(Scalar),
    /// A list of names, always written out.
    Names,
    /// Names with values, or one expression that comes to a mapping.
    Map(Scalar),
    /// Names with values, always written out: the arguments of a call.
    Arguments,
    /// One of some words.
    Word(&'static [&'static str]),
    /// A block of keys.
    Block(Kind),
    /// Names, each with a block of keys.
    Blocks(Kind),
    /// A list of blocks of keys.
    Items(Kind),
    /// Names, each with a default value or a block of keys.
    Params,
    /// What a task waits for.
    Needs,
    /// The values of a matrix.
    Matrix,
    /// Known, and ignored with a warning.
    Ignored,
}

/// The type of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scalar {
    /// What the value is turned into.
    pub coercion: Form,
    /// Whether it may be left empty.
    pub optional: bool,
    /// Whether expressions may be used.
    pub expressions: bool,
}

impl Scalar {
    /// A value that must be there.
    #[must_use]
    pub const fn strict(coercion: Form) -> Self {
        Self {
            coercion,
            optional: false,
            expressions: true,
        }
    }

    /// A value that may be left empty.
    #[must_use]
    pub const fn optional(coercion: Form) -> Self {
        Self {
            coercion,
            optional: true,
            expressions: true,
        }
    }

    /// The same without expressions.
    #[must_use]
    pub const fn plain(self) -> Self {
        Self {
            expressions: false,
            ..self
        }
    }
}

/// One key of a kind of block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeySpec {
    /// Its name.
    pub name: &'static str,
    /// What is written under it.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// What it is for, in a sentence.
    pub doc: &'static str,
}

impl KeySpec {
    const fn new(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self {
            name,
            shape,
            required: false,
            doc,
        }
    }

    const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }
}

/// The specification of a key of a kind of block.
#[must_use]
pub fn find(kind: Kind, name: &str) -> Option<&'static KeySpec> {
    kind.keys().find(|key| key.name == name)
}
