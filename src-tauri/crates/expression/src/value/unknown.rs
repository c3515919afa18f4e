//! What is not known yet, and why.

use std::fmt;

/// What has to happen before a value is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Somebody has to give this parameter.
    Parameter(String),
    /// This task has to end first.
    Task(String),
    /// The platform has to be asked.
    Platform,
    /// Files of the project have to be read.
    Files,
    /// The job has to be started with a suffix, the bake with a matrix row, or the like.
    Start,
}

/// A value that exists but is not known yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Unknown {
    /// What has to happen first.
    pub cause: Cause,
    /// The same in words: `known when task build has ended`.
    pub why: String,
}

impl Unknown {
    /// Makes one with its own words.
    pub fn new(cause: Cause, why: impl Into<String>) -> Self {
        Self {
            cause,
            why: why.into(),
        }
    }

    /// A parameter nobody has given yet.
    #[must_use]
    pub fn parameter(name: &str) -> Self {
        Self::new(
            Cause::Parameter(name.to_owned()),
            format!("parameter {name} is not given yet"),
        )
    }

    /// Something only a task that has ended can tell.
    #[must_use]
    pub fn task(id: &str) -> Self {
        Self::new(
            Cause::Task(id.to_owned()),
            format!("known when task {id} has ended"),
        )
    }

    /// Something only the platform can tell.
    #[must_use]
    pub fn platform() -> Self {
        Self::new(Cause::Platform, "known when the platform is asked")
    }

    /// Something only the files of the project can tell.
    #[must_use]
    pub fn files() -> Self {
        Self::new(Cause::Files, "known when the files of the project are read")
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}
