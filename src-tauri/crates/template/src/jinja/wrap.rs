//! `wordwrap`: lines broken as Python's `textwrap` breaks them.

use minijinja::value::{Kwargs, Rest};
use minijinja::{Error, ErrorKind, Value};

use super::arguments::Arguments;
use super::{method, python};

pub(super) fn wordwrap(value: Value, args: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let names = [
        "width",
        "break_long_words",
        "wrapstring",
        "break_on_hyphens",
    ];
    let args = Arguments::named("wordwrap", &args, &named, &names)?;
    let width = usize::try_from(args.whole_or(0, 79)?).unwrap_or(0);
    if width == 0 {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "the width has to be above 0",
        ));
    }
    let end = args.text_or(2, "\n");
    let (long, hyphens) = (args.flag_or(1, true), args.flag_or(3, true));
    let text = python::text(&value);
    let wrapped = method::lines(&text)
        .into_iter()
        .map(|line| fill(&chunks(line, hyphens), width, long).join(&end));
    Ok(wrapped.collect::<Vec<_>>().join(&end))
}

/// Words and the white space between them; words end after a hyphen between letters.
fn chunks(line: &str, hyphens: bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for one in line.chars() {
        let blank = one.is_whitespace();
        match found.last_mut() {
            Some(last) if last.chars().next().is_some_and(char::is_whitespace) == blank => {
                last.push(one);
            }
            _ => found.push(one.to_string()),
        }
    }
    if hyphens {
        found.iter().flat_map(|word| hyphenated(word)).collect()
    } else {
        found
    }
}

fn hyphenated(word: &str) -> Vec<String> {
    let all: Vec<char> = word.chars().collect();
    let mut parts = Vec::new();
    let mut start = 0;
    for at in 0..all.len() {
        let letter = |at: usize| {
            all.get(at)
                .is_some_and(|one: &char| one.is_alphabetic() || *one == '_')
        };
        let before = at >= start + 2 && letter(at - 1) && (letter(at - 2) || all[at - 2] == '-');
        if all[at] == '-' && before && letter(at + 1) && letter(at + 2) {
            parts.push(all[start..=at].iter().collect());
            start = at + 1;
        }
    }
    if start < all.len() {
        parts.push(all[start..].iter().collect());
    }
    parts
}

fn fill(chunks: &[String], width: usize, long: bool) -> Vec<String> {
    let mut rest: Vec<String> = chunks.iter().rev().cloned().collect();
    let mut lines: Vec<String> = Vec::new();
    while !rest.is_empty() {
        let mut line: Vec<String> = Vec::new();
        let mut length = 0;
        if !lines.is_empty() && rest.last().is_some_and(|one| one.trim().is_empty()) {
            rest.pop();
        }
        while let Some(next) = rest.last().map(|one| one.chars().count()) {
            if length + next > width {
                break;
            }
            length += next;
            line.extend(rest.pop());
        }
        if rest.last().is_some_and(|one| one.chars().count() > width) {
            break_long(&mut rest, &mut line, width.saturating_sub(length), long);
        }
        if line.last().is_some_and(|one| one.trim().is_empty()) {
            line.pop();
        }
        if !line.is_empty() {
            lines.push(line.concat());
        }
    }
    lines
}

fn break_long(rest: &mut Vec<String>, line: &mut Vec<String>, room: usize, long: bool) {
    let Some(word) = rest.pop() else { return };
    if long {
        let room = room.max(1);
        line.push(word.chars().take(room).collect());
        rest.push(word.chars().skip(room).collect());
    } else if line.is_empty() {
        line.push(word);
    } else {
        rest.push(word);
    }
}
