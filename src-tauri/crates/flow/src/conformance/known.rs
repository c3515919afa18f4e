//! Differences we mean to have, each with its reason.

use source::Diagnostic;

use super::compare::{Mismatch, Report};

/// Lines of `CASE: reason`; a case stands for all its fields.
const KNOWN: &str = include_str!("known.txt");

/// The reason for a difference, if we mean to have it.
#[must_use]
pub fn reason(path: &str) -> Option<&'static str> {
    KNOWN
        .lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| {
            let (case, reason) = line.split_once(": ")?;
            let rest = path.strip_prefix(case)?;
            (rest.is_empty() || rest.starts_with('/')).then_some(reason)
        })
}

/// The report with differences we mean to have taken out of the failures.
pub(super) fn sorted(mut report: Report) -> Report {
    let (intended, failed) = report
        .failed
        .into_iter()
        .partition(|mismatch| reason(&mismatch.path).is_some());
    report.failed = failed;
    report.intended.append(&mut { intended });
    report
}

/// Whether a recorded error is a crash about a name in `exclude` that the matrix has not.
fn names_a_missing_key(expected: &str) -> bool {
    let inner = expected
        .strip_prefix("\"'")
        .and_then(|rest| rest.strip_suffix("'\""));
    inner.is_some_and(|name| {
        name.chars()
            .all(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

/// Whether two texts are the same set, printed in another order.
fn same_set(expected: &str, ours: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    expected.contains("{'") && sorted(expected) == sorted(ours)
}

/// Parts differences into those we mean to have, by the rows of `COMPATIBILITY.md`, and others.
/// `noted` is what the official tools are said to trip over in the file.
pub(super) fn by_design(
    failed: Vec<Mismatch>,
    noted: &[Diagnostic],
) -> (Vec<Mismatch>, Vec<Mismatch>) {
    let mixed = noted.iter().any(|found| found.code == "mixins-in-matrix");
    let bare = noted
        .iter()
        .any(|found| found.code == "defaults-without-args");
    let plain_status: Vec<String> = failed
        .iter()
        .filter(|found| {
            found.expected.contains("TaskStatus.") || same_set(&found.expected, &found.ours)
        })
        .filter_map(|found| Some(found.path.split_once("/config")?.0.to_owned()))
        .collect();
    failed.into_iter().partition(|found| {
        let key_of_status = found.path.ends_with("/caching_key")
            && plain_status.iter().any(|task| found.path.starts_with(task));
        found.expected.contains("TaskStatus.")
            || found.expected.contains("Git info is not available")
            || found.expected == "ok" && found.ours.contains(": the call gives no ")
            || mixed && found.path.contains("/config/")
            || found.expected == "null" && found.path.contains("/inputs/")
            || names_a_missing_key(&found.expected)
            || same_set(&found.expected, &found.ours)
            || bare && found.expected.contains("No attribute")
            || key_of_status
    })
}
