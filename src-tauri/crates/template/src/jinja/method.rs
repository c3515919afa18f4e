//! Methods of Python's texts, lists and tables that the engine does not know.

use minijinja::value::{Tuple, ValueKind};
use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::Arguments;
use super::text_filter::replaced;

/// Calls a method that the value itself does not have.
pub(super) fn call(
    state: &mut State,
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    args.iter().try_for_each(super::weight::check)?;
    let own = match (value.kind(), value.as_str()) {
        (_, Some(text)) => text_method(state, text, method, args)?,
        (ValueKind::Map, _) if method == "copy" => Some(value.clone()),
        (ValueKind::Seq, _) if method == "index" => Some(index(value, args)?),
        _ => None,
    };
    match own {
        Some(own) => Ok(own),
        None => minijinja_contrib::pycompat::unknown_method_callback(state, value, method, args),
    }
}

fn index(value: &Value, args: &[Value]) -> Result<Value, Error> {
    let wanted = args
        .first()
        .ok_or_else(|| Error::from(ErrorKind::MissingArgument))?;
    let at = value.try_iter()?.position(|one| one == *wanted);
    at.map(Value::from)
        .ok_or_else(|| refused(format!("{wanted} is not in list")))
}

fn text_method(
    state: &State,
    text: &str,
    method: &str,
    args: &[Value],
) -> Result<Option<Value>, Error> {
    let bind = |names: &[&str]| Arguments::bind(method, args, names);
    let all = |test: fn(char) -> bool| !text.is_empty() && text.chars().all(test);
    Ok(Some(match method {
        "title" => title(text).into(),
        "swapcase" => text.chars().flat_map(swapped).collect::<String>().into(),
        "casefold" => text.to_lowercase().replace('ß', "ss").into(),
        "isidentifier" => is_identifier(text).into(),
        "isdecimal" => all(|one| one.is_ascii_digit()).into(),
        "isdigit" => all(|one| one.is_ascii_digit() || "²³¹⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉".contains(one)).into(),
        "istitle" => (text.chars().any(char::is_alphabetic) && title(text) == text).into(),
        "isprintable" => text.chars().all(|one| !one.is_control()).into(),
        "removeprefix" => {
            let prefix = bind(&["prefix"])?.text(0)?;
            text.strip_prefix(prefix.as_str()).unwrap_or(text).into()
        }
        "removesuffix" => {
            let suffix = bind(&["suffix"])?.text(0)?;
            text.strip_suffix(suffix.as_str()).unwrap_or(text).into()
        }
        "zfill" => zfill(state, text, bind(&["width"])?.whole_or(0, 0)?)?.into(),
        "ljust" | "rjust" | "center" => {
            let args = bind(&["width", "fillchar"])?;
            let fill = args.text_or(1, " ").chars().next().unwrap_or(' ');
            let side = match method {
                "ljust" => Side::Right,
                "rjust" => Side::Left,
                _ => Side::Both,
            };
            padded(state, text, args.whole_or(0, 0)?, fill, side)?.into()
        }
        "partition" | "rpartition" => match bind(&["sep"])?.text(0)? {
            empty if empty.is_empty() => return Err(refused("empty separator")),
            separator => partition(text, &separator, method),
        },
        "split" | "rsplit" => split(text, &bind(&["sep", "maxsplit"])?, method)?,
        "splitlines" => splitlines(text, bind(&["keepends"])?.flag_or(0, false)),
        "replace" => {
            let args = bind(&["old", "new", "count"])?;
            replaced(
                state,
                text,
                &args.text(0)?,
                &args.text(1)?,
                args.whole_or(2, -1)?,
            )?
            .into()
        }
        "find" | "rfind" | "index" | "rindex" | "count" => {
            searched(text, &bind(&["sub", "start", "end"])?, method)?
        }
        "expandtabs" => expandtabs(text, bind(&["tabsize"])?.whole_or(0, 8)?).into(),
        _ => return Ok(None),
    }))
}

/// `str.title()`: every letter after something that is no letter is large.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for one in text.chars() {
        if inside {
            out.extend(one.to_lowercase());
        } else {
            out.extend(one.to_uppercase());
        }
        inside = one.is_alphabetic();
    }
    out
}

fn swapped(one: char) -> Vec<char> {
    if one.is_uppercase() {
        one.to_lowercase().collect()
    } else {
        one.to_uppercase().collect()
    }
}

/// Whether Python takes a text as a name.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut all = text.chars();
    all.next()
        .is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first))
        && all.all(unicode_ident::is_xid_continue)
}

/// Where the filling goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
    Both,
}

/// The text filled up to a width.
pub(super) fn padded(
    state: &State,
    text: &str,
    width: i64,
    fill: char,
    side: Side,
) -> Result<String, Error> {
    let length = text.chars().count();
    let missing = usize::try_from(width).unwrap_or(0).saturating_sub(length);
    state.consume_fuel((missing / 16) as u64)?;
    let left = match side {
        Side::Left => missing,
        Side::Right => 0,
        Side::Both => missing / 2 + (missing & usize::try_from(width).unwrap_or(0) & 1),
    };
    let fill = |count: usize| fill.to_string().repeat(count);
    Ok(format!("{}{text}{}", fill(left), fill(missing - left)))
}

