//! Edits of lists: items and tasks come and go, everything else stays.

use flow::service::apply;
use flow::service::edit::{At, append, insert, insert_task, remove_item};
use insta::assert_snapshot;
use proptest::prelude::*;
use source::Text;

use super::edits::{EDITED, edited, key};
use super::mutated;

const LISTS: &str = "\
jobs:
  train:
    volumes:   # what it reads
      - a   # first
      # about b
      - b
    tags: [x, y]
    ports:
    - 1
    cmd: run
  none: {image: i}
rows:
- - 1
  - 2
- [3]
";

fn lists(
    change: impl Fn(&Text) -> Result<Vec<flow::service::Edit>, flow::service::edit::EditError>,
) -> String {
    let text = Text::new("f.yml", LISTS);
    match change(&text) {
        Ok(edits) => {
            let after = apply(LISTS, &edits);
            let before: Vec<&str> = LISTS.lines().collect();
            let added = after.lines().filter(|line| !before.contains(line));
            let added = added.map(|line| format!("+{line}\n"));
            let now: Vec<&str> = after.lines().collect();
            let gone = before.iter().filter(|line| !now.contains(line));
            let gone = gone.map(|line| format!("-{line}\n"));
            gone.chain(added).collect()
        }
        Err(error) => format!("{error}\n"),
    }
}

#[test]
fn items_are_added_and_removed_in_every_layout() {
    let train = |name: &str| [key("jobs"), key("train"), key(name)];
    let report = [
        lists(|text| append(text, &train("volumes"), "c")),
        lists(|text| insert(text, &train("volumes"), 0, "c")),
        lists(|text| insert(text, &train("volumes"), 1, "c: 1\nd: 2")),
        lists(|text| append(text, &train("tags"), "z")),
        lists(|text| insert(text, &train("tags"), 0, "z")),
        lists(|text| append(text, &train("ports"), "2")),
        lists(|text| append(text, &train("mixins"), "gpu")),
        lists(|text| append(text, &[key("jobs"), key("none"), key("tags")], "x")),
        lists(|text| append(text, &[key("rows"), At::Item(0)], "9")),
        lists(|text| append(text, &[key("rows")], "- 9\n- 8")),
        lists(|text| remove_item(text, &train("volumes"), 0)),
        lists(|text| remove_item(text, &train("volumes"), 1)),
        lists(|text| remove_item(text, &train("tags"), 0)),
        lists(|text| remove_item(text, &train("tags"), 1)),
        lists(|text| remove_item(text, &train("ports"), 0)),
        lists(|text| remove_item(text, &[key("rows"), At::Item(0)], 0)),
        lists(|text| remove_item(text, &[key("rows"), At::Item(1)], 0)),
        lists(|text| append(text, &train("tags"), "a, b")),
        lists(|text| append(text, &train("cmd"), "x")),
        lists(|text| append(text, &[key("jobs"), key("no"), key("tags")], "x")),
        lists(|text| remove_item(text, &train("tags"), 2)),
    ];
    assert_snapshot!(report.join("---\n"));
}

#[test]
fn tasks_are_added_behind_others_or_at_the_end() {
    let task = "id: new\nneeds: [a]\nimage: i";
    let report = [
        edited(|text| insert_task(text, Some("a"), task)),
        edited(|text| insert_task(text, None, task)),
        edited(|text| insert_task(text, Some("z"), task)),
    ];
    assert_snapshot!(report.join("---\n"));
    let empty = Text::new("b.yml", "kind: batch\ntasks:\n");
    let edits = insert_task(&empty, None, task).expect("it fits");
    assert_eq!(
        apply(empty.content(), &edits),
        "kind: batch\ntasks:\n  - id: new\n    needs: [a]\n    image: i\n"
    );
}

#[test]
fn a_value_that_would_become_several_keys_is_refused() {
    let short = [key("jobs"), key("short")];
    let refused = edited(|text| flow::service::edit::set(text, &short, "image", "a, b: c"));
    assert!(refused.contains("cannot stand"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_item_that_is_added_and_removed_leaves_the_text_as_it_was(
        at in any::<usize>(),
        removed in 0usize..20,
        added in prop::sample::select(vec!["", "\n", " ", "#", "'", "{", "}", "[]", ": ", "- "]),
        item in 0usize..4,
        original in prop::sample::select(vec![LISTS, EDITED]),
    ) {
        let content = mutated(original, at, removed, added);
        let text = Text::new("f.yml", content.as_str());
        let paths = [
            vec![key("jobs"), key("train"), key("volumes")],
            vec![key("jobs"), key("train"), key("tags")],
            vec![key("rows"), At::Item(item)],
            vec![key("tasks")],
        ];
        for path in paths {
            let begun = remove_item(&text, &path, 0).is_err();
            let Ok(edits) = insert(&text, &path, item, "brand_new") else {
                continue;
            };
            let longer = Text::new("f.yml", apply(&content, &edits));
            let place = (0..=item).rev().find(|at| {
                let without = remove_item(&longer, &path, *at);
                without.is_ok_and(|edits| {
                    !apply(longer.content(), &edits).contains("brand_new")
                })
            });
            let Some(place) = place else {
                panic!("it was added: {}", longer.content());
            };
            let edits = remove_item(&longer, &path, place).expect("it is there");
            let back = apply(longer.content(), &edits);
            let lines = |text: &str| -> Vec<String> {
                let lines = text.lines().map(|line| line.replace("[]", "").trim_end().to_owned());
                lines.filter(|line| !line.is_empty()).collect()
            };
            if !begun {
                assert_eq!(lines(&back), lines(&content));
            }
        }
    }
}
