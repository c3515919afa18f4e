//! `{% now %}`: the time in a zone, shifted and formatted.

use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use jiff::{Span, Timestamp, ZonedDateTime};
use minijinja::{Environment, Error, ErrorKind, Value};

use crate::Setting;

pub(super) fn add(env: &mut Environment<'static>, setting: &Setting) {
    let (now, local) = (setting.now, setting.zone.clone());
    env.add_function(
        "__now",
        move |zone: &str, sign: &str, shift: &str, format: Value| {
            let time = at(now, &zone_named(zone, &local)?);
            let time = if sign.is_empty() {
                time
            } else {
                shifted(time, sign, shift)?
            };
            format_time(&time, format.as_str().unwrap_or("%Y-%m-%d"))
        },
    );
}

fn at(now: Timestamp, zone: &TimeZone) -> ZonedDateTime {
    now.to_zoned_datetime(zone.clone())
}

fn zone_named(name: &str, local: &TimeZone) -> Result<TimeZone, Error> {
    match name {
        "local" => return Ok(local.clone()),
        "utc" | "UTC" | "Z" => return Ok(TimeZone::UTC),
        _ => {}
    }
    if let Some(offset) = offset(name) {
        return Ok(TimeZone::fixed(offset));
    }
    TimeZoneDatabase::bundled()
        .get(name)
        .map_err(|_| refused(format!("there is no time zone `{name}`")))
}

/// `+03:00`, `-0330`, `02`.
fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let digits = digits.replacen(':', "", 1);
    let is_plain = matches!(digits.len(), 2 | 4) && digits.bytes().all(|one| one.is_ascii_digit());
    let hours: i32 = digits.get(..2).filter(|_| is_plain)?.parse().ok()?;
    let minutes: i32 = digits
        .get(2..)
        .filter(|rest| !rest.is_empty())
        .unwrap_or("0")
        .parse()
        .ok()?;
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// Moves the clock on the wall, then finds the moment it shows in the zone.
fn shifted(time: ZonedDateTime, sign: &str, shift: &str) -> Result<ZonedDateTime, Error> {
    let mut wall: DateTime = time.datetime();
    for part in shift.split(',') {
        let (unit, amount) = part
            .split_once('=')
            .ok_or_else(|| refused(format!("the shift `{part}` has no form like `days=1`")))?;
        let amount: f64 = format!("{sign}{}", amount.trim())
            .parse()
            .map_err(|_| refused(format!("`{amount}` is no number")))?;
        let span = span(unit.trim(), amount)?;
        wall = wall
            .checked_add(span)
            .map_err(|_| refused("the time leaves the calendar"))?;
    }
    wall.to_zoned_datetime(time.time_zone().clone())
        .map_err(|_| refused("the time leaves the calendar"))
}

fn span(unit: &str, amount: f64) -> Result<Span, Error> {
    let months = match unit {
        "years" => Some(12.0),
        "quarters" => Some(3.0),
        "months" => Some(1.0),
        _ => None,
    };
    let out = |_| refused(format!("the shift {unit}={amount} is too large"));
    if let Some(months) = months {
        return Span::new().try_months(whole(amount * months)?).map_err(out);
    }
    let nanoseconds = match unit {
        "weeks" => 604_800e9,
        "days" => 86_400e9,
        "hours" => 3_600e9,
        "minutes" => 60e9,
        "seconds" => 1e9,
        "microseconds" => 1e3,
        _ => return Err(refused(format!("`{unit}` is no unit of time"))),
    };
    let seconds = whole(amount * nanoseconds / 1e9)?;
    let rest = whole((amount * nanoseconds) % 1e9)?;
    Span::new()
        .try_seconds(seconds)
        .and_then(|span| span.try_nanoseconds(rest))
        .map_err(out)
}

#[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
fn whole(amount: f64) -> Result<i64, Error> {
    if amount.is_finite() && amount.abs() < 1e15 {
        Ok(amount.trunc() as i64)
    } else {
        Err(refused("the shift is too large"))
    }
}

fn format_time(time: &ZonedDateTime, format: &str) -> Result<String, Error> {
    let format = format
        .replace("%%", "\u{0}")
        .replace("%c", "%a %b %e %H:%M:%S %Y")
        .replace("%x", "%m/%d/%y")
        .replace("%X", "%H:%M:%S")
        .replace("%r", "%I:%M:%S %p")
        .replace("%f", "%6f")
        .replace('\u{0}', "%%");
    let config = strtime::Config::new().lenient(true);
    strtime::BrokenDownTime::from(time)
        .to_string_with_config(&config, &format)
        .map_err(|error| refused(format!("the time format cannot be used: {error}")))
}

fn refused(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_and_shifts() {
        let now = Timestamp::from_second(1_767_355_445).unwrap();
        let show = |zone: &str, sign: &str, shift: &str| {
            let time = at(now, &zone_named(zone, &TimeZone::UTC).unwrap());
            let time = if sign.is_empty() {
                time
            } else {
                shifted(time, sign, shift).unwrap()
            };
            format_time(&time, "%Y-%m-%d %H:%M:%S").unwrap()
        };
        assert_eq!(show("utc", "", ""), "2026-01-02 12:04:05");
        assert_eq!(show("Europe/Berlin", "", ""), "2026-01-02 13:04:05");
        assert_eq!(show("+03:30", "", ""), "2026-01-02 15:34:05");
        assert_eq!(show("utc", "-", "days=1,hours=2"), "2026-01-01 10:04:05");
        assert_eq!(
            show("utc", "+", "months=1,minutes=0.5"),
            "2026-02-02 12:04:35"
        );
        assert!(zone_named("Mars/Base", &TimeZone::UTC).is_err());
    }
}