/// `find`, `index` and `count`.
fn searched(text: &str, args: &Arguments, method: &str) -> Result<Value, Error> {
    if method == "count" {
        let wanted = args.text(0)?;
        return Ok(match (part(text, args)?.0, wanted.is_empty()) {
            (Some(part), true) => Value::from(part.chars().count() + 1),
            (Some(part), false) => Value::from(part.matches(&wanted).count()),
            (None, _) => Value::from(0),
        });
    }
    match search(text, args, method)? {
        None if method.ends_with("index") => Err(refused("substring not found")),
        at => Ok(at.map_or_else(|| Value::from(-1), Value::from)),
    }
}

/// Where a text stands in another, in characters.
fn search(text: &str, args: &Arguments, method: &str) -> Result<Option<usize>, Error> {
    let wanted = args.text(0)?;
    let (part, before) = part(text, args)?;
    let Some(part) = part else { return Ok(None) };
    let at = if method.starts_with('r') {
        part.rfind(&wanted)
    } else {
        part.find(&wanted)
    };
    Ok(at.map(|at| before + part[..at].chars().count()))
}

/// The part of a text between the second and third argument, and how many characters are before it.
fn part<'a>(text: &'a str, args: &Arguments) -> Result<(Option<&'a str>, usize), Error> {
    if args.given(1).is_none() && args.given(2).is_none() {
        return Ok((Some(text), 0));
    }
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let place =
        |at: i64| usize::try_from(if at < 0 { (at + length).max(0) } else { at }).unwrap_or(0);
    let (start, end) = (
        place(args.whole_or(1, 0)?),
        place(args.whole_or(2, length)?),
    );
    let offset = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
    let inside = start <= end && i64::try_from(start).unwrap_or(i64::MAX) <= length;
    Ok((inside.then(|| &text[offset(start)..offset(end)]), start))
}

fn zfill(state: &State, text: &str, width: i64) -> Result<String, Error> {
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (&text[..1], digits),
        None => ("", text),
    };
    let width = width.saturating_sub(i64::try_from(sign.len()).unwrap_or(0));
    Ok(format!(
        "{sign}{}",
        padded(state, digits, width, '0', Side::Left)?
    ))
}

fn partition(text: &str, separator: &str, method: &str) -> Value {
    let found = if method == "partition" {
        text.split_once(separator)
    } else {
        text.rsplit_once(separator)
    };
    let parts = match found {
        Some((before, after)) => [before, separator, after],
        None if method == "partition" => [text, "", ""],
        None => ["", "", text],
    };
    Value::from(Tuple::from(parts.map(Value::from)))
}

fn split(text: &str, args: &Arguments, method: &str) -> Result<Value, Error> {
    let most = usize::try_from(args.whole_or(1, -1)?).unwrap_or(usize::MAX - 1);
    let from_right = method == "rsplit";
    let parts: Vec<&str> = match args.given(0) {
        Some(separator) => {
            let separator = super::python::text(separator);
            if separator.is_empty() {
                return Err(refused("empty separator"));
            }
            if from_right {
                let mut parts: Vec<&str> = text.rsplitn(most + 1, separator.as_str()).collect();
                parts.reverse();
                return Ok(texts(parts));
            }
            return Ok(texts(text.splitn(most + 1, separator.as_str()).collect()));
        }
        None if from_right => split_blanks_right(text, most),
        None => split_blanks(text, most),
    };
    Ok(texts(parts))
}

fn split_blanks(text: &str, most: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if parts.len() == most {
            parts.push(rest);
            break;
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        parts.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    parts
}

fn split_blanks_right(text: &str, most: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end();
    while !rest.is_empty() {
        if parts.len() == most {
            parts.push(rest);
            break;
        }
        let word = rest.rsplit(char::is_whitespace).next().unwrap_or(rest);
        parts.push(word);
        rest = rest[..rest.len() - word.len()].trim_end();
    }
    parts.reverse();
    parts
}

/// The lines of a text as Python counts them, without their ends.
pub(super) fn lines(text: &str) -> Vec<&str> {
    pieces(text).into_iter().map(|(line, _)| line).collect()
}

fn splitlines(text: &str, keep: bool) -> Value {
    let whole = |(line, end): (&str, usize)| {
        let start = line.as_ptr() as usize - text.as_ptr() as usize;
        Value::from(if keep {
            &text[start..start + line.len() + end]
        } else {
            line
        })
    };
    Value::from(pieces(text).into_iter().map(whole).collect::<Vec<_>>())
}

/// Lines with the lengths of their ends.
fn pieces(text: &str) -> Vec<(&str, usize)> {
    const ENDS: [char; 9] = [
        '\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}',
    ];
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some(at) = rest.find(|one: char| ENDS.contains(&one) || one == '\u{2029}') else {
            found.push((rest, 0));
            break;
        };
        let first = rest[at..].chars().next().map_or(1, char::len_utf8);
        let length = if rest[at..].starts_with("\r\n") {
            2
        } else {
            first
        };
        found.push((&rest[..at], length));
        rest = &rest[at + length..];
    }
    found
}

fn expandtabs(text: &str, size: i64) -> String {
    let size = usize::try_from(size.clamp(0, 1000)).unwrap_or(8);
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for one in text.chars() {
        match one {
            '\t' if size > 0 => {
                let width = size - column % size;
                out.push_str(&" ".repeat(width));
                column += width;
            }
            '\t' => {}
            '\n' | '\r' => {
                out.push(one);
                column = 0;
            }
            other => {
                out.push(other);
                column += 1;
            }
        }
    }
    out
}

fn texts(parts: Vec<&str>) -> Value {
    Value::from(parts.into_iter().map(Value::from).collect::<Vec<_>>())
}

fn refused(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}
