//! Why a place in a preview reads as it does.

use contract::{ExplainKind, ExplainReason, ExplainedAnswer, Explanation, Failure};
use serde_json::{Map, Value};
use template::{Explanation as Found, ReasonKind};

use crate::new_project::{Asked, no_file};
use crate::view::diagnostic::count;

/// Explains a place in a file, given in UTF-16 units as the window counts.
pub(super) fn explain(asked: Asked<'_>, path: &str, offset: u32) -> Result<Explanation, Failure> {
    let shown = asked.plan();
    let bare = asked.bare_plan();
    let text = shown.text(path).ok_or_else(|| no_file(path))?;
    let entry = bare.entry(path).ok_or_else(|| no_file(path))?;
    let byte = byte_at(text, offset);
    let byte = entry.text().map_or(byte, |bare| unedited(text, bare, byte));
    let template = &asked.open.template;
    let found = template.explain(entry, byte, &asked.answers(), &asked.setting());
    let found = found.ok_or_else(|| {
        Failure::not_found(format!(
            "`{path}` is copied as it is; no answer changes it."
        ))
    })?;
    Ok(view(found, &bare.context))
}

fn view(found: Found, context: &Map<String, Value>) -> Explanation {
    let reason = |reason: template::Reason| ExplainReason {
        kind: match reason.kind {
            ReasonKind::Condition => ExplainKind::Condition,
            ReasonKind::Otherwise => ExplainKind::Otherwise,
            ReasonKind::Loop => ExplainKind::Loop,
            ReasonKind::Part => ExplainKind::Part,
        },
        line: count(reason.line),
        text: reason.text,
        answers: answered(reason.answers, context),
    };
    Explanation {
        file: found.file,
        line: count(found.line),
        source: found.text,
        variables: found.variables,
        answers: answered(found.answers, context),
        reasons: found.reasons.into_iter().map(reason).collect(),
        named_by: answered(found.named_by, context),
    }
}

fn answered(names: Vec<String>, context: &Map<String, Value>) -> Vec<ExplainedAnswer> {
    let value = |name: &str| match context.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    };
    names
        .into_iter()
        .map(|name| ExplainedAnswer {
            value: value(&name),
            name,
        })
        .collect()
}

/// The byte at which a UTF-16 unit of a text begins.
fn byte_at(text: &str, offset: u32) -> usize {
    let mut units = usize::try_from(offset).unwrap_or(usize::MAX);
    for (at, letter) in text.char_indices() {
        if units < letter.len_utf16() {
            return at;
        }
        units -= letter.len_utf16();
    }
    text.len()
}

/// The place in a text before native hooks dropped or changed lines of it.
fn unedited(shown: &str, bare: &str, byte: usize) -> usize {
    if shown == bare {
        return byte;
    }
    let start = shown[..byte].rfind('\n').map_or(0, |at| at + 1);
    let wanted = shown[..start].matches('\n').count();
    let column = byte - start;
    let lines: Vec<&str> = bare.split_inclusive('\n').collect();
    let mut at = 0;
    let mut found = 0;
    for line in shown.split_inclusive('\n').take(wanted + 1) {
        found = match lines[at..].iter().position(|one| *one == line) {
            Some(skipped) => at + skipped,
            // The line itself was changed.
            None => at,
        };
        at = (found + 1).min(lines.len());
    }
    let before: usize = lines[..found.min(lines.len())]
        .iter()
        .map(|line| line.len())
        .sum();
    let length = lines.get(found).map_or(0, |line| line.trim_end().len());
    let mut place = before + column.min(length);
    while !bare.is_char_boundary(place) {
        place -= 1;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_as_the_window_counts() {
        assert_eq!(byte_at("𝄞é b", 0), 0);
        assert_eq!(byte_at("𝄞é b", 2), 4);
        assert_eq!(byte_at("𝄞é b", 4), 7);
        assert_eq!(byte_at("𝄞é b", 99), 8);
    }

    #[test]
    fn a_place_is_found_again_in_the_text_that_hooks_changed() {
        let bare = "# hint\na: 1\n# hint\nb: 2\n";
        let shown = "a: 1\nb: 2\n";
        let byte = shown.find('2').unwrap();
        assert_eq!(unedited(shown, bare, byte), bare.find('2').unwrap());
        assert_eq!(unedited(shown, bare, 0), 7);
        assert_eq!(unedited("a: 9\n", "a: 10\n", 3), 3);
    }
}
