//! What can be written at a place: keys, words, names, members of contexts, functions.

mod expressions;
mod values;

use source::{Span, Text};

use super::Service;
use super::cursor::cursor;
use super::file::File;
use super::level::{Level, Spot, follow};
use super::place::{Place, Slot, place};
use super::surroundings::Owner;
use crate::keys::{KeySpec, Kind, Shape};
use crate::read::fits_beside;

/// What a completion stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CompletionKind {
    /// A key of a block.
    Key,
    /// One of some words.
    Word,
    /// A context, or something that is read from one.
    Member,
    /// A function.
    Function,
    /// A name that is defined in the project, or on the platform.
    Name,
    /// A file of the project.
    File,
    /// A whole expression.
    Expression,
}

/// Something that can be written at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What a list shows.
    pub label: String,
    /// What it stands for.
    pub kind: CompletionKind,
    /// A few words beside the label: a type, a value, a signature.
    pub detail: String,
    /// What it is for, in sentences.
    pub documentation: String,
    /// What is inserted.
    pub insert: String,
    /// What it replaces.
    pub span: Span,
}

/// A place that is to be completed.
struct Asked<'a> {
    service: &'a Service<'a>,
    file: &'a File,
    offset: usize,
    place: &'a Place,
    spot: Spot,
}

impl Service<'_> {
    /// What can be written at an offset of a file, in the order it is to be offered. The text may
    /// be as unfinished as texts are while they are typed.
    #[must_use]
    pub fn complete(&self, path: &str, offset: usize) -> Vec<Completion> {
        let Some(file) = self.file(path) else {
            return Vec::new();
        };
        let offset = floor(&file.text, offset);
        let file = file.mended(offset);
        let place = place(&file.text, offset);
        if !place.script && in_comment(&file.text, offset) {
            return Vec::new();
        }
        let asked = Asked {
            service: self,
            file: &file,
            offset,
            spot: follow(file.kind(), &place.path),
            place: &place,
        };
        let found = match cursor(&file.text, place.start, offset) {
            Some(cursor) => asked.in_expression(&cursor),
            None => asked.outside_expressions(),
        };
        fitting(&file.text, found, offset)
    }
}

impl Asked<'_> {
    fn outside_expressions(&self) -> Vec<Completion> {
        match (self.spot.level, self.place.slot) {
            (Level::Block(kind), Slot::Key | Slot::Open) => self.keys(kind),
            (Level::Needs, Slot::Key | Slot::Open) => self.tasks(),
            (Level::Arguments, Slot::Key | Slot::Open) => self.arguments(),
            (Level::Matrix, Slot::Key | Slot::Open) => self.matrix_words(),
            (Level::Map(_), Slot::Key | Slot::Open) if self.in_row() => self.dimensions(),
            (_, Slot::Key) => Vec::new(),
            (Level::Block(_), Slot::Value) => Vec::new(),
            (level, _) => self.values(level),
        }
    }

    fn keys(&self, kind: Kind) -> Vec<Completion> {
        let written = self.file.text.slice(self.place.word);
        let others = &self.place.siblings;
        let fits = |key: &KeySpec| {
            let taken = key.name != written && others.iter().any(|name| name == key.name);
            !taken && key.shape != Shape::Ignored && fits_beside(kind, key.name, others)
        };
        kind.keys()
            .filter(|key| fits(key))
            .map(|key| self.key(key))
            .collect()
    }

    fn key(&self, key: &KeySpec) -> Completion {
        let need = if key.required { ", required" } else { "" };
        let mut found = self.completion(key.name, CompletionKind::Key);
        found.detail = format!("{}{need}", noun(key.shape));
        key.doc.clone_into(&mut found.documentation);
        found.insert = match (self.place.colon, key.shape) {
            (true, _) => key.name.to_owned(),
            (false, shape) if opens_block(shape) && !self.place.bracketed => {
                format!("{}:", key.name)
            }
            (false, _) => format!("{}: ", key.name),
        };
        found
    }

    fn completion(&self, label: &str, kind: CompletionKind) -> Completion {
        Completion {
            label: label.to_owned(),
            kind,
            detail: String::new(),
            documentation: String::new(),
            insert: label.to_owned(),
            span: self.place.word,
        }
    }

    fn owner(&self) -> Owner {
        Owner::at(&self.file.tree, self.offset)
    }
}

fn opens_block(shape: Shape) -> bool {
    matches!(
        shape,
        Shape::Block(_) | Shape::Blocks(_) | Shape::Items(_) | Shape::Params | Shape::Matrix
    )
}

/// What messages call a shape.
pub(super) fn noun(shape: Shape) -> String {
    match shape {
        Shape::Scalar(scalar) => scalar.coercion.name().to_owned(),
        Shape::List(item) => format!("list of {}", item.coercion.name()),
        Shape::Map(item) => format!("names with {}", item.coercion.name()),
        Shape::Names => "list of mixins".to_owned(),
        Shape::Arguments => "inputs with values".to_owned(),
        Shape::Word(words) => words.join(" | "),
        Shape::Block(_) => "block".to_owned(),
        Shape::Blocks(kind) => format!("names, each {}", kind.noun()),
        Shape::Items(kind) => format!("list, each {}", kind.noun()),
        Shape::Params => "names, each a parameter".to_owned(),
        Shape::Needs => "list of tasks".to_owned(),
        Shape::Matrix => "names with lists of values".to_owned(),
        Shape::Ignored => "not used any more".to_owned(),
    }
}

/// Whether a comment of YAML begins before the offset in its line.
fn in_comment(text: &Text, offset: usize) -> bool {
    let line = text.line_span(text.position(offset).line);
    let start = line.map_or(offset, |line| line.start);
    let before = text.slice(Span::new(start, offset));
    let opened = match before.trim_start().starts_with('#') {
        true => Some(0),
        false => before.find(" #"),
    };
    opened.is_some_and(|at| before[..at].matches(['"', '\'']).count().is_multiple_of(2))
}

/// Those whose label has the characters of what was typed, in their order; those that begin with
/// it come first.
fn fitting(text: &Text, mut found: Vec<Completion>, offset: usize) -> Vec<Completion> {
    let typed = |one: &Completion| {
        let typed = Span::new(one.span.start, offset);
        text.slice(typed).to_lowercase()
    };
    found.retain(|one| {
        let label = one.label.to_lowercase();
        let mut rest = label.chars();
        typed(one)
            .chars()
            .all(|wanted| rest.any(|one| one == wanted))
    });
    found.sort_by_key(|one| !one.label.to_lowercase().starts_with(&typed(one)));
    found
}

/// The offset moved back to the beginning of a character.
pub(super) fn floor(text: &Text, offset: usize) -> usize {
    text.slice(Span::new(0, offset)).len()
}
