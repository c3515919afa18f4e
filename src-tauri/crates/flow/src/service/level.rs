//! What may be written at a place, told by the table of keys.

use expression::Form;

use super::place::Step;
use crate::keys::{self, KeySpec, Kind, Scalar, Shape};

/// What may be written at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Keys of a block.
    Block(Kind),
    /// Names of blocks.
    Named(Kind),
    /// A list of blocks.
    Items(Kind),
    /// Names of arguments.
    Arguments,
    /// Names of other things.
    Map(Scalar),
    /// A list of values.
    List(Scalar),
    /// One value.
    Scalar(Scalar),
    /// One of some words.
    Word(&'static [&'static str]),
    /// A list of mixins.
    Names,
    /// One mixin.
    Name,
    /// Tasks, as a list or with what is waited for.
    Needs,
    /// One task.
    Need,
    /// Names of a matrix.
    Matrix,
    /// Rows of a matrix.
    Rows,
    /// Nothing that is known.
    Nothing,
}

/// What may be written at a place, and under which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// What may be written.
    pub(super) level: Level,
    /// The last key of a block on the way, and the kind of that block.
    pub(super) under: Option<(Kind, &'static KeySpec)>,
}

const PRIMITIVE: Scalar = Scalar::strict(Form::Primitive);

/// Follows a path through the table.
pub(super) fn follow(file: Kind, path: &[Step]) -> Spot {
    let start = Spot {
        level: Level::Block(file),
        under: None,
    };
    path.iter().fold(start, Spot::step)
}

impl Spot {
    fn step(self, step: &Step) -> Self {
        if let (Level::Block(kind), Step::Key(name)) = (self.level, step) {
            return match keys::find(kind, name) {
                Some(key) => Self {
                    level: Level::of(key.shape),
                    under: Some((kind, key)),
                },
                None => Self {
                    level: Level::Nothing,
                    under: None,
                },
            };
        }
        Self {
            level: self.level.step(step),
            ..self
        }
    }
}

impl Level {
    fn of(shape: Shape) -> Self {
        match shape {
            Shape::Scalar(scalar) => Self::Scalar(scalar),
            Shape::List(item) => Self::List(item),
            Shape::Names => Self::Names,
            Shape::Map(item) => Self::Map(item),
            Shape::Arguments => Self::Arguments,
            Shape::Word(words) => Self::Word(words),
            Shape::Block(kind) => Self::Block(kind),
            Shape::Blocks(kind) => Self::Named(kind),
            Shape::Items(kind) => Self::Items(kind),
            Shape::Params => Self::Named(Kind::Param),
            Shape::Needs => Self::Needs,
            Shape::Matrix => Self::Matrix,
            Shape::Ignored => Self::Nothing,
        }
    }

    fn step(self, step: &Step) -> Self {
        match (self, step) {
            (Self::Named(kind), Step::Key(_)) | (Self::Items(kind), Step::Item) => {
                Self::Block(kind)
            }
            (Self::List(item), Step::Item) | (Self::Map(item), Step::Key(_)) => Self::Scalar(item),
            (Self::Arguments, Step::Key(_)) => Self::Scalar(PRIMITIVE),
            (Self::Names, Step::Item) => Self::Name,
            (Self::Needs, Step::Item) => Self::Need,
            (Self::Needs, Step::Key(_)) => Self::Word(&["completed", "running"]),
            (Self::Matrix, Step::Key(name)) if matches!(&**name, "include" | "exclude") => {
                Self::Rows
            }
            (Self::Matrix, Step::Key(_)) => Self::List(PRIMITIVE),
            (Self::Rows, Step::Item) => Self::Map(PRIMITIVE),
            _ => Self::Nothing,
        }
    }
}
