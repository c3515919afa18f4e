//! How many tasks are in each state.

use contract::{BakeState, StateCount, TaskKind, TaskView};

/// The states in the order in which they are told.
const ORDER: [BakeState; 9] = [
    BakeState::Succeeded,
    BakeState::Cached,
    BakeState::Running,
    BakeState::Failed,
    BakeState::Cancelled,
    BakeState::Pending,
    BakeState::Waiting,
    BakeState::Skipped,
    BakeState::Unknown,
];

/// Numbers of tasks in each state, calls of actions left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally([u32; ORDER.len()]);

impl Tally {
    pub(crate) fn of(tasks: &[TaskView]) -> Self {
        let mut tally = Self::default();
        for task in tasks {
            tally.add(task);
        }
        tally
    }

    /// Counts a task.
    pub(crate) fn add(&mut self, task: &TaskView) {
        if let Some(count) = self.count(task) {
            *count = count.saturating_add(1);
        }
    }

    /// No longer counts a task as it stood before.
    pub(crate) fn remove(&mut self, task: &TaskView) {
        if let Some(count) = self.count(task) {
            *count = count.saturating_sub(1);
        }
    }

    fn count(&mut self, task: &TaskView) -> Option<&mut u32> {
        let place = ORDER.iter().position(|state| *state == task.state)?;
        (task.kind != TaskKind::Action).then(|| &mut self.0[place])
    }

    /// States without a task are left out.
    pub(crate) fn counts(&self) -> Vec<StateCount> {
        let counts = ORDER.into_iter().zip(self.0);
        counts
            .filter(|(_, count)| *count > 0)
            .map(|(state, count)| StateCount { state, count })
            .collect()
    }
}
