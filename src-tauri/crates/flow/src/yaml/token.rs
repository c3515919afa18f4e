//! Tokens of YAML.

use std::sync::Arc;

use super::node::Scalar;

/// A place in the text, with what the scanner needs to know about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Byte offset.
    pub(crate) byte: usize,
    /// Index in characters.
    pub(crate) index: usize,
    /// Line, from 0.
    pub(crate) line: usize,
    /// Column in characters, from 0.
    pub(crate) column: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    /// `%YAML`, with major and minor version.
    Version(u32, u32),
    /// `%TAG`, with handle and prefix.
    TagPrefix(Arc<str>, Arc<str>),
    /// A directive nobody knows.
    OtherDirective,
    DocumentStart,
    DocumentEnd,
    StreamEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(Arc<str>),
    Anchor(Arc<str>),
    /// Handle (if any) and suffix.
    Tag(Option<Arc<str>>, Arc<str>),
    Scalar(Scalar),
}

impl TokenKind {
    /// What messages call this token.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::Version(..) | Self::TagPrefix(..) | Self::OtherDirective => "a directive",
            Self::DocumentStart => "a document start (`---`)",
            Self::DocumentEnd => "a document end (`...`)",
            Self::StreamEnd => "the end of the file",
            Self::BlockSequenceStart => "a list",
            Self::BlockMappingStart => "a mapping",
            Self::BlockEnd => "the end of the block",
            Self::FlowSequenceStart => "`[`",
            Self::FlowSequenceEnd => "`]`",
            Self::FlowMappingStart => "`{`",
            Self::FlowMappingEnd => "`}`",
            Self::BlockEntry => "`-`",
            Self::FlowEntry => "`,`",
            Self::Key => "`?`",
            Self::Value => "`:`",
            Self::Alias(_) => "an alias",
            Self::Anchor(_) => "an anchor",
            Self::Tag(..) => "a tag",
            Self::Scalar(_) => "text",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: Mark,
    pub(crate) end: Mark,
}
