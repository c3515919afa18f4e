//! Random live flows.

use std::fmt::Write as _;

use crate::dice::Dice;
use crate::formula::Names;
use crate::pools::{IMAGES, LIVE_NAMES};
use crate::shared::{mixins, params, shared_blocks};
use crate::written::{header, keys, value};

pub(crate) fn live(dice: &mut Dice) -> String {
    let names = Names { known: &LIVE_NAMES };
    let mut text = header(dice, "live");
    text.push_str(&shared_blocks(dice));
    let mixed = dice.chance(35);
    if mixed {
        text.push_str(&mixins(dice, &names, false));
    }
    text.push_str("jobs:\n");
    for id in ["train", "serve", "tool_1", "last_one"]
        .into_iter()
        .take(1 + dice.below(4))
    {
        let _ = writeln!(text, "  {id}:");
        if dice.chance(20) {
            text.push_str(&call(dice, &names));
            continue;
        }
        if mixed && dice.chance(60) {
            let _ = writeln!(
                text,
                "    mixins: {}",
                dice.early(&["[mix]", "[more]", "[mix, more]", "[top]", "~", "[none]"])
            );
        }
        let _ = writeln!(text, "    image: {}", value(dice, &IMAGES, &names));
        let count = dice.below(8);
        text.push_str(&keys(dice, "    ", &names, count));
        for (key, usual) in [
            ("detach", "yes"),
            ("browse", "True"),
            ("multi", "true"),
            ("port_forward", "['80:80']"),
        ] {
            if dice.chance(15) {
                let _ = writeln!(text, "    {key}: {usual}");
            }
        }
        if dice.chance(60) {
            text.push_str(&params(dice, "    "));
        }
    }
    text
}

fn call(dice: &mut Dice, names: &Names<'_>) -> String {
    let what = dice.early(&[
        "action: ws:job",
        "module: ws:job",
        "action: ws:job.yml",
        "module: ws:act",
        "action: ws:state",
        "action: job",
    ]);
    let mut text = format!("    {what}\n");
    if dice.chance(80) {
        let i = value(dice, &["a", "1", "${{ 1 }}", "yes", "~"], names);
        let _ = write!(text, "    args:\n      i: {i}\n");
        if dice.chance(30) {
            let _ = writeln!(text, "      j: {}", value(dice, &["b", "${{ 3 }}"], names));
        }
        if dice.chance(5) {
            text.push_str("      k: x\n");
        }
    }
    if dice.chance(30) {
        text.push_str(&params(dice, "    "));
    }
    text
}
