//! Rows of a matrix.

use expression::Value;
use indexmap::IndexMap;
use source::{Diagnostic, Severity, Text, nearest};

use crate::eval::Evaluator;
use crate::tree::{FieldValue, MapItem, Matrix};

/// A task may have this many rows.
const MOST_ROWS: usize = 256;

/// The name of the number of a row.
pub(super) const ORDINAL: &str = "ORDINAL";

/// One combination of values.
pub(super) type Row = IndexMap<String, Value>;

/// The rows of a task, and the place of the entry for messages.
pub(super) fn rows(
    evaluator: &mut Evaluator<'_, '_>,
    written: Option<&FieldValue>,
    (text, number): (&Text, usize),
    notes: &mut Vec<Diagnostic>,
) -> Option<Vec<Row>> {
    let Some(FieldValue::Matrix(matrix)) = written else {
        return Some(vec![Row::new()]);
    };
    let mut rows = products(evaluator, matrix, text, number)?;
    for entry in &matrix.exclude {
        let row = entry_row(evaluator, entry)?;
        exclude(evaluator, matrix, text, entry, &row);
        notes.extend(without_values(matrix, text, entry, (&rows, &row)));
        rows.retain(|candidate| {
            !row.iter()
                .all(|(name, value)| holds(candidate, name, value))
        });
    }
    for entry in &matrix.include {
        let row = entry_row(evaluator, entry)?;
        include_problem(evaluator, matrix, text, entry, &row);
        rows.push(row);
    }
    if rows.len() > MOST_ROWS {
        too_many(evaluator, matrix, text, (number, rows.len()));
        return None;
    }
    for (number, row) in rows.iter_mut().enumerate() {
        row.insert(ORDINAL.to_owned(), Value::from(number as i64));
    }
    Some(rows)
}

fn holds(row: &Row, name: &str, value: &Value) -> bool {
    row.get(name).is_some_and(|own| own.equals(value))
}

/// An entry of `exclude` in which a name has no values at all: the official tools look for one.
fn without_values(
    matrix: &Matrix,
    text: &Text,
    entry: &[MapItem],
    (rows, row): (&[Row], &Row),
) -> Option<Diagnostic> {
    let reached = |candidate: &Row| {
        let mut names = row.iter();
        let first = names.find(|(name, value)| !holds(candidate, name, value));
        first.is_some_and(|(name, _)| !candidate.contains_key(name))
    };
    if !rows.iter().any(reached) {
        return None;
    }
    let item = entry.iter().find(|item| {
        matrix.products.contains_key(&item.name) && !rows[0].contains_key(&item.name)
    })?;
    let message = format!(
        "`{}` has no values, so the official tools fail on this `exclude`",
        item.name
    );
    let severity = Severity::Portability;
    let found = Diagnostic::new(severity, "exclude-of-empty", text, item.key, message);
    Some(found.help("remove it"))
}

fn products(
    evaluator: &mut Evaluator<'_, '_>,
    matrix: &Matrix,
    text: &Text,
    number: usize,
) -> Option<Vec<Row>> {
    let mut rows = vec![Row::new()];
    let mut whole = Some(());
    for (name, list) in &matrix.products {
        let Some(values) = evaluator.list(list) else {
            whole = None;
            continue;
        };
        if values.is_empty() {
            continue;
        }
        // Rows that `exclude` removes later may be many, but not without bounds.
        if rows.len().saturating_mul(values.len()) > MOST_ROWS * MOST_ROWS {
            too_many(evaluator, matrix, text, (number, rows.len() * values.len()));
            return None;
        }
        rows = rows
            .iter()
            .flat_map(|row| {
                values.iter().map(move |value| {
                    let mut row = row.clone();
                    row.insert(name.clone(), value.clone());
                    row
                })
            })
            .collect();
    }
    whole.map(|()| rows)
}

fn entry_row(evaluator: &mut Evaluator<'_, '_>, entry: &[MapItem]) -> Option<Row> {
    let values: Vec<_> = entry
        .iter()
        .map(|item| Some((item.name.clone(), evaluator.value(&item.value)?)))
        .collect();
    values.into_iter().collect()
}

fn exclude(
    evaluator: &mut Evaluator<'_, '_>,
    matrix: &Matrix,
    text: &Text,
    entry: &[MapItem],
    row: &Row,
) {
    for item in entry
        .iter()
        .filter(|item| !matrix.products.contains_key(&item.name))
    {
        let candidates = nearest(&item.name, matrix.products.keys().map(String::as_str));
        let message = format!("the matrix has no `{}` that could be excluded", item.name);
        let found = Diagnostic::error("unknown-matrix-key", text, item.key, message);
        evaluator.report(found.candidates(candidates));
    }
    debug_assert_eq!(entry.len(), row.len(), "every entry has a value");
}

fn include_problem(
    evaluator: &mut Evaluator<'_, '_>,
    matrix: &Matrix,
    text: &Text,
    entry: &[MapItem],
    row: &Row,
) {
    let listed = |names: Vec<&str>| names.join("`, `");
    let extra: Vec<&str> = entry
        .iter()
        .map(|item| item.name.as_str())
        .filter(|name| !matrix.products.contains_key(*name))
        .collect();
    let missing: Vec<&str> = matrix
        .products
        .keys()
        .map(String::as_str)
        .filter(|name| !row.contains_key(*name))
        .collect();
    let message = match (extra.is_empty(), missing.is_empty()) {
        (true, true) => return,
        (false, true) => format!(
            "an included row has `{}`, the matrix has not",
            listed(extra)
        ),
        (true, false) => format!("an included row lacks `{}`", listed(missing)),
        (false, false) => format!(
            "an included row has `{}`, the matrix has not; it lacks `{}`",
            listed(extra),
            listed(missing)
        ),
    };
    let mut found = Diagnostic::error("wrong-include", text, matrix.span, message)
        .help("an included row has exactly the names of the matrix");
    if let Some(first) = entry.first() {
        found = found.label(text, first.key, "the included row");
    }
    evaluator.report(found);
}

fn too_many(
    evaluator: &mut Evaluator<'_, '_>,
    matrix: &Matrix,
    text: &Text,
    (number, rows): (usize, usize),
) {
    let message = format!("task {number} would have {rows} rows: at most {MOST_ROWS} are possible");
    evaluator.report(Diagnostic::error(
        "matrix-too-large",
        text,
        matrix.span,
        message,
    ));
}
