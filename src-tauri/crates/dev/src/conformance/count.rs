//! How many results agreed.

use std::collections::BTreeMap;
use std::fmt;
use std::process::ExitCode;

use flow::conformance::{RULES, Rule};

/// How many results agreed, did not, or differ on purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) intended: usize,
    /// How often each rule explained a difference.
    pub(crate) rules: BTreeMap<String, usize>,
}

impl Count {
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.intended += other.intended;
        for (rule, times) in other.rules {
            *self.rules.entry(rule).or_default() += times;
        }
    }

    /// Prints how often each rule explained a difference; those that never did, too.
    pub(crate) fn print_rules(&self) {
        let known: Vec<String> = RULES.iter().map(|rule| title(rule)).collect();
        let others = self.rules.keys().filter(|rule| !known.contains(rule));
        println!("differences on purpose, by rule:");
        for rule in known.iter().chain(others) {
            let times = self.rules.get(rule).copied().unwrap_or_default();
            println!("{times:6}  {rule}");
        }
    }

    /// Failure if anything failed, and if nothing at all was compared.
    pub(crate) fn exit_code(&self) -> ExitCode {
        if self.failed > 0 || self.passed + self.intended == 0 {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            failed,
            intended,
            ..
        } = self;
        write!(f, "{passed} passed, {failed} failed, {intended} intended")
    }
}

/// A rule with the row of `COMPATIBILITY.md` that decides it.
pub(crate) fn title(rule: &Rule) -> String {
    format!("{} (row {}): {}", rule.name, rule.row, rule.what)
}

/// Prints a difference.
pub(crate) fn print_difference(what: &str, expected: &str, got: &str) {
    println!("FAILED {what}\n    expected {expected}\n    got      {got}");
}

/// Prints a difference we mean to have.
pub(crate) fn print_intended(what: &str, (expected, got): (&str, &str), why: &str) {
    println!("intended {what}: {why}\n    they say {expected}\n    we say   {got}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_read_by_machines() {
        let count = Count {
            passed: 1,
            failed: 2,
            intended: 3,
            rules: BTreeMap::new(),
        };
        assert_eq!(count.to_string(), "1 passed, 2 failed, 3 intended");
    }
}
