//! Random projects: valid flows, and flows with a mistake or two.

use std::fmt::Write as _;

use crate::actions::{batch_action, live_action, local_action, stateful_action};
use crate::dice::Dice;
use crate::formula::{Names, template};
use crate::mistakes::spoilt;
use crate::pools::{BATCH_NAMES, EARLY_NAMES, IMAGES, LIVE_NAMES, VALUES};

/// A project: paths and contents.
pub(crate) fn project(dice: &mut Dice) -> Vec<(String, String)> {
    let mut files = vec![(".apolo/batch.yml".to_owned(), batch(dice))];
    if dice.chance(60) {
        files.push((".apolo/live.yml".to_owned(), live(dice)));
    }
    if dice.chance(25) {
        files.push((".apolo/project.yml".to_owned(), project_file(dice)));
    }
    files.push(("act.yml".to_owned(), batch_action(dice)));
    files.push(("job.yml".to_owned(), live_action(dice)));
    files.push(("state.yml".to_owned(), stateful_action(dice)));
    files.push(("here.yml".to_owned(), local_action(dice)));
    if dice.chance(20) {
        let at = dice.below(files.len());
        files[at].1 = spoilt(dice, &files[at].1);
    }
    files
}

pub(crate) fn value(dice: &mut Dice, usual: &[&str], names: &Names<'_>) -> String {
    let often = if names.known.len() == EARLY_NAMES.len() {
        8
    } else {
        30
    };
    if dice.chance(often) {
        return quoted(&template(dice, names));
    }
    dice.early(usual).to_owned()
}

/// A text as YAML that cannot be mistaken.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `KEY: VALUE` lines of a job or task; continued lines keep their own indent below the key.
pub(crate) fn keys(dice: &mut Dice, indent: &str, names: &Names<'_>, count: usize) -> String {
    let mut text = String::new();
    let mut used: Vec<&str> = Vec::new();
    for _ in 0..count {
        let (key, usual) = VALUES[dice.below(VALUES.len())];
        let command = |key: &str| matches!(key, "cmd" | "bash" | "python");
        let twice = used.contains(&key) || command(key) && used.iter().any(|used| command(used));
        if twice && !dice.chance(2) {
            continue;
        }
        used.push(key);
        let value = value(dice, usual, names).replace('\n', &format!("\n{indent}"));
        let _ = writeln!(text, "{indent}{key}: {value}");
    }
    text
}

fn header(dice: &mut Dice, kind: &str) -> String {
    let names = Names {
        known: &EARLY_NAMES,
    };
    let mut text = format!("kind: {kind}\n");
    if dice.chance(20) {
        let _ = writeln!(
            text,
            "id: {}",
            dice.early(&["my_flow", "my-flow", "'x'", "1a", "${{ 'a' }}"])
        );
    }
    if dice.chance(20) {
        let _ = writeln!(
            text,
            "title: {}",
            value(dice, &["A flow", "~", "1"], &names)
        );
    }
    text
}

