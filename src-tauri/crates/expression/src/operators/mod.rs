//! What operators do with values.

mod union;

use num_bigint::{BigInt, Sign};
use num_traits::{Signed as _, ToPrimitive as _, Zero as _};

use crate::error::Fault;
use crate::limit;
use crate::percent;
use crate::tree::{Binary, Unary};
use crate::value::Value;
use crate::value::compare::{Number, real_of};

type Answer = Result<Value, Fault>;

/// The value of `left operator right`.
pub(crate) fn binary(operator: Binary, left: &Value, right: &Value) -> Answer {
    match operator {
        Binary::Or => Ok(if left.is_true() { left } else { right }.clone()),
        Binary::And => Ok(if left.is_true() { right } else { left }.clone()),
        Binary::Equal => Ok(left.equals(right).into()),
        Binary::Unequal => Ok((!left.equals(right)).into()),
        Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => {
            order(operator, left, right)
        }
        Binary::Union => union::union(left, right),
        Binary::Add => add(left, right),
        Binary::Subtract => subtract(left, right),
        Binary::Multiply => multiply(left, right),
        Binary::Divide => divide(left, right),
        Binary::Modulo => modulo(left, right),
    }
}

/// The value of `operator operand`.
pub(crate) fn unary(operator: Unary, operand: &Value) -> Answer {
    let number = Number::of(operand);
    match (operator, number) {
        (Unary::Not, _) => Ok((!operand.is_true()).into()),
        (Unary::Plus, Some(Number::Whole(number))) => Ok(Value::Int(number)),
        (Unary::Plus, Some(Number::Real(number))) => Ok(Value::Float(number)),
        (Unary::Minus, Some(Number::Whole(number))) => Ok(Value::Int(-number)),
        (Unary::Minus, Some(Number::Real(number))) => Ok(Value::Float(-number)),
        (Unary::Plus | Unary::Minus, None) => Err(Fault::new(format!(
            "bad operand type for unary {}: '{}'",
            operator.sign(),
            operand.type_name()
        ))),
    }
}

fn unsupported(operator: Binary, left: &Value, right: &Value) -> Fault {
    Fault::new(format!(
        "unsupported operand type(s) for {}: '{}' and '{}'",
        operator.sign(),
        left.type_name(),
        right.type_name()
    ))
}

fn order(operator: Binary, left: &Value, right: &Value) -> Answer {
    let ranked = left.order(right).map_err(|(left, right)| {
        Fault::new(format!(
            "'{}' not supported between instances of '{}' and '{}'",
            operator.sign(),
            left.type_name(),
            right.type_name()
        ))
    })?;
    let holds = ranked.0.is_some_and(|order| match operator {
        Binary::Less => order.is_lt(),
        Binary::LessOrEqual => order.is_le(),
        Binary::Greater => order.is_gt(),
        _ => order.is_ge(),
    });
    Ok(holds.into())
}

/// Whole numbers stay whole; as soon as one is a float, both are.
enum Pair {
    Whole(BigInt, BigInt),
    Real(f64, f64),
}

fn numbers(left: &Value, right: &Value) -> Result<Option<Pair>, Fault> {
    let (Some(left), Some(right)) = (Number::of(left), Number::of(right)) else {
        return Ok(None);
    };
    Ok(Some(match (left, right) {
        (Number::Whole(left), Number::Whole(right)) => Pair::Whole(left, right),
        (left, right) => Pair::Real(real(left)?, real(right)?),
    }))
}

fn real(number: Number) -> Result<f64, Fault> {
    match number {
        Number::Real(value) => Ok(value),
        Number::Whole(value) => {
            real_of(&value).ok_or_else(|| Fault::new("int too large to convert to float"))
        }
    }
}

fn add(left: &Value, right: &Value) -> Answer {
    match numbers(left, right)? {
        Some(Pair::Whole(left, right)) => return Ok(Value::Int(left + right)),
        Some(Pair::Real(left, right)) => return Ok(Value::Float(left + right)),
        None => {}
    }
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => {
            limit::text_of(left.len() + right.len())?;
            Ok(Value::Str(format!("{left}{right}")))
        }
        (Value::List(left), Value::List(right)) => {
            limit::list_of(left.len() + right.len())?;
            Ok(Value::List(left.iter().chain(right).cloned().collect()))
        }
        (Value::Str(_) | Value::List(_), _) => {
            let kind = left.type_name();
            let message = format!(
                "can only concatenate {kind} (not \"{}\") to {kind}",
                right.type_name()
            );
            let fault = Fault::new(message);
            let text = matches!(left, Value::Str(_));
            Err(if text {
                fault.help("write str(…) around what is not a text")
            } else {
                fault
            })
        }
        _ => Err(unsupported(Binary::Add, left, right)),
    }
}

fn subtract(left: &Value, right: &Value) -> Answer {
    match (numbers(left, right)?, left, right) {
        (Some(Pair::Whole(left, right)), ..) => Ok(Value::Int(left - right)),
        (Some(Pair::Real(left, right)), ..) => Ok(Value::Float(left - right)),
        (None, Value::Set(left), Value::Set(right)) => Ok(Value::Set(left.difference(right))),
        _ => Err(unsupported(Binary::Subtract, left, right)),
    }
}

