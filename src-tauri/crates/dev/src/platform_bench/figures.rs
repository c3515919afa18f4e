//! What was measured, for people and for programs.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Map, Value, json};

/// Named numbers of one bench.
pub(super) struct Figures {
    name: &'static str,
    values: Vec<(String, f64, &'static str)>,
}

impl Figures {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            values: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, what: impl Into<String>, value: f64, unit: &'static str) {
        self.values.push((what.into(), value, unit));
    }

    /// The middle and the slow end of many times.
    pub(super) fn add_times(&mut self, what: &str, mut times: Vec<Duration>) {
        times.sort_unstable();
        for (word, part) in [("p50", 50), ("p95", 95), ("p99", 99)] {
            let at = (times.len() * part / 100).min(times.len().saturating_sub(1));
            let time = times.get(at).copied().unwrap_or_default();
            self.add(format!("{what}, {word}"), time.as_secs_f64() * 1000.0, "ms");
        }
    }

    pub(super) fn table(&self) -> String {
        let mut text = format!("{}:\n", self.name);
        for (what, value, unit) in &self.values {
            let _ = writeln!(text, "  {what:<48} {value:>10.1} {unit}");
        }
        text
    }

    pub(super) fn json(&self) -> Value {
        let named = |(what, value, unit): &(String, f64, &'static str)| {
            (format!("{what} ({unit})"), json!(value))
        };
        let ours: Map<String, Value> = self.values.iter().map(named).collect();
        json!({"bench": self.name, "ours": ours, "peers": {}, "ratios": {}})
    }
}
