//! The query of a log request.

use jiff::Timestamp;

use crate::{Query, moment};

/// Which part of a log is wanted, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogQuery {
    /// Only output written at this time or later.
    pub since: Option<Timestamp>,
    /// Put the time before each line.
    pub timestamps: bool,
    /// Text between archived and live output.
    pub separator: Option<String>,
}

impl LogQuery {
    /// Writes the query.
    pub fn query(&self) -> Query {
        let mut query = Query::new();
        query.push_some("since", self.since.map(moment::text));
        if self.timestamps {
            query.push("timestamps", "true");
        }
        query.push_some("separator", self.separator.clone());
        query
    }

    /// Reads the query; the error is a sentence for the caller.
    pub fn read(query: &Query) -> Result<Self, String> {
        let since = query
            .get("since")
            .map(moment::parse)
            .transpose()
            .map_err(|error| {
                format!("`since` must be a time with a zone, such as 2026-01-02T03:04:05Z: {error}")
            })?;
        let truth = |word: String| format!("`timestamps` must be true or false, not `{word}`");
        Ok(Self {
            since,
            timestamps: query.truth("timestamps").map_err(truth)?.unwrap_or(false),
            separator: query.get("separator").map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_query_comes_back_and_its_plus_is_encoded() {
        let asked = LogQuery {
            since: Some("2026-01-02T03:04:05Z".parse().unwrap()),
            timestamps: true,
            separator: None,
        };
        let text = asked.query().to_string();
        assert_eq!(
            text,
            "since=2026-01-02T03%3A04%3A05.000000%2B00%3A00&timestamps=true"
        );
        assert_eq!(LogQuery::read(&Query::parse(&text)), Ok(asked));
    }

    #[test]
    fn a_time_without_a_zone_is_explained() {
        let refused = LogQuery::read(&Query::parse("since=2026-01-02T03:04:05")).unwrap_err();
        assert!(
            refused.starts_with("`since` must be a time with a zone"),
            "{refused}"
        );
    }
}
