//! Random actions.

use std::fmt::Write as _;

use crate::dice::Dice;
use crate::formula::Names;
use crate::matrix::matrix;
use crate::pools::{ACTION_NAMES, IMAGES, INNER_NAMES};
use crate::shared::images;
use crate::written::{keys, value};

fn inputs(dice: &mut Dice) -> String {
    let i = dice.early(&[
        "{default: a}",
        "{descr: d}",
        "{default: 5, type: int}",
        "{type: int}",
        "~",
        "{type: bool, default: 'yes'}",
        "{type: float}",
    ]);
    let j = dice.early(&[
        "{default: jay}",
        "{default: '', type: str}",
        "{default: 3, type: int}",
        "{default: 3}",
        "{default: \"${{ flow.id }}\"}",
    ]);
    format!("inputs:\n  i: {i}\n  j: {j}\n")
}

pub(crate) fn batch_action(dice: &mut Dice) -> String {
    let names = Names {
        known: &ACTION_NAMES,
    };
    let mut text = String::from("kind: batch\n");
    text.push_str(&inputs(dice));
    if dice.chance(60) {
        let output = value(dice, &["x", "${{ needs.one.outputs.o }}"], &names);
        let _ = write!(text, "outputs:\n  out:\n    value: {output}\n");
        if dice.chance(20) {
            text.push_str("    needs: [one]\n");
        }
    }
    if dice.chance(20) {
        text.push_str(&images(dice, &names));
    }
    if dice.chance(15) {
        let cache = dice.early(&["{strategy: none}", "{life_span: 2h}", "{strategy: x}"]);
        let _ = writeln!(text, "cache: {cache}");
    }
    let _ = write!(
        text,
        "tasks:\n- id: one\n  image: {}\n",
        value(dice, &IMAGES, &names)
    );
    text.push_str(&matrix(dice));
    text.push_str(&keys(dice, "  ", &names, 3));
    if dice.chance(60) {
        let _ = write!(
            text,
            "- id: two\n  needs: [one]\n  image: {}\n",
            value(dice, &IMAGES, &names)
        );
        text.push_str(&keys(dice, "  ", &names, 3));
    }
    if dice.chance(25) {
        text.push_str(&nested(dice, &names));
    }
    text
}

/// A call inside an action.
fn nested(dice: &mut Dice, names: &Names<'_>) -> String {
    let what = dice.early(&[
        "action: ws:inner",
        "module: ws:inner",
        "action: ws:state",
        "action: ws:here",
        "action: ws:act",
    ]);
    let mut text = format!("- id: deep\n  {what}\n");
    if dice.chance(85) {
        let i = value(dice, &["a", "${{ inputs.i }}", "${{ 1 }}"], names);
        let _ = write!(text, "  args:\n    i: {i}\n");
    }
    text
}

/// An action that calls nothing, with what only the caller may know.
pub(crate) fn inner_action(dice: &mut Dice) -> String {
    let names = Names {
        known: &INNER_NAMES,
    };
    let mut text = String::from("kind: batch\n");
    text.push_str(&inputs(dice));
    let output = value(dice, &["x", "${{ needs.last.outputs.o }}"], &names);
    let _ = write!(text, "outputs:\n  out:\n    value: {output}\n");
    let _ = write!(
        text,
        "tasks:\n- id: last\n  image: {}\n",
        value(dice, &IMAGES, &names)
    );
    if dice.chance(20) {
        text.push_str("  mixins: [mix]\n");
    }
    text.push_str(&keys(dice, "  ", &names, 3));
    text
}

pub(crate) fn live_action(dice: &mut Dice) -> String {
    let names = Names {
        known: &ACTION_NAMES,
    };
    let inputs = inputs(dice);
    let image = value(dice, &IMAGES, &names);
    let mut keys = keys(dice, "  ", &names, 4);
    for (key, usual) in [
        ("multi", "true"),
        ("detach", "yes"),
        ("port_forward", "['1:1']"),
    ] {
        if dice.chance(10) {
            let _ = writeln!(keys, "  {key}: {usual}");
        }
    }
    format!("kind: live\n{inputs}job:\n  image: {image}\n{keys}")
}

pub(crate) fn stateful_action(dice: &mut Dice) -> String {
    let names = Names {
        known: &ACTION_NAMES,
    };
    let inputs = inputs(dice);
    let image = value(dice, &IMAGES, &names);
    let main = keys(dice, "  ", &names, 3);
    let mut text = format!("kind: stateful\n{inputs}main:\n  image: {image}\n{main}");
    if dice.chance(70) {
        let names = Names {
            known: &["state.s", "env.A", "needs.first.result"],
        };
        let _ = write!(
            text,
            "post:\n  image: after\n{}",
            keys(dice, "  ", &names, 3)
        );
    }
    if dice.chance(30) {
        let _ = writeln!(
            text,
            "post_if: {}",
            value(
                dice,
                &["${{ always() }}", "yes", "${{ success() }}"],
                &names
            )
        );
    }
    text
}

pub(crate) fn local_action(dice: &mut Dice) -> String {
    let names = Names {
        known: &ACTION_NAMES,
    };
    let inputs = inputs(dice);
    let key = dice.early(&["cmd", "bash", "python"]);
    format!(
        "kind: local\n{inputs}{key}: {}\n",
        value(dice, &["echo 1", "a 'b c'"], &names)
    )
}
