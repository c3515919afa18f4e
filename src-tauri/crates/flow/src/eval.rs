//! Evaluation of fields: expressions are computed and turned into the type of their field.

use std::collections::BTreeSet;

use expression::{Dict, Key, Part, Scope, Template, Unknown, Value, evaluate, evaluate_pieces};
use indexmap::IndexMap;
use source::{Diagnostic, Span, Text};

use crate::coercion::{self, Home};
use crate::outside::Outside;
use crate::tree::{Block, Body, Expr, List, Map};
use expression::Form;

/// A field without a value: it is wrong, or not known yet.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// Where, and what.
    pub diagnostic: Diagnostic,
    /// Set if nothing is wrong but the value is not known yet.
    pub unknown: Option<Unknown>,
}

impl From<Diagnostic> for Trouble {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            unknown: None,
        }
    }
}

/// All the fields that have no value, in the order of evaluation.
#[derive(Debug, Clone, Default)]
pub struct Troubles {
    /// At least one, unless evaluation is still going on.
    pub list: Vec<Trouble>,
}

impl Troubles {
    /// Whether nothing is wrong, but some values are not known yet.
    #[must_use]
    pub fn only_unknown(&self) -> bool {
        self.list.iter().all(|trouble| trouble.unknown.is_some())
    }

    /// What is wrong, without what is only not known yet.
    #[must_use]
    pub(crate) fn only_wrong(mut self) -> Self {
        self.list.retain(|trouble| trouble.unknown.is_none());
        self
    }

    /// The diagnostics alone.
    #[must_use]
    pub fn diagnostics(self) -> Vec<Diagnostic> {
        self.list
            .into_iter()
            .map(|trouble| trouble.diagnostic)
            .collect()
    }
}

impl From<Diagnostic> for Troubles {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            list: vec![diagnostic.into()],
        }
    }
}

impl From<Box<Diagnostic>> for Troubles {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Self::from(*diagnostic)
    }
}

impl From<Vec<Diagnostic>> for Troubles {
    fn from(found: Vec<Diagnostic>) -> Self {
        Self {
            list: found.into_iter().map(Trouble::from).collect(),
        }
    }
}

/// The value of a text that has no contexts, if it has one.
pub(crate) fn constant_text(expr: &Expr) -> Option<String> {
    match &expr.body {
        Body::Constant(value) => Some(value.to_string()),
        Body::Template(template) => {
            let value = evaluate(template, &expression::NoScope, &mut expression::Nowhere);
            value.ok().map(|value| value.to_string())
        }
        Body::Broken => None,
    }
}

/// Of one text so many wrong expressions are told.
const MOST_TOLD: usize = 50;

/// Evaluates fields against contexts and collects what goes wrong.
pub(crate) struct Evaluator<'e, 'o> {
    pub(crate) scope: &'e dyn Scope,
    pub(crate) outside: &'e mut Outside<'o>,
    pub(crate) home: Option<&'e Home>,
    pub(crate) troubles: Troubles,
}

impl<'e, 'o> Evaluator<'e, 'o> {
    pub(crate) fn new(
        scope: &'e dyn Scope,
        outside: &'e mut Outside<'o>,
        home: Option<&'e Home>,
    ) -> Self {
        Self {
            scope,
            outside,
            home,
            troubles: Troubles::default(),
        }
    }

    /// The result, unless something went wrong.
    pub(crate) fn finish<T>(self, result: T) -> Result<T, Troubles> {
        if self.troubles.list.is_empty() {
            Ok(result)
        } else {
            Err(self.troubles)
        }
    }

    /// Notes a finding.
    pub(crate) fn report(&mut self, found: Diagnostic) {
        self.troubles.list.push(found.into());
    }

    fn wrong(&mut self, text: &Text, span: Span, message: String) {
        self.report(Diagnostic::error("wrong-value", text, span, message));
    }

