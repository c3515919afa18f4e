//! What is needed to compare any part of a record with ours.

use serde_json::Value;
use source::Diagnostic;

use super::compare::{Leaf, Report};
use super::leaf::{self, Predicted};
use super::place::{agree, errors, shown};
use super::refusal::Refusal;
use super::rule::Rule;
use crate::session::Platform;
use crate::workspace::Workspace;

/// Where synthetic flows lie.
pub(super) const TEMPORARY: &str = "/<TMP>";

/// A comparison that is going on.
pub(super) struct Comparison<'a> {
    pub(super) workspace: &'a dyn Workspace,
    pub(super) platform: Platform,
    pub(super) record: &'a Value,
    pub(super) replace: &'a [(String, String)],
    pub(super) report: Report,
    /// What is said about the files of the project.
    pub(super) said: Vec<Diagnostic>,
}

/// What the official tool says by its mistakes, as far as we know them.
pub(super) struct Mistaken {
    pub(super) rule: &'static Rule,
    pub(super) found: Vec<Diagnostic>,
}

impl Comparison<'_> {
    /// Our texts with folders replaced as in the records.
    pub(super) fn canonical(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.canonical_text(text)),
            Value::Array(items) => items.iter().map(|item| self.canonical(item)).collect(),
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, value)| (self.canonical_text(name), self.canonical(value)))
                    .collect(),
            ),
            other => other.clone(),
        }
    }

    pub(super) fn canonical_text(&self, text: &str) -> String {
        let replaced = self
            .replace
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        replaced.replace(TEMPORARY, "<TMP>")
    }

    /// The name of a file as the records write it.
    pub(super) fn canonical_file(&self, name: &str) -> String {
        match name.starts_with('/') || name.starts_with('<') || name == "f.yml" {
            true => self.canonical_text(name),
            false => format!("<WS>/{name}"),
        }
    }

    /// Compares a recorded error with our findings about the same thing, portability and all.
    pub(super) fn error(&mut self, path: &str, error: &Value, found: &[Diagnostic]) {
        self.error_or(path, error, found, None);
    }

    /// The same, if the official tool may make a mistake we know.
    pub(super) fn error_or(
        &mut self,
        path: &str,
        error: &Value,
        found: &[Diagnostic],
        mistaken: Option<&Mistaken>,
    ) {
        let canonical = |name: &str| self.canonical_file(name);
        let verdict = match agree(error, &errors(found), &canonical) {
            true => Ok(()),
            false => {
                let refusal = Refusal {
                    error,
                    found,
                    canonical: &canonical,
                };
                let by_mistake = mistaken.filter(|it| agree(error, &errors(&it.found), &canonical));
                Err(by_mistake.map(|it| it.rule).or_else(|| refusal.rule()))
            }
        };
        let message = &error["message"];
        match verdict {
            Ok(()) => self.report.pass(),
            Err(Some(rule)) => self.report.intend(rule, path, message, shown(found)),
            Err(None) => self.report.fail(path, message, shown(found)),
        }
    }

    /// Compares an answer that is good or an error; tells whether both are good.
    pub(super) fn outcome(&mut self, path: &str, record: &Value, found: &[Diagnostic]) -> bool {
        self.outcome_or(path, record, found, None)
    }

    /// The same, if the official tool may make a mistake we know.
    pub(super) fn outcome_or(
        &mut self,
        path: &str,
        record: &Value,
        found: &[Diagnostic],
        mistaken: Option<&Mistaken>,
    ) -> bool {
        match (record["ok"].as_bool(), errors(found).is_empty()) {
            (Some(true), true) => {
                self.report.pass();
                true
            }
            (Some(true), false) => {
                self.report.fail(path, "ok", shown(found));
                false
            }
            _ => {
                self.error_or(path, &record["error"], found, mistaken);
                false
            }
        }
    }

    /// Compares a part of a record with ours, canonical.
    pub(super) fn part(&mut self, path: &str, expected: &Value, ours: &Value) {
        self.part_or(path, (expected, ours), None);
    }

    /// The same, if the official tool may come to something else by a mistake we know.
    pub(super) fn part_or(
        &mut self,
        path: &str,
        (expected, ours): (&Value, &Value),
        predicted: Option<(&'static Rule, &Value)>,
    ) {
        let ours = self.canonical(ours);
        let predicted = predicted.map(|(rule, value)| Predicted {
            rule,
            value: self.canonical(value),
        });
        let why = |leaves: &[Leaf]| leaf::rules(leaves, predicted.as_ref());
        self.report.same(path, (expected, &ours), why);
    }
}
