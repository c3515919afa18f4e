//! Lists and tables that templates can change in place, as Python's can.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use minijinja::value::{Enumerator, Object, ObjectRepr, Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value};
use serde_json::{Map, Value as Json};

use super::weight::{self, Holder};
use super::{python, view};

/// A table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pairs: Mutex<IndexMap<Value, Value>>,
    look: Look,
}

/// How a table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Look {
    /// `{'a': 1}`.
    #[default]
    Plain,
    /// `OrderedDict([('a', 1)])`: what cookiecutter reads out of its JSON file.
    Ordered,
}

/// A list.
#[derive(Debug, Default)]
pub(crate) struct List(Mutex<Vec<Value>>);

pub(super) fn add(env: &mut Environment<'static>) {
    env.add_function("__changeable", |value: Value| {
        weight::check(&value)?;
        Ok::<Value, Error>(changeable(value))
    });
    env.add_function("__kept", |value: Value| {
        weight::check(&value)?;
        Ok::<Value, Error>(value)
    });
    env.add_function("joiner", minijinja_contrib::globals::joiner);
    env.add_function("cycler", |items: Rest<Value>| {
        Value::from_object(Cycler {
            items: items.0,
            at: AtomicUsize::new(0),
        })
    });
}

/// A JSON value as templates see it; lists and tables can be changed.
pub(super) fn value(json: &Json, look: Look) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(yes) => Value::from(*yes),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Value::from(whole),
            (_, Some(whole)) => Value::from(whole),
            _ => Value::from(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(list) => {
            let items = list.iter().map(|one| value(one, look));
            Value::from_object(List(Mutex::new(items.collect())))
        }
        Json::Object(map) => Value::from_object(Table::of(map, look)),
    }
}

/// The questions without answers: a plain table of what the JSON file holds.
pub(super) fn options(map: &Map<String, Json>) -> Value {
    let pairs = map
        .iter()
        .map(|(key, one)| (Value::from(key.as_str()), value(one, Look::Ordered)));
    Value::from_object(Table::with(pairs, Look::Plain))
}

impl Table {
    /// An empty table that is printed in a certain way.
    pub(crate) fn new(look: Look) -> Self {
        Self::with(std::iter::empty(), look)
    }

    /// A table with what a JSON object holds.
    fn of(map: &Map<String, Json>, look: Look) -> Self {
        let pairs = map
            .iter()
            .map(|(key, one)| (Value::from(key.as_str()), value(one, look)));
        Self::with(pairs, look)
    }

    /// A table with these pairs.
    fn with(pairs: impl IntoIterator<Item = (Value, Value)>, look: Look) -> Self {
        Self {
            pairs: Mutex::new(pairs.into_iter().collect()),
            look,
        }
    }

    /// Sets a key.
    pub(crate) fn set(&self, key: &str, value: Value) {
        self.lock().insert(Value::from(key), value);
    }

    /// Puts the keys in order.
    pub(crate) fn sort_by_key<K: Ord>(&self, place: impl Fn(&str) -> K) {
        self.lock()
            .sort_by_cached_key(|key, _| place(key.as_str().unwrap_or_default()));
    }

    fn lock(&self) -> MutexGuard<'_, IndexMap<Value, Value>> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn update(self: &Arc<Self>, args: &[Value]) -> Result<Value, Error> {
        for more in args {
            for key in more.try_iter()? {
                let (key, value) = match more.kind() {
                    ValueKind::Map => (key.clone(), more.get_item(&key)?),
                    _ => (key.get_item_by_index(0)?, key.get_item_by_index(1)?),
                };
                self.insert(key, value)?;
            }
        }
        Ok(none())
    }

    fn insert(self: &Arc<Self>, key: Value, value: Value) -> Result<(), Error> {
        hashable(&key)?;
        weight::check_inside(&value, Holder::Table(self))?;
        self.lock().insert(key, value);
        Ok(())
    }

    fn pop(&self, args: &[Value]) -> Result<Value, Error> {
        let key = argument(args, 0, "pop")?;
        hashable(key)?;
        let found = self.lock().shift_remove(key);
        found
            .or_else(|| args.get(1).cloned())
            .ok_or_else(|| missing(key))
    }
}

impl List {
    fn lock(&self) -> MutexGuard<'_, Vec<Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The items now: nothing is compared while the list is locked, for it may hold itself.
    fn snapshot(&self) -> Vec<Value> {
        self.lock().clone()
    }

    fn place(&self, index: i64) -> Option<usize> {
        let length = self.lock().len();
        let at = if index < 0 {
            index + i64::try_from(length).ok()?
        } else {
            index
        };
        usize::try_from(at).ok().filter(|at| *at < length)
    }

    fn pop(&self, args: &[Value]) -> Result<Value, Error> {
        let index = args.first().and_then(Value::as_i64).unwrap_or(-1);
        let at = self
            .place(index)
            .ok_or_else(|| refused("pop index out of range"))?;
        Ok(self.lock().remove(at))
    }

    fn push(self: &Arc<Self>, value: &Value) -> Result<(), Error> {
        weight::check_inside(value, Holder::List(self))?;
        self.lock().push(value.clone());
        Ok(())
    }

