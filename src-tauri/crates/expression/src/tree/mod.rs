//! The tree of a text with expressions in it. Every node knows its place in the file.

mod operator;
mod search;

use source::Span;

use crate::Value;
use crate::function::Function;

pub use operator::{Binary, Rank, Unary};

/// A text that may hold expressions: `train --lr ${{ params.lr }}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Text and expressions in the order of the text; an empty text has no parts.
    pub parts: Vec<Part>,
    /// The whole text as it was written.
    pub source: String,
    /// Where it stands in the file.
    pub span: Span,
}

/// One part of a [`Template`].
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text that is taken as it is.
    Text {
        /// The text.
        text: String,
        /// Its place.
        span: Span,
    },
    /// `${{ … }}` or `$[[ … ]]`.
    Expression {
        /// What stands between the delimiters.
        node: Node,
        /// The place with the delimiters.
        span: Span,
        /// Which delimiters were used.
        fence: Fence,
    },
}

/// The two ways to write an expression into a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fence {
    /// `${{ … }}`
    Braces,
    /// `$[[ … ]]`
    Brackets,
}

impl Fence {
    /// The opening delimiter.
    #[must_use]
    pub fn open(self) -> &'static str {
        match self {
            Self::Braces => "${{",
            Self::Brackets => "$[[",
        }
    }

    /// The closing delimiter.
    #[must_use]
    pub fn close(self) -> &'static str {
        match self {
            Self::Braces => "}}",
            Self::Brackets => "]]",
        }
    }
}

impl Template {
    /// A text without expressions.
    pub fn text(text: impl Into<String>, span: Span) -> Self {
        let source: String = text.into();
        let part = Part::Text {
            text: source.clone(),
            span,
        };
        let parts = if source.is_empty() {
            Vec::new()
        } else {
            vec![part]
        };
        Self {
            parts,
            source,
            span,
        }
    }

    /// The text, if there is no expression in it.
    #[must_use]
    pub fn constant(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text { text, .. }] => Some(text),
            _ => None,
        }
    }

    /// Whether there is at least one expression.
    #[must_use]
    pub fn has_expressions(&self) -> bool {
        self.expressions().next().is_some()
    }

    /// The expressions in order.
    pub fn expressions(&self) -> impl Iterator<Item = &Node> {
        self.parts.iter().filter_map(|part| match part {
            Part::Expression { node, .. } => Some(node),
            Part::Text { .. } => None,
        })
    }
}

impl Part {
    /// The place of the part; for an expression without its delimiters.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Text { span, .. } => *span,
            Self::Expression { node, .. } => node.span,
        }
    }
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its place in the file.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// `1`, `'a'`, `None`
    Literal(Value),
    /// `[a, b]`
    List(Vec<Node>),
    /// `{a: b}`
    Dict(Vec<(Node, Node)>),
    /// `[element for variable in source if condition]`
    Comprehension(Box<Comprehension>),
    /// `name.field['item']`
    Lookup(Lookup),
    /// `name(arguments).field`
    Call(Call),
    /// `not a`, `- a`
    Unary(Unary, Box<Node>),
    /// `a + b - c`: operators of one rank, from left to right.
    Chain(Box<Node>, Vec<(Binary, Node)>),
    /// `then if condition else otherwise`
    Choice(Box<Choice>),
    /// Something that could not be read; a diagnostic says why.
    Broken,
}

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// A list built from another one.
#[derive(Debug, Clone, PartialEq)]
pub struct Comprehension {
    /// Evaluated for each item.
    pub element: Node,
    /// The name of the item.
    pub variable: Name,
    /// Where the items come from.
    pub source: Node,
    /// Which items are taken.
    pub condition: Option<Node>,
}

/// A context with what is read from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// The context, or the variable of a comprehension.
    pub name: Name,
    /// What is read from it.
    pub trailers: Vec<Trailer>,
}

/// A call of a function with what is read from the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The name of the function.
    pub name: Name,
    /// The function, if there is one of this name.
    pub function: Option<&'static Function>,
    /// Its arguments.
    pub arguments: Vec<Node>,
    /// What is read from the answer.
    pub trailers: Vec<Trailer>,
}

/// A step into a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Trailer {
    /// `.name`
    Attribute(Name),
    /// `[key]`
    Item(Node),
}

impl Trailer {
    /// The place of the name or of the key.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Attribute(name) => name.span,
            Self::Item(key) => key.span,
        }
    }
}

/// One of two values.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The value if the condition holds.
    pub then: Node,
    /// The condition.
    pub condition: Node,
    /// The value if it does not.
    pub otherwise: Node,
}
