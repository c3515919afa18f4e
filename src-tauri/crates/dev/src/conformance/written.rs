//! Random projects: valid flows, and flows with a mistake or two.

use std::fmt::Write as _;

use crate::actions::{batch_action, inner_action, live_action, local_action, stateful_action};
use crate::batch_flow::batch;
use crate::dice::Dice;
use crate::formula::{Names, template};
use crate::live_flow::live;
use crate::mistakes::spoilt;
use crate::pools::{EARLY_NAMES, VALUES};
use crate::project_file::project_file;

/// A project: paths and contents.
pub(crate) fn project(dice: &mut Dice) -> Vec<(String, String)> {
    dice.settle();
    let folder = dice.early(&[".apolo", ".neuro"]);
    let suffix = dice.early(&["yml", "yaml"]);
    let mut files = vec![(format!("{folder}/batch.{suffix}"), batch(dice))];
    if dice.chance(60) {
        files.push((format!("{folder}/live.{suffix}"), live(dice)));
    }
    if dice.chance(35) {
        files.push((format!("{folder}/project.yml"), project_file(dice)));
    }
    files.push(("act.yml".to_owned(), batch_action(dice)));
    files.push(("inner.yml".to_owned(), inner_action(dice)));
    files.push(("job.yml".to_owned(), live_action(dice)));
    files.push(("state.yml".to_owned(), stateful_action(dice)));
    files.push(("here.yml".to_owned(), local_action(dice)));
    if dice.chance(25) {
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
    let often = if dice.careful() { often / 2 } else { often };
    if dice.chance(often) {
        return quoted(&template(dice, names));
    }
    dice.early(usual).to_owned()
}

/// A text as YAML that cannot be mistaken.
pub(crate) fn quoted(text: &str) -> String {
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

pub(crate) fn header(dice: &mut Dice, kind: &str) -> String {
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
