//! Why a job failed, or does not get on: the likely cause and what to do, told by rules.
//!
//! The rules are data (`rules`); this module only matches them. The first rule that fits is the
//! answer, so the table goes from what is certain to what is merely likely. Where no rule fits,
//! nothing is said.

mod rules;

use std::sync::LazyLock;

use protocol::{Job, JobStatus, reason};
use regex::Regex;

use rules::{RULES, Rule};

/// What is known of a job that did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Symptoms {
    /// What became of it.
    pub stage: Stage,
    /// The platform's reason.
    pub reason: Option<String>,
    /// The platform's sentence.
    pub description: Option<String>,
    /// How the command ended.
    pub exit_code: Option<i32>,
    /// The port that the job publishes.
    pub port: Option<u16>,
    /// The last lines of the log, without colours.
    pub tail: Vec<String>,
}

/// What became of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// It waits to be started.
    Waits,
    /// It runs.
    Runs,
    /// It ended badly.
    #[default]
    Failed,
    /// It was stopped.
    Stopped,
}

/// The likely cause of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Name of the rule that fitted.
    pub rule: &'static str,
    /// What happened, in a sentence.
    pub cause: String,
    /// What to do about it.
    pub advice: String,
    /// The line of the tail that tells it, counted from 0.
    pub line: Option<usize>,
}

impl Symptoms {
    /// What a job shows, with the last lines of its log; nothing for one that ended well.
    pub fn of(job: &Job, tail: Vec<String>) -> Option<Self> {
        let stage = match job.status {
            JobStatus::Pending | JobStatus::Suspended => Stage::Waits,
            JobStatus::Running => Stage::Runs,
            JobStatus::Failed => Stage::Failed,
            JobStatus::Cancelled => Stage::Stopped,
            JobStatus::Succeeded | JobStatus::Unknown(_) => return None,
        };
        let said = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Some(Self {
            stage,
            reason: said(&job.history.reason),
            description: said(&job.history.description),
            exit_code: job.history.exit_code,
            port: job.container.http.as_ref().map(|http| http.port),
            tail,
        })
    }

    /// Whether the log can tell something: a job that was stopped by its user needs no cause.
    pub fn needs_log(&self) -> bool {
        self.reason.as_deref() != Some(reason::USER_REQUESTED)
    }
}

/// A rule with its patterns ready.
struct Ready {
    rule: &'static Rule,
    says: Option<Regex>,
    line: Option<Regex>,
    unless: Option<Regex>,
}

static READY: LazyLock<Vec<Ready>> = LazyLock::new(|| RULES.iter().map(Ready::new).collect());

/// The likely cause, by the first rule that fits.
pub fn explain(symptoms: &Symptoms) -> Option<Cause> {
    READY.iter().find_map(|ready| ready.matched(symptoms))
}

impl Ready {
    fn new(rule: &'static Rule) -> Self {
        let pattern = |text: &str| {
            Regex::new(text).expect("the patterns of the table are constants that a test compiles")
        };
        Self {
            rule,
            says: rule.says.map(pattern),
            line: rule.line.map(pattern),
            unless: rule.unless.map(pattern),
        }
    }

    fn matched(&self, symptoms: &Symptoms) -> Option<Cause> {
        let rule = self.rule;
        if !rule.stages.contains(&symptoms.stage) || (rule.port && symptoms.port.is_none()) {
            return None;
        }
        let reason = symptoms.reason.as_deref().unwrap_or_default();
        if !rule.reasons.is_empty() && !rule.reasons.contains(&reason) {
            return None;
        }
        let fits = |code| rule.exit_codes.contains(&code);
        if !rule.exit_codes.is_empty() && !symptoms.exit_code.is_some_and(fits) {
            return None;
        }
        let any = |pattern: &Regex| symptoms.tail.iter().any(|line| pattern.is_match(line));
        if self.unless.as_ref().is_some_and(any) {
            return None;
        }
        let mut words = Words::new(symptoms);
        if let Some(says) = &self.says {
            words.take(says, symptoms.description.as_deref().unwrap_or_default())?;
        }
        let line = match &self.line {
            // The last line that fits is the one nearest to the end.
            Some(pattern) => {
                let at = symptoms
                    .tail
                    .iter()
                    .rposition(|line| pattern.is_match(line))?;
                words.take(pattern, &symptoms.tail[at])?;
                Some(at)
            }
            None => None,
        };
        Some(Cause {
            rule: rule.name,
            cause: words.fill(rule.cause)?,
            advice: words.fill(rule.advice)?,
            line,
        })
    }
}

/// What the places in the sentences of a rule stand for.
struct Words(Vec<(String, String)>);

impl Words {
    fn new(symptoms: &Symptoms) -> Self {
        let mut words = Vec::new();
        let mut know = |name: &str, value: Option<String>| {
            words.extend(value.map(|value| (name.to_owned(), value)));
        };
        know("code", symptoms.exit_code.map(|code| code.to_string()));
        know("port", symptoms.port.map(|port| port.to_string()));
        know("reason", symptoms.reason.clone());
        know("said", symptoms.description.as_deref().map(sentence));
        Self(words)
    }

    /// Takes the named groups of a pattern; nothing if it does not fit.
    fn take(&mut self, pattern: &Regex, text: &str) -> Option<()> {
        let found = pattern.captures(text)?;
        for name in pattern.capture_names().flatten() {
            if let Some(value) = found.name(name) {
                self.0.push((name.to_owned(), value.as_str().to_owned()));
            }
        }
        Some(())
    }

    /// Fills the places of a sentence; nothing if something it needs is unknown.
    fn fill(&self, template: &str) -> Option<String> {
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (place, tail) = after.split_once('}')?;
            let (names, optional) = match place.strip_suffix('?') {
                Some(names) => (names, true),
                None => (place, false),
            };
            let known = names.split('|').find_map(|name| self.known(name));
            filled.push_str(known.or(optional.then_some(""))?);
            rest = tail;
        }
        filled.push_str(rest);
        Some(filled.trim().to_owned())
    }

    fn known(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A text that ends like a sentence.
fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

#[cfg(test)]
mod tests;
