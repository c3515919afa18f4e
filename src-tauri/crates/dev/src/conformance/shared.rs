//! Random blocks that flows of both kinds have.

use std::fmt::Write as _;

use crate::dice::Dice;
use crate::formula::Names;
use crate::pools::EARLY_NAMES;
use crate::written::{keys, value};

pub(crate) fn shared_blocks(dice: &mut Dice) -> String {
    let names = Names {
        known: &EARLY_NAMES,
    };
    [
        defaults(dice, &names),
        volumes(dice, &names),
        images(dice, &names),
    ]
    .concat()
}

fn defaults(dice: &mut Dice, names: &Names<'_>) -> String {
    let mut text = String::new();

    if dice.chance(50) {
        text.push_str("defaults:\n");
        for (key, usual) in [
            ("tags", &["[t1]", "[t1, t2]", "~"][..]),
            ("env", &["{A: a, B: '2'}", "{A: ~}", "{A: x}"][..]),
            ("workdir", &["/w", "~", "w"][..]),
            ("life_span", &["1d", "0", "x"][..]),
            ("preset", &["big", "~"][..]),
            ("volumes", &["[storage:v:/v]", "[]", "~"][..]),
            ("schedule_timeout", &["5m", "0", "~"][..]),
        ] {
            if dice.chance(40) {
                let _ = writeln!(text, "  {key}: {}", value(dice, usual, names));
            }
        }
        if text.ends_with("defaults:\n") {
            text.push_str("  workdir: /w\n");
        }
    }
    text
}

fn volumes(dice: &mut Dice, names: &Names<'_>) -> String {
    let mut text = String::new();
    if dice.chance(60) {
        let remote = value(
            dice,
            &["storage:data", "storage:///x", "storage://cluster/org/p/d"],
            names,
        );
        let _ = write!(
            text,
            "volumes:\n  data:\n    remote: {remote}\n    mount: {}\n",
            dice.early(&["/data", "data", "${{ '/d' }}"])
        );
        if dice.chance(30) {
            let _ = writeln!(
                text,
                "    read_only: {}",
                dice.early(&["yes", "False", "${{ 1 }}", "~"])
            );
        }
        if dice.chance(10) {
            let _ = writeln!(text, "    local: {}", dice.early(&["data", ".", "../up"]));
        }
    }
    text
}

pub(crate) fn images(dice: &mut Dice, names: &Names<'_>) -> String {
    let mut text = String::new();
    if dice.chance(60) {
        let _ = write!(
            text,
            "images:\n  img:\n    ref: {}\n",
            value(dice, &["image:img:v1", "image:img", "ubuntu"], names)
        );
        if dice.chance(40) {
            let _ = writeln!(
                text,
                "    context: {}",
                dice.early(&[".", "docker", "${{ flow.workspace }}", "storage:ctx"])
            );
        }
        if dice.chance(30) {
            let _ = writeln!(
                text,
                "    dockerfile: {}",
                dice.early(&[
                    "Dockerfile",
                    "./docker/Dockerfile",
                    "${{ flow.workspace }}/Dockerfile"
                ])
            );
        }
        if dice.chance(20) {
            let _ = writeln!(
                text,
                "    build_args: {}",
                value(dice, &["[A=1]", "~", "[]"], names)
            );
        }
    }
    text
}

/// Keys that mixins of batches may have, for what they are worth.
const IDLE: [&str; 4] = [
    "enable: ${{ True }}",
    "cache: {strategy: none}",
    "strategy: {max_parallel: 2}",
    "needs: [first]",
];

pub(crate) fn mixins(dice: &mut Dice, names: &Names<'_>, idle: bool) -> String {
    let mut parts = [String::from("  mix:\n    image: mixed\n"), String::new()];
    parts[0].push_str(&keys(dice, "    ", names, 2));
    if idle && dice.chance(15) {
        let _ = writeln!(parts[0], "    {}", dice.early(&IDLE));
    }
    if dice.chance(40) {
        parts[1].push_str("  more:\n    mixins: [mix]\n");
        parts[1].push_str(&keys(dice, "    ", names, 2));
    } else {
        parts[1].push_str("  more:\n    preset: more\n");
    }
    if dice.chance(20) {
        parts.swap(0, 1);
    }
    if dice.chance(10) {
        parts[1].push_str("  top:\n    mixins: [more, mix]\n    tags: [top]\n");
    }
    format!("mixins:\n{}", parts.concat())
}

pub(crate) fn params(dice: &mut Dice, indent: &str) -> String {
    let p = dice.early(&[
        "1",
        "~",
        "{default: x}",
        "{default: ~, descr: d}",
        "''",
        "yes",
        "{descr: d}",
        "1.50",
    ]);
    let q = dice.early(&["two", "{default: 007}", "'2'"]);
    format!("{indent}params:\n{indent}  p: {p}\n{indent}  q: {q}\n")
}
