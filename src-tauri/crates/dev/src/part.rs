//! The parts of a test run: each is announced, timed, and does not stop the ones after it.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Something that passes or fails.
pub(crate) struct Part<'work> {
    name: &'static str,
    work: Box<dyn FnMut() -> Result<()> + 'work>,
}

impl<'work> Part<'work> {
    /// A part and what it does.
    pub(crate) fn new(name: &'static str, work: impl FnMut() -> Result<()> + 'work) -> Self {
        Self {
            name,
            work: Box::new(work),
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

/// How a part ended.
struct Ended {
    name: &'static str,
    result: Result<()>,
    took: Duration,
}

/// How all of them ended.
pub(crate) struct Report(Vec<Ended>);

/// Carries out all parts, whatever becomes of each.
pub(crate) fn carry_out(parts: Vec<Part<'_>>) -> Report {
    let all = parts.len();
    let ended = parts.into_iter().enumerate().map(|(index, mut part)| {
        println!("\n=== {}/{all} {} ===", index + 1, part.name);
        let begin = Instant::now();
        let result = (part.work)();
        if let Err(error) = &result {
            println!("FAILED: {error:#}");
        }
        Ended {
            name: part.name,
            result,
            took: begin.elapsed(),
        }
    });
    Report(ended.collect())
}

impl Report {
    /// Whether nothing failed.
    pub(crate) fn is_good(&self) -> bool {
        self.0.iter().all(|part| part.result.is_ok())
    }
}

/// One line for each part; the very last line is read by continuous integration.
impl std::fmt::Display for Report {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for part in &self.0 {
            let seconds = part.took.as_secs();
            let time = format!("{}:{:02}", seconds / 60, seconds % 60);
            let sign = if part.result.is_ok() { "ok" } else { "FAILED" };
            writeln!(out, "{sign:<7} {time:>6}  {}", part.name)?;
            if let Err(error) = &part.result {
                writeln!(out, "                {error:#}")?;
            }
        }
        let failed = self.0.iter().filter(|part| part.result.is_err()).count();
        write!(out, "\n{} passed, {failed} failed", self.0.len() - failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_part_does_not_stop_the_next_and_the_last_line_counts_both() {
        let mut reached = false;
        let report = carry_out(vec![
            Part::new("first", || anyhow::bail!("no luck")),
            Part::new("second", || {
                reached = true;
                Ok(())
            }),
        ]);
        assert!(!report.is_good());
        let text = report.to_string();
        assert_eq!(text.lines().last(), Some("1 passed, 1 failed"));
        assert!(text.contains("no luck"), "{text}");
        drop(report);
        assert!(reached);
    }
}
