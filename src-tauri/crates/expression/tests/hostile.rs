//! Expressions nobody means well: too large, too deep, too much work, and scraps of everything.

use std::fs;
use std::path::Path;

use expression::{Dict, Nowhere, evaluate, parse_text};
use proptest::prelude::*;
use source::Text;

use crate::bench::{Shelf, contexts};
use crate::held;

/// What an expression comes to, or why not.
fn outcome(written: &str) -> Result<String, String> {
    let parsed = parse_text(&Text::new("f.yml", format!("${{{{ {written} }}}}")));
    if let Some(found) = parsed.diagnostics.first() {
        return Err(found.message.clone());
    }
    evaluate(&parsed.tree, &contexts(), &mut Shelf::default())
        .map(|value| value.repr())
        .map_err(|error| error.message)
}

#[test]
fn work_without_end_is_refused() {
    for written in [
        "range(1000000000)",
        "len(range(0, 999999999999, 1))",
        "[[1 for i in range(100000)] for j in range(100000) ]",
        "[[[k for k in range(2000)] for i in range(2000)] for j in range(2000) ]",
        "len([i for i in range(2000) if [j for j in range(2000) if [k for k in range(2000) ] ] ])",
        "'ab' * 1000000000",
        "[1, 2] * 1000000000",
        "join('x' * 1000000, [str(i) for i in range(1000)])",
        "replace('a' * 1000000, '', 'b' * 1000)",
        "fmt('{:>1000000000}', 1)",
        "'%1000000000d' % 1",
        "'%.1000000000f' % 1.5",
        "fmt('{0:{1}}', 1, 1000000000)",
    ] {
        assert!(outcome(written).is_err(), "{written}");
    }
}

#[test]
fn very_large_numbers_are_numbers_or_refused() {
    let digits = "9".repeat(4_000);
    assert_eq!(outcome(&digits), Ok(digits.clone()));
    for written in [
        format!("{digits} * {digits}"),
        format!("{digits} / {digits}"),
        format!("{digits}.0"),
        format!("- {digits}.5E+9999 % 7"),
        format!("range({digits})"),
        format!("numbers[{digits} ]"),
        format!("'a' * {digits}"),
        format!("fmt('{{:d}}', {digits})"),
        format!("'%d' % {digits}"),
        format!("from_json('{digits}')"),
        format!("from_json('1e{digits}')"),
        format!("0x{}", "f".repeat(100_000)),
    ] {
        let _ = outcome(&written);
        held::any(&written);
    }
    let product = [digits.as_str(); 60].join(" * ");
    let _ = outcome(&product);
}

#[test]
fn deep_json_is_refused_and_does_not_overflow_the_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let text = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let mut contexts = Dict::new();
        contexts.insert("t", text.as_str());
        let parsed = parse_text(&Text::new("f.yml", "${{ from_json(t) }}"));
        assert!(evaluate(&parsed.tree, &contexts, &mut Nowhere).is_err());
    }
}

#[test]
fn halves_of_surrogate_pairs_are_refused() {
    for written in [
        r"'\ud800'",
        r"'\U0000dfff'",
        r"'\x'",
        r"'\N{DASH}'",
        r#"from_json('"\ud800"')"#,
    ] {
        assert!(outcome(written).is_err(), "{written}");
    }
    assert_eq!(
        outcome(r#"from_json('"\\ud83c\\udf5e"')"#),
        Ok("'🍞'".to_owned())
    );
}

#[test]
fn very_many_expressions_and_mistakes_stand_in_one_text() {
    let written = "${{ 1 }}$".repeat(50_000);
    let parsed = parse_text(&Text::new("f.yml", written));
    assert!(parsed.is_sound());
    for wrong in ["${{ ) }}", "${{ §", "${{ a. }}"] {
        let parsed = parse_text(&Text::new("f.yml", wrong.repeat(5_000)));
        assert!(!parsed.is_sound(), "{wrong}");
        held::placed(&parsed.diagnostics);
    }
}

#[test]
fn what_has_to_hold_for_any_text_holds_for_the_seeds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    for kind in ["expressions", "fields"] {
        for file in fs::read_dir(folder.join(kind)).expect("the seeds are there") {
            let seed = fs::read_to_string(file.expect("a file").path()).expect("a seed");
            held::any(&seed);
            held::field(&seed);
        }
    }
}

/// Found by the fuzz targets; each of them broke something once.
#[test]
fn what_was_found_once_stays_mended() {
    for written in [
        "or",
        "(or) + 1",
        "(and) if 1 else (a.or)",
        "[(or) for or in numbers ]",
        "a.not",
        "1 - not- 2",
        "(- not) if 1 else 2",
        "- -not}}",
        "1 + not* 2 == not",
        "[1 - not, - not]",
    ] {
        held::any(written);
    }
}

proptest! {
    #[test]
    fn any_text_holds(written in any::<String>()) {
        held::any(&written);
        held::field(&written);
    }

    #[test]
    fn operators_as_names_read_back(
        words in prop::collection::vec(prop::sample::select(vec![
            "or", "and", "not", "(", ")", " ", ".", "[", "]", "a", "1", ",", "+ ", "if ", "else ", "for ", "in ", "-1", "None",
        ]), 0..14)
    ) {
        held::any(&words.concat());
    }
}
