//! Single recorded cases that differ from what we say about them as a rule says.

use serde_json::Value;
use source::Diagnostic;

use super::compare::Leaf;
use super::leaf::{self, Predicted};
use super::rule::{
    ALIAS, BARE_TASK, EARLY_CHECK, FOLDER_BESIDE_ACTION, NEEDLESS_RESULT, NOTHING_IN_ENV,
    ONE_VALUE, Rule, UPLOAD_WITHOUT_LOCAL,
};

/// Rules for the parts of a recorded result that differ.
pub(super) fn of_leaves(
    record: &Value,
    leaves: &[Leaf],
    predicted: Option<&Predicted>,
) -> Vec<Option<&'static Rule>> {
    let mut found = leaf::rules(leaves, predicted);
    for (leaf, rule) in leaves
        .iter()
        .zip(&mut found)
        .filter(|(_, rule)| rule.is_none())
    {
        *rule = match record["area"].as_str() {
            Some("live-dry-run") => leaf::rewritten(leaf),
            Some("coerce") => nothing_in_mapping(record, leaf),
            _ => None,
        };
    }
    found
}

/// Mappings of variables are the only ones in jobs.
fn nothing_in_mapping(record: &Value, leaf: &Leaf) -> Option<&'static Rule> {
    let mapping = record["input"]["expr_class"] == "MappingExpr";
    (mapping && leaf.expected.is_null() && leaf.ours == "None").then_some(&NOTHING_IN_ENV)
}

/// The rule by which a recorded case, good or bad, differs from what we say about it.
pub(super) fn of_case(record: &Value, found: &[Diagnostic]) -> Option<&'static Rule> {
    let result = &record["result"];
    let error = record["error"]["message"].as_str();
    let says = |code: &str| {
        found
            .iter()
            .any(|found| found.is_error() && found.code == code)
    };
    let only = |code: &str| {
        says(code)
            && found
                .iter()
                .all(|found| !found.is_error() || found.code == code)
    };
    if let Some(message) = error {
        return match message {
            _ if message.starts_with("[Errno 21] Is a directory") && found.is_empty() => {
                Some(&FOLDER_BESIDE_ACTION)
            }
            _ if message.starts_with("Error in 'needs': unexpected keys") && found.is_empty() => {
                Some(&NEEDLESS_RESULT)
            }
            "" if record["error"]["type"] == "AssertionError" && says("wrong-shape") => {
                Some(&BARE_TASK)
            }
            "'list' object has no attribute 'items'" => {
                (has_alias(found) && says("unknown-need")).then_some(&ALIAS)
            }
            _ => found.iter().any(inside_itself).then_some(&ALIAS),
        };
    }
    let text = result.as_str().unwrap_or("");
    let shapeless =
        text == "[]" || text == "{}" || text.ends_with("'{}'") || text.ends_with("'[]'");
    if shapeless && only("wrong-shape") {
        return Some(&ONE_VALUE);
    }
    if text == "OK parsed" && only("wrong-shape") {
        return Some(&BARE_TASK);
    }
    let uploads = |found: &Diagnostic| found.message.contains("no `local` folder");
    if result.is_array() && found.iter().any(uploads) {
        return Some(&UPLOAD_WITHOUT_LOCAL);
    }
    let inside = |found: &Diagnostic| !found.is_error() || in_condition(found);
    (says("unknown-context") && found.iter().all(inside)).then_some(&EARLY_CHECK)
}

fn has_alias(found: &[Diagnostic]) -> bool {
    found
        .iter()
        .any(|found| found.text.content().contains(": *"))
}

fn inside_itself(found: &Diagnostic) -> bool {
    found.is_error() && found.message.contains("stands inside `&")
}

