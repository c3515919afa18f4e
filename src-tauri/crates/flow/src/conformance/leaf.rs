//! Parts of values that differ from the recorded ones as a rule says.

use std::collections::BTreeSet;

use serde_json::Value;

use super::compare::{Leaf, equal};
use super::rule::{
    KEY_OF_DIFFERENCE, NOTHING_IN_ENV, ORDER_OF_SETS, PLAIN_STATUS, REWRITTEN, Rule,
};

/// What a rule says the official tool comes to: a value of the shape of ours.
pub(super) struct Predicted {
    pub(super) rule: &'static Rule,
    pub(super) value: Value,
}

/// Rules for the parts of one value that differ.
pub(super) fn rules(leaves: &[Leaf], predicted: Option<&Predicted>) -> Vec<Option<&'static Rule>> {
    let mut found: Vec<_> = leaves.iter().map(|leaf| rule(leaf, predicted)).collect();
    // The key is made from the whole task: it differs when the rest does, and only then.
    let key = leaves
        .iter()
        .position(|leaf| leaf.steps.as_slice() == ["caching_key"]);
    if let Some(key) = key.filter(|key| found[*key].is_none()) {
        let mut others = (0..leaves.len()).filter(|at| *at != key).peekable();
        if others.peek().is_some() && others.all(|at| found[at].is_some()) {
            found[key] = Some(&KEY_OF_DIFFERENCE);
        }
    }
    found
}

fn rule(leaf: &Leaf, predicted: Option<&Predicted>) -> Option<&'static Rule> {
    if let Some(predicted) = predicted.filter(|it| equal(it.value_at(leaf), &leaf.expected)) {
        return Some(predicted.rule);
    }
    if nothing_in_env(leaf) {
        return Some(&NOTHING_IN_ENV);
    }
    let (Some(theirs), Some(ours)) = (texts(&leaf.expected), texts(&leaf.ours)) else {
        return None;
    };
    texts_rule(&theirs, &ours)
}

impl Predicted {
    fn value_at<'v>(&'v self, leaf: &Leaf) -> &'v Value {
        leaf.of(&self.value)
    }
}

/// A variable that is nothing there, and the text of nothing here.
fn nothing_in_env(leaf: &Leaf) -> bool {
    let variable = matches!(leaf.steps.as_slice(), [env, _] if env == "env");
    variable && leaf.expected.is_null() && leaf.ours == "None"
}

/// A text, or a list of texts.
fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn texts_rule(theirs: &[&str], ours: &[&str]) -> Option<&'static Rule> {
    if theirs.len() != ours.len() {
        return None;
    }
    let all = |same: fn(&str, &str) -> bool| {
        theirs
            .iter()
            .zip(ours)
            .all(|(theirs, ours)| theirs == ours || same(theirs, ours))
    };
    if all(|theirs, ours| plain(theirs) == ours) {
        return Some(&PLAIN_STATUS);
    }
    if all(same_but_for_sets) {
        return Some(&ORDER_OF_SETS);
    }
    None
}

/// Words of a printed command that the console of the official tool rewrites: colons around a word
/// and square brackets around a word mean something to it.
pub(super) fn rewritten(leaf: &Leaf) -> Option<&'static Rule> {
    let (theirs, ours) = (texts(&leaf.expected)?, texts(&leaf.ours)?);
    let same = theirs.len() == ours.len()
        && theirs
            .iter()
            .zip(ours)
            .all(|(theirs, ours)| *theirs == ours || rewritten_text(theirs, ours));
    same.then_some(&REWRITTEN)
}

/// Whether a text came from another in which `:word:` became a picture and `[word]` nothing.
fn rewritten_text(theirs: &str, ours: &str) -> bool {
    let Some(first) = ours.chars().next() else {
        return theirs.is_empty();
    };
    if let Some((mark, rest)) = mark(ours) {
        let picture = theirs
            .find(|letter: char| letter.is_ascii())
            .unwrap_or(theirs.len());
        let gone = mark.starts_with('[') && rewritten_text(theirs, rest);
        let drawn = mark.starts_with(':') && picture > 0;
        if gone || drawn && rewritten_text(&theirs[picture..], rest) {
            return true;
        }
    }
    match theirs.strip_prefix(first) {
        Some(theirs) => rewritten_text(theirs, &ours[first.len_utf8()..]),
        None => false,
    }
}

/// `:word:` or `[word]` at the start of a text, and what follows.
fn mark(text: &str) -> Option<(&str, &str)> {
    let close = match text.chars().next()? {
        ':' => ':',
        '[' => ']',
        _ => return None,
    };
    let end = text[1..].find(close)? + 1;
    let word = |letter: char| letter.is_alphanumeric() || "_-/".contains(letter);
    let inside = &text[1..end];
    (!inside.is_empty() && inside.chars().all(word)).then(|| text.split_at(end + 1))
}

