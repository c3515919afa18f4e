//! Compares what we make of a case with what was recorded.

use std::fmt;

use num_traits::ToPrimitive as _;
use serde_json::{Value as Json, json};
use source::{Diagnostic, Text};

use crate::error::EvalError;
use crate::value::{Value, real_text};

/// What was recorded.
pub(super) enum Expected {
    Result {
        value: Json,
        kind: String,
    },
    Refusal {
        kind: String,
        message: String,
        column: Option<usize>,
    },
}

/// What we make of a case.
pub(super) enum Outcome {
    Result {
        value: Json,
        kind: String,
    },
    Refusal {
        code: &'static str,
        message: String,
        column: usize,
    },
}

impl Expected {
    /// Reads the recorded result of a case.
    pub(super) fn of(case: &Json) -> Self {
        let Some(error) = case.get("error") else {
            let kind = case["result_type"].as_str().unwrap_or_default().to_owned();
            return Self::Result {
                value: case["result"].clone(),
                kind,
            };
        };
        let kind = error["type"].as_str().unwrap_or_default().to_owned();
        let whole = error["message"].as_str().unwrap_or_default();
        let (message, column) = match kind.as_str() {
            "LexerError" | "NoParseError" => (String::new(), zero_based(whole)),
            _ => match whole.split_once("\n  in ") {
                Some((message, place)) => (message.to_owned(), one_based(place)),
                None => (
                    whole.trim_end_matches(" (<unknown>, line 1)").to_owned(),
                    None,
                ),
            },
        };
        Self::Refusal {
            kind,
            message,
            column,
        }
    }

    pub(super) fn is_met_by(&self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (
                Self::Result { value, kind },
                Outcome::Result {
                    value: ours,
                    kind: our_kind,
                },
            ) => {
                match value.get("__enum__") {
                    // an enumeration of the official tools is its plain text here
                    Some(_) => our_kind == "str" && same(&value["value"], ours),
                    None => kind == our_kind && same(value, ours),
                }
            }
            (
                Self::Refusal {
                    kind,
                    message,
                    column,
                },
                Outcome::Refusal {
                    code,
                    message: our_message,
                    column: our_column,
                },
            ) => {
                let place = column.is_none_or(|column| column == *our_column);
                let said = match kind.as_str() {
                    "LexerError" => *code == "expression-token",
                    "NoParseError" => *code == "expression-syntax",
                    _ => message == our_message,
                };
                place && said
            }
            _ => false,
        }
    }
}

/// The column of `…: 0,5…`; none if the end of the text is meant.
fn zero_based(message: &str) -> Option<usize> {
    let (_, place) = message.split_once(": ")?;
    let column = place.split_once(',')?.1;
    let digits = column
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(column.len());
    column[..digits].parse().ok()
}

fn one_based(place: &str) -> Option<usize> {
    let column: usize = place.rsplit_once("column ")?.1.trim().parse().ok()?;
    column.checked_sub(1)
}

fn same(expected: &Json, ours: &Json) -> bool {
    match (expected, ours) {
        (Json::Number(left), Json::Number(right)) => near(left.as_f64(), right.as_f64()),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|((k, l), (n, r))| k == n && same(l, r))
        }
        (left, right) => left == right,
    }
}

/// Equal but for the last digit, which gets lost when the recording is read.
fn near(left: Option<f64>, right: Option<f64>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => (left - right).abs() <= left.abs() * 2.0 * f64::EPSILON,
        _ => left == right,
    }
}

impl Outcome {
    /// A text that was refused when it was read.
    pub(super) fn refused(found: &Diagnostic) -> Self {
        let column = found.text.position(found.span.start).column - 1;
        Self::Refusal {
            code: found.code,
            message: found.message.clone(),
            column,
        }
    }

    /// What an evaluation came to.
    pub(super) fn of(result: Result<Value, EvalError>, text: &Text) -> Self {
        match result {
            Ok(value) => Self::Result {
                value: recorded(&value),
                kind: value.type_name().to_owned(),
            },
            Err(error) => Self::refused(&error.diagnostic(text)),
        }
    }
}

/// A value in the form of the recording.
fn recorded(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(flag) => json!(flag),
        Value::Int(number) => match number.to_i64() {
            Some(number) => json!(number),
            None => json!(number.to_f64()),
        },
        Value::Float(number) if number.is_finite() => json!(number),
        Value::Float(number) => json!({ "__float__": real_text(*number) }),
        Value::List(items) => items.iter().map(recorded).collect(),
        Value::Dict(dict) => {
            let pairs = dict
                .iter()
                .map(|(k, v)| (k.value().to_string(), recorded(v)));
            Json::Object(pairs.collect())
        }
        Value::Url(uri) => json!({ "__URL__": uri.to_string() }),
        Value::RemotePath(path) => json!({ "__PurePosixPath__": path.as_str() }),
        Value::LocalPath(path) => json!({ "__PosixPath__": path.as_str() }),
        Value::Record(_) => json!({ "__repr__": value.repr() }),
        other => json!(other.to_string()),
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Result { value, kind } => write!(f, "{value} ({kind})"),
            Self::Refusal {
                kind,
                message,
                column,
            } => write!(f, "{kind} {message} @{column:?}"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Result { value, kind } => write!(f, "{value} ({kind})"),
            Self::Refusal {
                code,
                message,
                column,
            } => write!(f, "{code} {message} @{column}"),
        }
    }
}
