//! What people read when something is wrong: the line, carets, the message, what to do.

use expression::{Nowhere, parse_text};
use source::Text;

use crate::bench::{contexts, drawn, outcome};

fn syntax(lines: &[&str]) -> String {
    let drawings = lines.iter().map(|line| {
        let text = Text::new("flow.yml", *line);
        let found = parse_text(&text).diagnostics;
        assert!(!found.is_empty(), "{line} is refused");
        found.iter().map(drawn).collect::<Vec<_>>().join("\n")
    });
    drawings.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn tokens_that_cannot_be_read_are_explained() {
    insta::assert_snapshot!(syntax(&[
        "${{ a ==b }}",
        "${{ a+b }}",
        "${{ a && b }}",
        "${{ a = b }}",
        "${{ !a }}",
        "${{ 2 ** 3 }}",
        "${{ 'it\\'s' }}",
        "${{ d._x }}",
        "${{ x; y }}",
        "${{ é }}",
        "${{\n x }}",
    ]));
}

#[test]
fn sentences_that_cannot_be_read_are_explained() {
    insta::assert_snapshot!(syntax(&[
        "${{ }}",
        "${{ x",
        "${{ x ]]",
        "a ${{ {'a': {'b': 1}} }} b",
        "${{ l[d['a']] }}",
        "${{ 3-2 }}",
        "${{ 'abc'[0] }}",
        "${{ (d).a }}",
        "${{ s.upper() }}",
        "${{ 'a' in 'abc' }}",
        "${{ {k: 1 for k in d} }}",
        "${{ l[0:2] }}",
        "${{ str(1,) }}",
        "${{ 1 if x }}",
        "${{ 'a' 'b' }}",
        "${{ [1, ",
        "${{ not }}",
        "${{ d.1 }}",
    ]));
}

#[test]
fn literals_and_calls_that_cannot_be_right_are_explained() {
    insta::assert_snapshot!(syntax(&[
        "${{ 007 }}",
        "${{ 1_ }}",
        "${{ 0x_ }}",
        "${{ 'end\\' }}",
        "${{ '\\x4' }}",
        "${{ lenn(x) }}",
        "${{ len() }} and ${{ len(1, 2) }}",
        "${{ replace('a') }}",
    ]));
}

#[test]
fn every_expression_of_a_text_is_read() {
    insta::assert_snapshot!(syntax(&[
        "${{ a+ }} ${{ ok }} ${{ b c }} tail ${{ [1 }} $[[ nope() ]]"
    ]));
}

#[test]
fn values_that_cannot_be_had_are_explained() {
    let contexts = contexts();
    let drawings = [
        "lr is ${{ parms.lr }}",
        "${{ params.lrr + 1 }}",
        "${{ 1 + params.lr }}",
        "${{ params.lr + 1 }}",
        "${{ join(',', [1]) }}",
        "${{ success('trian') }}",
        "${{ needs.buidl.outputs }}",
        "${{ volumes.dta.ref }}",
        "${{ [1, 2, 3 / (2 - 2)] }}",
    ]
    .map(|line| outcome(line, &contexts, &mut Nowhere).unwrap_err());
    insta::assert_snapshot!(drawings.join("\n\n"));
}
