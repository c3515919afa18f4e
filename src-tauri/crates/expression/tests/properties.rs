//! What holds for every text.

use expression::{Dict, Nowhere, evaluate, parse_text, references};
use proptest::prelude::*;
use source::Text;

use crate::bench::{Shelf, contexts};

/// Texts that look like expressions often enough to get deep into the parser.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop_oneof![
        Just("${{ "),
        Just(" }}"),
        Just("$[["),
        Just("]]"),
        Just("["),
        Just("]"),
        Just("("),
        Just(")"),
        Just("{"),
        Just("}"),
        Just(", "),
        Just(": "),
        Just("."),
        Just(" if "),
        Just(" else "),
        Just(" for "),
        Just(" in "),
        Just("not "),
        Just(" or "),
        Just(" and "),
        Just(" + "),
        Just("- "),
        Just(" * "),
        Just(" / "),
        Just(" % "),
        Just(" | "),
        Just(" == "),
        Just("1"),
        Just("-2"),
        Just("0.5"),
        Just("1e5"),
        Just("0x"),
        Just("'a'"),
        Just("\"%d\""),
        Just("'"),
        Just("None"),
        Just("True"),
        Just("flow"),
        Just("needs"),
        Just("numbers"),
        Just("params"),
        Just("fmt("),
        Just("range("),
        Just("join("),
        Just("from_json("),
        Just("é"),
        Just("\n"),
        Just("\\"),
        Just("'{:>9}'"),
        Just("str("),
        Just("999999999999"),
    ];
    prop::collection::vec(scrap, 0..40).prop_map(|scraps| scraps.concat())
}

/// Expressions that are well formed.
fn sound() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[0-9]{1,3}",
        "[0-9]{1,3}\\.[0-9]{1,3}",
        "'[a-z\\\\\\\\\\{\\}\"]{0,4}'",
        "\"[a-z']{0,4}\"",
        Just("None".to_owned()),
        Just("True".to_owned()),
        "[a-z]{1,5}",
        Just("-7".to_owned()),
        Just("1.0e400".to_owned()),
        Just("1.5e-30".to_owned()),
        Just("'\\n\\x07'".to_owned()),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let operator = prop::sample::select(vec![
            "or", "and", "==", "!=", "<", "<=", ">", ">=", "|", "+", "-", "*", "/", "%",
        ]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(l, o, r)| format!("{l} {o} {r}")),
            inner.clone().prop_map(|it| format!("({it})")),
            inner.clone().prop_map(|it| format!("(not {it})")),
            inner.clone().prop_map(|it| format!("- ({it})")),
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|it| format!("[{} ]", it.join(", "))),
            (inner.clone(), inner.clone()).prop_map(|(k, v)| format!("{{{k}: {v} }}")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} if {b} else {c})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("[{a} for i in {b} if {c} ]")),
            (inner.clone(), "[a-z]{1,3}").prop_map(|(a, n)| format!("str({a}).{n}")),
            ("[a-z]{1,3}", inner).prop_map(|(n, a)| format!("{n}.x[{a} ].y")),
        ]
    })
}

fn run(written: &str) {
    let parsed = parse_text(&Text::new("flow.yml", written));
    for found in &parsed.diagnostics {
        assert!(found.span.end <= written.len(), "{found:?}");
    }
    let _ = references(&parsed.tree);
    let _ = parsed.tree.to_string();
    let _ = evaluate(&parsed.tree, &contexts(), &mut Nowhere);
    let _ = evaluate(&parsed.tree, &contexts(), &mut Shelf::default());
}

proptest! {
    #[test]
    fn no_text_makes_us_panic(written in any::<String>()) {
        run(&written);
        run(&format!("${{{{ {written} }}}}"));
    }

    #[test]
    fn no_heap_of_scraps_makes_us_panic(written in scraps()) {
        run(&written);
        run(&format!("${{{{ {written} }}}}"));
    }

    #[test]
    fn no_pattern_makes_us_panic(pattern in "[%{}!:.<>^0-9a-z#+*()\\[\\] ]{0,12}", value in any::<i64>()) {
        let mut contexts = Dict::new();
        contexts.insert("p", pattern.as_str());
        contexts.insert("v", value);
        contexts.insert("t", "text");
        for call in ["fmt(p, v, t)", "p % v", "p % t", "from_json(p)", "fmt(p, 1.5)", "p % 2.5"] {
            let parsed = parse_text(&Text::new("flow.yml", format!("${{{{ {call} }}}}")));
            let _ = evaluate(&parsed.tree, &contexts, &mut Nowhere);
        }
    }

    #[test]
    fn what_is_printed_is_read_as_the_same_tree(written in sound()) {
        let parsed = parse_text(&Text::new("flow.yml", format!("${{{{ {written} }}}}")));
        prop_assume!(parsed.is_sound());
        let printed = parsed.tree.to_string();
        let again = parse_text(&Text::new("flow.yml", printed.as_str()));
        prop_assert!(again.is_sound(), "{} became {}: {:?}", written, printed, again.diagnostics);
        prop_assert_eq!(again.tree.to_string(), printed);
        let (first, second) = (evaluate(&parsed.tree, &contexts(), &mut Nowhere), evaluate(&again.tree, &contexts(), &mut Nowhere));
        prop_assert_eq!(
            first.map(|value| value.repr()).map_err(|error| error.message),
            second.map(|value| value.repr()).map_err(|error| error.message)
        );
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow_the_stack() {
    for (open, inner, close) in [
        ("(", "1", ")"),
        ("[", "1", " ]"),
        ("not ", "1", ""),
        ("- ", "1", ""),
        ("{1: ", "1", " }"),
        ("str(", "1", ")"),
        ("a[", "1", " ]"),
        ("1 if 1 else ", "1", ""),
        ("[i for i in ", "1", " ]"),
        ("1 or (2 and 3 == 4 | 5 + 6 * ", "1", ")"),
    ] {
        for depth in [60, 100, 100_000] {
            let written = format!(
                "${{{{ {}{inner}{} }}}}",
                open.repeat(depth),
                close.repeat(depth)
            );
            let parsed = parse_text(&Text::new("flow.yml", written));
            let refused = parsed
                .diagnostics
                .iter()
                .any(|found| found.code == "expression-depth");
            assert_eq!(refused, depth > 64, "{open} {depth}");
            let _ = evaluate(&parsed.tree, &contexts(), &mut Nowhere);
            let _ = parsed.tree.to_string();
        }
    }
}

#[test]
fn long_chains_are_not_deep() {
    let written = format!("${{{{ 0{} }}}}", " + 1".repeat(20_000));
    let parsed = parse_text(&Text::new("flow.yml", written));
    assert_eq!(
        evaluate(&parsed.tree, &Dict::new(), &mut Nowhere).unwrap(),
        20_000.into()
    );
}

#[test]
fn no_expression_fills_the_memory_or_runs_for_ever() {
    for written in [
        "${{ 'a' * 99999999999999 }}",
        "${{ [1] * 99999999999 }}",
        "${{ range(99999999999999) }}",
        "${{ len([ ['x' * 10000000 for i in range(1000000)] for j in range(1000000)]) }}",
        "${{ fmt('{:>99999999999}', 1) }}",
        "${{ '%99999999999d' % 1 }}",
        "${{ replace('a' * 10000000, 'a', 'b' * 10000000) }}",
        "${{ join('x' * 10000000, 'a' * 10000000) }}",
    ] {
        let parsed = parse_text(&Text::new("flow.yml", written));
        assert!(
            evaluate(&parsed.tree, &Dict::new(), &mut Nowhere).is_err(),
            "{written}"
        );
    }
}