/// Whether a finding stands in the condition of a comprehension.
fn in_condition(found: &Diagnostic) -> bool {
    let before = found.text.content().get(..found.span.start).unwrap_or("");
    let inside = before.rfind('[').map_or("", |at| &before[at..]);
    match (inside.find(" for "), inside.rfind(" if ")) {
        (Some(for_at), Some(if_at)) => for_at < if_at,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use source::{Span, Text};

    use super::*;

    fn said(code: &'static str, message: &str, content: &str, at: usize) -> Vec<Diagnostic> {
        let text = Text::new("f.yml", content);
        vec![Diagnostic::error(
            code,
            &text,
            Span::new(at, at + 1),
            message,
        )]
    }

    fn wrong(code: &'static str) -> Vec<Diagnostic> {
        said(code, "no", "kind: live", 0)
    }

    fn error(kind: &str, message: &str) -> Value {
        json!({"area": "yaml-error", "error": {"type": kind, "message": message}})
    }

    #[test]
    fn a_list_for_one_value_is_their_empty_text_only() {
        let result = |text: &str| json!({"result": text});
        assert_eq!(
            of_case(&result("[]"), &wrong("wrong-shape")),
            Some(&ONE_VALUE)
        );
        assert_eq!(of_case(&result("x"), &wrong("wrong-shape")), None);
        assert_eq!(of_case(&result("[]"), &wrong("wrong-value")), None);
    }

    #[test]
    fn a_task_that_is_nothing_has_the_wrong_shape() {
        let result = json!({"result": "OK parsed"});
        assert_eq!(of_case(&result, &wrong("wrong-shape")), Some(&BARE_TASK));
        assert_eq!(of_case(&result, &wrong("unknown-key")), None);
        let crash = error("AssertionError", "");
        assert_eq!(of_case(&crash, &wrong("wrong-shape")), Some(&BARE_TASK));
        assert_eq!(of_case(&crash, &wrong("unknown-key")), None);
    }

    #[test]
    fn a_folder_beside_an_action_is_no_trouble_here() {
        let open = error("IsADirectoryError", "[Errno 21] Is a directory: 'act'");
        assert_eq!(of_case(&open, &[]), Some(&FOLDER_BESIDE_ACTION));
        assert_eq!(of_case(&open, &wrong("action-not-found")), None);
    }

    #[test]
    fn a_result_nobody_waits_for_is_passed_over() {
        let extra = error("ValueError", "Error in 'needs': unexpected keys zz");
        assert_eq!(of_case(&extra, &[]), Some(&NEEDLESS_RESULT));
        let missing = error("ValueError", "Error in 'needs': missing keys zz");
        assert_eq!(of_case(&missing, &[]), None);
    }

    #[test]
    fn aliases_are_told_apart() {
        let inside = said("yaml-syntax", "`*j` stands inside `&j`", "jobs: &j *j", 9);
        let other = said("yaml-syntax", "something else", "jobs: &j *j", 9);
        let key = error("ConstructorError", "unexpected key 'a'");
        assert_eq!(of_case(&key, &inside), Some(&ALIAS));
        assert_eq!(of_case(&key, &other), None);
        let list = error("AttributeError", "'list' object has no attribute 'items'");
        let needs = |content: &str| said("unknown-need", "no task", content, 0);
        assert_eq!(of_case(&list, &needs("needs: *x")), Some(&ALIAS));
        assert_eq!(of_case(&list, &needs("needs: [x]")), None);
    }

    #[test]
    fn a_folder_named_none_is_not_uploaded() {
        let uploads = said(
            "expression",
            "this volume has no `local` folder to upload",
            "x",
            0,
        );
        let command = json!({"result": ["apolo", "run"]});
        assert_eq!(of_case(&command, &uploads), Some(&UPLOAD_WITHOUT_LOCAL));
        assert_eq!(of_case(&command, &wrong("expression")), None);
    }

    #[test]
    fn only_conditions_of_comprehensions_are_checked_earlier() {
        let graphs = json!({"result": {"graphs": {}}});
        let content = "cmd: ${{ [x for x in needs if nope] }}";
        let at = |word: &str| content.find(word).expect("it is written there");
        let found = |word: &str| said("unknown-context", "Unknown context", content, at(word));
        assert_eq!(of_case(&graphs, &found("nope")), Some(&EARLY_CHECK));
        assert_eq!(of_case(&graphs, &found("needs")), None);
    }

    #[test]
    fn nothing_is_a_text_in_mappings_of_variables_only() {
        let record = |class: &str| json!({"area": "coerce", "input": {"expr_class": class}});
        let leaf = |ours: Value| Leaf {
            steps: vec!["a".to_owned()],
            expected: Value::Null,
            ours,
        };
        let rule = |class: &str, ours: Value| of_leaves(&record(class), &[leaf(ours)], None)[0];
        assert_eq!(rule("MappingExpr", json!("None")), Some(&NOTHING_IN_ENV));
        assert_eq!(rule("MappingExpr", json!("")), None);
        assert_eq!(rule("SequenceExpr", json!("None")), None);
    }
}
