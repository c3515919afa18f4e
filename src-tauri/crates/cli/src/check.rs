//! `bakehouse check`: what is wrong in a project, like a good compiler tells it.

use contract::{FlowCheck, FlowReport};
use workbench::{Desk, commands};

use crate::args::Check;
use crate::output::{Ended, Stop, full_path, print_json, rendered};

pub(crate) async fn check(desk: &Desk, check: Check) -> Result<Ended, Stop> {
    let request = FlowCheck {
        project: full_path(&check.project)?,
        evaluated: check.json,
    };
    let report = commands::flow_check(desk, request).await?;
    if check.json {
        print_json(&report)?;
    } else {
        for diagnostic in &report.diagnostics {
            println!("{}\n", rendered(diagnostic));
        }
        println!("{}", summary(&report));
    }
    Ok(ended(&report, check.strict))
}

fn ended(report: &FlowReport, strict: bool) -> Ended {
    let noticed = report.portability > 0 || report.warnings > 0;
    if report.errors > 0 || strict && noticed {
        Ended::Badly
    } else {
        Ended::Well
    }
}

/// One line about all of it.
fn summary(report: &FlowReport) -> String {
    let found = [
        number(report.errors, "error", "errors"),
        number(report.portability, "portability note", "portability notes"),
        number(report.warnings, "warning", "warnings"),
        number(report.hints, "hint", "hints"),
    ];
    let found: Vec<String> = found.into_iter().flatten().collect();
    let checked = format!(
        "{} and {} checked",
        counted(report.job_count, "live job", "live jobs"),
        counted(report.task_count, "task", "tasks"),
    );
    match found.as_slice() {
        [] => format!("{checked}: nothing wrong"),
        found => format!("{checked}: {}", found.join(", ")),
    }
}

fn number(count: u32, one: &str, many: &str) -> Option<String> {
    (count > 0).then(|| counted(count, one, many))
}

pub(crate) fn counted(count: u32, one: &str, many: &str) -> String {
    let word = if count == 1 { one } else { many };
    format!("{count} {word}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(errors: u32, portability: u32, warnings: u32) -> FlowReport {
        FlowReport {
            project: "/rye".to_owned(),
            id: "rye".to_owned(),
            errors,
            portability,
            warnings,
            hints: 0,
            diagnostics: Vec::new(),
            job_count: 1,
            task_count: 12,
            jobs: Vec::new(),
            batches: Vec::new(),
        }
    }

    #[test]
    fn the_last_line_counts_what_was_found() {
        let clean = summary(&report(0, 0, 0));
        assert_eq!(clean, "1 live job and 12 tasks checked: nothing wrong");
        let found = summary(&report(2, 1, 0));
        assert_eq!(
            found,
            "1 live job and 12 tasks checked: 2 errors, 1 portability note"
        );
    }

    #[test]
    fn only_strict_checks_fail_on_warnings() {
        assert_eq!(ended(&report(0, 1, 1), false), Ended::Well);
        assert_eq!(ended(&report(0, 1, 0), true), Ended::Badly);
        assert_eq!(ended(&report(0, 0, 1), true), Ended::Badly);
        assert_eq!(ended(&report(1, 0, 0), false), Ended::Badly);
        assert_eq!(ended(&report(0, 0, 0), true), Ended::Well);
    }
}
