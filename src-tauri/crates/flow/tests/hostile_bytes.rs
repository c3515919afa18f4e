//! Bytes that are no flow, and bytes that are one in an unusual form.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::held::{asking, editing, project, reading};
use crate::printed::{ada, checked, printed};

/// What is found in a live flow of some bytes.
fn found_in(content: &[u8]) -> String {
    let workspace = project::workspace(&[(".apolo/live.yml".to_owned(), content.to_vec())]);
    let platform = ada();
    let opened = flow::open(&workspace);
    let session = crate::printed::session(&workspace, &platform);
    printed(&flow::check(&opened.tree, &opened.diagnostics, &session).findings)
}

const PLAIN: &str = "kind: live\njobs:\n  a:\n    image: i\n    cmd: x\n";

#[test]
fn a_mark_at_the_beginning_and_both_line_ends_change_nothing() {
    assert_eq!(found_in(PLAIN.as_bytes()), "");
    assert_eq!(found_in(format!("\u{feff}{PLAIN}").as_bytes()), "");
    assert_eq!(found_in(PLAIN.replace('\n', "\r\n").as_bytes()), "");
    assert_eq!(found_in(PLAIN.replace('\n', "\r").as_bytes()), "");
}

#[test]
fn other_encodings_are_told_as_such() {
    let units = format!("\u{feff}{PLAIN}")
        .encode_utf16()
        .collect::<Vec<_>>();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for content in [
        little.as_slice(),
        &big,
        b"kind: live\njobs: {\xff: {image: i}}\n",
    ] {
        assert!(
            found_in(content).contains("not-text"),
            "{}",
            found_in(content)
        );
    }
}

#[test]
fn control_characters_are_named_with_their_place() {
    for (character, name) in [
        ('\0', "U+0000"),
        ('\u{1b}', "U+001B"),
        ('\u{7f}', "U+007F"),
        ('\u{ffff}', "U+FFFF"),
    ] {
        let found = found_in(PLAIN.replace('x', &format!("x{character}")).as_bytes());
        assert!(
            found.contains(":5:11 error") && found.contains(name),
            "{found}"
        );
    }
}

#[test]
fn tabs_are_refused_as_indentation_and_allowed_inside() {
    assert!(found_in(PLAIN.replace("    image", "\timage").as_bytes()).contains("tabs"));
    assert_eq!(
        found_in(PLAIN.replace("cmd: x", "cmd: 'x\ty'").as_bytes()),
        ""
    );
}

#[test]
fn halves_of_surrogate_pairs_are_refused_in_escapes() {
    for written in [
        r#""\ud800""#,
        r#""\udfff""#,
        r#""\U0000d800""#,
        r#""\U00110000""#,
        r#""\x""#,
        r#""\u12""#,
    ] {
        let found = found_in(
            PLAIN
                .replace("cmd: x", &format!("cmd: {written}"))
                .as_bytes(),
        );
        assert!(found.contains("error["), "{written}: {found}");
    }
}

#[test]
fn very_long_lines_of_wide_characters_keep_their_places() {
    let line = format!("cmd: \"{}${{{{ nowhere }}}}\"", "é🍞".repeat(100_000));
    let found = found_in(PLAIN.replace("cmd: x", &line).as_bytes());
    assert!(
        found.contains(":5:200015 error[expression]"),
        "{}",
        &found[..200]
    );
}

#[test]
fn patterns_that_could_take_for_ever_are_answered() {
    let stars = "*a".repeat(40) + "b";
    let deep = "**/".repeat(200);
    let name = format!("src/{}.txt", "a".repeat(200));
    for pattern in [
        stars.as_str(),
        &format!("src/{stars}"),
        &format!("{deep}x"),
        &format!("**/{stars}"),
        "[",
        "[!",
        "[]-a]*",
        "..",
        "/x",
        "",
        "a/../../b",
    ] {
        let text = format!(
            "kind: live\njobs:\n  a:\n    image: i\n    env: {{H: \"${{{{ hash_files('{pattern}') }}}}\"}}\n"
        );
        checked(&[
            (".apolo/live.yml", &text),
            (&name, "x"),
            ("a/b/c/d/e/f.txt", "y"),
        ]);
    }
}

/// All seeds of the fuzz targets of a kind.
fn seeds(kind: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(kind);
    let files = fs::read_dir(folder).expect("the seeds are there");
    let files = files.map(|file| fs::read(file.expect("a file").path()).expect("a seed"));
    files.collect()
}

#[test]
fn what_has_to_hold_for_any_bytes_holds_for_the_seeds() {
    for seed in seeds("texts") {
        let text = String::from_utf8_lossy(&seed);
        reading::as_yaml(&text);
        reading::as_files(&text);
        editing::keys(&text, "it's");
        project::whole(&seed);
    }
    for seed in seeds("projects") {
        project::whole(&seed);
        asking::everywhere(&seed, 60);
    }
    for seed in seeds("edits") {
        let text = String::from_utf8_lossy(&seed);
        let (word, text) = text.split_once('\n').unwrap_or((&text, ""));
        editing::quotes(word);
        editing::keys(text, word);
    }
}

/// Found by the fuzz targets; each of them broke something once.
#[test]
fn what_was_found_once_stays_mended() {
    for text in [
        "%YAML 1.1\n---\nx: &x {a: &y [1, 2],",
        "a: b  \r\u{2028}\r\r1",
        "k\n\r\u{2028}\nv",
        "a:\n  - é",
        "?",
        "jobs:\n  a:\n    image: i  \r\r    env:\n      A: 1\n",
        "a: 1\nb: 2\na: 3\n",
        "jobs:\n  a:\n    x: 1 #2\n# c\n",
        "? top\n\n#: live #t\njobs:\n",
        "a: |\n     ",
    ] {
        reading::as_yaml(text);
        reading::as_files(text);
        editing::keys(text, "x");
        project::whole(text.as_bytes());
        asking::everywhere(text.as_bytes(), 200);
    }
    project::whole(b"=\xe2\x82= .apolo/b.yml\nkind: batch\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_bytes_are_a_project(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        project::whole(&bytes);
        asking::everywhere(&bytes, 8);
    }

    #[test]
    fn a_damaged_seed_is_read_and_asked_about(
        seed in prop::sample::select([seeds("projects"), seeds("texts")].concat()),
        at in any::<prop::sample::Index>(),
        length in 0..20_usize,
        new in prop::collection::vec(any::<u8>(), 0..6),
    ) {
        let mut bytes = seed;
        let at = at.index(bytes.len());
        bytes.splice(at..(at + length).min(bytes.len()), new);
        let text = String::from_utf8_lossy(&bytes);
        reading::as_yaml(&text);
        reading::as_files(&text);
        project::whole(&bytes);
        asking::everywhere(&bytes, 6);
    }

    #[test]
    fn an_edit_of_a_damaged_file_changes_one_place(
        seed in prop::sample::select([seeds("edits"), seeds("texts")].concat()),
        at in any::<prop::sample::Index>(),
        length in 0..20_usize,
        new in "[a-z:#\\-\\[\\]{}'\"|>\n ]{0,8}",
    ) {
        let mut text: Vec<char> = String::from_utf8_lossy(&seed).chars().collect();
        let at = at.index(text.len());
        text.splice(at..(at + length).min(text.len()), new.chars());
        editing::keys(&text.into_iter().collect::<String>(), &new);
    }

    #[test]
    fn any_text_in_quotes_reads_as_itself(word in any::<String>()) {
        editing::quotes(&word);
    }
}
