//! Where names get their values from. A value may be known, not known yet, or missing.

use std::borrow::Cow;

use crate::value::{Dict, Unknown, Value};

/// What a name stands for.
#[derive(Debug, Clone)]
pub enum Found<'a> {
    /// This value. Parts of it may be [`Value::Unknown`].
    Known(Cow<'a, Value>),
    /// A value that is not known yet.
    Unknown(Unknown),
    /// Nothing: there is no such context here.
    Missing,
}

/// The contexts an expression may use.
pub trait Scope {
    /// Looks a context up.
    fn find(&self, name: &str) -> Found<'_>;

    /// The names of all contexts there are, for "did you mean".
    fn names(&self) -> Vec<String>;

    /// What is said when a context is missing, if there is more to say than its name.
    fn why_missing(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }
}

/// No context at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoScope;

impl Scope for NoScope {
    fn find(&self, _name: &str) -> Found<'_> {
        Found::Missing
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Scope for Dict {
    fn find(&self, name: &str) -> Found<'_> {
        match self.get(name) {
            Some(Value::Unknown(unknown)) => Found::Unknown(unknown.clone()),
            Some(value) => Found::Known(Cow::Borrowed(value)),
            None => Found::Missing,
        }
    }

    fn names(&self) -> Vec<String> {
        Self::names(self).map(str::to_owned).collect()
    }
}

/// A scope that looks into one scope first and then into another.
pub struct Layered<'a> {
    /// Looked into first.
    pub upper: &'a dyn Scope,
    /// Looked into for names the upper one does not have.
    pub lower: &'a dyn Scope,
}

impl Scope for Layered<'_> {
    fn find(&self, name: &str) -> Found<'_> {
        match self.upper.find(name) {
            Found::Missing => self.lower.find(name),
            found => found,
        }
    }

    fn names(&self) -> Vec<String> {
        let mut names = self.upper.names();
        names.extend(self.lower.names());
        names
    }

    fn why_missing(&self, name: &str) -> Option<String> {
        self.upper
            .why_missing(name)
            .or_else(|| self.lower.why_missing(name))
    }
}
