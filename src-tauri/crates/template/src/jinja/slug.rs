//! `slugify`: names for addresses and folders, as the reference tool makes them.

use minijinja::value::{Kwargs, Rest};
use minijinja::{Error, ErrorKind, Value};
use regex::Regex;

use super::arguments::Arguments;
use super::{html, python};

const NAMES: [&str; 12] = [
    "entities",
    "decimal",
    "hexadecimal",
    "max_length",
    "word_boundary",
    "separator",
    "save_order",
    "stopwords",
    "regex_pattern",
    "lowercase",
    "replacements",
    "allow_unicode",
];

pub(super) fn slugify(value: Value, args: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let args = Arguments::named("slugify", &args, &named, &NAMES)?;
    let text = value
        .as_str()
        .ok_or_else(|| refused("only a text can become a slug"))?;
    let replacements = pairs(args.given(10))?;
    let (unicode, lower) = (args.flag_or(11, false), args.flag_or(9, true));
    let text = replaced(text, &replacements).replace('\'', "-");
    let text = latin(&text, unicode);
    let text = entities(text, &args);
    let text = if lower { text.to_lowercase() } else { text };
    let text = without_separators(&text.replace('\'', ""));
    let text = match args.given(8) {
        Some(pattern) => pattern_replaced(&text, &python::text(pattern))?,
        None => words(&text, unicode),
    };
    let text = collapse(&text);
    let text = without(text.trim_matches('-'), args.given(7), lower)?;
    let text = replaced(&text, &replacements);
    let length = args.whole_or(3, 0)?;
    let text = match usize::try_from(length) {
        Ok(length) if length > 0 => cut(
            &text,
            length,
            args.flag_or(4, false),
            args.flag_or(6, false),
        ),
        _ => text,
    };
    Ok(text.replace('-', &args.text_or(5, "-")))
}

fn latin(text: &str, unicode: bool) -> String {
    if unicode || text.is_ascii() {
        text.to_owned()
    } else {
        unidecode::unidecode(text)
    }
}

fn entities(text: String, args: &Arguments) -> String {
    if !text.contains('&') {
        return text;
    }
    let text = if args.flag_or(0, true) {
        html::decoded(&text)
    } else {
        text
    };
    let text = if args.flag_or(1, true) {
        numbered(&text, "&#", 10)
    } else {
        text
    };
    if args.flag_or(2, true) {
        numbered(&text, "&#x", 16)
    } else {
        text
    }
}

/// Replaces `&#65;` or `&#x41;`; nothing at all when one of them is no character.
fn numbered(text: &str, start: &str, base: u32) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(start) {
        let digits = &rest[at + start.len()..];
        let end = digits
            .find(|one: char| !one.is_digit(base))
            .unwrap_or(digits.len());
        out.push_str(&rest[..at]);
        if end > 0 && digits[end..].starts_with(';') {
            let code = u32::from_str_radix(&digits[..end], base)
                .ok()
                .and_then(char::from_u32);
            let Some(one) = code else {
                return text.to_owned();
            };
            out.push(one);
            rest = &digits[end + 1..];
        } else {
            out.push_str(start);
            rest = digits;
        }
    }
    out + rest
}

/// Without commas between digits.
fn without_separators(text: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| {
        at.and_then(|at| all.get(at))
            .is_some_and(|one| one.is_numeric())
    };
    let kept = all
        .iter()
        .enumerate()
        .filter(|(at, one)| **one != ',' || !digit(at.checked_sub(1)) || !digit(Some(at + 1)));
    kept.map(|(_, one)| *one).collect()
}

fn words(text: &str, unicode: bool) -> String {
    let keep = |one: char| match unicode {
        true => one.is_alphanumeric(),
        false => one.is_ascii_alphanumeric() || one == '-',
    };
    text.chars()
        .map(|one| if keep(one) { one } else { '-' })
        .collect()
}

fn pattern_replaced(text: &str, pattern: &str) -> Result<String, Error> {
    let pattern = Regex::new(pattern)
        .map_err(|error| refused(format!("the pattern cannot be used: {error}")))?;
    Ok(pattern.replace_all(text, "-").into_owned())
}

/// With single dashes for runs of dashes.
fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for next in text.chars() {
        if next != '-' || !out.ends_with('-') {
            out.push(next);
        }
    }
    out
}

fn without(text: &str, stopwords: Option<&Value>, lower: bool) -> Result<String, Error> {
    let Some(stopwords) = stopwords else {
        return Ok(text.to_owned());
    };
    let mut stops = Vec::new();
    for word in stopwords.try_iter()? {
        let word = python::text(&word);
        stops.push(if lower { word.to_lowercase() } else { word });
    }
    let kept = text
        .split('-')
        .filter(|word| !stops.iter().any(|stop| stop == word));
    Ok(kept.collect::<Vec<_>>().join("-"))
}

fn pairs(list: Option<&Value>) -> Result<Vec<(String, String)>, Error> {
    let Some(list) = list else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for pair in list.try_iter()? {
        let part = |at: usize| pair.get_item_by_index(at).map(|one| python::text(&one));
        found.push((part(0)?, part(1)?));
    }
    Ok(found)
}

fn replaced(text: &str, pairs: &[(String, String)]) -> String {
    pairs.iter().fold(text.to_owned(), |text, (old, new)| {
        text.replace(old.as_str(), new)
    })
}

fn cut(text: &str, length: usize, at_words: bool, in_order: bool) -> String {
    let text = text.trim_matches('-');
    if text.chars().count() < length {
        return text.to_owned();
    }
    let hard: String = text.chars().take(length).collect();
    if !at_words {
        return hard.trim_matches('-').to_owned();
    }
    if !text.contains('-') {
        return hard;
    }
    let mut kept = String::new();
    for word in text.split('-').filter(|word| !word.is_empty()) {
        let next = kept.chars().count() + word.chars().count();
        if next < length {
            kept.push_str(word);
            kept.push('-');
        } else if next == length {
            kept.push_str(word);
            break;
        } else if in_order {
            break;
        }
    }
    let kept = if kept.is_empty() { hard } else { kept };
    kept.trim_matches('-').to_owned()
}

fn refused(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}