    fn insert(self: &Arc<Self>, args: &[Value]) -> Result<Value, Error> {
        let index = argument(args, 0, "insert")?.as_i64().unwrap_or_default();
        let length = self.lock().len();
        let index = if index < 0 {
            index + i64::try_from(length).unwrap_or(0)
        } else {
            index
        };
        let at = usize::try_from(index).unwrap_or(0).min(length);
        let value = argument(args, 1, "insert")?;
        weight::check_inside(value, Holder::List(self))?;
        self.lock().insert(at, value.clone());
        Ok(none())
    }

    fn remove(&self, args: &[Value]) -> Result<Value, Error> {
        let wanted = argument(args, 0, "remove")?;
        let found = self.snapshot().iter().position(|one| one == wanted);
        let at = found.ok_or_else(|| refused("list.remove(x): x not in list"))?;
        self.lock().remove(at);
        Ok(none())
    }
}

impl Object for Table {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        hashable(key).ok()?;
        self.lock().get(key).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.lock().keys().cloned().collect())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.lock().clone();
        match self.look {
            Look::Plain => f.write_str(&python::table_text(&pairs)),
            Look::Ordered if pairs.is_empty() => f.write_str("OrderedDict()"),
            Look::Ordered => {
                let pairs: Vec<String> = pairs
                    .iter()
                    .map(|(key, one)| format!("({}, {})", python::repr(key), python::repr(one)))
                    .collect();
                write!(f, "OrderedDict([{}])", pairs.join(", "))
            }
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "items" | "keys" | "values" if args.is_empty() => Ok(view::of(method, &self.lock())),
            "update" => self.update(args),
            "pop" => self.pop(args),
            "clear" => {
                self.lock().clear();
                Ok(none())
            }
            "copy" => Ok(Value::from_object(Self::with(
                self.lock().clone(),
                self.look,
            ))),
            "setdefault" => {
                let key = argument(args, 0, method)?.clone();
                let default = args.get(1).cloned().unwrap_or_else(none);
                if self.get_value(&key).is_none() {
                    self.insert(key.clone(), default)?;
                }
                Ok(self.get_value(&key).unwrap_or_else(none))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.lock().get(key.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.lock().clone())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "append" => self.push(argument(args, 0, method)?)?,
            "extend" => {
                let more: Vec<Value> = argument(args, 0, method)?.try_iter()?.collect();
                for one in more {
                    self.push(&one)?;
                }
            }
            "insert" => return self.insert(args),
            "pop" => return self.pop(args),
            "remove" => return self.remove(args),
            "clear" => self.lock().clear(),
            "reverse" => self.lock().reverse(),
            "copy" => return Ok(Value::from_object(Self(Mutex::new(self.lock().clone())))),
            "sort" => {
                let plain = Value::from(self.lock().clone());
                let sorted: Vec<Value> = state
                    .apply_filter("__sorted", &[plain])?
                    .try_iter()?
                    .collect();
                *self.lock() = sorted;
            }
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        }
        Ok(none())
    }
}

/// `cycler('odd', 'even')`: values in turn.
#[derive(Debug)]
struct Cycler {
    items: Vec<Value>,
    at: AtomicUsize,
}

impl Cycler {
    fn current(&self) -> Option<Value> {
        let at = self.at.load(Ordering::Relaxed) % self.items.len().max(1);
        self.items.get(at).cloned()
    }
}

impl Object for Cycler {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("current"))
            .then(|| self.current())
            .flatten()
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "next" => {
                let now = self
                    .current()
                    .ok_or_else(|| refused("at least one item is needed"))?;
                self.at.fetch_add(1, Ordering::Relaxed);
                Ok(now)
            }
            "reset" => {
                self.at.store(0, Ordering::Relaxed);
                Ok(none())
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// A list or table literal as one that can be changed, inner ones too.
fn changeable(value: Value) -> Value {
    if let Some(list) = value.downcast_object_ref::<Vec<Value>>() {
        return Value::from_object(List(Mutex::new(
            list.iter().cloned().map(changeable).collect(),
        )));
    }
    if value.kind() == ValueKind::Map && !value.is_kwargs() {
        let Ok(keys) = value.try_iter() else {
            return value;
        };
        let pairs = keys.filter_map(|key| {
            let inner = value.get_item(&key).ok()?;
            Some((key, changeable(inner)))
        });
        return Value::from_object(Table::with(pairs, Look::Plain));
    }
    value
}

/// Refuses keys that can be changed, as Python does; a table is never its own key.
fn hashable(key: &Value) -> Result<(), Error> {
    match key.kind() {
        ValueKind::Seq if key.is_tuple() => key.try_iter()?.try_for_each(|one| hashable(&one)),
        ValueKind::Seq | ValueKind::Map => Err(refused("unhashable type")),
        _ => Ok(()),
    }
}

fn argument<'a>(args: &'a [Value], at: usize, method: &str) -> Result<&'a Value, Error> {
    args.get(at).ok_or_else(|| {
        Error::new(
            ErrorKind::MissingArgument,
            format!("{method}() needs another argument"),
        )
    })
}

fn missing(key: &Value) -> Error {
    refused(format!("there is no key {key}"))
}

fn refused(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

fn none() -> Value {
    Value::from(())
}
