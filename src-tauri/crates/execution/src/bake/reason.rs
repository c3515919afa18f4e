//! What becomes of each task of a bake that has not run yet, and why.

use std::fmt;

use flow::batch::{Outcome, TaskId, TaskKind};
use jiff::{SignedDuration, Timestamp};

/// Longer values are cut in sentences.
const LONGEST: usize = 48;

/// What becomes of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// It runs.
    Run,
    /// A result is used again.
    Reuse,
    /// It is left out.
    Skip,
    /// That is known only when something before it has run.
    Unknown,
    /// It cannot be evaluated, so the bake fails.
    Fail,
}

/// A task with what becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The task.
    pub id: TaskId,
    /// What it is.
    pub kind: TaskKind,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
}

/// A bake as sentences name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BakeRef {
    /// Its id.
    pub id: String,
    /// Its name, if it has one.
    pub name: Option<String>,
}

impl fmt::Display for BakeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "bake `{name}`"),
            None => write!(f, "bake #{}", short(&self.id)),
        }
    }
}

/// The beginning of an id, which is enough to tell bakes apart.
fn short(id: &str) -> &str {
    let start = id.strip_prefix("bake-").unwrap_or(id);
    start.split('-').next().unwrap_or(start)
}

/// Why something becomes of a task.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// No bake of the batch ever ran it.
    NeverRun,
    /// It ran, but never ended well.
    NeverSucceeded {
        /// The newest bake in which it was begun.
        last: BakeRef,
    },
    /// None of the newest bakes ran it; the older ones were not looked at.
    NotLately {
        /// How many were looked at.
        looked_at: usize,
    },
    /// What it depends on differs from the newest bake in which it ended well.
    Changed {
        /// That bake.
        since: BakeRef,
        /// What differs.
        causes: Vec<Cause>,
    },
    /// It depends on the same, but its result is not remembered any more.
    Forgotten {
        /// The newest bake in which it ended well.
        since: BakeRef,
    },
    /// Something it depends on differs, or its result is not remembered any more.
    NotKnown {
        /// The newest bake in which it ended well.
        since: BakeRef,
        /// What stood in the way of finding out.
        why: String,
    },
    /// Its remembered result is too old.
    Expired {
        /// When it was remembered.
        at: Timestamp,
        /// For how many seconds it could be used.
        life_span: f64,
    },
    /// A remembered result is used.
    Cached {
        /// When it was remembered.
        at: Timestamp,
        /// The job that made it.
        job: String,
        /// The bake it was made in, where that is known.
        by: Option<BakeRef>,
    },
    /// No remembered result fits. Explaining it takes a look at earlier bakes.
    Missing,
    /// The cache is off for it.
    CacheOff,
    /// Results of such a task are never remembered.
    NeverKept {
        /// What it is.
        kind: TaskKind,
    },
    /// It succeeded in the attempt that is restarted.
    Kept {
        /// The number of the attempt.
        attempt: i64,
        /// What differs from then and is left out of account, because the user chose so.
        despite: Vec<Cause>,
    },
    /// It did not end well in the attempt that is restarted, or did not run.
    Again {
        /// How it ended; nothing if it was not begun.
        ended: Option<Outcome>,
        /// The number of the attempt.
        attempt: i64,
    },
    /// The user chose to run it again.
    Chosen,
    /// It comes after a task that was chosen.
    After {
        /// The task.
        task: TaskId,
    },
    /// The user chose other tasks.
    NotChosen,
    /// Its result can be used again or not: that depends on results that are not there yet.
    WaitsFor {
        /// The tasks that have to run first.
        tasks: Vec<TaskId>,
    },
    /// Whether it runs depends on results that are not there yet.
    Undecided {
        /// The tasks that have to run first.
        tasks: Vec<TaskId>,
    },
    /// Its condition is false, if everything before it ends well.
    Disabled {
        /// The condition as it was written.
        condition: String,
    },
    /// Something it needs does not succeed.
    NeedEnds {
        /// The other task.
        task: TaskId,
        /// How it ends.
        outcome: Outcome,
    },
    /// The call it lies in is left out.
    CallSkipped {
        /// The call.
        call: TaskId,
    },
    /// The bake stops before it.
    Stopped {
        /// Where it stops.
        at: TaskId,
    },
    /// It cannot be evaluated.
    Broken {
        /// What is wrong.
        problem: String,
    },
    /// It is a call; what is inside says more.
    Inside,
}

/// Something a task depends on that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What it is.
    pub kind: CauseKind,
    /// Its name; empty where there is only one.
    pub name: String,
    /// What it was; nothing if it was not there.
    pub before: Option<String>,
    /// What it is; nothing if it is not there.
    pub after: Option<String>,
}

/// What a task can depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CauseKind {
    /// A parameter of the batch.
    Parameter,
    /// A file of the project whose content is part of the task.
    File,
    /// An output of a task it needs.
    Output,
    /// How a task it needs ended.
    Result,
    /// A task it needs.
    Need,
    /// What its main task kept.
    State,
    /// An environment variable.
    Env,
    /// Its image.
    Image,
    /// A volume.
    Volume,
    /// Its preset.
    Preset,
    /// Its command or entry point.
    Command,
    /// How its results are remembered.
    Cache,
    /// Another of its fields.
    Field,
    /// It cannot be told; the name says why.
    Unsure,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        let what = match self.kind {
            CauseKind::Parameter => format!("parameter {name}"),
            CauseKind::File => return self.file(f),
            CauseKind::Output => format!("output {name}"),
            CauseKind::Result => format!("result of `{name}`"),
            CauseKind::Need => return self.need(f),
            CauseKind::State => format!("state {name}"),
            CauseKind::Env => format!("variable {name}"),
            CauseKind::Image => "image".to_owned(),
            CauseKind::Volume => "volume".to_owned(),
            CauseKind::Preset => "preset".to_owned(),
            CauseKind::Command => "command".to_owned(),
            CauseKind::Cache => format!("cache {name}"),
            CauseKind::Field => name.clone(),
            CauseKind::Unsure => return f.write_str(name),
        };
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "{what} {} → {}", cut(before), cut(after)),
            (None, Some(after)) => write!(f, "{what} {} is new", cut(after)),
            (Some(before), None) => write!(f, "{what} {} is gone", cut(before)),
            (None, None) => write!(f, "{what} changed"),
        }
    }
}

