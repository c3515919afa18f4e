//! What agreed and what did not.

use serde_json::Value;

/// A result that differs from the recorded one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Which result, from the file to the field.
    pub path: String,
    /// What was recorded.
    pub expected: String,
    /// What we have.
    pub ours: String,
}

/// The comparison of one project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many results agreed.
    pub passed: usize,
    /// Those that did not.
    pub failed: Vec<Mismatch>,
    /// Results where we do more than the official tool, and say so.
    pub intended: Vec<Mismatch>,
}

impl Report {
    pub(super) fn pass(&mut self) {
        self.passed += 1;
    }

    pub(super) fn fail(&mut self, path: &str, expected: impl ToString, ours: impl ToString) {
        self.failed
            .push(mismatch(path, &expected.to_string(), &ours.to_string()));
    }

    pub(super) fn intend(&mut self, path: &str, expected: impl ToString, ours: impl ToString) {
        self.intended
            .push(mismatch(path, &expected.to_string(), &ours.to_string()));
    }

    /// Compares two values as one result; every differing leaf is named.
    pub(super) fn same(&mut self, path: &str, expected: &Value, ours: &Value) {
        let mut leaves = Vec::new();
        differences(path, expected, ours, &mut leaves);
        if leaves.is_empty() {
            self.pass();
        } else {
            self.failed.extend(leaves);
        }
    }
}

fn mismatch(path: &str, expected: &str, ours: &str) -> Mismatch {
    let short = |text: &str| text.chars().take(300).collect::<String>();
    Mismatch {
        path: path.to_owned(),
        expected: short(expected),
        ours: short(ours),
    }
}

fn differences(path: &str, expected: &Value, ours: &Value, found: &mut Vec<Mismatch>) {
    match (expected, ours) {
        (Value::Object(left), Value::Object(right)) => {
            for (name, value) in left {
                let ours = right.get(name).unwrap_or(&Value::Null);
                differences(&format!("{path}/{name}"), value, ours, found);
            }
            for (name, value) in right.iter().filter(|(name, _)| !left.contains_key(*name)) {
                differences(&format!("{path}/{name}"), &Value::Null, value, found);
            }
        }
        (left, right) if equal(left, right) => {}
        (left, right) => found.push(mismatch(path, &left.to_string(), &right.to_string())),
    }
}

/// Equality that takes `1` and `1.0` for the same number.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| equal(l, r))
        }
        (left, right) => left == right,
    }
}
