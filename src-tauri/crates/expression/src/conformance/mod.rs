//! Replays pairs of input and result that were recorded from the official tools.
//!
//! The pairs come from outside; [`run`] takes their JSON text. Differences we want are listed in
//! [`INTENDED`] with their reason and in `COMPATIBILITY.md`; everything else that differs fails.

mod contexts;
mod expected;

use serde_json::Value as Json;

use crate::conformance::contexts::Bench;
use crate::conformance::expected::{Expected, Outcome};
use crate::evaluate::evaluate;
use crate::field::{Field, Scalar};
use crate::form::{FieldType, Form, Item};
use crate::parser::parse_text;
use source::{Span, Text};

/// Cases in which we mean to differ, and why.
pub const INTENDED: &[(&str, &str)] = &[
    (
        "expr-access#7",
        "names the missing key instead of a dump of the tree",
    ),
    (
        "expr-access#10",
        "names the missing index instead of a dump of the tree",
    ),
    (
        "expr-access#16",
        "says that the value has no items instead of nothing",
    ),
    (
        "expr-access#20",
        "says that the value has no items instead of nothing",
    ),
    (
        "expr-access#41",
        "says that the value has no items instead of nothing",
    ),
    ("functions-status#17", "a status is the plain text"),
    ("functions-status#30", "a status is the plain text"),
    ("functions-status#31", "a status is the plain text"),
    ("functions-status#32", "a status is the plain text"),
    ("functions#52", "a status is the plain text"),
    ("coerce#231", "says what is needed instead of crashing"),
    ("coerce#243", "the place of a list begins at its bracket"),
    ("coerce#245", "names the key that is not a text"),
    ("coerce#247", "says what is needed instead of crashing"),
];

/// Recorded cases that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConformanceError {
    /// The text is not JSON.
    #[error("the recorded cases are not JSON")]
    Json(#[from] serde_json::Error),
    /// The JSON is no list of cases.
    #[error("the recorded cases are not a list")]
    Shape,
}

/// What came of a replay.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The cases with the recorded result.
    pub passed: Vec<String>,
    /// The cases with another result.
    pub failed: Vec<Difference>,
    /// The cases in which we mean to differ.
    pub intended: Vec<Difference>,
}

/// A case with another result than the recorded one.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The case, such as `expr-access#7`.
    pub id: String,
    /// What goes in.
    pub input: String,
    /// What the official tools said.
    pub expected: String,
    /// What we say.
    pub got: String,
    /// Why we mean to differ; empty if we do not.
    pub why: &'static str,
}

/// Replays all cases of the areas that concern expressions.
///
/// # Errors
/// If the text is not a list of recorded cases.
pub fn run(json: &str) -> Result<Report, ConformanceError> {
    let cases: Json = serde_json::from_str(json)?;
    let cases = cases.as_array().ok_or(ConformanceError::Shape)?;
    let mut report = Report::default();
    for case in cases {
        let Some(outcome) = replay(case) else {
            continue;
        };
        let id = case["id"].as_str().unwrap_or_default();
        let expected = Expected::of(case);
        if expected.is_met_by(&outcome) {
            report.passed.push(id.to_owned());
            continue;
        }
        let why = INTENDED
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, why)| *why);
        let difference = Difference {
            id: id.to_owned(),
            input: case["input"].to_string(),
            expected: expected.to_string(),
            got: outcome.to_string(),
            why: why.unwrap_or_default(),
        };
        if why.is_some() {
            &mut report.intended
        } else {
            &mut report.failed
        }
        .push(difference);
    }
    Ok(report)
}

const AREAS: [&str; 10] = [
    "expr-operators",
    "expr-literals",
    "expr-access",
    "expr-ternary-comprehension",
    "expr-template-delimiters",
    "interpolation",
    "functions",
    "functions-status",
    "functions-hash_files",
    "coerce",
];

/// What we make of a case; nothing if it is not about expressions alone.
fn replay(case: &Json) -> Option<Outcome> {
    if !case["area"]
        .as_str()
        .is_some_and(|area| AREAS.contains(&area))
    {
        return None;
    }
    let mut bench = Bench::of(&case["context"]);
    let input = &case["input"];
    if let Some(written) = input.as_str() {
        return Some(expression(written, &mut bench));
    }
    let of = field_type(input["expr_class"].as_str()?)?;
    if of.form == Form::Enable {
        bench.inside_task();
    }
    let value = contexts::scalar(&input["yaml_value"], input["yaml_type"].as_str()?);
    let text = Text::new("f.yml", value.as_str().unwrap_or_default());
    let span = Span::new(0, text.content().len());
    let scalar = Scalar {
        value: &value,
        span,
        place: &|offset| offset,
    };
    let parsed = Field::read(of, scalar, &text);
    if let Some(found) = parsed.diagnostics.iter().find(|found| found.is_error()) {
        return Some(Outcome::refused(found));
    }
    Some(Outcome::of(
        parsed.tree.evaluate(&bench.contexts, &mut bench.world),
        &text,
    ))
}

fn expression(written: &str, bench: &mut Bench) -> Outcome {
    let text = Text::new("f.yml", written);
    let parsed = parse_text(&text);
    match parsed.diagnostics.iter().find(|found| found.is_error()) {
        Some(found) => Outcome::refused(found),
        None => Outcome::of(
            evaluate(&parsed.tree, &bench.contexts, &mut bench.world),
            &text,
        ),
    }
}

/// The type of a field by the name the recording uses.
fn field_type(name: &str) -> Option<FieldType> {
    let name = name.strip_suffix("Expr")?;
    let (simple, name) = name
        .strip_prefix("Simple")
        .map_or((false, name), |name| (true, name));
    let (optional, name) = name
        .strip_prefix("Opt")
        .map_or((false, name), |name| (true, name));
    let form = match name {
        "Str" => Form::Str,
        "Id" => Form::Id,
        "Bool" => Form::Bool,
        "Enable" => Form::Enable,
        "Int" => Form::Int,
        "Float" => Form::Float,
        "TimeDelta" => Form::TimeDelta,
        "RemotePath" => Form::RemotePath,
        "LocalPath" => Form::LocalPath,
        "URI" => Form::Uri,
        "PlatformResourceURI" => Form::ResourceUri,
        "ImageRefStr" => Form::ImageRef,
        "RestartPolicy" => Form::RestartPolicy,
        "PortPair" => Form::PortPair,
        "Primitive" => Form::Primitive,
        "Bash" => Form::Bash,
        "Python" => Form::Python,
        "Sequence" => Form::Sequence(Item::Text),
        "Mapping" => Form::Mapping,
        _ => return None,
    };
    let optional = optional || matches!(form, Form::Sequence(_));
    Some(FieldType {
        form,
        optional,
        simple,
    })
}
