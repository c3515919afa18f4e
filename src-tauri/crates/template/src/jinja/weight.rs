//! How large and how deep a value is. Lists that hold one list many times look small and are printed
//! for ever; the budget of work does not see them, so they are measured before they are kept or
//! written out.

use std::cell::Cell;
use std::sync::Arc;

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, Value};

use super::shared::{List, Table};

/// Deeper values are refused.
const MOST_DEPTH: usize = 60;
/// Values with more parts, counted each time they are met, are refused.
const MOST_PARTS: usize = 200_000;

thread_local! {
    static REFUSED: Cell<bool> = const { Cell::new(false) };
}

/// Begins a text: nothing was refused yet.
pub(super) fn begin() {
    REFUSED.set(false);
}

/// Tells whether something was refused where no error could be raised.
pub(super) fn was_refused() -> bool {
    REFUSED.get()
}

/// Whether a value may be written out; when not, the whole text fails in the end.
pub(super) fn may_be_written(value: &Value) -> bool {
    let fits = fits(value);
    if !fits {
        REFUSED.set(true);
    }
    fits
}

/// Refuses values that are too large or too deep.
pub(super) fn check(value: &Value) -> Result<(), Error> {
    fits(value).then_some(()).ok_or_else(too_much)
}

/// Refuses to put a value into a list or table that is part of it, or that is too large.
pub(super) fn check_inside(value: &Value, holder: Holder<'_>) -> Result<(), Error> {
    let mut left = MOST_PARTS;
    if measure(value, 0, &mut left, holder) {
        return Ok(());
    }
    Err(too_much())
}

/// The list or table a value is put into.
#[derive(Clone, Copy)]
pub(super) enum Holder<'a> {
    List(&'a Arc<List>),
    Table(&'a Arc<Table>),
    None,
}

impl Holder<'_> {
    fn is(self, value: &Value) -> bool {
        let Some(object) = value.as_object() else {
            return false;
        };
        match self {
            Self::List(list) => object
                .downcast::<List>()
                .is_some_and(|other| Arc::ptr_eq(&other, list)),
            Self::Table(table) => object
                .downcast::<Table>()
                .is_some_and(|other| Arc::ptr_eq(&other, table)),
            Self::None => false,
        }
    }
}

fn fits(value: &Value) -> bool {
    value.as_object().is_none() || measure(value, 0, &mut MOST_PARTS.clone(), Holder::None)
}

fn measure(value: &Value, depth: usize, left: &mut usize, holder: Holder<'_>) -> bool {
    let Some(rest) = left.checked_sub(1) else {
        return false;
    };
    *left = rest;
    if depth > MOST_DEPTH || holder.is(value) {
        return false;
    }
    if !matches!(value.kind(), ValueKind::Seq | ValueKind::Map) {
        return true;
    }
    let Ok(items) = value.try_iter() else {
        return true;
    };
    let is_map = value.kind() == ValueKind::Map;
    for item in items {
        let inner = if is_map {
            value.get_item(&item).ok()
        } else {
            None
        };
        let whole = measure(&item, depth + 1, left, holder)
            && inner.is_none_or(|inner| measure(&inner, depth + 1, left, holder));
        if !whole {
            return false;
        }
    }
    true
}

fn too_much() -> Error {
    Error::new(
        ErrorKind::OutOfFuel,
        "a value is too large, too deep or part of itself",
    )
}