    /// The value of an expression in the type of its field.
    pub(crate) fn value(&mut self, expr: &Expr) -> Option<Value> {
        match &expr.body {
            Body::Constant(Value::None) => Some(Value::None),
            Body::Constant(value) => match expr.coercion {
                Form::ResourceUri | Form::ImageRef => {
                    self.converted(expr, expr.coercion, value, expr.span)
                }
                _ => Some(value.clone()),
            },
            Body::Template(template) => {
                let value = self.raw(expr, template)?;
                self.converted(expr, expr.coercion, &value, first_place(template))
            }
            Body::Broken => {
                self.report(broken(expr));
                None
            }
        }
    }

    /// The value of an expression before it is turned into a type. If it has none, all its parts
    /// tell why.
    fn raw(&mut self, expr: &Expr, template: &Template) -> Option<Value> {
        let error = match evaluate(template, self.scope, self.outside) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let effects = self.outside.effects.len();
        let errors = match template.parts.len() {
            0 | 1 => vec![error],
            _ => {
                let pieces = evaluate_pieces(template, self.scope, self.outside).into_iter();
                let errors = pieces.filter_map(|piece| piece.value.err());
                let errors: Vec<_> = errors.take(MOST_TOLD).collect();
                // Parts that are good one by one can still be too long together.
                if errors.is_empty() {
                    vec![error]
                } else {
                    errors
                }
            }
        };
        self.outside.effects.truncate(effects);
        let troubles = errors.into_iter().map(|error| Trouble {
            diagnostic: in_its_part(error.diagnostic(&expr.text), template),
            unknown: error.unknown.map(|unknown| *unknown),
        });
        self.troubles.list.extend(troubles);
        None
    }

    fn converted(&mut self, at: &Expr, to: Form, value: &Value, span: Span) -> Option<Value> {
        match coercion::convert(to, value, self.home, span) {
            Ok(value) => Some(value),
            Err(error) => {
                self.report(error.diagnostic(&at.text));
                None
            }
        }
    }

    /// The items of a list; nothing, if some item has no value.
    pub(crate) fn list(&mut self, list: &List) -> Option<Vec<Value>> {
        match list {
            List::Null => Some(Vec::new()),
            List::Items(items) => {
                let values: Vec<_> = items.iter().map(|item| self.value(item)).collect();
                values.into_iter().collect()
            }
            List::Joined(parts) => {
                let values: Vec<_> = parts.iter().map(|part| self.list(part)).collect();
                values
                    .into_iter()
                    .collect::<Option<Vec<_>>>()
                    .map(|parts| parts.concat())
            }
            List::Whole(expr, item) => self.whole_list(expr, *item),
        }
    }

    fn whole_list(&mut self, expr: &Expr, item: Form) -> Option<Vec<Value>> {
        let Body::Template(template) = &expr.body else {
            self.report(broken(expr));
            return None;
        };
        let span = first_place(template);
        let items = match self.raw(expr, template)? {
            Value::List(items) => items,
            Value::Str(text) => text
                .chars()
                .map(|item| Value::from(item.to_string()))
                .collect(),
            Value::Dict(dict) => dict.keys().map(|key| key.value().clone()).collect(),
            other => {
                self.wrong(&expr.text, span, format!("{} is not a list", other.repr()));
                return None;
            }
        };
        if item == Form::Primitive {
            return Some(items);
        }
        let values: Vec<_> = items
            .iter()
            .map(|value| match value {
                Value::None => Some(Value::None),
                other => self.converted(expr, item, other, span),
            })
            .collect();
        values.into_iter().collect()
    }

    /// The entries of a mapping; nothing, if some entry has no value.
    pub(crate) fn map(&mut self, map: &Map) -> Option<IndexMap<String, Value>> {
        match map {
            Map::Items(items) => {
                let entries: Vec<_> = items
                    .iter()
                    .map(|item| Some((item.name.clone(), self.value(&item.value)?)))
                    .collect();
                entries.into_iter().collect()
            }
            Map::Joined(parent, child) => {
                let parent = self.map(parent);
                let child = self.map(child);
                let mut entries = parent?;
                entries.extend(child?);
                Some(entries)
            }
            Map::Whole(expr) => self.whole_map(expr),
        }
    }