impl Cause {
    fn file(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match (&self.before, &self.after) {
            (None, Some(_)) => "is new",
            (Some(_), None) => "is gone",
            _ => "changed",
        };
        write!(f, "{} {what}", self.name)
    }

    fn need(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.before {
            None => write!(f, "it now needs `{}`", self.name),
            Some(_) => write!(f, "it no longer needs `{}`", self.name),
        }
    }
}

/// The first line of a value, not too much of it.
fn cut(value: &str) -> String {
    let line = value.lines().next().unwrap_or_default();
    let short: String = line.chars().take(LONGEST).collect();
    match short.len() < value.len() {
        true => format!("{short}…"),
        false if short.is_empty() => "(empty)".to_owned(),
        false => short,
    }
}

impl Reason {
    /// The reason as one sentence, without a full stop.
    pub fn sentence(&self, now: Timestamp) -> String {
        match self {
            Self::NeverRun => "never run".into(),
            Self::NeverSucceeded { last } => format!("never ended well, last begun in {last}"),
            Self::NotLately { looked_at } => format!("not run in the last {looked_at} bakes"),
            Self::Changed { since, causes } => format!("{} since {since}", listed(causes)),
            Self::Forgotten { since } => {
                format!("nothing changed, but its result of {since} is not remembered any more")
            }
            Self::NotKnown { since, why } => {
                format!("changed since {since}, but what is not known: {why}")
            }
            Self::Expired { at, life_span } => {
                let ended = SignedDuration::try_from_secs_f64(*life_span)
                    .ok()
                    .and_then(|life| at.checked_add(life).ok());
                format!("its result expired {}", ago(ended.unwrap_or(*at), now))
            }
            Self::Cached { at, by, .. } => match by {
                Some(by) => format!("cached by {by}, {}", ago(*at, now)),
                None => format!("cached {}", ago(*at, now)),
            },
            Self::Missing => "no remembered result fits".into(),
            Self::CacheOff => "its cache is off".into(),
            Self::NeverKept { kind } => never_kept(*kind).into(),
            Self::Kept { attempt, despite } if despite.is_empty() => {
                format!("kept from attempt {attempt}")
            }
            Self::Kept { attempt, despite } => {
                format!("kept from attempt {attempt}, although {}", listed(despite))
            }
            Self::Again { ended, attempt } => match ended {
                Some(ended) => format!("{} in attempt {attempt}", ended.word()),
                None => format!("did not run in attempt {attempt}"),
            },
            Self::Chosen => "chosen to run again".into(),
            Self::After { task } => format!("comes after `{task}`, which runs again"),
            Self::NotChosen => "not chosen".into(),
            Self::WaitsFor { tasks } => {
                format!(
                    "needs {}: used again only if nothing it needs changes",
                    named(tasks)
                )
            }
            Self::Undecided { tasks } => format!("whether it runs depends on {}", named(tasks)),
            Self::Disabled { condition } => format!("`enable` is false: {condition}"),
            Self::NeedEnds { task, outcome } => {
                format!("needs `{task}`, which is {}", outcome.word())
            }
            Self::CallSkipped { call } => format!("`{call}` is skipped"),
            Self::Stopped { at } => format!("the bake stops at `{at}`"),
            Self::Broken { problem } => problem.clone(),
            Self::Inside => "see the tasks inside".into(),
        }
    }

    /// What differs, where that is the reason.
    pub fn causes(&self) -> &[Cause] {
        match self {
            Self::Changed { causes, .. } => causes,
            Self::Kept { despite, .. } => despite,
            _ => &[],
        }
    }

    /// The earlier bake the reason speaks of.
    pub fn bake(&self) -> Option<&BakeRef> {
        match self {
            Self::Changed { since, .. }
            | Self::Forgotten { since }
            | Self::NotKnown { since, .. } => Some(since),
            Self::NeverSucceeded { last } => Some(last),
            Self::Cached { by, .. } => by.as_ref(),
            _ => None,
        }
    }
}

fn never_kept(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::Local => "commands on this computer always run",
        TaskKind::Post => "post tasks always run",
        _ => "stateful actions always run",
    }
}

fn listed(causes: &[Cause]) -> String {
    let words: Vec<String> = causes.iter().map(Cause::to_string).collect();
    words.join(", ")
}

/// `a`, `b` and 3 more.
fn named(tasks: &[TaskId]) -> String {
    let (shown, rest) = tasks.split_at(tasks.len().min(3));
    let words: Vec<String> = shown.iter().map(|task| format!("`{task}`")).collect();
    match rest.len() {
        0 if tasks.is_empty() => "what runs before".to_owned(),
        0 => words.join(", "),
        more => format!("{} and {more} more", words.join(", ")),
    }
}

/// How long ago a moment was, in one unit.
fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs();
    let (count, unit) = match seconds {
        ..=59 => return "just now".to_owned(),
        60..=3_599 => (seconds / 60, "minute"),
        3_600..=86_399 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    match count {
        1 => format!("1 {unit} ago"),
        _ => format!("{count} {unit}s ago"),
    }
}
