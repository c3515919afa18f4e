//! Dictionaries and sets with Python's idea of equal keys.

use std::hash::{Hash, Hasher};

use indexmap::{Equivalent, IndexMap, IndexSet};
use num_bigint::BigInt;
use num_traits::FromPrimitive as _;

use super::Value;

/// A value that cannot be a key of a dictionary or an item of a set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unhashable type: '{type_name}'")]
pub struct Unhashable {
    /// The name of the value's type.
    pub type_name: String,
}

/// A value that can be a key. Keys that are equal in the language (`1`, `1.0`, `True`) are equal.
#[derive(Debug, Clone)]
pub struct Key(Value);

impl Key {
    /// Takes a value as a key; lists, dictionaries and sets cannot be keys.
    ///
    /// # Errors
    /// If the value cannot be a key.
    pub fn new(value: Value) -> Result<Self, Unhashable> {
        match value {
            Value::List(_) | Value::Dict(_) | Value::Set(_) => Err(Unhashable {
                type_name: value.type_name().to_owned(),
            }),
            _ => Ok(Self(value)),
        }
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// The text, if the key is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_str()
    }

    fn whole(&self) -> Option<BigInt> {
        match &self.0 {
            Value::Bool(value) => Some(u8::from(*value).into()),
            Value::Int(value) => Some(value.clone()),
            Value::Float(value) if value.fract() == 0.0 => BigInt::from_f64(*value),
            _ => None,
        }
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Value::Float(left), Value::Float(right)) if left.is_nan() && right.is_nan() => true,
            (left, right) => left.equals(right),
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(text) = self.as_str() {
            return text.hash(state);
        }
        if let Some(whole) = self.whole() {
            return whole.hash(state);
        }
        match &self.0 {
            Value::Float(value) if !value.is_nan() => value.to_bits().hash(state),
            Value::Url(_) | Value::RemotePath(_) | Value::LocalPath(_) => {
                self.0.to_string().hash(state);
            }
            other => other.type_name().hash(state),
        }
    }
}

impl Equivalent<Key> for str {
    fn equivalent(&self, key: &Key) -> bool {
        key.as_str() == Some(self)
    }
}

/// A dictionary in the order of insertion.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dict {
    entries: IndexMap<Key, Value>,
}

impl Dict {
    /// Makes an empty dictionary.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a value under a key; an equal key keeps its place and its first spelling.
    pub fn insert(&mut self, key: impl Into<Key>, value: impl Into<Value>) -> Option<Value> {
        self.entries.insert(key.into(), value.into())
    }

    /// The value under a text.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.get(key)
    }

    /// The value under a key.
    #[must_use]
    pub fn get_key(&self, key: &Key) -> Option<&Value> {
        self.entries.get(key)
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.entries.iter()
    }

    /// Keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.entries.keys()
    }

    /// Values in order.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.entries.values()
    }

    /// The keys that are texts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().filter_map(Key::as_str)
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Equality of the language.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter().all(|(key, value)| {
                other
                    .get_key(key)
                    .is_some_and(|counterpart| value.equals(counterpart))
            })
    }
}

impl<K: Into<Key>, V: Into<Value>> FromIterator<(K, V)> for Dict {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()));
        Self {
            entries: entries.collect(),
        }
    }
}

/// A set in the order of insertion.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Set {
    items: IndexSet<Key>,
}

impl Set {
    /// Makes an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an item; false if it was there.
    pub fn insert(&mut self, item: impl Into<Key>) -> bool {
        self.items.insert(item.into())
    }

    /// Whether the item is in.
    #[must_use]
    pub fn contains(&self, item: &Key) -> bool {
        self.items.contains(item)
    }

    /// Items in order.
    pub fn iter(&self) -> impl Iterator<Item = &Value> {
        self.items.iter().map(Key::value)
    }

    /// The items that are texts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(Key::as_str)
    }

    /// Number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether every item of this set is in the other.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.items.is_subset(&other.items)
    }

    /// The items of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            items: self.items.union(&other.items).cloned().collect(),
        }
    }

    /// The items of this set that are not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self {
            items: self.items.difference(&other.items).cloned().collect(),
        }
    }
}

impl<K: Into<Key>> FromIterator<K> for Set {
    fn from_iter<I: IntoIterator<Item = K>>(items: I) -> Self {
        Self {
            items: items.into_iter().map(Into::into).collect(),
        }
    }
}
