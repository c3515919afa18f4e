//! What agreed and what did not.

use std::collections::BTreeMap;

use serde_json::Value;

use super::rule::Rule;

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

/// A result that differs from the recorded one on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intended {
    /// What differs.
    pub mismatch: Mismatch,
    /// Why.
    pub rule: &'static Rule,
}

/// The comparison of one project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many results agreed.
    pub passed: usize,
    /// Those that did not.
    pub failed: Vec<Mismatch>,
    /// Those that did not, as a rule says.
    pub intended: Vec<Intended>,
}

/// A part of a value that differs from the recorded one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaf {
    /// The keys that lead to it.
    pub(super) steps: Vec<String>,
    pub(super) expected: Value,
    pub(super) ours: Value,
}

impl Report {
    pub(super) fn pass(&mut self) {
        self.passed += 1;
    }

    pub(super) fn fail(&mut self, path: &str, expected: impl ToString, ours: impl ToString) {
        self.failed
            .push(mismatch(path, &expected.to_string(), &ours.to_string()));
    }

    pub(super) fn intend(
        &mut self,
        rule: &'static Rule,
        path: &str,
        expected: impl ToString,
        ours: impl ToString,
    ) {
        let mismatch = mismatch(path, &expected.to_string(), &ours.to_string());
        self.intended.push(Intended { mismatch, rule });
    }

    /// Compares two values as one result; every differing leaf is named, and `why` may know a rule
    /// for it.
    pub(super) fn same(
        &mut self,
        path: &str,
        (expected, ours): (&Value, &Value),
        why: impl Fn(&[Leaf]) -> Vec<Option<&'static Rule>>,
    ) {
        let leaves = differences(expected, ours);
        if leaves.is_empty() {
            return self.pass();
        }
        for (leaf, rule) in leaves.iter().zip(why(&leaves)) {
            let path = leaf.path(path);
            match rule {
                Some(rule) => self.intend(rule, &path, &leaf.expected, &leaf.ours),
                None => self.fail(&path, &leaf.expected, &leaf.ours),
            }
        }
    }

    /// Takes over what another comparison found.
    pub(super) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed.extend(other.failed);
        self.intended.extend(other.intended);
    }

    /// How often each rule explained a difference.
    #[must_use]
    pub fn by_rule(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for found in &self.intended {
            *counts.entry(found.rule.name).or_default() += 1;
        }
        counts
    }
}

impl Leaf {
    fn path(&self, above: &str) -> String {
        std::iter::once(above)
            .chain(self.steps.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join("/")
    }

    /// The part of another value of the same shape.
    pub(super) fn of<'v>(&self, whole: &'v Value) -> &'v Value {
        self.steps.iter().fold(whole, |value, step| &value[step])
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

/// All parts of two values that differ.
pub(super) fn differences(expected: &Value, ours: &Value) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect(&mut Vec::new(), expected, ours, &mut found);
    found
}

fn collect(steps: &mut Vec<String>, expected: &Value, ours: &Value, found: &mut Vec<Leaf>) {
    match (expected, ours) {
        (Value::Object(left), Value::Object(right)) => {
            let names = left
                .keys()
                .chain(right.keys().filter(|name| !left.contains_key(*name)));
            for name in names {
                steps.push(name.clone());
                let (left, right) = (left.get(name), right.get(name));
                let nothing = &Value::Null;
                collect(
                    steps,
                    left.unwrap_or(nothing),
                    right.unwrap_or(nothing),
                    found,
                );
                steps.pop();
            }
        }
        (left, right) if equal(left, right) => {}
        (left, right) => found.push(Leaf {
            steps: steps.clone(),
            expected: left.clone(),
            ours: right.clone(),
        }),
    }
}

/// Equality that takes `1` and `1.0` for the same number.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| equal(l, r))
        }
        (left, right) => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_part_that_differs_is_named() {
        let (expected, ours) = (
            json!({"a": 1, "b": {"c": [1]}, "gone": 2}),
            json!({"a": 1.0, "b": {"c": [2]}, "new": 3}),
        );
        let paths: Vec<String> = differences(&expected, &ours)
            .iter()
            .map(|leaf| leaf.path("x"))
            .collect();
        assert_eq!(paths, ["x/b/c", "x/gone", "x/new"]);
    }

    #[test]
    fn a_difference_without_a_rule_fails() {
        let mut report = Report::default();
        report.same("x", (&json!([1]), &json!([2])), |leaves| {
            vec![None; leaves.len()]
        });
        assert_eq!((report.failed.len(), report.intended.len()), (1, 0));
    }
}
