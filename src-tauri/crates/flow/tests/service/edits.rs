//! Edits of single keys: comments, order and layout stay.

use flow::service::edit::{At, EditError, quoted, remove, set};
use flow::service::{Edit, apply};
use insta::assert_snapshot;
use proptest::prelude::*;
use source::Text;

use super::mutated;

pub(crate) fn key(name: &str) -> At {
    At::Key(name.to_owned())
}

pub(crate) const EDITED: &str = "\
jobs:
  train:
    image: python   # the usual one
    env:  # for the script
      A: 1

    # at the end
    cmd: run
  empty:
  short: {image: i}
tasks:
- id: a  # first
  image: i
- id: b
";

pub(crate) fn edited(change: impl Fn(&Text) -> Result<Vec<Edit>, EditError>) -> String {
    let text = Text::new("f.yml", EDITED);
    match change(&text) {
        Ok(edits) => {
            let after = apply(EDITED, &edits);
            let before: Vec<&str> = EDITED.lines().collect();
            let lines = after.lines().map(|line| {
                let mark = if before.contains(&line) { ' ' } else { '>' };
                format!("{mark}{line}\n")
            });
            lines.collect()
        }
        Err(error) => format!("{error}\n"),
    }
}

#[test]
fn keys_are_set_added_and_removed_and_comments_stay() {
    let train = [key("jobs"), key("train")];
    let report = [
        edited(|text| set(text, &train, "image", "ubuntu")),
        edited(|text| set(text, &train, "env", "\nB: 2\nC: 3")),
        edited(|text| set(text, &train, "image", "|\na\nb")),
        edited(|text| set(text, &train, "preset", "gpu")),
        edited(|text| set(text, &train, "bash", "|\nset -e\nrun")),
        edited(|text| set(text, &[key("jobs"), key("train"), key("env")], "B", "2")),
        edited(|text| set(text, &[key("jobs"), key("empty")], "image", "i")),
        edited(|text| set(text, &[key("jobs"), key("short")], "preset", "gpu")),
        edited(|text| set(text, &[key("tasks"), At::Item(0)], "preset", "gpu")),
        edited(|text| set(text, &[key("tasks"), At::Item(1)], "image", "i")),
        edited(|text| remove(text, &train, "env")),
        edited(|text| remove(text, &train, "image")),
        edited(|text| remove(text, &[key("tasks"), At::Item(0)], "id")),
        edited(|text| remove(text, &[key("tasks"), At::Item(1)], "id")),
        edited(|text| remove(text, &[key("jobs"), key("short")], "image")),
        edited(|text| set(text, &[key("jobs"), key("none")], "image", "i")),
        edited(|text| set(text, &train, "image", "[")),
        edited(|text| remove(text, &train, "none")),
    ];
    assert_snapshot!(report.join("---\n"));
}

#[test]
fn values_are_quoted_only_where_yaml_needs_it() {
    let values = [
        "python",
        "yes",
        "1:30",
        "a: b",
        "it's # no",
        "",
        "'x'",
        "two\nlines",
        "${{ a }}",
    ];
    assert_eq!(
        values.map(quoted),
        [
            "python",
            "'yes'",
            "'1:30'",
            "'a: b'",
            "'it''s # no'",
            "''",
            "'''x'''",
            "\"two\\nlines\"",
            "${{ a }}"
        ]
    );
}

/// The lines of a text without empty blocks: what was nothing may have become `{}`.
fn without_empty(text: &str) -> Vec<String> {
    let lines = text.lines();
    let lines = lines.map(|line| line.replace("{}", "").trim_end().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

#[test]
fn line_breaks_of_other_systems_stay_as_they_are() {
    let content = EDITED.replace('\n', "\r\n");
    let text = Text::new("f.yml", content.as_str());
    let train = [key("jobs"), key("train")];
    let edits = set(&text, &train, "preset", "|\na\nb").expect("it fits");
    let longer = apply(&content, &edits);
    assert_eq!(longer.matches('\n').count(), longer.matches("\r\n").count());
    let text = Text::new("f.yml", longer.as_str());
    let edits = remove(&text, &train, "preset").expect("it is there");
    assert_eq!(apply(&longer, &edits), content);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_key_that_is_set_and_removed_leaves_the_text_as_it_was(
        at in any::<usize>(),
        removed in 0usize..20,
        added in prop::sample::select(vec!["", "\n", " ", "#", "'", "{", "}", "[]", ": ", "- "]),
        item in 0usize..3,
    ) {
        let content = mutated(EDITED, at, removed, added);
        let text = Text::new("f.yml", content.as_str());
        let paths = [
            vec![key("jobs"), key("train")],
            vec![key("jobs"), key("short")],
            vec![key("tasks"), At::Item(item)],
        ];
        for path in paths {
            let _ = remove(&text, &path, "image");
            let Ok(edits) = set(&text, &path, "brand_new", "1") else {
                continue;
            };
            let longer = Text::new("f.yml", apply(&content, &edits));
            let Ok(edits) = remove(&longer, &path, "brand_new") else {
                panic!("it was set: {}", longer.content());
            };
            let back = apply(longer.content(), &edits);
            assert_eq!(without_empty(&back), without_empty(&content));
        }
    }
}