fn shared_blocks(dice: &mut Dice) -> String {
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
            ("tags", &["[t1]", "~", "[t1, t2]"][..]),
            ("env", &["{A: a, B: '2'}", "{A: ~}", "{A: x}"][..]),
            ("workdir", &["/w", "~", "w"][..]),
            ("life_span", &["1d", "0", "x"][..]),
            ("preset", &["big", "~"][..]),
            ("volumes", &["[storage:v:/v]", "~", "[]"][..]),
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

fn images(dice: &mut Dice, names: &Names<'_>) -> String {
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

fn mixins(dice: &mut Dice, names: &Names<'_>) -> String {
    let mut text = String::from("mixins:\n  mix:\n    image: mixed\n");
    text.push_str(&keys(dice, "    ", names, 2));
    if dice.chance(40) {
        text.push_str("  more:\n    mixins: [mix]\n");
        text.push_str(&keys(dice, "    ", names, 2));
    } else {
        text.push_str("  more:\n    preset: more\n");
    }
    text
}

fn params(dice: &mut Dice, indent: &str) -> String {
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

fn live(dice: &mut Dice) -> String {
    let names = Names { known: &LIVE_NAMES };
    let mut text = header(dice, "live");
    text.push_str(&shared_blocks(dice));
    let mixed = dice.chance(35);
    if mixed {
        text.push_str(&mixins(dice, &names));
    }
    text.push_str("jobs:\n");
    for id in ["train", "serve", "tool_1", "last_one"]
        .into_iter()
        .take(1 + dice.below(4))
    {
        let _ = writeln!(text, "  {id}:");
        if dice.chance(15) {
            text.push_str("    action: ws:job\n");
            if dice.chance(80) {
                let _ = write!(
                    text,
                    "    args:\n      i: {}\n",
                    value(dice, &["1", "a", "~", "yes"], &names)
                );
            }
            if dice.chance(30) {
                text.push_str(&params(dice, "    "));
            }
            continue;
        }
        if mixed && dice.chance(60) {
            let _ = writeln!(
                text,
                "    mixins: {}",
                dice.early(&["[mix]", "[more]", "[mix, more]", "~", "[none]"])
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

fn batch(dice: &mut Dice) -> String {
    let mut text = header(dice, "batch");
    if dice.chance(15) {
        let _ = writeln!(text, "life_span: {}", dice.early(&["1d", "3600", "x", "~"]));
    }
    text.push_str(&shared_blocks(dice));
    let names = Names {
        known: &BATCH_NAMES,
    };
    let mixed = dice.chance(30);
    if mixed {
        text.push_str(&mixins(dice, &names));
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
        let call = dice.early(&[
            "action: ws:act",
            "action: ws:state",
            "action: ws:here",
            "action: ws:act.yml",
            "module: ws:act",
            "action: ws:none",
            "action: ws:job",
        ]);
        let _ = writeln!(text, "  {call}");
        if dice.chance(85) {
            let _ = write!(
                text,
                "  args:\n    i: {}\n",
                value(dice, &["1", "a", "~", "yes"], names)
            );
        }
        return text;
    }
    if mixed && dice.chance(60) {
        let _ = writeln!(
            text,
            "  mixins: {}",
            dice.early(&["[mix]", "[more]", "[more, mix]", "~"])
        );
    }
    let _ = writeln!(text, "  image: {}", value(dice, &IMAGES, names));
    let count = dice.below(6);
    text.push_str(&keys(dice, "  ", names, count));
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
        "[]",
        "\"${{ [1, 'x'] }}\"",
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
            dice.early(&["{m: 1}", "{m: a, n: u}", "{n: u}", "{k: 1}"])
        );
    }
    if dice.chance(30) {
        let _ = writeln!(
            text,
            "      include: [{}]",
            dice.early(&["{m: 9, n: z}", "{m: 9}", "{m: 1, n: u}", "{m: ~, n: w}"])
        );
    }
    text
}

fn project_file(dice: &mut Dice) -> String {
    let id = dice.early(&["my_project", "my-project", "1x", "\"${{ 'p' }}\""]);
    let mut text = format!("id: {id}\n");
    for (key, usual) in [
        ("project_name", &["other", "\"${{ 'x' }}\""][..]),
        ("owner", &["ada", "~"][..]),
        ("role", &["r"][..]),
        (
            "defaults",
            &[
                "{preset: p, env: {A: proj, P: p}}",
                "{tags: [pt]}",
                "~",
                "{cache: {strategy: none}}",
            ][..],
        ),
        ("mixins", &["{mix: {preset: pm, cmd: m}}"][..]),
        ("volumes", &["{data: {remote: storage:pd, mount: /pd}}"][..]),
    ] {
        if dice.chance(25) {
            let _ = writeln!(text, "{key}: {}", dice.early(usual));
        }
    }
    text
}
