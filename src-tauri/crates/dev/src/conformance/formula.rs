//! Random expressions.

use crate::dice::Dice;

/// Names an expression may use, and some it may not.
pub(crate) struct Names<'a> {
    pub(crate) known: &'a [&'a str],
}

/// Functions with so many arguments.
const FUNCTIONS: [(&str, usize); 21] = [
    ("len", 1),
    ("str", 1),
    ("int", 1),
    ("keys", 1),
    ("values", 1),
    ("upper", 1),
    ("lower", 1),
    ("to_json", 1),
    ("from_json", 1),
    ("nothing", 0),
    ("range", 1),
    ("join", 2),
    ("fmt", 2),
    ("fmt", 3),
    ("replace", 3),
    ("parse_volume", 1),
    ("success", 0),
    ("failure", 0),
    ("always", 0),
    ("hash_files", 1),
    ("upload", 1),
];

const LITERALS: [&str; 26] = [
    "1",
    "0",
    "-1",
    "42",
    "1_000",
    "0x1f",
    "0o17",
    "0b11",
    "1.5",
    "1e3",
    ".5",
    "5.",
    "'a'",
    "\"b\"",
    "''",
    "'a b'",
    "'1'",
    "'{}-{}'",
    "'[1, 2]'",
    "'{\"a\": 1}'",
    "True",
    "False",
    "None",
    "[]",
    "{}",
    "'storage:d:/mnt:ro'",
];

const OPERATORS: [&str; 14] = [
    "+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "and", "or", "+", "==",
];

/// An expression without its braces.
pub(crate) fn formula(dice: &mut Dice, names: &Names<'_>, depth: usize) -> String {
    if depth == 0 || dice.chance(30) {
        return atom(dice, names);
    }
    let part = |dice: &mut Dice| formula(dice, names, depth - 1);
    match dice.below(10) {
        0..=2 => {
            let (left, right) = (part(dice), part(dice));
            format!("{left} {} {right}", dice.pick(&OPERATORS))
        }
        3 => format!("({})", part(dice)),
        4 => format!("not {}", part(dice)),
        5 => {
            let (value, condition, other) = (part(dice), part(dice), part(dice));
            format!("{value} if {condition} else {other}")
        }
        6 => {
            let items = [part(dice), part(dice)];
            format!("[{}]", items.join(", "))
        }
        7 => {
            let (body, list) = (part(dice), part(dice));
            match dice.below(5) {
                0 => format!("[x for x in [{list}]]"),
                1 => format!("[{body} for x in range(3) if x]"),
                2 => format!("{{x: {body} for x in ['a', 'b']}}['a']"),
                3 => format!("join(',', [str(x) for x in [{list}] if x])"),
                _ => format!("[upper(x) for x in ['a', {list}]]"),
            }
        }
        _ => call(dice, names, depth),
    }
}

fn call(dice: &mut Dice, names: &Names<'_>, depth: usize) -> String {
    let (name, mut count) = FUNCTIONS[dice.below(FUNCTIONS.len())];
    if dice.chance(4) {
        count += 1;
    }
    let arguments: Vec<String> = (0..count)
        .map(|_| formula(dice, names, depth - 1))
        .collect();
    format!("{name}({})", arguments.join(", "))
}

fn atom(dice: &mut Dice, names: &Names<'_>) -> String {
    if dice.chance(45) {
        let name = dice.pick(names.known);
        return match dice.below(24) {
            0 => format!("{name}.missing"),
            1 => format!("{name}['a']"),
            2 => format!("{name}[0]"),
            3 => name.get(1..).unwrap_or("x").to_owned(),
            _ => name.to_owned(),
        };
    }
    dice.pick(&LITERALS).to_owned()
}

/// A text with an expression in it.
pub(crate) fn template(dice: &mut Dice, names: &Names<'_>) -> String {
    let depth = dice.below(4).min(dice.below(4));
    let inside = formula(dice, names, depth);
    match dice.below(12) {
        0 => format!("$[[ {inside} ]]"),
        1 => format!("a${{{{{inside}}}}}b"),
        2 => format!("${{{{ {inside} }}}}-${{{{ {} }}}}", formula(dice, names, 1)),
        _ => format!("${{{{ {inside} }}}}"),
    }
}
