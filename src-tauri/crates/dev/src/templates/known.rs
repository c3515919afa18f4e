//! Differences we mean to have: by what differs, or by the name of a case.

use serde_json::Value;

use super::made::Made;

/// Cases that differ, and why; one that agrees is a failure, so that the list cannot rot.
const CASES: &str = include_str!("known.txt");

/// Why a case of this name may differ.
pub(crate) fn case(id: &str) -> Option<&'static str> {
    CASES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .find(|(name, _)| *name == id)
        .map(|(_, why)| why)
}

/// Why a difference in kind is meant, where what both did shows it.
pub(crate) fn rule(theirs: &Value, ours: &Made) -> Option<&'static str> {
    let class = theirs["error"]["class"].as_str();
    let left_behind = theirs["entries"]
        .as_array()
        .is_some_and(|list| !list.is_empty());
    let refused = ours.refusal.as_ref().map(|refusal| refusal.class.as_str());
    match (class, refused) {
        (Some(class @ "UndefinedVariableInTemplate"), Some(ours))
            if left_behind && class == ours =>
        {
            Some("nothing is written when something is wrong, not even on request")
        }
        (Some(class), Some(_)) if left_behind && !is_handled(class) => {
            Some("an error leaves nothing behind")
        }
        (Some("UnknownExtension"), None) if !ours.python.is_empty() => {
            Some("a Python package that no text uses is not needed; a warning names it")
        }
        (None, Some(_)) if !ours.python.is_empty() => {
            Some("Python that comes with the template never runs")
        }
        (Some("OutputDirExistsException"), None) if left_behind || ours.empty_folder => {
            Some("a folder whose name becomes empty is left out")
        }
        (_, Some(_)) if ours.bad_name => Some("a name no project should have is refused"),
        (Some("FileNotFoundError"), None) if left_behind => {
            Some("a name is rendered once, and the folders above a file are made")
        }
        _ => None,
    }
}

/// Errors that the real tool tells instead of crashing.
pub(crate) fn is_handled(class: &str) -> bool {
    matches!(
        class,
        "OutputDirExistsException"
            | "UndefinedVariableInTemplate"
            | "NonTemplatedInputDirException"
            | "ContextDecodingException"
            | "FailedHookException"
            | "UnknownExtension"
            | "RepositoryNotFound"
            | "RepositoryCloneFailed"
            | "InvalidZipRepository"
    )
}

/// Whether a file differs only because the real tool took a text for binary and copied it.
pub(crate) fn is_unrendered(theirs: &Value, ours: &Made) -> bool {
    let path = theirs["path"].as_str().unwrap_or_default();
    ours.raw
        .get(path)
        .is_some_and(|raw| *raw == theirs["sha256"])
}
