//! Findings about templates and answers, at their places.

use source::{Diagnostic, Position, Severity, Span, Text, nearest};

use crate::jinja::Failed;
use crate::{Schema, Tree};

/// A finding about one variable, at its place in `cookiecutter.json`.
pub(crate) fn at_variable(
    settings: &Text,
    name: &str,
    severity: Severity,
    code: &'static str,
    message: impl Into<String>,
) -> Diagnostic {
    Diagnostic::new(
        severity,
        code,
        settings,
        key_span(settings.content(), name),
        message,
    )
}

/// Where the key of a JSON object stands in its text.
fn key_span(content: &str, name: &str) -> Span {
    let key = serde_json::Value::from(name).to_string();
    let found = content.match_indices(&key).find(|(at, _)| {
        let after = content[at + key.len()..].trim_start();
        after.starts_with(':')
    });
    found.map_or_else(Span::default, |(at, _)| Span::new(at, at + key.len()))
}

/// A finding about the name of a file or folder of the template.
pub(crate) fn at_name(
    path: &str,
    severity: Severity,
    code: &'static str,
    message: impl Into<String>,
) -> Diagnostic {
    let text = Text::new(path, path);
    Diagnostic::new(severity, code, &text, Span::new(0, path.len()), message)
}

/// Where a text that failed to render lies.
pub(crate) struct Origin<'a> {
    /// The whole template.
    pub(crate) tree: &'a Tree,
    /// The folder that is rendered.
    pub(crate) folder: &'a str,
    /// What messages call the text.
    pub(crate) name: &'a str,
    /// The text.
    pub(crate) source: &'a str,
}

/// The finding about a text that failed to render.
pub(crate) fn failed(failed: &Failed, origin: &Origin<'_>, schema: &Schema) -> Diagnostic {
    let text = text_of(failed, origin);
    let line = failed.line.map_or(1, |line| line as usize);
    let words = failed.undefined.as_deref().or(failed.words.as_deref());
    let span = place(&text, line, words);
    let mut found = Diagnostic::error(failed.code, &text, span, failed.message.clone());
    if let Some(name) = failed
        .undefined
        .as_deref()
        .and_then(|one| one.strip_prefix("cookiecutter."))
    {
        let known = schema.variables.iter().map(|one| one.name.as_str());
        let near = nearest(name, known)
            .into_iter()
            .map(|one| format!("cookiecutter.{one}"));
        found = found.candidates(near.collect());
    }
    match failed.code {
        "template-endless" => found.help("The template probably has a loop without end."),
        "template-unknown" => {
            found.help("The template needs Python code that is not part of cookiecutter.")
        }
        _ => found,
    }
}

fn text_of(failed: &Failed, origin: &Origin<'_>) -> Text {
    let included = failed
        .file
        .as_deref()
        .filter(|file| !origin.name.ends_with(*file));
    let found = included.and_then(|file| {
        [
            format!("{}/{file}", origin.folder),
            format!("templates/{file}"),
        ]
        .into_iter()
        .find_map(|path| {
            let bytes = origin.tree.bytes(&path)?;
            Some(Text::new(path, String::from_utf8_lossy(bytes).into_owned()))
        })
    });
    found.unwrap_or_else(|| Text::new(origin.name, origin.source))
}

fn place(text: &Text, line: usize, undefined: Option<&str>) -> Span {
    let whole = text
        .line_span(line)
        .unwrap_or_else(|| Span::at(text.offset(Position { line, column: 1 })));
    let words = text.slice(whole);
    match undefined.and_then(|name| Some((words.find(name)?, name.len()))) {
        Some((at, length)) => Span::new(whole.start + at, whole.start + at + length),
        None => {
            let blank = words.len() - words.trim_start().len();
            Span::new(whole.start + blank, whole.end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_found_at_its_key_and_not_in_a_value() {
        let json = r#"{"a": "name", "name": "x"}"#;
        let text = Text::new("cookiecutter.json", json);
        let found = at_variable(&text, "name", Severity::Error, "x", "m");
        assert_eq!(found.span, Span::new(14, 20));
    }
}
