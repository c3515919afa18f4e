//! Random matrices.

use std::fmt::Write as _;

use crate::dice::Dice;

pub(crate) fn matrix(dice: &mut Dice) -> String {
    if !dice.chance(30) {
        return String::new();
    }
    let mut text = String::from("  strategy:\n");
    if dice.chance(30) {
        let _ = writeln!(
            text,
            "    max_parallel: {}",
            dice.early(&["2", "${{ 1 + 1 }}", "'3'", "x"])
        );
    }
    if dice.chance(30) {
        let _ = writeln!(
            text,
            "    fail_fast: {}",
            dice.early(&["no", "${{ False }}", "True"])
        );
    }
    let m = dice.early(&[
        "[1, 2]",
        "[a, b, c]",
        "\"${{ [1, 'x'] }}\"",
        "\"${{ [x for x in [1, 2, 3] if x != 2] }}\"",
        "[]",
        "[yes, ~]",
        "\"${{ range(2) }}\"",
        "[1.5, 010]",
        "x",
    ]);
    let n = dice.early(&["[u]", "[u, v]", "['1']"]);
    let _ = write!(text, "    matrix:\n      m: {m}\n      n: {n}\n");
    if dice.chance(30) {
        let _ = writeln!(
            text,
            "      exclude: [{}]",
            dice.early(&[
                "{m: 1}",
                "{m: a, n: u}",
                "{m: \"${{ 1 }}\"}, {n: v}",
                "{n: u}",
                "{}",
                "{k: 1}"
            ])
        );
    }
    if dice.chance(30) {
        let _ = writeln!(
            text,
            "      include: [{}]",
            dice.early(&[
                "{m: 9, n: z}",
                "{m: 1, n: u}",
                "{m: \"${{ 7 }}\", n: z}, {m: 8, n: y}",
                "{m: 9}",
                "{m: ~, n: w}",
                "{m: 1, n: 2, k: 3}"
            ])
        );
    }
    text
}