/// A text with statuses as words; inside lists they are printed as `<TaskStatus.FAILED: 'failed'>`.
fn plain(text: &str) -> String {
    let mut parts = text.split("TaskStatus.");
    let mut plain = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let end = part
            .find(|letter: char| !letter.is_ascii_uppercase() && letter != '_')
            .unwrap_or(part.len());
        let word = part[..end].to_ascii_lowercase();
        let listed = format!(": '{word}'>");
        match part[end..].strip_prefix(&listed) {
            Some(rest) if plain.ends_with('<') => {
                plain.pop();
                plain.push_str(&format!("'{word}'{rest}"));
            }
            _ => plain.push_str(&format!("{word}{}", &part[end..])),
        }
    }
    plain
}

/// Whether two texts are the same once the sets printed in them are sets.
fn same_but_for_sets(theirs: &str, ours: &str) -> bool {
    match (sets(theirs), sets(ours)) {
        (Some(theirs), Some(ours)) => theirs == ours,
        _ => false,
    }
}

/// What stands between the sets printed in a text, and the items of each; nothing without any set.
fn sets(text: &str) -> Option<(Vec<&str>, Vec<BTreeSet<&str>>)> {
    let (mut between, mut sets) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(start) = rest.find("{'") {
        let end = start + rest[start..].find('}')?;
        between.push(&rest[..start]);
        sets.push(items(&rest[start + 1..end])?);
        rest = &rest[end + 1..];
    }
    between.push(rest);
    (!sets.is_empty()).then_some((between, sets))
}

/// The items of a printed set of texts.
fn items(inside: &str) -> Option<BTreeSet<&str>> {
    let item = |item: &str| -> Option<String> {
        let item = item.strip_prefix('\'')?.strip_suffix('\'')?;
        (!item.contains('\'')).then(|| item.to_owned())
    };
    inside
        .split(", ")
        .map(|written| item(written).map(|_| written))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn leaf(steps: &[&str], expected: Value, ours: Value) -> Leaf {
        let steps = steps.iter().map(|step| (*step).to_owned()).collect();
        Leaf {
            steps,
            expected,
            ours,
        }
    }

    fn one(expected: Value, ours: Value) -> Option<&'static Rule> {
        rules(&[leaf(&["cmd"], expected, ours)], None)[0]
    }

    #[test]
    fn a_status_is_its_word_and_nothing_else() {
        let ours = |text: &str| one(json!("a TaskStatus.SUCCEEDED b"), json!(text));
        assert_eq!(ours("a succeeded b"), Some(&PLAIN_STATUS));
        assert_eq!(ours("a failed b"), None);
        let listed = |text: &str| one(json!("[<TaskStatus.FAILED: 'failed'>]"), json!(text));
        assert_eq!(listed("['failed']"), Some(&PLAIN_STATUS));
        assert_eq!(listed("['skipped']"), None);
        assert_eq!(ours("a succeeded c"), None);
    }

    #[test]
    fn sets_may_differ_in_order_only() {
        let ours = |text: &str| one(json!("x {'a', 'b'} y"), json!(text));
        assert_eq!(ours("x {'b', 'a'} y"), Some(&ORDER_OF_SETS));
        assert_eq!(ours("x {'b', 'c'} y"), None);
        assert_eq!(ours("y {'b', 'a'} x"), None);
        assert_eq!(one(json!("{'ab': 1}"), json!("{'ba': 1}")), None);
    }

    #[test]
    fn a_variable_may_be_the_text_of_nothing_only() {
        let env = |ours: Value| rules(&[leaf(&["env", "A"], Value::Null, ours)], None)[0];
        assert_eq!(env(json!("None")), Some(&NOTHING_IN_ENV));
        assert_eq!(env(json!("")), None);
        assert_eq!(one(Value::Null, json!("None")), None, "only variables");
    }

    #[test]
    fn a_predicted_value_must_be_the_recorded_one() {
        let predicted = Predicted {
            rule: &super::super::rule::MIXINS_IN_MATRIX,
            value: json!({"tags": ["a", "m", "m"]}),
        };
        let found = |expected: Value| {
            let leaf = leaf(&["tags"], expected, json!(["a", "m"]));
            rules(&[leaf], Some(&predicted))[0]
        };
        assert!(found(json!(["a", "m", "m"])).is_some());
        assert!(found(json!(["a", "m", "m", "m"])).is_none());
    }

    #[test]
    fn a_key_differs_only_with_what_it_is_made_from() {
        let key = leaf(&["caching_key"], json!("1"), json!("2"));
        let status = leaf(&["cmd"], json!("TaskStatus.FAILED"), json!("failed"));
        let other = leaf(&["name"], json!("a"), json!("b"));
        let both = rules(&[key.clone(), status.clone()], None);
        assert_eq!(both[0], Some(&KEY_OF_DIFFERENCE));
        assert_eq!(
            rules(std::slice::from_ref(&key), None),
            [None],
            "nothing else differs"
        );
        assert_eq!(
            rules(&[key, status, other], None)[0],
            None,
            "something is unexplained"
        );
    }

    #[test]
    fn the_console_rewrites_words_in_colons_and_brackets() {
        let found =
            |theirs: &str, ours: &str| rewritten(&leaf(&[], json!([theirs]), json!([ours])));
        assert!(found("😄", ":smile:").is_some());
        assert!(found("x", "[b]x[/b]").is_some());
        assert!(found("image❌v1", "image:x:v1").is_some());
        assert!(found("y", "x").is_none());
        assert!(found("other", "image:v1").is_none());
    }
}
