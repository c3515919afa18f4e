//! A finding as the window shows it.

use std::path::Path;

use contract::{DiagnosticView, SeverityView};
use source::{Diagnostic, Position, Severity};

/// The findings of a project; files inside it are shown relative to it.
pub(crate) fn views(diagnostics: &[Diagnostic], root: &Path) -> Vec<DiagnosticView> {
    diagnostics
        .iter()
        .map(|diagnostic| view(diagnostic, root))
        .collect()
}

fn view(diagnostic: &Diagnostic, root: &Path) -> DiagnosticView {
    let text = &diagnostic.text;
    let start = text.position(diagnostic.span.start);
    let end = text.position(diagnostic.span.end);
    let end = if end.line == start.line && end.column == start.column {
        Position {
            column: end.column + 1,
            ..end
        }
    } else {
        end
    };
    DiagnosticView {
        severity: severity(diagnostic.severity),
        code: diagnostic.code.to_owned(),
        message: diagnostic.message.clone(),
        help: help(diagnostic),
        candidates: diagnostic.candidates.clone(),
        file: relative(text.name(), root),
        line: count(start.line),
        column: count(start.column),
        end_line: count(end.line),
        end_column: count(end.column),
        source: text.line(start.line).to_owned(),
    }
}

/// How to mend it, unless that only repeats the names that are offered beside it.
fn help(diagnostic: &Diagnostic) -> Option<String> {
    let repeats =
        |help: &&String| !diagnostic.candidates.is_empty() && help.starts_with("did you mean");
    diagnostic
        .help
        .as_ref()
        .filter(|help| !repeats(help))
        .cloned()
}

/// A path relative to the project where it lies in it.
pub(crate) fn relative(name: &str, root: &Path) -> String {
    let path = Path::new(name);
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

fn severity(severity: Severity) -> SeverityView {
    match severity {
        Severity::Hint => SeverityView::Hint,
        Severity::Warning => SeverityView::Warning,
        Severity::Portability => SeverityView::Portability,
        Severity::Error => SeverityView::Error,
    }
}

/// Lines and columns fit: a text of four milliards of lines does not.
pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use source::{Span, Text};

    use super::*;

    #[test]
    fn files_of_the_project_are_shown_relative_to_it() {
        let text = Text::new("/home/anna/rye/.neuro/live.yml", "kind: life\n");
        let finding = Diagnostic::error("kind", &text, Span::new(6, 10), "unknown kind");
        let view = view(&finding, Path::new("/home/anna/rye"));
        assert_eq!(view.file, ".neuro/live.yml");
        assert_eq!((view.line, view.column, view.end_column), (1, 7, 11));
        assert_eq!(view.source, "kind: life");
    }
}
