//! Differences we mean to have, each with its reason.

use super::compare::Report;

/// Lines of `CASE: reason`; a case stands for all its fields.
const KNOWN: &str = include_str!("known.txt");

/// The reason for a difference, if we mean to have it.
#[must_use]
pub(super) fn reason(path: &str) -> Option<&'static str> {
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
