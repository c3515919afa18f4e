//! Mistakes that people make.

use crate::dice::Dice;

/// The text with a mistake that people make.
pub(crate) fn spoilt(dice: &mut Dice, text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=dice.below(2) {
        let at = dice.below(lines.len());
        let line = lines[at].clone();
        let middle = line.chars().count() / 2;
        lines[at] = match dice.below(12) {
            0 => String::new(),
            1 => format!("{line}\n{line}"),
            2 => format!(" {line}"),
            3 => line.replacen(": ", ":", 1),
            4 => line.replacen("}}", "}", 1),
            5 => line
                .chars()
                .enumerate()
                .filter(|(index, _)| *index != middle)
                .map(|(_, letter)| letter)
                .collect(),
            6 => format!(
                "{line} {}",
                dice.early(&["#c", ": x", "\"", "]", "&a", "*a", "x", "\t", "}}"])
            ),
            7 => format!(
                "{}{}",
                " ".repeat(line.len() - line.trim_start().len()),
                dice.early(&[
                    "extra: 1",
                    "imgae: x",
                    "- x",
                    "? k",
                    "<<: *b",
                    "!!str a: b",
                    "123: x",
                    "~: x"
                ])
            ),
            8 => line.replacen("  ", "\t", 1),
            9 => lines[(at + 1) % lines.len()].clone(),
            10 => line.replacen(": ", ": [", 1),
            _ => line.replacen(char::is_alphabetic, "", 1),
        };
    }
    lines.join("\n") + "\n"
}
