//! The tree of a file: blocks of keys as they were written, each value with its place.

use std::sync::Arc;

use expression::{Template, Value};
use indexmap::IndexMap;
use source::{Span, Text};

use crate::batch::NeedLevel;
use crate::keys::Kind;
use expression::Form;

/// A block of keys.
#[derive(Debug, Clone)]
pub struct Block {
    /// What kind of block it is.
    pub kind: Kind,
    /// The file it stands in.
    pub text: Text,
    /// Where it stands.
    pub span: Span,
    /// What was written, by key. `bash` and `python` are kept under `cmd`.
    pub fields: IndexMap<&'static str, Arc<Field>>,
}

/// What was written under a key.
#[derive(Debug, Clone)]
pub struct Field {
    /// Where the key stands.
    pub key: Span,
    /// What was written.
    pub value: FieldValue,
}

/// A value by its shape.
#[derive(Debug, Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "fields are shared, never moved in bulk"
)]
pub enum FieldValue {
    /// Nothing.
    Null,
    /// One value.
    Scalar(Expr),
    /// One of some words.
    Word(String),
    /// A list.
    List(List),
    /// A mapping.
    Map(Map),
    /// A block of keys.
    Block(Block),
    /// Named blocks.
    Blocks(IndexMap<String, Named>),
    /// Blocks in order.
    Items(Vec<Arc<Block>>),
    /// What a task waits for.
    Needs(Vec<Need>),
    /// A matrix.
    Matrix(Matrix),
}

/// A block under a name.
#[derive(Debug, Clone)]
pub struct Named {
    /// Where the name stands.
    pub key: Span,
    /// The block.
    pub block: Arc<Block>,
}

/// A value as it was written: text with expressions, or a constant.
#[derive(Debug, Clone)]
pub struct Expr {
    /// The file it stands in.
    pub text: Text,
    /// Where it stands.
    pub span: Span,
    /// What it is turned into.
    pub coercion: Form,
    /// What was written, as YAML understands it.
    pub raw: Value,
    /// What it is.
    pub body: Body,
}

/// A constant or a text with expressions.
#[derive(Debug, Clone)]
pub enum Body {
    /// Of the type of its field already.
    Constant(Value),
    /// To be evaluated.
    Template(Arc<Template>),
    /// It could not be read; a diagnostic says why.
    Broken,
}

/// A list as it was written.
#[derive(Debug, Clone)]
pub enum List {
    /// Item by item.
    Items(Vec<Expr>),
    /// One expression for the whole list; items become of this type.
    Whole(Box<Expr>, Form),
    /// Several lists, one after the other.
    Joined(Vec<Self>),
    /// Nothing.
    Null,
}

/// A mapping as it was written.
#[derive(Debug, Clone)]
pub enum Map {
    /// Entry by entry.
    Items(Vec<MapItem>),
    /// One expression for the whole mapping.
    Whole(Box<Expr>),
    /// A mapping, and one that overrides it.
    Joined(Box<Self>, Box<Self>),
}

/// An entry of a mapping.
#[derive(Debug, Clone)]
pub struct MapItem {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub key: Span,
    /// Its value.
    pub value: Expr,
}

/// One task another waits for.
#[derive(Debug, Clone)]
pub struct Need {
    /// Its id.
    pub id: Expr,
    /// What is waited for.
    pub level: NeedLevel,
}

/// A matrix as it was written.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// Where it stands.
    pub span: Span,
    /// Values by name; all combinations are made.
    pub products: IndexMap<String, List>,
    /// Combinations to leave out.
    pub exclude: Vec<Vec<MapItem>>,
    /// Combinations to add.
    pub include: Vec<Vec<MapItem>>,
}

impl Block {
    /// Makes a block without keys.
    #[must_use]
    pub fn empty(kind: Kind, text: &Text, span: Span) -> Self {
        Self {
            kind,
            text: text.clone(),
            span,
            fields: IndexMap::new(),
        }
    }

    /// What was written under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&FieldValue> {
        self.fields.get(key).map(|field| &field.value)
    }

    /// Whether a key was written, with or without a value.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    /// The value under a key.
    #[must_use]
    pub fn scalar(&self, key: &str) -> Option<&Expr> {
        match self.get(key)? {
            FieldValue::Scalar(expr) => Some(expr),
            _ => None,
        }
    }

    /// The list under a key.
    #[must_use]
    pub fn list(&self, key: &str) -> Option<&List> {
        match self.get(key)? {
            FieldValue::List(list) => Some(list),
            _ => None,
        }
    }

    /// The mapping under a key.
    #[must_use]
    pub fn map(&self, key: &str) -> Option<&Map> {
        match self.get(key)? {
            FieldValue::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The block under a key.
    #[must_use]
    pub fn block(&self, key: &str) -> Option<&Self> {
        match self.get(key)? {
            FieldValue::Block(block) => Some(block),
            _ => None,
        }
    }

    /// The named blocks under a key.
    pub fn blocks(&self, key: &str) -> impl Iterator<Item = (&str, &Named)> {
        let found = match self.get(key) {
            Some(FieldValue::Blocks(blocks)) => Some(blocks),
            _ => None,
        };
        found
            .into_iter()
            .flatten()
            .map(|(name, named)| (name.as_str(), named))
    }

    /// The block of a name under a key.
    #[must_use]
    pub fn named(&self, key: &str, name: &str) -> Option<&Named> {
        match self.get(key)? {
            FieldValue::Blocks(blocks) => blocks.get(name),
            _ => None,
        }
    }

    /// The blocks in order under a key.
    #[must_use]
    pub fn items(&self, key: &str) -> &[Arc<Self>] {
        match self.get(key) {
            Some(FieldValue::Items(items)) => items,
            _ => &[],
        }
    }

    /// A constant text under a key; nothing if there is none, or it has expressions.
    #[must_use]
    pub fn constant(&self, key: &str) -> Option<String> {
        let value = self.scalar(key)?.constant()?;
        (*value != Value::None).then(|| value.to_string())
    }

    /// The text under a key as it was written, expressions and all.
    #[must_use]
    pub fn written(&self, key: &str) -> Option<String> {
        self.scalar(key)?.written()
    }
}

impl Expr {
    /// The value, if it has no expressions.
    #[must_use]
    pub fn constant(&self) -> Option<&Value> {
        match &self.body {
            Body::Constant(value) => Some(value),
            Body::Template(_) | Body::Broken => None,
        }
    }

    /// What was written, as text; nothing for a null.
    #[must_use]
    pub fn written(&self) -> Option<String> {
        (self.raw != Value::None).then(|| self.raw.to_string())
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.raw == Value::None
    }
}
