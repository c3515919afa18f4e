//! The unfinished expression a cursor stands in, read off its characters.

use source::{Span, Text};

/// What is being written inside `${{ }}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The names before the last dot: `needs`, `train` in `needs.train.out`.
    pub(super) path: Vec<String>,
    /// The name being written.
    pub(super) word: Span,
    /// Whether a parenthesis follows the name already.
    pub(super) called: bool,
    /// The function whose first argument is being written as a text, and where it begins.
    pub(super) argument: Option<String>,
}

/// The expression around an offset, if there is one; it begins no earlier than `from`.
pub(super) fn cursor(text: &Text, from: usize, offset: usize) -> Option<Cursor> {
    let before = text.slice(Span::new(from.min(offset), offset));
    let (at, closer) = ["${{", "$[["]
        .into_iter()
        .zip(["}}", "]]"])
        .filter_map(|(open, close)| Some((before.rfind(open)? + open.len(), close)))
        .max()?;
    let inside = &before[at..];
    if unquoted(inside).contains(closer) {
        return None;
    }
    let after = text.slice(Span::new(offset, text.content().len()));
    let length = after
        .char_indices()
        .find(|(_, one)| !is_name(*one))
        .map_or(after.len(), |(at, _)| at);
    let rest = after[length..].trim_start_matches(' ');
    if let Some(start) = open_quote(inside) {
        let word = Span::new(offset - (inside.len() - start), offset + length);
        let argument = caller(&inside[..start - 1]);
        return Some(Cursor {
            path: Vec::new(),
            word,
            called: false,
            argument: Some(argument.unwrap_or_default()),
        });
    }
    let (path, start) = path(inside);
    Some(Cursor {
        path,
        word: Span::new(offset - (inside.len() - start), offset + length),
        called: rest.starts_with('('),
        argument: None,
    })
}

/// Whether a character can stand in a name.
pub(super) fn is_name(one: char) -> bool {
    one.is_alphanumeric() || one == '_'
}

/// The text with everything in quotes left out.
fn unquoted(text: &str) -> String {
    let mut quote = None;
    let keep = |one: &char| match quote {
        Some(open) => {
            if *one == open {
                quote = None;
            }
            false
        }
        None => {
            quote = Some(*one).filter(|one| matches!(one, '"' | '\''));
            true
        }
    };
    text.chars().filter(keep).collect()
}

/// Where the text after a quote begins that is still open at the end.
fn open_quote(text: &str) -> Option<usize> {
    let mut open: Option<(char, usize)> = None;
    for (at, one) in text.char_indices() {
        match open {
            Some((quote, _)) if quote == one => open = None,
            None if matches!(one, '"' | '\'') => open = Some((one, at + 1)),
            _ => {}
        }
    }
    open.map(|(_, at)| at)
}

/// The name of the function whose parenthesis was opened last.
fn caller(text: &str) -> Option<String> {
    let text = text.trim_end().strip_suffix('(')?.trim_end();
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, one)| is_name(*one))
        .last()?
        .0;
    Some(text[start..].to_owned())
}

/// The names before the last dot at the end of a text, and where the last name begins.
fn path(text: &str) -> (Vec<String>, usize) {
    let mut names = Vec::new();
    let start = name_start(text);
    let mut rest = &text[..start];
    while let Some(before) = rest.strip_suffix('.') {
        let Some(left) = take_step(before, &mut names) else {
            return (vec![String::new()], start);
        };
        rest = left;
    }
    names.reverse();
    (names, start)
}

fn name_start(text: &str) -> usize {
    text.char_indices()
        .rev()
        .take_while(|(_, one)| is_name(*one))
        .last()
        .map_or(text.len(), |(at, _)| at)
}

/// Takes the step a text ends with, `name` or `name['key']`; what stands before it.
fn take_step<'t>(text: &'t str, names: &mut Vec<String>) -> Option<&'t str> {
    let mut rest = text;
    while let Some(inside) = rest.strip_suffix(']') {
        let quote = inside.chars().next_back();
        let quote = quote.filter(|one| matches!(one, '"' | '\''))?;
        let inside = &inside[..inside.len() - 1];
        let open = inside.rfind(quote)?;
        names.push(inside[open + 1..].to_owned());
        rest = inside[..open].strip_suffix('[')?;
    }
    let start = name_start(rest);
    names.push(rest[start..].to_owned());
    (start < rest.len()).then(|| &rest[..start])
}
