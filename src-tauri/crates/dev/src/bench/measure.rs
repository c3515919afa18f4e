//! Whole processes, measured in turn.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value, json};

use crate::work;

/// A command that is measured.
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) command: Command,
}

/// What runs of one command took.
pub(super) struct Figure {
    pub(super) name: String,
    times: Vec<Duration>,
}

/// One bench: figures of ours and of the peers.
pub(super) struct Bench {
    pub(super) name: &'static str,
    /// What the runs of ours and of the peers do alike: the first figure is compared with all peers.
    pub(super) ours: Vec<Figure>,
    pub(super) peers: Vec<Figure>,
    /// Further figures of ours.
    pub(super) notes: Vec<Note>,
}

/// A figure without a peer.
pub(super) struct Note {
    pub(super) what: String,
    pub(super) value: f64,
}

impl Figure {
    /// The run in the middle.
    pub(super) fn median(&self) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }

    fn row(&self) -> String {
        let shortest = self.times.iter().min().copied().unwrap_or_default();
        let longest = self.times.iter().max().copied().unwrap_or_default();
        format!(
            "{:<40} {:>10.1} ms   ({:.1} to {:.1})",
            self.name,
            milliseconds(self.median()),
            milliseconds(shortest),
            milliseconds(longest)
        )
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Runs all commands once without counting, then in turn.
pub(super) fn in_turn(subjects: &mut [Subject], runs: u32) -> Result<Vec<Figure>> {
    for subject in &mut *subjects {
        timed(&mut subject.command)?;
    }
    let figure = |subject: &Subject| Figure {
        name: subject.name.clone(),
        times: Vec::new(),
    };
    let mut figures: Vec<Figure> = subjects.iter().map(figure).collect();
    for _ in 0..runs {
        for (subject, figure) in subjects.iter_mut().zip(&mut figures) {
            figure.times.push(timed(&mut subject.command)?);
        }
    }
    Ok(figures)
}

fn timed(command: &mut Command) -> Result<Duration> {
    command.stdin(Stdio::null());
    let begin = Instant::now();
    let output = command
        .output()
        .with_context(|| format!("could not start `{}`", work::shown(command)))?;
    let took = begin.elapsed();
    if !output.status.success() {
        let shown = work::shown(command);
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{shown}` ended with {}: {}", output.status, said.trim());
    }
    Ok(took)
}

impl Bench {
    /// The figures for people.
    pub(super) fn table(&self) -> String {
        let mut text = format!("{}: medians of whole processes\n", self.name);
        for figure in self.ours.iter().chain(&self.peers) {
            let _ = writeln!(text, "  {}", figure.row());
        }
        for (peer, ratio) in self.ratios() {
            let _ = match ratio < 1.0 {
                true => writeln!(text, "  ours takes 1/{:.1} of {peer}", 1.0 / ratio),
                false => writeln!(text, "  ours takes {ratio:.1} x {peer}"),
            };
        }
        for Note { what, value } in &self.notes {
            let _ = writeln!(text, "  {what:<40} {value:>10.1}");
        }
        text
    }

    /// The figures for programs, in seconds.
    pub(super) fn json(&self) -> Value {
        let seconds = |figures: &[Figure]| -> Map<String, Value> {
            let pair = |figure: &Figure| {
                let seconds = figure.median().as_secs_f64();
                (figure.name.clone(), json!(seconds))
            };
            figures.iter().map(pair).collect()
        };
        let mut ours = seconds(&self.ours);
        let notes = self.notes.iter();
        ours.extend(notes.map(|note| (note.what.clone(), json!(note.value))));
        let ratios = self.ratios().into_iter();
        let ratios: Map<String, Value> = ratios.map(|(peer, it)| (peer, json!(it))).collect();
        json!({
            "bench": self.name,
            "ours": ours,
            "peers": seconds(&self.peers),
            "ratios": ratios,
        })
    }

    /// Ours through each peer's.
    fn ratios(&self) -> Vec<(String, f64)> {
        let Some(ours) = self.ours.first() else {
            return Vec::new();
        };
        let ratio = |peer: &Figure| {
            let ratio = ours.median().as_secs_f64() / peer.median().as_secs_f64();
            (peer.name.clone(), ratio)
        };
        self.peers.iter().map(ratio).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Figure {
        /// A figure of runs that took so many milliseconds.
        pub(in crate::bench) fn of(name: &str, times: &[u64]) -> Self {
            Self {
                name: name.to_owned(),
                times: times.iter().copied().map(Duration::from_millis).collect(),
            }
        }
    }

    #[test]
    fn the_median_of_ours_is_set_beside_that_of_each_peer() {
        let bench = Bench {
            name: "check",
            ours: vec![Figure::of("bakehouse", &[30, 10, 20])],
            peers: vec![Figure::of("other", &[4000, 2000, 9000])],
            notes: vec![Note {
                what: "memory (MiB)".to_owned(),
                value: 12.0,
            }],
        };
        let json = bench.json();
        assert_eq!(json["ours"]["bakehouse"], 0.02);
        assert_eq!(json["ours"]["memory (MiB)"], 12.0);
        assert_eq!(json["ratios"]["other"], 0.005);
        assert!(bench.table().contains("ours takes 1/200.0 of other"));
    }

    #[test]
    fn a_command_that_fails_is_no_figure() {
        let mut command = Command::new("cargo");
        command.arg("there-is-no-such-command");
        let subject = Subject {
            name: "wrong".to_owned(),
            command,
        };
        assert!(in_turn(&mut [subject], 1).is_err());
    }
}