fn multiply(left: &Value, right: &Value) -> Answer {
    match numbers(left, right)? {
        Some(Pair::Whole(left, right)) => return Ok(Value::Int(left * right)),
        Some(Pair::Real(left, right)) => return Ok(Value::Float(left * right)),
        None => {}
    }
    let (sequence, count) = match (left, right) {
        (Value::Str(_) | Value::List(_), count) => (left, count),
        (count, Value::Str(_) | Value::List(_)) => (right, count),
        _ => return Err(unsupported(Binary::Multiply, left, right)),
    };
    let Some(Number::Whole(count)) = Number::of(count) else {
        let kind = count.type_name();
        return Err(Fault::new(format!(
            "can't multiply sequence by non-int of type '{kind}'"
        )));
    };
    let count = count.to_i64();
    let count = count.ok_or_else(|| Fault::new("cannot fit 'int' into an index-sized integer"))?;
    repeat(sequence, usize::try_from(count).unwrap_or(0))
}

fn repeat(sequence: &Value, count: usize) -> Answer {
    match sequence {
        Value::Str(text) => {
            limit::text_of(text.len().saturating_mul(count))?;
            Ok(Value::Str(text.repeat(count)))
        }
        Value::List(items) => {
            limit::list_of(items.len().saturating_mul(count))?;
            let count = if items.is_empty() { 0 } else { count };
            Ok(Value::List(
                std::iter::repeat_n(items, count)
                    .flatten()
                    .cloned()
                    .collect(),
            ))
        }
        other => Ok(other.clone()),
    }
}

fn divide(left: &Value, right: &Value) -> Answer {
    match numbers(left, right)? {
        Some(Pair::Whole(left, right)) => return quotient(&left, &right).map(Value::Float),
        Some(Pair::Real(_, 0.0)) => return Err(Fault::new("float division by zero")),
        Some(Pair::Real(left, right)) => return Ok(Value::Float(left / right)),
        None => {}
    }
    match (left, right) {
        (Value::RemotePath(base), more) => {
            path_text(more).map(|more| Value::RemotePath(base.join(more)))
        }
        (Value::LocalPath(base), more) => {
            path_text(more).map(|more| Value::LocalPath(base.join(more)))
        }
        (Value::Str(base), Value::RemotePath(more)) => Some(Value::RemotePath(
            crate::value::RemotePath::new(base).join(more.as_str()),
        )),
        (Value::Str(base), Value::LocalPath(more)) => Some(Value::LocalPath(
            crate::value::LocalPath::new(base).join(more.as_str()),
        )),
        (Value::Url(base), Value::Str(more)) => Some(Value::Url(base.join(more)?)),
        _ => None,
    }
    .ok_or_else(|| unsupported(Binary::Divide, left, right))
}

fn path_text(value: &Value) -> Option<&str> {
    match value {
        Value::Str(text) => Some(text),
        Value::RemotePath(path) => Some(path.as_str()),
        Value::LocalPath(path) => Some(path.as_str()),
        _ => None,
    }
}

/// The float nearest to the exact quotient.
fn quotient(left: &BigInt, right: &BigInt) -> Result<f64, Fault> {
    if right.is_zero() {
        return Err(Fault::new("division by zero"));
    }
    let exact = |number: &BigInt| number.bits() <= 53;
    if exact(left) && exact(right) {
        return Ok(left.to_f64().unwrap_or(0.0) / right.to_f64().unwrap_or(1.0));
    }
    let shift =
        66 + i64::try_from(right.bits()).unwrap_or(0) - i64::try_from(left.bits()).unwrap_or(0);
    let (up, down) = (
        u64::try_from(shift).unwrap_or(0),
        u64::try_from(-shift).unwrap_or(0),
    );
    let (top, bottom) = (left.abs() << up, right.abs() << down);
    let mut whole = &top / &bottom;
    if !(&top % &bottom).is_zero() {
        whole |= BigInt::from(1);
    }
    let scale = i32::try_from(-shift).unwrap_or(if shift < 0 { i32::MAX } else { i32::MIN });
    let size = whole.to_f64().unwrap_or(f64::INFINITY)
        * 2_f64.powi(scale / 2)
        * 2_f64.powi(scale - scale / 2);
    if size.is_infinite() {
        return Err(Fault::new("integer division result too large for a float"));
    }
    Ok(
        if (left.sign() == Sign::Minus) == (right.sign() == Sign::Minus) {
            size
        } else {
            -size
        },
    )
}

fn modulo(left: &Value, right: &Value) -> Answer {
    if let Value::Str(pattern) = left {
        return percent::format(pattern, right).map(Value::Str);
    }
    match numbers(left, right)? {
        Some(Pair::Whole(_, right)) if right.is_zero() => Err(Fault::new("integer modulo by zero")),
        Some(Pair::Whole(left, right)) => Ok(Value::Int(((left % &right) + &right) % &right)),
        Some(Pair::Real(_, 0.0)) => Err(Fault::new("float modulo")),
        Some(Pair::Real(left, right)) => Ok(Value::Float(real_modulo(left, right))),
        None => Err(unsupported(Binary::Modulo, left, right)),
    }
}

/// The remainder with the sign of the divisor.
fn real_modulo(left: f64, right: f64) -> f64 {
    let rest = left % right;
    if rest == 0.0 {
        return 0.0_f64.copysign(right);
    }
    if (rest < 0.0) == (right < 0.0) {
        rest
    } else {
        rest + right
    }
}

/// What a value gives when it is gone through: items, keys, characters.
pub(crate) fn items(value: &Value) -> Result<Vec<Value>, Fault> {
    match value {
        Value::List(items) => Ok(items.clone()),
        Value::Dict(dict) => Ok(dict.keys().map(|key| key.value().clone()).collect()),
        Value::Set(set) => Ok(set.iter().cloned().collect()),
        Value::Str(text) => {
            limit::list_of(text.chars().count())?;
            Ok(text.chars().map(|c| Value::Str(c.to_string())).collect())
        }
        other => Err(Fault::new(format!(
            "'{}' object is not iterable",
            other.type_name()
        ))),
    }
}
