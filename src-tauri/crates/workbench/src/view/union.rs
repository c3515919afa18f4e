//! Two graphs as one, so that both are drawn in the same places.

use std::collections::{HashMap, HashSet};

use contract::TaskView;
use diagram::{Graph, NodeState};

/// The tasks of both: those of `first` in their order, then what only `second` has. A task that
/// both have is that of the side that is shown.
pub(crate) struct Union {
    pub(crate) tasks: Vec<TaskView>,
    /// What the side that is shown does not have.
    absent: HashSet<String>,
}

impl Union {
    /// Puts the graph that is shown beside another one. Both sides have to agree which comes first.
    pub(crate) fn of(shown: Vec<TaskView>, other: Vec<TaskView>, other_first: bool) -> Self {
        let ours: HashMap<String, TaskView> = by_id(&shown);
        let theirs: HashMap<String, TaskView> = by_id(&other);
        let absent = other
            .iter()
            .filter(|task| !ours.contains_key(&task.id))
            .map(|task| task.id.clone())
            .collect();
        let (first, second) = if other_first {
            (other, shown)
        } else {
            (shown, other)
        };
        let mut seen = HashSet::new();
        let all = first.into_iter().chain(second);
        let tasks = all.filter(|task| seen.insert(task.id.clone())).map(|task| {
            let (us, them) = (ours.get(&task.id), theirs.get(&task.id));
            // The arrows of the first graph come first on both sides.
            let (first, second) = if other_first { (them, us) } else { (us, them) };
            let needs = [first, second].into_iter().flatten();
            let mut known = HashSet::new();
            let needs: Vec<_> = needs
                .flat_map(|task| &task.needs)
                .filter(|need| known.insert(need.id.clone()))
                .cloned()
                .collect();
            TaskView {
                needs,
                ..us.unwrap_or(&task).clone()
            }
        });
        Self {
            tasks: tasks.collect(),
            absent,
        }
    }

    /// Draws what is not there without a state.
    pub(crate) fn blank(absent: &HashSet<String>, graph: &mut Graph) {
        for node in &mut graph.nodes {
            if absent.contains(&node.id) {
                node.state = NodeState::Plain;
                "Not in this one".clone_into(&mut node.second_line);
            }
        }
    }

    /// The tasks, and the ids of those that the side that is shown does not have.
    pub(crate) fn parts(self) -> (Vec<TaskView>, HashSet<String>) {
        (self.tasks, self.absent)
    }
}

fn by_id(tasks: &[TaskView]) -> HashMap<String, TaskView> {
    let pair = |task: &TaskView| (task.id.clone(), task.clone());
    tasks.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use contract::{BakeState, NeedView, TaskKind};

    use super::*;
    use crate::view::bake::planned;

    fn task(id: &str, needs: &[&str], state: BakeState) -> TaskView {
        let needs = needs.iter().map(|id| NeedView {
            id: (*id).to_owned(),
            while_running: false,
        });
        TaskView {
            state,
            ..planned(id, None, TaskKind::Task, needs.collect())
        }
    }

    #[test]
    fn both_sides_have_the_same_tasks_and_arrows_in_the_same_order() {
        let left = || {
            vec![
                task("load", &[], BakeState::Succeeded),
                task("old", &["load"], BakeState::Failed),
                task("report", &["old"], BakeState::Skipped),
            ]
        };
        let right = || {
            vec![
                task("load", &[], BakeState::Cached),
                task("new", &["load"], BakeState::Succeeded),
                task("report", &["new"], BakeState::Succeeded),
            ]
        };
        let (ours, not_ours) = Union::of(left(), right(), false).parts();
        let (theirs, not_theirs) = Union::of(right(), left(), true).parts();
        let shape = |tasks: &[TaskView]| -> Vec<(String, Vec<NeedView>)> {
            let pair = |task: &TaskView| (task.id.clone(), task.needs.clone());
            tasks.iter().map(pair).collect()
        };
        assert_eq!(shape(&ours), shape(&theirs));
        assert_eq!(ours[0].state, BakeState::Succeeded);
        assert_eq!(theirs[0].state, BakeState::Cached);
        assert!(not_ours.contains("new") && not_ours.len() == 1);
        assert!(not_theirs.contains("old") && not_theirs.len() == 1);
    }
}
