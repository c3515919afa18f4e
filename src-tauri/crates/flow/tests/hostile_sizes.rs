//! Files larger, deeper and more repetitive than anybody means them. No test takes the time: each
//! of them would run for hours, or take all memory, if it grew faster than its file.

use std::fmt::Write as _;

use crate::held::{project, reading};
use crate::printed::checked;

fn live(body: &str) -> String {
    checked(&[(
        ".apolo/live.yml",
        &format!("kind: live\njobs:\n  a:\n    image: i\n{body}"),
    )])
}

fn batch(tasks: &str) -> String {
    checked(&[(".apolo/b.yml", &format!("kind: batch\ntasks:\n{tasks}"))])
}

fn many(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

#[test]
fn ten_megabytes_are_one_scalar_in_every_form() {
    const SIZE: usize = 10 << 20;
    let long = "x".repeat(SIZE);
    for body in [
        format!("    cmd: {long}\n"),
        format!("    cmd: \"{long}\"\n"),
        format!("    cmd: |\n      {long}\n"),
        format!("    cmd: >\n{}", "      word\n".repeat(100_000)),
        format!("    cmd: ${{{{ '{long}' }}}}\n"),
        format!("    env: {{A: {long}}}\n"),
    ] {
        assert_eq!(live(&body), "", "{} bytes", body.len());
    }
}

#[test]
fn a_scalar_holds_very_many_expressions() {
    assert_eq!(
        live(&format!("    cmd: {}\n", "${{ 1 }}$x".repeat(50_000))),
        ""
    );
    let wrong = live(&format!("    cmd: {}\n", "${{ ) }}".repeat(2_000)));
    assert_eq!(wrong.matches("error[").count(), 2_000);
}

#[test]
fn very_many_keys_items_and_anchors_are_read() {
    let env = many(50_000, |at| format!("      A{at}: b\n"));
    assert_eq!(live(&format!("    env:\n{env}")), "");
    assert_eq!(live(&format!("    tags: [{}]\n", "a, ".repeat(50_000))), "");
    let anchors = many(2_000, |at| format!("      A{at}: &a{at} b\n"));
    let found = live(&format!("    env:\n{anchors}      Z: *a\n"));
    assert!(found.contains("did you mean `*a0`?"), "{found}");
}

#[test]
fn every_one_of_very_many_mistakes_is_told() {
    let tasks = many(5_000, |at| format!("- {{id: a{at}, image: i, imag: i}}\n"));
    let text = format!("kind: batch\ntasks:\n{tasks}");
    let workspace = project::workspace(&[(".apolo/b.yml".to_owned(), text.into_bytes())]);
    project::with(&workspace, |session| {
        let opened = flow::open(&workspace);
        let found = flow::check(&opened.tree, &opened.diagnostics, session).findings;
        let told = found.iter().filter(|found| found.code == "unknown-key");
        assert_eq!(told.count(), 5_000);
    });
}

#[test]
fn very_many_wrong_needs_are_told() {
    let tasks = many(300, |at| {
        format!("- {{id: a{at}, image: i, needs: [zzz{at}]}}\n")
    });
    let found = batch(&tasks);
    assert_eq!(found.matches("error[unknown-need]").count(), 300);
}

#[test]
fn a_large_block_that_aliases_repeat_very_often_is_refused() {
    let env = many(2_000, |at| format!("A{at}: b, "));
    let jobs = many(2_000, |at| format!("  a{at}: *x\n"));
    let text = format!("kind: live\nx: &x {{image: i, env: {{{env}}}}}\njobs:\n{jobs}");
    let found = checked(&[(".apolo/live.yml", &text)]);
    assert!(found.contains("aliases repeat more than"), "{found}");
}

#[test]
fn a_block_that_a_few_aliases_repeat_is_read() {
    let jobs = many(200, |at| format!("  a{at}: *x\n"));
    let text =
        format!("kind: live\ndefaults: {{env: {{A: b}}}}\njobs:\n  z: &x {{image: i}}\n{jobs}");
    assert_eq!(checked(&[(".apolo/live.yml", &text)]), "");
}

#[test]
fn an_anchor_inside_itself_is_refused() {
    let found = live("    env: &a {A: *a}\n");
    assert!(found.contains("`*a` stands inside `&a`"), "{found}");
}

#[test]
fn mixins_that_double_with_every_level_are_refused() {
    let mut text = String::from("kind: live\nmixins:\n");
    for level in 0..60 {
        let next = level + 1;
        let _ = writeln!(
            text,
            "  m{level}: {{mixins: [m{next}, m{next}], volumes: [a:/b]}}"
        );
    }
    text.push_str("  m60: {volumes: [a:/b]}\njobs:\n  a: {image: i, mixins: [m0]}\n");
    let found = checked(&[(".apolo/live.yml", &text)]);
    assert!(found.contains("mixins-too-large"), "{found}");
}

#[test]
fn a_long_chain_of_mixins_is_refused_and_does_not_overflow_the_stack() {
    let mut text = String::from("kind: live\nmixins:\n");
    for level in 0..20_000 {
        let _ = writeln!(text, "  m{level}: {{mixins: [m{}], tags: [a]}}", level + 1);
    }
    text.push_str("  m20000: {tags: [a]}\njobs:\n  a: {image: i, mixins: [m0]}\n");
    let found = checked(&[(".apolo/live.yml", &text)]);
    assert!(found.contains("mixins-too-large"), "{found}");
}

#[test]
fn very_many_mixins_in_one_block_are_refused_and_do_not_overflow_the_stack() {
    let mixins = "m, ".repeat(20_000);
    let text = format!(
        "kind: live\nmixins:\n  m: {{env: {{A: b}}, tags: [a]}}\njobs:\n  a: {{image: i, mixins: [{mixins}]}}\n"
    );
    let found = checked(&[(".apolo/live.yml", &text)]);
    assert!(found.contains("mixins-too-large"), "{found}");
}

#[test]
fn mixins_in_a_circle_are_told_with_their_path() {
    let text = "kind: live\nmixins:\n  a: {mixins: [b]}\n  b: {mixins: [a]}\njobs:\n  j: {image: i, mixins: [a]}\n";
    let found = checked(&[(".apolo/live.yml", text)]);
    assert!(found.contains("a → b → a"), "{found}");
}

#[test]
fn two_hundred_and_fifty_six_rows_are_possible_and_one_more_is_not() {
    let rows = |count: usize| {
        let values = many(count, |at| format!("{at}, "));
        batch(&format!(
            "- image: i\n  strategy: {{matrix: {{a: [{values}]}}}}\n"
        ))
    };
    assert_eq!(rows(256), "");
    assert!(rows(257).contains("task 1 would have 257 rows: at most 256"));
}

/// A batch that calls an action, whose task has a matrix again, some levels deep.
fn matrices(levels: usize, rows: usize) -> String {
    let values = many(rows, |at| format!("{at}, "));
    let matrix = format!("strategy: {{matrix: {{a: [{values}]}}}}");
    let mut files = Vec::new();
    for level in 0..levels {
        let what = match level + 1 == levels {
            true => "image: i".to_owned(),
            false => format!("action: 'ws:a{}'", level + 1),
        };
        let path = match level {
            0 => ".apolo/b.yml".to_owned(),
            level => format!("a{level}.yml"),
        };
        files.push((
            path,
            format!("kind: batch\ntasks: [{{{what}, {matrix}}}]\n"),
        ));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    checked(&files)
}

#[test]
fn a_matrix_of_matrices_is_expanded_until_it_is_too_large() {
    assert_eq!(matrices(2, 40), "");
    let found = matrices(3, 256);
    assert!(found.contains("batch-too-large"), "{found}");
}

#[test]
fn deep_nesting_is_refused_wherever_it_stands() {
    for (open, inner, close) in [
        ("[", "", "]"),
        ("{a: ", "", "}"),
        ("- ", "a", ""),
        ("? ", "a", ""),
        ("!!seq [", "", "]"),
    ] {
        for depth in [99, 101, 50_000] {
            let text = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
            reading::as_yaml(&text);
            reading::as_files(&text);
        }
    }
    let found = live(&format!("    env: {}\n", "[".repeat(50_000)));
    assert!(found.contains("more than 100 levels"), "{found}");
}
