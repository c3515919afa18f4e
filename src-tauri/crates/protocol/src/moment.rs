//! Points in time as the platform writes them: ISO 8601, UTC, microseconds, `+00:00`.
//!
//! Reading accepts any offset and refuses a time without one, as the platform does.

use jiff::Timestamp;
use serde::{Deserialize as _, Deserializer, Serializer};

/// Writes a time the way the platform's servers do: `2026-01-02T03:04:05.678901+00:00`.
pub fn text(time: Timestamp) -> String {
    format!("{}+00:00", time.strftime("%Y-%m-%dT%H:%M:%S.%6f"))
}

/// Writes a time as the prefix of a log line: `2026-01-02T03:04:05.678901Z`.
pub fn log_prefix(time: Timestamp) -> String {
    format!("{}Z", time.strftime("%Y-%m-%dT%H:%M:%S.%6f"))
}

/// Reads an ISO 8601 time that carries a zone.
pub fn parse(text: &str) -> Result<Timestamp, jiff::Error> {
    text.trim().parse()
}

/// For `#[serde(with = "moment")]`: writes one time.
pub fn serialize<S: Serializer>(time: &Timestamp, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(&text(*time))
}

/// For `#[serde(with = "moment")]`: reads one time.
pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(input)?;
    parse(&text).map_err(serde::de::Error::custom)
}

/// The same for a time that may be missing: `#[serde(with = "moment::option")]`.
pub mod option {
    use jiff::Timestamp;
    use serde::{Deserialize as _, Deserializer, Serializer};

    /// Writes the time, or null.
    pub fn serialize<S: Serializer>(time: &Option<Timestamp>, out: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => super::serialize(time, out),
            None => out.serialize_none(),
        }
    }

    /// Reads a time or null.
    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(input)?;
        text.map(|text| super::parse(&text).map_err(serde::de::Error::custom))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_utc_with_microseconds() {
        let time = parse("2026-01-02T05:04:05.5+02:00").unwrap();
        assert_eq!(text(time), "2026-01-02T03:04:05.500000+00:00");
        assert_eq!(log_prefix(time), "2026-01-02T03:04:05.500000Z");
    }

    #[test]
    fn a_time_without_a_zone_is_refused() {
        assert!(parse("2026-01-02T03:04:05").is_err());
        assert!(parse("2026-01-02T03:04:05Z").is_ok());
    }
}
