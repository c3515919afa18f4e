//! Dates and times of YAML 1.1.

use expression::Value;

/// The parts of a time stamp as written.
struct Parts<'a> {
    year: u32,
    month: u32,
    day: u32,
    time: Option<Time<'a>>,
}

struct Time<'a> {
    hour: u32,
    minute: u32,
    second: u32,
    fraction: &'a str,
    zone: Option<Zone>,
}

/// Distance from Greenwich in minutes.
struct Zone(i32);

/// Whether plain text is written like a date or a time stamp.
pub(super) fn looks_like(text: &str) -> bool {
    parts(text).is_some_and(|parts| parts.time.is_some() || text.len() == 10)
}

/// The date or time a text means.
pub(super) fn value(text: &str) -> Result<Value, String> {
    let parts = parts(text).ok_or_else(|| format!("`{text}` is no date"))?;
    check(&parts)?;
    let date = format!("{:04}-{:02}-{:02}", parts.year, parts.month, parts.day);
    let Some(time) = &parts.time else {
        return Ok(Value::Date(date));
    };
    let mut shown = format!(
        "{date} {:02}:{:02}:{:02}",
        time.hour, time.minute, time.second
    );
    let micros: String = time
        .fraction
        .chars()
        .chain("000000".chars())
        .take(6)
        .collect();
    if micros != "000000" {
        shown.push('.');
        shown.push_str(&micros);
    }
    if let Some(Zone(minutes)) = time.zone {
        let sign = if minutes < 0 { '-' } else { '+' };
        let minutes = minutes.abs();
        shown.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
    }
    Ok(Value::DateTime(shown))
}

fn check(parts: &Parts<'_>) -> Result<(), String> {
    if parts.year == 0 {
        return Err(format!("year {} is out of range", parts.year));
    }
    if !(1..=12).contains(&parts.month) {
        return Err("the month must be from 1 to 12".to_owned());
    }
    let leap = parts.year.is_multiple_of(4)
        && (!parts.year.is_multiple_of(100) || parts.year.is_multiple_of(400));
    let days = match parts.month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=days).contains(&parts.day) {
        return Err("this month has no such day".to_owned());
    }
    match &parts.time {
        Some(time) if time.hour > 23 || time.minute > 59 || time.second > 59 => {
            Err("there is no such time of day".to_owned())
        }
        _ => Ok(()),
    }
}

/// Takes leading digits: at least `least`, at most `most`.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let count = text
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    if count < least {
        return None;
    }
    Some((text[..count].parse().ok()?, &text[count..]))
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let (year, rest) = digits(text, 4, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    if rest.is_empty() {
        return Some(Parts {
            year,
            month,
            day,
            time: None,
        });
    }
    let time = rest.strip_prefix(['T', 't']).or_else(|| {
        let trimmed = rest.trim_start_matches([' ', '\t']);
        (trimmed.len() < rest.len()).then_some(trimmed)
    })?;
    Some(Parts {
        year,
        month,
        day,
        time: Some(time_of_day(time)?),
    })
}

fn time_of_day(text: &str) -> Option<Time<'_>> {
    let (hour, rest) = digits(text, 1, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
    let (second, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("", rest),
    };
    let zone = match rest.trim_start_matches([' ', '\t']) {
        "" if rest.is_empty() => None,
        "Z" => Some(Zone(0)),
        offset => Some(zone(offset)?),
    };
    Some(Time {
        hour,
        minute,
        second,
        fraction,
        zone,
    })
}

fn zone(text: &str) -> Option<Zone> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, rest) = digits(text.strip_prefix(['+', '-'])?, 1, 2)?;
    let minutes = match rest.strip_prefix(':') {
        Some(rest) => digits(rest, 2, 2).filter(|(_, rest)| rest.is_empty())?.0,
        None if rest.is_empty() => 0,
        None => return None,
    };
    Some(Zone(sign * i32::try_from(hours * 60 + minutes).ok()?))
}
