//! Printing: tables, failures, states.

use std::process::ExitCode;

use contract::{BakeState, DiagnosticView, Failure, FailureCode, JobState, SeverityView};
use serde::Serialize;

/// How a command that could be carried out ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Fine: exit code 0.
    Well,
    /// What was started did not succeed: exit code 1.
    Badly,
    /// It was cancelled: exit code 130.
    Cancelled,
    /// A job ended with this exit code, and so do we.
    Code(u8),
}

/// Why a command could not be carried out.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The workbench refused.
    Refused(Box<Failure>),
    /// Something on our side.
    Failed(String),
    /// The command line makes no sense in this place.
    Usage(String),
}

impl Stop {
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Refused(_) | Self::Failed(_) => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Refused(Box::new(failure))
    }
}

/// Prints why a command could not be carried out.
pub(crate) fn print_stop(stop: &Stop) {
    match stop {
        Stop::Failed(message) | Stop::Usage(message) => eprintln!("error: {message}"),
        Stop::Refused(failure) => {
            eprintln!("error: {}", failure.message);
            for diagnostic in &failure.diagnostics {
                eprintln!("\n{}", rendered(diagnostic));
            }
            if let Some(hint) = &failure.hint {
                eprintln!("hint: {hint}");
            }
            if failure.code == FailureCode::SignInNeeded {
                eprintln!("hint: `bakehouse login URL` signs in.");
            }
            if failure.code == FailureCode::CredentialsNeeded {
                eprintln!("hint: `--credentials session` keeps the token in memory only.");
            }
        }
    }
}

/// Prints findings to standard error.
pub(crate) fn print_diagnostics(diagnostics: &[DiagnosticView]) {
    for diagnostic in diagnostics {
        eprintln!("{}\n", rendered(diagnostic));
    }
}

/// A finding like a good compiler shows it.
pub(crate) fn rendered(diagnostic: &DiagnosticView) -> String {
    let severity = match diagnostic.severity {
        SeverityView::Error => "error",
        SeverityView::Portability => "portability",
        SeverityView::Warning => "warning",
        SeverityView::Hint => "hint",
    };
    let DiagnosticView {
        code,
        message,
        file,
        line,
        column,
        source,
        ..
    } = diagnostic;
    let gutter = " ".repeat(line.to_string().len());
    let before = usize::try_from(column.saturating_sub(1)).unwrap_or(0);
    let lead: String = source
        .chars()
        .take(before)
        .map(|letter| if letter == '\t' { '\t' } else { ' ' })
        .collect();
    let mut text = format!("{severity}[{code}]: {message}\n{gutter}--> {file}:{line}:{column}\n");
    text += &format!(
        "{gutter} |\n{line} | {source}\n{gutter} | {lead}{}",
        marks(diagnostic)
    );
    let told = |name: &String| {
        let help = diagnostic.help.as_ref();
        help.is_some_and(|help| help.contains(&format!("`{name}`")))
    };
    if let Some(first) = diagnostic.candidates.first().filter(|name| !told(name)) {
        text += &format!("\n{gutter} = did you mean `{first}`?");
    }
    if let Some(help) = &diagnostic.help {
        text += &format!("\n{gutter} = help: {help}");
    }
    text
}

/// The marks under the source line; a finding over several lines is marked to the end of its first.
fn marks(diagnostic: &DiagnosticView) -> String {
    let DiagnosticView {
        line,
        column,
        end_line,
        end_column,
        source,
        ..
    } = diagnostic;
    let length = u32::try_from(source.chars().count()).unwrap_or(u32::MAX);
    let end = if line == end_line {
        *end_column
    } else {
        length.saturating_add(1)
    };
    let count = end
        .min(length.saturating_add(1))
        .saturating_sub(*column)
        .max(1);
    "^".repeat(usize::try_from(count).unwrap_or(1))
}

/// Prints an answer as JSON.
pub(crate) fn print_json<T: Serialize>(answer: &T) -> Result<Ended, Stop> {
    let text = serde_json::to_string_pretty(answer)
        .map_err(|error| Stop::Failed(format!("the answer could not be written: {error}")))?;
    println!("{text}");
    Ok(Ended::Well)
}

/// Prints an answer as JSON on one line.
pub(crate) fn print_json_line<T: Serialize>(answer: &T) -> Result<(), Stop> {
    let text = serde_json::to_string(answer)
        .map_err(|error| Stop::Failed(format!("the answer could not be written: {error}")))?;
    println!("{text}");
    Ok(())
}

/// Prints a table with as wide columns as its cells need.
pub(crate) fn print_table(heads: &[&str], rows: &[Vec<String>]) {
    print!("{}", table(heads, rows));
}

fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count());
        cells
            .chain([heads[column].chars().count()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let mut text = line(&mut heads.iter().copied());
    for row in rows {
        text += &line(&mut row.iter().map(String::as_str));
    }
    text
}

/// The word for the state of a job.
pub(crate) fn job_word(state: JobState) -> &'static str {
    match state {
        JobState::NotStarted => "not started",
        JobState::Pending => "pending",
        JobState::Running => "running",
        JobState::Succeeded => "succeeded",
        JobState::Failed => "failed",
        JobState::Cancelled => "cancelled",
        JobState::Unknown => "unknown",
    }
}

/// The word for the state of a bake or task.
pub(crate) fn bake_word(state: BakeState) -> &'static str {
    match state {
        BakeState::Waiting => "waiting",
        BakeState::Pending => "pending",
        BakeState::Running => "running",
        BakeState::Succeeded => "succeeded",
        BakeState::Failed => "failed",
        BakeState::Cancelled => "cancelled",
        BakeState::Skipped => "skipped",
        BakeState::Cached => "cached",
        BakeState::Unknown => "unknown",
    }
}

/// A full path, since the platform does not share our working folder.
pub(crate) fn full_path(path: &std::path::Path) -> Result<String, Stop> {
    std::path::absolute(path)
        .map(|path| path.display().to_string())
        .map_err(|error| Stop::Failed(format!("{} is no path: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [
            vec!["train".to_owned(), "running".to_owned()],
            vec!["x".to_owned()],
        ];
        insta::assert_snapshot!(table(&["JOB", "STATUS"], &rows), @r"
        JOB    STATUS
        train  running
        x
        ");
    }

    #[test]
    fn a_finding_is_marked_under_its_characters() {
        let finding = DiagnosticView {
            severity: SeverityView::Error,
            code: "unknown-name".to_owned(),
            message: "there is no context `parms`".to_owned(),
            help: Some("use one of the known contexts".to_owned()),
            candidates: vec!["params".to_owned()],
            file: ".neuro/live.yml".to_owned(),
            line: 12,
            column: 15,
            end_line: 12,
            end_column: 20,
            source: "    image: ${{ parms.image }}".to_owned(),
        };
        insta::assert_snapshot!(rendered(&finding), @r"
        error[unknown-name]: there is no context `parms`
          --> .neuro/live.yml:12:15
           |
        12 |     image: ${{ parms.image }}
           |               ^^^^^
           = did you mean `params`?
           = help: use one of the known contexts
        ");
    }
}
