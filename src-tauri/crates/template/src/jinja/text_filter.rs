//! Filters over texts.

use minijinja::value::{Kwargs, Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::arguments::Arguments;
use super::{html, python, slug, wrap};

/// Filters of the engine that make a text of any value: the value is measured before.
const MEASURED: &[(&str, &str)] = &[
    ("upper", "__upper"),
    ("lower", "__lower"),
    ("title", "__title"),
    ("capitalize", "__capitalize"),
    ("trim", "__trim"),
    ("safe", "__safe"),
    ("format", "__format"),
];

pub(super) fn add(env: &mut Environment<'static>) {
    env.add_filter("slugify", slug::slugify);
    env.add_filter("wordwrap", wrap::wordwrap);
    env.add_filter("replace", replace);
    env.add_filter("__upper", minijinja::filters::upper);
    env.add_filter("__lower", minijinja::filters::lower);
    env.add_filter("__title", minijinja::filters::title);
    env.add_filter("__capitalize", minijinja::filters::capitalize);
    env.add_filter("__trim", minijinja::filters::trim);
    env.add_filter("__safe", minijinja::filters::safe);
    env.add_filter("__format", minijinja::filters::format);
    for (name, inner) in MEASURED {
        env.add_filter(
            *name,
            |state: &mut State, value: Value, args: Rest<Value>| {
                let mut all = vec![value];
                all.extend(args.0);
                all.iter().try_for_each(super::weight::check)?;
                state.apply_filter(inner, &all)
            },
        );
    }
    env.add_filter("indent", indent);
    env.add_filter("join", join);
    env.add_filter("truncate", truncate);
    env.add_filter("center", center);
    for name in ["escape", "e", "forceescape"] {
        env.add_filter(name, |value: Value| html::escaped(&python::text(&value)));
    }
    env.add_filter("striptags", |value: Value| {
        html::stripped(&python::text(&value))
    });
    env.add_filter("wordcount", |value: Value| words(&python::text(&value)));
    env.add_filter("urlencode", urlencode);
    env.add_filter("filesizeformat", filesizeformat);
    env.add_filter("xmlattr", xmlattr);
}

fn replace(state: &State, value: Value, args: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let args = Arguments::named("replace", &args, &named, &["old", "new", "count"])?;
    let (text, old, new) = (python::text(&value), args.text(0)?, args.text(1)?);
    let count = args.whole_or(2, -1)?;
    replaced(state, &text, &old, &new, count)
}

/// `text.replace(old, new, count)`; a negative count replaces all.
pub(super) fn replaced(
    state: &State,
    text: &str,
    old: &str,
    new: &str,
    count: i64,
) -> Result<String, Error> {
    let places = if old.is_empty() {
        text.chars().count() + 1
    } else {
        text.len() / old.len()
    };
    state.consume_fuel((places.saturating_mul(new.len()) / 64) as u64)?;
    Ok(match usize::try_from(count) {
        Ok(count) => text.replacen(old, new, count),
        Err(_) => text.replace(old, new),
    })
}

fn indent(state: &State, value: Value, args: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let args = Arguments::named("indent", &args, &named, &["width", "first", "blank"])?;
    let prefix = match args.given(0) {
        Some(width) if width.as_str().is_some() => python::text(width),
        _ => " ".repeat(usize::try_from(args.whole_or(0, 4)?.clamp(0, 10_000)).unwrap_or(4)),
    };
    let (first, blank) = (args.flag_or(1, false), args.flag_or(2, false));
    let text = python::text(&value) + "\n";
    state.consume_fuel((text.matches('\n').count().saturating_mul(prefix.len()) / 64) as u64)?;
    let mut lines: Vec<&str> = super::method::lines(&text);
    let head = lines.first().copied().unwrap_or_default();
    lines.drain(..1.min(lines.len()));
    let mut out = if first {
        format!("{prefix}{head}")
    } else {
        head.to_owned()
    };
    for line in lines {
        out.push('\n');
        if blank || !line.is_empty() {
            out.push_str(&prefix);
        }
        out.push_str(line);
    }
    Ok(out)
}

/// `join(separator, attribute)`: parts are measured, for their texts may be endless.
fn join(state: &mut State, list: Value, args: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let args = Arguments::named("join", &args, &named, &["d", "attribute"])?;
    let list = match args.given(1) {
        Some(attribute) => {
            let named = Kwargs::from_iter([("attribute", attribute.clone())]);
            state.apply_filter("map", &[list, named.into()])?
        }
        None => list,
    };
    let mut parts = Vec::new();
    for part in list.try_iter()? {
        if part.is_undefined() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        super::weight::check(&part)?;
        let text = python::text(&part);
        state.consume_fuel((text.len() / 64) as u64)?;
        parts.push(text);
    }
    Ok(parts.join(&args.text_or(0, "")))
}

fn truncate(value: Value, args: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let args = Arguments::named(
        "truncate",
        &args,
        &named,
        &["length", "killwords", "end", "leeway"],
    )?;
    let text = python::text(&value);
    let length = usize::try_from(args.whole_or(0, 255)?).unwrap_or(0);
    let end = args.text_or(2, "...");
    let leeway = usize::try_from(args.whole_or(3, 5)?).unwrap_or(0);
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(text);
    }
    let room = length.checked_sub(end.chars().count()).ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidOperation,
            "the length is shorter than the end mark",
        )
    })?;
    let cut: String = text.chars().take(room).collect();
    let kept = if args.flag_or(1, false) {
        &cut
    } else {
        cut.rsplit_once(' ').map_or(cut.as_str(), |(kept, _)| kept)
    };
    Ok(format!("{kept}{end}"))
}

