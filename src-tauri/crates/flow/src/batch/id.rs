//! Full ids of tasks: the ids of all calls around a task, then its own.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The place of a task in a bake: `call.task-1` is the task `task-1` inside the call `call`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct TaskId(Vec<String>);

impl TaskId {
    /// The place outside every task: the batch itself.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The id of a task of the batch itself.
    pub fn top(id: impl Into<String>) -> Self {
        Self(vec![id.into()])
    }

    /// The id of a task inside this call.
    #[must_use]
    pub fn child(&self, id: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(id.to_owned());
        Self(steps)
    }

    /// The call this task lies in; the root for tasks of the batch itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0[..self.0.len().saturating_sub(1)].to_vec())
    }

    /// The last step: the id inside its own graph.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// All steps from the root.
    #[must_use]
    pub fn steps(&self) -> &[String] {
        &self.0
    }

    /// The call at each level around a task, from the outermost, and the task itself.
    pub(crate) fn levels(&self) -> impl Iterator<Item = Self> + '_ {
        (1..=self.0.len()).map(|end| Self(self.0[..end].to_vec()))
    }

    /// Whether this is the batch itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the textual form. An id that itself holds a dot cannot be told from two.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "" => Self::root(),
            _ => Self(text.split('.').map(str::to_owned).collect()),
        }
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

impl Serialize for TaskId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TaskId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::parse(&text))
    }
}
