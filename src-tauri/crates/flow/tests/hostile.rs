//! Bytes nobody meant as a flow: nothing panics, nothing hangs.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use flow::read::{Document, read};
use proptest::prelude::*;
use source::Text;

use crate::printed::checked;

fn all_documents(text: &str) {
    for document in [
        Document::Live,
        Document::Batch,
        Document::Project,
        Document::Action,
    ] {
        let text = Text::new("f.yml", text);
        for found in read(&text, document).diagnostics {
            assert!(found.span.end <= text.content().len() + 1, "{found:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_read(text in ".{0,200}") {
        all_documents(&text);
    }

    #[test]
    fn any_mixture_of_flow_words_is_read(
        words in prop::collection::vec(prop::sample::select(vec![
            "kind: ", "live", "batch", "jobs:", "tasks:", "\n", "\n  ", "\n    ", "- ", "a: ", "image: ",
            "${{ ", "}}", "$[[", "]]", "{", "}", "[", "]", "'", "\"", "|\n", ">-\n", "&x ", "*x", "!!str ",
            "needs: ", "strategy: ", "matrix: ", "include: ", "mixins: ", "action: ", "ws:a", "~", "<<: ",
            "1:30", "yes", "\t", "#", ",", "?", ": ", "é", "\u{2028}", "params.", "needs.a", "range(9)",
        ]), 0..40)
    ) {
        let text = words.concat();
        all_documents(&text);
        checked(&[(".apolo/live.yml", &text), (".apolo/b.yml", &text), ("a.yml", &text)]);
    }
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", "")] {
        let text = format!(
            "kind: live\njobs:\n  {}{}",
            open.repeat(20_000),
            close.repeat(20_000)
        );
        all_documents(&text);
    }
}

#[test]
fn an_alias_bomb_stays_small() {
    let mut text = String::from("kind: live\nx0: &x0 [a, a]\n");
    for level in 1..60 {
        let below = level - 1;
        writeln!(
            text,
            "x{level}: &x{level} [*x{below}, *x{below}, *x{below}]"
        )
        .expect("memory");
    }
    text.push_str("jobs: *x59\n");
    let start = Instant::now();
    all_documents(&text);
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_matrix_of_matrices_is_refused_before_it_fills_the_memory() {
    let values = (0..300)
        .map(|value| value.to_string())
        .collect::<Vec<_>>()
        .join(", ");
    let dimension = |name: char| format!("      {name}: [{values}]\n");
    let dimensions: String = ('a'..='h').map(dimension).collect();
    let text = format!("kind: batch\ntasks:\n- image: i\n  strategy:\n    matrix:\n{dimensions}");
    let report = checked(&[(".apolo/b.yml", &text)]);
    assert!(report.contains("matrix-too-large"), "{report}");
}

#[test]
fn actions_that_call_themselves_are_refused() {
    let batch = "kind: batch\ntasks: [{id: a, action: 'ws:a', args: {}}]\n";
    let report = checked(&[(".apolo/b.yml", batch), ("a.yml", batch)]);
    assert!(report.contains("action-cycle"), "{report}");
}

#[test]
fn a_large_scalar_is_read_in_time() {
    let text = format!(
        "kind: live\njobs:\n  a:\n    image: i\n    cmd: {}\n",
        "x ".repeat(400_000)
    );
    let start = Instant::now();
    all_documents(&text);
    assert!(start.elapsed() < Duration::from_secs(20));
}
