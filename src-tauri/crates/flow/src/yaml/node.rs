//! The tree of one YAML document: every node knows its place in the text.

use std::sync::Arc;

use source::Span;

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: its type is read off its text.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// A block after `|`.
    Literal,
    /// A block after `>`.
    Folded,
}

/// Where each part of a scalar's value stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offsets {
    /// Pairs of (offset in the value, offset in the file), ascending.
    pieces: Arc<[(usize, usize)]>,
}

impl Offsets {
    /// Takes the pairs as the scanner met them.
    pub(crate) fn new(pieces: Vec<(usize, usize)>) -> Self {
        Self {
            pieces: pieces.into(),
        }
    }

    /// The place in the file of an offset into the value.
    #[must_use]
    pub fn in_file(&self, offset: usize) -> Option<usize> {
        let after = self.pieces.partition_point(|(value, _)| *value <= offset);
        let (value, file) = self.pieces.get(after.checked_sub(1)?)?;
        let place = file + (offset - value);
        match self.pieces.get(after) {
            Some((_, next)) => Some(place.min(*next)),
            None => Some(place),
        }
    }

    /// The offset into the value of a place in the file; the way back from [`Offsets::in_file`].
    #[must_use]
    pub fn in_value(&self, place: usize) -> Option<usize> {
        let after = self.pieces.partition_point(|(_, file)| *file <= place);
        let (value, file) = self.pieces.get(after.checked_sub(1)?)?;
        let offset = value + (place - file);
        match self.pieces.get(after) {
            Some((next, _)) => Some(offset.min(*next)),
            None => Some(offset),
        }
    }
}

/// A scalar before its type is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text after quotes, escapes and folding are undone.
    pub value: Arc<str>,
    /// How it was written.
    pub style: Style,
    /// Where the value's characters stand.
    pub offsets: Offsets,
}

/// One key with its value.
pub type Pair = (Arc<Node>, Arc<Node>);

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// Text, a number, a null …
    Scalar(Scalar),
    /// Items in order.
    Sequence(Vec<Arc<Node>>),
    /// Pairs in order; a key may occur twice.
    Mapping(Vec<Pair>),
}

/// A node; one that has an alias is shared, and keeps the place where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// The tag that was written before it, resolved.
    pub tag: Option<Arc<str>>,
    /// What it is.
    pub kind: NodeKind,
}

impl Node {
    /// What messages call this kind of node.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match self.kind {
            NodeKind::Scalar(_) => "a scalar",
            NodeKind::Sequence(_) => "a list",
            NodeKind::Mapping(_) => "a mapping",
        }
    }

    /// The scalar, if it is one.
    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            NodeKind::Sequence(_) | NodeKind::Mapping(_) => None,
        }
    }

    /// The value under a key of a mapping, the last one when the key occurs twice.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Arc<Self>> {
        let NodeKind::Mapping(pairs) = &self.kind else {
            return None;
        };
        pairs
            .iter()
            .rev()
            .find(|(name, _)| name.scalar().is_some_and(|scalar| &*scalar.value == key))
            .map(|(_, value)| value)
    }
}
