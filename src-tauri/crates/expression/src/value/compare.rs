//! Equality and order of values.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{FromPrimitive as _, ToPrimitive as _};

use super::{Set, Value};

/// A whole or a floating point number; truth counts as 0 and 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Number {
    Whole(BigInt),
    Real(f64),
}

impl Number {
    /// The number a value is in arithmetic.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(Self::Whole(u8::from(*value).into())),
            Value::Int(value) => Some(Self::Whole(value.clone())),
            Value::Float(value) => Some(Self::Real(*value)),
            _ => None,
        }
    }

    /// Exact order; not-a-number has none.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(left), Self::Whole(right)) => Some(left.cmp(right)),
            (Self::Real(left), Self::Real(right)) => left.partial_cmp(right),
            (Self::Whole(left), Self::Real(right)) => whole_to_real(left, *right),
            (Self::Real(left), Self::Whole(right)) => {
                whole_to_real(right, *left).map(Ordering::reverse)
            }
        }
    }
}

fn whole_to_real(left: &BigInt, right: f64) -> Option<Ordering> {
    if right.is_nan() {
        return None;
    }
    let Some(floor) = BigInt::from_f64(right.floor()) else {
        return Some(if right > 0.0 {
            Ordering::Less
        } else {
            Ordering::Greater
        });
    };
    Some(left.cmp(&floor).then(if right.fract() == 0.0 {
        Ordering::Equal
    } else {
        Ordering::Less
    }))
}

impl Value {
    /// Equality of the language: numbers by value, containers item by item, never an error.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        if let (Some(left), Some(right)) = (Number::of(self), Number::of(other)) {
            return left.order(&right) == Some(Ordering::Equal);
        }
        match (self, other) {
            (Self::List(left), Self::List(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(l, r)| l.equals(r))
            }
            (Self::Dict(left), Self::Dict(right)) => left.equals(right),
            (Self::Set(left), Self::Set(right)) => {
                left.len() == right.len() && left.is_subset(right)
            }
            (Self::RemotePath(left), Self::LocalPath(right)) => left.as_str() == right.as_str(),
            (Self::LocalPath(left), Self::RemotePath(right)) => left.as_str() == right.as_str(),
            (left, right) => left == right,
        }
    }

    /// Order of the language.
    ///
    /// # Errors
    /// The two values that have no order: for lists, the first items that differ.
    pub(crate) fn order<'a>(&'a self, other: &'a Self) -> Result<Ranked, (&'a Self, &'a Self)> {
        if let (Some(left), Some(right)) = (Number::of(self), Number::of(other)) {
            return Ok(Ranked::from(left.order(&right)));
        }
        match (self, other) {
            (Self::Str(left), Self::Str(right)) => Ok(left.cmp(right).into()),
            (Self::List(left), Self::List(right)) => list_order(left, right),
            (Self::Set(left), Self::Set(right)) => Ok(set_order(left, right)),
            (Self::Url(left), Self::Url(right)) => Ok(left.cmp(right).into()),
            (Self::RemotePath(left), Self::RemotePath(right)) => {
                Ok(left.steps().cmp(right.steps()).into())
            }
            (Self::LocalPath(left), Self::LocalPath(right)) => {
                Ok(left.steps().cmp(right.steps()).into())
            }
            (Self::RemotePath(left), Self::LocalPath(right)) => {
                Ok(left.steps().cmp(right.steps()).into())
            }
            (Self::LocalPath(left), Self::RemotePath(right)) => {
                Ok(left.steps().cmp(right.steps()).into())
            }
            (Self::Date(left), Self::Date(right)) => Ok(left.cmp(right).into()),
            (Self::DateTime(left), Self::DateTime(right)) => Ok(left.cmp(right).into()),
            (left, right) => Err((left, right)),
        }
    }
}

/// How two values stand to each other; sets and not-a-number may be unordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ranked(pub(crate) Option<Ordering>);

impl From<Ordering> for Ranked {
    fn from(order: Ordering) -> Self {
        Self(Some(order))
    }
}

impl From<Option<Ordering>> for Ranked {
    fn from(order: Option<Ordering>) -> Self {
        Self(order)
    }
}

fn list_order<'a>(left: &'a [Value], right: &'a [Value]) -> Result<Ranked, (&'a Value, &'a Value)> {
    for (l, r) in left.iter().zip(right) {
        if !l.equals(r) {
            return l.order(r);
        }
    }
    Ok(left.len().cmp(&right.len()).into())
}

fn set_order(left: &Set, right: &Set) -> Ranked {
    Ranked(match (left.is_subset(right), right.is_subset(left)) {
        (true, true) => Some(Ordering::Equal),
        (true, false) => Some(Ordering::Less),
        (false, true) => Some(Ordering::Greater),
        (false, false) => None,
    })
}

/// An integer as a float, if it is not too large.
pub(crate) fn real_of(whole: &BigInt) -> Option<f64> {
    whole.to_f64().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_equal_by_value_and_paths_never_equal_texts() {
        assert!(Value::from(1).equals(&Value::Float(1.0)));
        assert!(Value::from(true).equals(&Value::from(1)));
        assert!(!Value::RemotePath(super::super::RemotePath::new("/a")).equals(&"/a".into()));
        assert!(!Value::Float(f64::NAN).equals(&Value::Float(f64::NAN)));
    }

    #[test]
    fn large_integers_are_compared_exactly() {
        let large = Value::Int(BigInt::from(1_u64 << 53) + 1);
        assert!(!large.equals(&Value::Float(9_007_199_254_740_992.0)));
        let order = large.order(&Value::Float(9_007_199_254_740_992.0));
        assert_eq!(order, Ok(Ordering::Greater.into()));
    }
}