    fn whole_map(&mut self, expr: &Expr) -> Option<IndexMap<String, Value>> {
        let Body::Template(template) = &expr.body else {
            self.report(broken(expr));
            return None;
        };
        let value = self.raw(expr, template)?;
        let Value::Dict(dict) = &value else {
            let span = first_place(template);
            self.wrong(
                &expr.text,
                span,
                format!("{} is not a mapping", value.repr()),
            );
            return None;
        };
        let mut entries = IndexMap::new();
        for (key, value) in dict.iter() {
            let Some(name) = key.as_str() else {
                let message = format!("the key {} is not text", key.value().repr());
                self.wrong(&expr.text, first_place(template), message);
                return None;
            };
            entries.insert(name.to_owned(), Value::from(value.to_string()));
        }
        Some(entries)
    }

    // Fields of blocks.

    /// The value under a key; nothing if it was not written, is null, or has none.
    pub(crate) fn field(&mut self, block: &Block, key: &str) -> Option<Value> {
        let expr = block.scalar(key)?;
        self.value(expr).filter(|value| *value != Value::None)
    }

    pub(crate) fn text(&mut self, block: &Block, key: &str) -> Option<String> {
        self.field(block, key).map(|value| value.to_string())
    }

    pub(crate) fn truth(&mut self, block: &Block, key: &str) -> Option<bool> {
        self.field(block, key).map(|value| value.is_true())
    }

    pub(crate) fn seconds(&mut self, block: &Block, key: &str) -> Option<f64> {
        self.field(block, key).and_then(|value| value.as_f64())
    }

    pub(crate) fn whole(&mut self, block: &Block, key: &str) -> Option<i64> {
        let value = self.field(block, key)?;
        if value.as_i64().is_none()
            && let Some(expr) = block.scalar(key)
        {
            self.wrong(&expr.text, expr.span, format!("{value} is too large"));
        }
        value.as_i64()
    }

    pub(crate) fn texts(&mut self, block: &Block, key: &str) -> Vec<String> {
        let Some(list) = block.list(key) else {
            return Vec::new();
        };
        let items = self.list(list).unwrap_or_default();
        items
            .iter()
            .filter(|item| **item != Value::None)
            .map(Value::to_string)
            .collect()
    }

    /// A list without empty texts.
    pub(crate) fn filled_texts(&mut self, block: &Block, key: &str) -> Vec<String> {
        let mut texts = self.texts(block, key);
        texts.retain(|text| !text.is_empty());
        texts
    }

    pub(crate) fn env(&mut self, block: &Block) -> IndexMap<String, String> {
        let Some(map) = block.map("env") else {
            return IndexMap::new();
        };
        let entries = self.map(map).unwrap_or_default();
        entries
            .into_iter()
            .map(|(name, value)| (name, value.to_string()))
            .collect()
    }

    pub(crate) fn tags(&mut self, block: &Block) -> BTreeSet<String> {
        self.texts(block, "tags").into_iter().collect()
    }
}

/// Where messages about the value of a text point: its first part, without the delimiters.
pub(crate) fn first_place(template: &Template) -> Span {
    match template.parts.first() {
        Some(Part::Text { span, .. }) => *span,
        Some(Part::Expression { node, .. }) => node.span,
        None => template.span,
    }
}

/// The finding with the whole expression around it, which is where the official tools point to.
fn in_its_part(found: Diagnostic, template: &Template) -> Diagnostic {
    let at = found.span.start;
    let around = template.parts.iter().find_map(|part| match part {
        Part::Expression { node, .. } if node.span.touches(at) => Some(node.span),
        _ => None,
    });
    match around {
        Some(span) if span.start < at => {
            let text = found.text.clone();
            found.label(&text, span, "in this expression")
        }
        _ => found,
    }
}

fn broken(expr: &Expr) -> Diagnostic {
    Diagnostic::error(
        "broken-value",
        &expr.text,
        expr.span,
        "this value could not be read",
    )
}

/// A dictionary of texts as a context.
pub(crate) fn dict_of<'a>(entries: impl IntoIterator<Item = (&'a String, &'a String)>) -> Dict {
    entries
        .into_iter()
        .map(|(key, value)| (Key::from(key.as_str()), Value::from(value.as_str())))
        .collect()
}
