//! Where a cursor stands, read off lines and indentation: this works in texts no parser can read.

use source::{Span, Text};

use super::brackets::{self, Bracketed};
use super::line::{Line, indent, is_nothing};

/// A step from the top of a file to a place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Under a key.
    Key(String),
    /// In an item of a list.
    Item,
}

/// What is being written at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A key.
    Key,
    /// A value after a key.
    Value,
    /// A key or a value: there is no colon yet.
    Open,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// From the top of the file.
    pub(super) path: Vec<Step>,
    /// What is being written.
    pub(super) slot: Slot,
    /// The word that a completion replaces.
    pub(super) word: Span,
    /// Where the value begins, for values.
    pub(super) start: usize,
    /// Whether a colon follows the word.
    pub(super) colon: bool,
    /// Whether the place is inside brackets.
    pub(super) bracketed: bool,
    /// Whether the place is inside a block scalar.
    pub(super) script: bool,
    /// The other keys of the block.
    pub(super) siblings: Vec<String>,
}

/// How many lines a bracket is looked for above a place.
const LOOK_BACK: usize = 60;

/// The place of an offset.
pub(super) fn place(text: &Text, offset: usize) -> Place {
    match open_bracket(text, offset) {
        Some(bracket) => {
            let mut place = in_line(text, bracket);
            enter_value(text, &mut place, (bracket, offset));
            place
        }
        None => in_line(text, offset),
    }
}

/// The bracket of a line above that is still open at a place. What is inside such a bracket is
/// indented more than the line it opens in.
fn open_bracket(text: &Text, offset: usize) -> Option<usize> {
    let line = text.position(offset).line;
    let own = text.line(line);
    let mut least = match own.trim_start().chars().next() {
        None | Some(']' | '}') => usize::MAX,
        Some(_) => indent(own),
    };
    for number in (1..line).rev().take(LOOK_BACK) {
        let written = text.line(number);
        if is_nothing(written) {
            continue;
        }
        if least == 0 {
            return None;
        }
        let read = Line::read(written);
        let value = read.value.map_or(read.content, |(value, _)| value);
        let blanks = written[value..].len() - written[value..].trim_start().len();
        let begin = text.line_span(number)?.start + value + blanks;
        if written[value..].trim_start().starts_with(['{', '[']) && indent(written) < least {
            let inside = brackets::inside(text.slice(Span::new(begin, offset)));
            return Some(begin).filter(|_| inside.open);
        }
        least = least.min(indent(written));
    }
    None
}

/// The place of an offset, as its line and the lines it is indented below tell it.
fn in_line(text: &Text, offset: usize) -> Place {
    let at = text.position(offset);
    let start = text.line_span(at.line).map_or(0, |line| line.start);
    let column = offset.min(text.content().len()) - start;
    let line = Line::read(text.line(at.line));
    let mut place = Place {
        path: Vec::new(),
        slot: Slot::Open,
        word: word(text, start + line.content, offset),
        start: start + line.content,
        colon: line.value.is_some(),
        bracketed: false,
        script: false,
        siblings: Vec::new(),
    };
    let blank = text.line(at.line).trim().is_empty();
    let from = if blank { column } else { line.content };
    let mut inner: Vec<Step> = Vec::new();
    match line.value {
        Some((value, _)) if column >= value => {
            place.slot = Slot::Value;
            inner.extend(line.marks.last().map(|mark| mark.step.clone()));
        }
        Some(_) => place.slot = Slot::Key,
        None => {}
    }
    let (above, script) = ancestors(text, at.line, &line, from);
    if let Some(script) = script {
        return in_script(place, above, script, offset);
    }
    place.path = above;
    place.siblings = siblings(text, at.line, from);
    place.path.append(&mut inner);
    let opened = match (place.slot, line.value) {
        (Slot::Value, Some((value, _))) => start + value,
        _ => start + line.content,
    };
    enter_value(text, &mut place, (opened, offset));
    place
}

