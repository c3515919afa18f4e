//! Random batches.

use std::fmt::Write as _;

use crate::dice::Dice;
use crate::formula::Names;
use crate::matrix::matrix;
use crate::pools::{BATCH_NAMES, IMAGES};
use crate::shared::{mixins, params, shared_blocks};
use crate::written::{header, keys, quoted, value};

pub(crate) fn batch(dice: &mut Dice) -> String {
    let mut text = header(dice, "batch");
    if dice.chance(15) {
        let _ = writeln!(text, "life_span: {}", dice.early(&["1d", "3600", "x", "~"]));
    }
    text.push_str(&shared_blocks(dice));
    if dice.chance(20) && text.contains("defaults:\n") {
        let limits = dice.early(&[
            "  max_parallel: 3\n",
            "  fail_fast: no\n",
            "  cache: {strategy: none, life_span: 1h}\n",
            "  max_parallel: ${{ 1 + 1 }}\n",
            "  cache: {life_span: x}\n",
        ]);
        text = text.replacen("defaults:\n", &format!("defaults:\n{limits}"), 1);
    }
    let names = Names {
        known: &BATCH_NAMES,
    };
    let mixed = dice.chance(30);
    if mixed {
        text.push_str(&mixins(dice, &names, true));
    }
    text.push_str(&params(dice, ""));
    text.push_str("tasks:\n");
    for id in ["first", "second", "third", "fourth"]
        .into_iter()
        .take(1 + dice.below(4))
    {
        let before: &[&str] = match id {
            "first" => &[],
            "second" => &["first"],
            "third" => &["first", "second"],
            _ => &["first", "third"],
        };
        let id = if dice.chance(2) { "first" } else { id };
        text.push_str(&task(dice, (id, before), mixed, &names));
    }
    text
}

fn task(dice: &mut Dice, (id, before): (&str, &[&str]), mixed: bool, names: &Names<'_>) -> String {
    let mut text = match dice.below(10) {
        0 => "- enable: yes\n".to_owned(),
        1 => format!("- id: {}\n", quoted(&format!("{id}${{{{ '' }}}}"))),
        _ => format!("- id: {id}\n"),
    };
    text.push_str(&needs(dice, before));
    text.push_str(&matrix(dice));
    if !text.contains("enable") && dice.chance(20) {
        let _ = writeln!(
            text,
            "  enable: {}",
            value(
                dice,
                &[
                    "yes",
                    "False",
                    "${{ always() }}",
                    "${{ success() }}",
                    "${{ failure() }}",
                    "'x'",
                    "${{ success('first') }}"
                ],
                names
            )
        );
    }
    if dice.chance(20) {
        let _ = writeln!(
            text,
            "  cache: {}",
            dice.early(&[
                "{strategy: none}",
                "{strategy: default, life_span: 1d}",
                "{strategy: inherit}",
                "{life_span: 3h}",
                "~",
                "{strategy: x}"
            ])
        );
    }
    text.push_str(&work(dice, mixed, names));
    text
}

/// What a task runs or calls.
fn work(dice: &mut Dice, mixed: bool, names: &Names<'_>) -> String {
    let mut text = String::new();
    if dice.chance(25) {
        return call(dice, names);
    }
    if mixed && dice.chance(60) {
        let _ = writeln!(
            text,
            "  mixins: {}",
            dice.early(&[
                "[mix]",
                "[more]",
                "[more, mix]",
                "[top]",
                "~",
                "['${{ 1 }}']"
            ])
        );
    }
    let _ = writeln!(text, "  image: {}", value(dice, &IMAGES, names));
    let count = dice.below(6);
    text.push_str(&keys(dice, "  ", names, count));
    text
}

fn call(dice: &mut Dice, names: &Names<'_>) -> String {
    let what = dice.early(&[
        "action: ws:act",
        "module: ws:act",
        "action: ws:state",
        "action: ws:here",
        "action: workspace:act.yml",
        "action: ws:inner",
        "module: ws:inner",
        "action: ws:none",
        "action: ws:job",
        "module: ws:state",
    ]);
    let mut text = format!("  {what}\n");
    if dice.chance(85) {
        let i = value(dice, &["a", "1", "${{ 1 }}", "yes", "~"], names);
        let _ = write!(text, "  args:\n    i: {i}\n");
        if dice.chance(30) {
            let _ = writeln!(text, "    j: {}", value(dice, &["b", "${{ 3 }}"], names));
        }
        if dice.chance(5) {
            text.push_str("    k: x\n");
        }
    }
    text
}

fn needs(dice: &mut Dice, before: &[&str]) -> String {
    match (before, dice.below(10)) {
        ([], 0..=8) | (_, 0 | 1) => String::new(),
        ([], _) => "  needs: [none]\n".to_owned(),
        (before, 2 | 3) => format!("  needs: [{}]\n", before.join(", ")),
        (before, 4) => format!("  needs: {{{}: running}}\n", before[0]),
        (before, 5) => format!("  needs: {{{}: completed}}\n", before[0]),
        (before, 6) => format!("  needs: [\"${{{{ '{}' }}}}\"]\n", before[0]),
        (_, 7) => dice
            .pick(&[
                "  needs: []\n",
                "  needs: ~\n",
                "  needs: [third]\n",
                "  needs: {}\n",
            ])
            .to_owned(),
        (before, _) => format!("  needs: [{}]\n", before[0]),
    }
}
