//! Times on the command line: how long, and when.

use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long, as `1d2h3m4s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

impl Span {
    /// Whole minutes, rounded up.
    pub(crate) fn minutes(self) -> u32 {
        u32::try_from(self.0.as_secs().div_ceil(60)).unwrap_or(u32::MAX)
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write a time like 2h, 90m or 1d6h".to_owned();
        let mut seconds = 0_u64;
        let mut rest = text.trim();
        for (unit, worth) in [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)] {
            let Some((number, after)) = rest.split_once(unit) else {
                continue;
            };
            let count: u64 = number.parse().map_err(|_| wrong())?;
            let part = count.checked_mul(worth).ok_or_else(wrong)?;
            seconds = seconds.checked_add(part).ok_or_else(wrong)?;
            rest = after;
        }
        if !rest.is_empty() || seconds == 0 {
            return Err(wrong());
        }
        Ok(Self(Duration::from_secs(seconds)))
    }
}

/// A point in time, as it is compared with the times of the workbench.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct When(String);

impl When {
    /// Whether a time of the workbench is this one or later.
    pub(crate) fn is_reached(&self, time: &str) -> bool {
        time >= self.0.as_str()
    }

    /// Whether a time of the workbench is this one or earlier.
    pub(crate) fn is_ahead_of(&self, time: &str) -> bool {
        // A shorter text stands for all that begins with it.
        time <= self.0.as_str() || time.starts_with(&self.0)
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(age) = text.parse::<Span>() {
            let then = SystemTime::now().checked_sub(age.0);
            return then
                .map(|then| Self(utc(then)))
                .ok_or_else(|| "that is too long ago".into());
        }
        let shape = |letter: char| if letter.is_ascii_digit() { '0' } else { letter };
        let plain = text.trim().trim_end_matches('Z').replace(' ', "T");
        let shaped: String = plain.chars().map(shape).collect();
        let known = ["0000-00-00", "0000-00-00T00:00", "0000-00-00T00:00:00"];
        if known.contains(&shaped.as_str()) {
            return Ok(Self(plain));
        }
        Err("write a date like 2026-03-01 or 2026-03-01T12:00 (in UTC), or an age like 1d2h".into())
    }
}

/// A time as the workbench writes it.
fn utc(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // The civil calendar in cycles of 400 years that begin with March.
    let shifted = days + 719_468;
    let (cycle, of_cycle) = (shifted / 146_097, shifted % 146_097);
    let year = (of_cycle - of_cycle / 1460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = cycle * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// Seconds in words.
pub(crate) fn in_words(seconds: f64) -> String {
    if seconds < 10.0 {
        return format!("{seconds:.1} s");
    }
    // A cast of a float never fails: it stops at the ends of the range.
    let whole = seconds.round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_the_spelling_of_the_official_tool() {
        let seconds = |text: &str| text.parse::<Span>().map(|span| span.0.as_secs());
        assert_eq!(seconds("2h"), Ok(7200));
        assert_eq!(seconds("1d2h3m4s"), Ok(93_784));
        for wrong in ["", "2", "h", "1x", "2h1d", "0m", "1h foo"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert_eq!("90s".parse::<Span>().unwrap().minutes(), 2);
    }

    #[test]
    fn dates_and_ages_are_compared_with_times() {
        let when = |text: &str| text.parse::<When>().unwrap();
        let time = "2026-03-01T12:30:00.000Z";
        assert!(when("2026-03-01").is_reached(time));
        assert!(when("2026-03-01").is_ahead_of(time), "the whole day counts");
        assert!(!when("2026-03-02").is_reached(time));
        assert!(when("2026-03-01T12:31").is_ahead_of(time));
        assert!(!when("2026-03-01 12:29").is_ahead_of(time));
        assert!("yesterday".parse::<When>().is_err());
        let time = UNIX_EPOCH + Duration::from_secs(951_827_696);
        assert_eq!(utc(time), "2000-02-29T12:34:56");
    }

    #[test]
    fn seconds_are_told_in_words() {
        assert_eq!(in_words(0.25), "0.2 s");
        assert_eq!(in_words(59.6), "1 min 0 s");
        assert_eq!(in_words(3700.0), "1 h 1 min");
    }
}