/// Goes on inside the value that begins at a place: into brackets, or behind blanks.
fn enter_value(text: &Text, place: &mut Place, (opened, offset): (usize, usize)) {
    let written = text.slice(Span::new(opened, offset));
    let blanks = written.len() - written.trim_start().len();
    let begin = opened + blanks;
    if place.slot == Slot::Key {
        return;
    }
    let written = written.trim_start();
    if !written.starts_with(['{', '[']) {
        let quoted = usize::from(written.starts_with(['"', '\'']));
        place.start = begin;
        if place.slot == Slot::Value || quoted > 0 {
            place.word = word(text, (begin + quoted).min(offset), offset);
        }
        return;
    }
    let Bracketed {
        steps,
        slot,
        start,
        keys,
        open,
    } = brackets::inside(written);
    place.path.extend(steps);
    place.slot = slot;
    place.start = begin + start;
    place.word = word(text, place.start.min(offset), offset);
    let rest = text.slice(Span::new(place.word.end, text.content().len()));
    place.colon = rest.starts_with(':');
    place.bracketed = open;
    place.siblings = keys;
}

/// A place inside a block scalar: everything there is one value.
fn in_script(mut place: Place, path: Vec<Step>, script: usize, offset: usize) -> Place {
    place.path = path;
    place.slot = Slot::Value;
    place.start = script.min(offset);
    place.word = Span::at(offset);
    place.colon = false;
    place.script = true;
    place
}

/// The word around an offset that begins no earlier than `from`.
fn word(text: &Text, from: usize, offset: usize) -> Span {
    let from = from.min(offset);
    let before = text.slice(Span::new(from, offset));
    let begun = before
        .char_indices()
        .rev()
        .take_while(|(_, one)| is_word(*one))
        .last();
    let start = begun.map_or(offset, |(at, _)| from + at);
    let after = text.slice(Span::new(offset, text.content().len()));
    let length = after
        .char_indices()
        .find(|(at, one)| !is_word(*one) || after[*at..].starts_with(": "))
        .map_or(after.len(), |(at, _)| at);
    let rest = &after[..length];
    Span::new(start, offset + rest.trim_end_matches(':').len())
}

fn is_word(one: char) -> bool {
    one.is_alphanumeric() || matches!(one, '_' | '-' | '.' | '/' | '@' | ':')
}

/// The steps above a line; inside a block scalar also where that begins.
fn ancestors(text: &Text, line: usize, own: &Line<'_>, from: usize) -> (Vec<Step>, Option<usize>) {
    let mut found: Vec<Step> = Vec::new();
    let mut limit = (from, false);
    for mark in own
        .marks
        .iter()
        .rev()
        .filter(|mark| mark.step == Step::Item)
    {
        found.push(Step::Item);
        limit = (mark.column, true);
    }
    let mut script = None;
    for number in (1..line).rev() {
        if limit == (0, false) {
            break;
        }
        let written = text.line(number);
        if is_nothing(written) {
            continue;
        }
        let above = Line::read(written);
        for mark in above.marks.iter().rev() {
            let item = mark.step == Step::Item;
            let holds = mark.column < limit.0 || (limit.1 && !item && mark.column == limit.0);
            if !holds {
                continue;
            }
            if !item && above.opens_script() {
                found.clear();
                script = text.line_span(number).map(|span| span.end);
            }
            found.push(mark.step.clone());
            limit = (mark.column, item);
        }
    }
    found.reverse();
    (found, script)
}

/// The other keys of the block a line stands in.
fn siblings(text: &Text, line: usize, column: usize) -> Vec<String> {
    let mut found = Vec::new();
    let own = Line::read(text.line(line));
    let first = own.marks.iter().any(|mark| mark.step == Step::Item);
    if !first {
        for number in (1..line).rev() {
            if !sibling(text.line(number), column, &mut found) {
                break;
            }
        }
        found.reverse();
    }
    for number in line + 1..=text.line_count() {
        let written = text.line(number);
        if !is_nothing(written)
            && (indent(written) < column || !sibling(written, column, &mut found))
        {
            break;
        }
    }
    found
}

/// Takes a key of the column; whether the block may go on beyond this line.
fn sibling(written: &str, column: usize, found: &mut Vec<String>) -> bool {
    if is_nothing(written) {
        return true;
    }
    let line = Line::read(written);
    for mark in &line.marks {
        if let Step::Key(name) = &mark.step
            && mark.column == column
        {
            found.push(name.clone());
        }
    }
    let indent = line.marks.first().map_or(line.content, |mark| mark.column);
    indent >= column
}