fn center(state: &State, value: Value, args: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let args = Arguments::named("center", &args, &named, &["width"])?;
    let width = args.whole_or(0, 80)?;
    super::method::padded(
        state,
        &python::text(&value),
        width,
        ' ',
        super::method::Side::Both,
    )
}

fn words(text: &str) -> usize {
    text.split(|one: char| !one.is_alphanumeric() && one != '_')
        .filter(|word| !word.is_empty())
        .count()
}

fn urlencode(value: Value) -> Result<String, Error> {
    if !matches!(value.kind(), ValueKind::Map | ValueKind::Seq) {
        return Ok(quoted(&python::text(&value), "/", false));
    }
    let mut pairs = Vec::new();
    for one in value.try_iter()? {
        let (key, inner) = match value.kind() {
            ValueKind::Map => (one.clone(), value.get_item(&one)?),
            _ => (one.get_item_by_index(0)?, one.get_item_by_index(1)?),
        };
        let quote = |value: &Value| quoted(&python::text(value), "", true);
        pairs.push(format!("{}={}", quote(&key), quote(&inner)));
    }
    Ok(pairs.join("&"))
}

fn quoted(text: &str, safe: &str, plus: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let one = char::from(byte);
        if one.is_ascii_alphanumeric() || "_.-~".contains(one) || safe.contains(one) {
            out.push(one);
        } else if one == ' ' && plus {
            out.push('+');
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn filesizeformat(value: Value, args: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let args = Arguments::named("filesizeformat", &args, &named, &["binary"])?;
    let binary = args.flag_or(0, false);
    let text = match value.kind() {
        ValueKind::Bool => u8::from(value.is_true()).to_string(),
        _ => python::text(&value),
    };
    let size = text.trim().parse::<f64>().map_err(|_| {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("{value} is no number of bytes"),
        )
    })?;
    let base = if binary { 1024.0 } else { 1000.0 };
    if size == 1.0 {
        return Ok("1 Byte".to_owned());
    }
    if size < base {
        return Ok(format!("{:.0} Bytes", size.trunc()).replace("-0 ", "0 "));
    }
    let mut unit = base;
    let letters = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
    for (at, letter) in letters.iter().enumerate() {
        unit *= base;
        if size < unit || at + 1 == letters.len() {
            let name = if binary {
                format!("{}iB", letter.to_ascii_uppercase())
            } else {
                format!("{letter}B")
            };
            return Ok(format!("{:.1} {name}", base * size / unit));
        }
    }
    Ok(String::new())
}

fn xmlattr(value: Value, args: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let args = Arguments::named("xmlattr", &args, &named, &["autospace"])?;
    let mut pairs = Vec::new();
    for key in value.try_iter()? {
        let inner = value.get_item(&key)?;
        if inner.is_none() || inner.is_undefined() {
            continue;
        }
        let key = python::text(&key);
        if key.contains(|one: char| one.is_whitespace() || "/>=".contains(one)) {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                format!("`{key}` cannot be the name of an attribute"),
            ));
        }
        pairs.push(format!(
            "{}=\"{}\"",
            html::escaped(&key),
            html::escaped(&python::text(&inner))
        ));
    }
    let space = if args.flag_or(0, true) && !pairs.is_empty() {
        " "
    } else {
        ""
    };
    Ok(format!("{space}{}", pairs.join(" ")))
}
