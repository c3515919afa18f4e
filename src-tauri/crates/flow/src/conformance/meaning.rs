//! Errors the official tool gives no place for: what they mean, in our findings.

use serde_json::Value;
use source::Diagnostic;

/// Types of exceptions, pieces of their messages, and the codes of findings that mean the same.
const MEANINGS: [(&str, &str, &[&str]); 36] = [
    (
        "OfflineError",
        "is not in the offline store",
        &["action-not-found"],
    ),
    ("ValueError", "does not exist", &["action-not-found"]),
    (
        "ValueError",
        "should have {OWNER}/{REPO}@{VERSION} format",
        &["action-not-found"],
    ),
    ("ValueError", "has no schema", &["action-not-found"]),
    ("ValueError", "Unsupported scheme", &["action-not-found"]),
    (
        "ValueError",
        "Config file for flow",
        &["no-flow", "unknown-batch"],
    ),
    (
        "ValueError",
        "Workspace directory name",
        &["bad-folder-name"],
    ),
    (
        "NotImplementedError",
        "Volumes sync is not supported",
        &["local-volume"],
    ),
    (
        "Exception",
        "depends on remote task",
        &["local-needs-remote"],
    ),
    (
        "ValueError",
        "that is not supported in batch mode",
        &["wrong-action"],
    ),
    ("ValueError", "Module call to", &["wrong-action"]),
    ("TypeError", "for live flow", &["wrong-action"]),
    ("CycleError", "", &["task-cycle", "mixin-cycle"]),
    (
        "ValueError",
        "URI Scheme not specified",
        &["wrong-value", "expression"],
    ),
    (
        "ValueError",
        "Absolute URI is required",
        &["wrong-value", "expression"],
    ),
    ("ValueError", "Unsupported arg(s)", &["unknown-param"]),
    ("ValueError", "Error in 'needs': missing keys", &["not-yet"]),
    ("UnknownTask", "", &["unknown-task"]),
    ("UnknownJob", "", &["unknown-job"]),
    ("SystemExit", "", &["unknown-job"]),
    ("MultiError", "defined multiple times", &["image-conflict"]),
    ("ImageRefNotUniqueError", "", &["image-conflict"]),
    ("ValueError", "No closing quotation", &["command"]),
    ("BadArgumentUsage", "Suffix is not allowed", &["suffix"]),
    (
        "ValueError",
        "is not a valid ",
        &["unknown-word", "missing-key"],
    ),
    (
        "AttributeError",
        "'SequenceExpr' object has no attribute '_item_factory'",
        &["wrong-shape"],
    ),
    (
        "TypeError",
        "cannot unpack non-iterable ScalarNode object",
        &["wrong-shape"],
    ),
    (
        "ValueError",
        "not enough values to unpack",
        &["wrong-shape"],
    ),
    ("TypeError", "unhashable type", &["wrong-shape"]),
    ("TypeError", "positional argument", &["argument-count"]),
    (
        "TypeError",
        "missing a required argument",
        &["argument-count"],
    ),
    ("LookupError", "Unknown function", &["unknown-function"]),
    ("ValueError", "month must be in 1..12", &["yaml-value"]),
    ("ValueError", "invalid literal for int()", &["yaml-value"]),
    ("ReaderError", "unacceptable character", &["yaml-syntax"]),
    ("AssertionError", "", &["empty-file", "unknown-word"]),
];

/// Whether one of our findings means what a recorded error without a place says.
pub(super) fn agrees(error: &Value, found: &[Diagnostic]) -> bool {
    let (kind, message) = (error["type"].as_str(), error["message"].as_str());
    let (kind, message) = (kind.unwrap_or(""), message.unwrap_or(""));
    if kind == "KeyError" {
        return missing_key(message, found);
    }
    MEANINGS
        .iter()
        .filter(|(of, piece, _)| *of == kind && message.contains(piece))
        .any(|(_, _, codes)| found.iter().any(|found| codes.contains(&found.code)))
}

/// Findings about a name that nothing has.
const UNKNOWN_NAMES: [&str; 3] = ["unknown-matrix-key", "unknown-need", "unknown-mixin"];

/// A crash at a name that nothing has: we say so, and name it.
fn missing_key(message: &str, found: &[Diagnostic]) -> bool {
    let name = format!("`{}`", message.trim_matches(['"', '\'']));
    found
        .iter()
        .any(|found| UNKNOWN_NAMES.contains(&found.code) && found.message.contains(&name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use source::{Span, Text};

    use super::*;

    fn said(code: &'static str, message: &str) -> Vec<Diagnostic> {
        let text = Text::new("b.yml", "kind: batch");
        vec![Diagnostic::error(code, &text, Span::at(0), message)]
    }

    #[test]
    fn an_error_without_place_needs_a_finding_of_its_meaning() {
        let error =
            json!({"type": "NotImplementedError", "message": "Volumes sync is not supported"});
        assert!(agrees(&error, &said("local-volume", "no")));
        assert!(!agrees(&error, &said("task-cycle", "no")));
        assert!(!agrees(&error, &[]));
    }

    #[test]
    fn an_error_nobody_knows_agrees_with_nothing() {
        let error = json!({"type": "RuntimeError", "message": "boom"});
        assert!(!agrees(&error, &said("local-volume", "no")));
    }

    #[test]
    fn a_crash_at_an_excluded_name_needs_a_finding_about_that_name() {
        let error = json!({"type": "KeyError", "message": "'k'"});
        let ours = |name: &str| {
            said(
                "unknown-matrix-key",
                &format!("the matrix has no `{name}` …"),
            )
        };
        assert!(agrees(&error, &ours("k")));
        assert!(!agrees(&error, &ours("other")));
    }
}
