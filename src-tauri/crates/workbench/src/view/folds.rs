//! Which tasks of a graph are folded into one box, and which frames stand around the others.

use std::collections::{HashMap, HashSet};

use contract::{GraphFolding, TaskKind, TaskView};
use indexmap::IndexMap;

/// A matrix with more rows than these is one card until somebody opens it.
const LARGE: usize = 8;

/// The tasks of a graph with what is folded.
pub(crate) struct Folds<'a> {
    pub(crate) tasks: &'a [TaskView],
    by_id: HashMap<&'a str, usize>,
    /// The rows of each matrix that has more than one.
    families: IndexMap<&'a str, Vec<usize>>,
    /// The tasks directly inside each call.
    inside: HashMap<&'a str, Vec<usize>>,
    folded: HashSet<&'a str>,
    opened: HashSet<&'a str>,
}

/// How a task is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown<'a> {
    /// As a frame around its tasks.
    Frame,
    /// As a box.
    Box,
    /// Not by itself: this call or matrix stands for it.
    Within(&'a str),
}

impl<'a> Folds<'a> {
    pub(crate) fn new(tasks: &'a [TaskView], folding: &'a GraphFolding) -> Self {
        let mut families: IndexMap<&str, Vec<usize>> = IndexMap::new();
        let mut inside: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, task) in tasks.iter().enumerate() {
            if let Some(family) = &task.family {
                families.entry(family).or_default().push(index);
            }
            if let Some(group) = &task.group {
                inside.entry(group).or_default().push(index);
            }
        }
        families.retain(|_, rows| rows.len() > 1);
        let all = tasks.iter().enumerate();
        Self {
            by_id: all.map(|(index, task)| (task.id.as_str(), index)).collect(),
            folded: folding.folded.iter().map(String::as_str).collect(),
            opened: folding.opened.iter().map(String::as_str).collect(),
            tasks,
            families,
            inside,
        }
    }

    /// The place of a task.
    pub(crate) fn index(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The matrix of a task, if it has other rows.
    fn family_of(&self, task: &'a TaskView) -> Option<&'a str> {
        let family = task.family.as_deref()?;
        self.families.contains_key(family).then_some(family)
    }

    fn is_card(&self, family: &str) -> bool {
        let large = self.families.get(family).map_or(0, Vec::len) > LARGE;
        self.folded.contains(family) || (large && !self.opened.contains(family))
    }

    fn has_tasks(&self, call: &TaskView) -> bool {
        call.kind == TaskKind::Action && self.inside.contains_key(call.id.as_str())
    }

    /// The outermost folded call or matrix that stands for a task.
    pub(crate) fn holder(&self, index: usize) -> Option<&'a str> {
        let task = self.tasks.get(index)?;
        let outer = task.group.as_deref().and_then(|group| {
            let call = self.index(group)?;
            let folded = self.folded.contains(group).then_some(group);
            self.holder(call).or(folded)
        });
        let card = || self.family_of(task).filter(|family| self.is_card(family));
        outer.or_else(card)
    }

    pub(crate) fn shown(&self, index: usize) -> Shown<'a> {
        let task = &self.tasks[index];
        match self.holder(index) {
            Some(holder) => Shown::Within(holder),
            None if self.has_tasks(task) && !self.folded.contains(task.id.as_str()) => Shown::Frame,
            None => Shown::Box,
        }
    }

    /// Whether a task is the first row of the card that stands for it.
    pub(crate) fn first_of_card(&self, index: usize, holder: &str) -> bool {
        let rows = self.families.get(holder);
        rows.and_then(|rows| rows.first()) == Some(&index)
    }

    /// The matrix whose frame begins with this task.
    pub(crate) fn opens_family(&self, index: usize) -> Option<&'a str> {
        let task = self.tasks.get(index)?;
        let family = self.family_of(task)?;
        let first = self.first_of_card(index, family);
        (first && self.holder(index).is_none()).then_some(family)
    }

    /// The frame that a shown task lies in.
    pub(crate) fn frame_of(&self, task: &'a TaskView) -> Option<&'a str> {
        self.family_of(task).or(task.group.as_deref())
    }

    /// The rows of a matrix.
    pub(crate) fn family(&self, family: &str) -> Vec<&'a TaskView> {
        let rows = self.families.get(family).into_iter().flatten();
        rows.map(|index| &self.tasks[*index]).collect()
    }

    /// All tasks inside of a call, calls left out.
    pub(crate) fn inside(&self, call: &str) -> Vec<&'a TaskView> {
        let mut found = Vec::new();
        for index in self.inside.get(call).into_iter().flatten() {
            let task = &self.tasks[*index];
            if task.kind == TaskKind::Action {
                found.extend(self.inside(&task.id));
            } else {
                found.push(task);
            }
        }
        found
    }

    /// Everything in the picture that a task has a share in: its box, and the frames around it.
    pub(crate) fn touched(&self, index: usize) -> Vec<&'a str> {
        let mut found = Vec::new();
        let mut next = Some(index);
        while let Some(task) = next.and_then(|index| self.tasks.get(index)) {
            found.push(task.id.as_str());
            found.extend(self.family_of(task));
            next = task.group.as_deref().and_then(|group| self.index(group));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use contract::NeedView;

    use super::*;
    use crate::view::bake::planned;
    use crate::view::graph::{Show, graph};

    fn task(id: &str, group: Option<&str>, needs: &[&str]) -> TaskView {
        let needs = needs.iter().map(|id| NeedView {
            id: (*id).to_owned(),
            while_running: false,
        });
        planned(
            id,
            group.map(str::to_owned),
            TaskKind::Task,
            needs.collect(),
        )
    }

    /// `load` → `train-0…n` → `prepare` (a call with `a` → `b`).
    fn tasks(rows: usize) -> Vec<TaskView> {
        let mut tasks = vec![task("load", None, &[])];
        for row in 0..rows {
            let one = task(&format!("train-{row}"), None, &["load"]);
            tasks.push(TaskView {
                family: Some("train".to_owned()),
                ..one
            });
        }
        let rows: Vec<String> = (0..rows).map(|row| format!("train-{row}")).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        tasks.push(TaskView {
            kind: TaskKind::Action,
            ..task("call", None, &rows)
        });
        tasks.push(task("call.a", Some("call"), &[]));
        tasks.push(task("call.b", Some("call"), &["call.a"]));
        tasks
    }

    fn shape(tasks: &[TaskView], folding: &GraphFolding) -> (Vec<String>, Vec<String>, usize) {
        let drawn = graph(&Folds::new(tasks, folding), Show::Structure);
        drawn.check().expect("every arrow has its ends");
        let nodes = drawn.nodes.into_iter().map(|node| node.id).collect();
        let groups = drawn.groups.into_iter().map(|group| group.id).collect();
        (nodes, groups, drawn.edges.len())
    }

    fn folding(folded: &[&str], opened: &[&str]) -> GraphFolding {
        let own = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        GraphFolding {
            folded: own(folded),
            opened: own(opened),
        }
    }

    #[test]
    fn a_large_matrix_is_one_card_with_one_arrow_in_and_one_out() {
        let (nodes, groups, edges) = shape(&tasks(12), &GraphFolding::default());
        assert_eq!(nodes, ["load", "train", "call.a", "call.b"]);
        assert_eq!(groups, ["call"]);
        assert_eq!(edges, 3);
    }

    #[test]
    fn a_matrix_that_is_opened_stands_in_a_frame() {
        let (nodes, groups, edges) = shape(&tasks(12), &folding(&[], &["train"]));
        assert_eq!(nodes.len(), 15);
        assert_eq!(groups, ["train", "call"]);
        assert_eq!(edges, 25);
    }

    #[test]
    fn a_folded_call_hides_its_tasks_and_their_arrows() {
        let (nodes, groups, edges) = shape(&tasks(3), &folding(&["call", "train"], &[]));
        assert_eq!(nodes, ["load", "train", "call"]);
        assert!(groups.is_empty());
        assert_eq!(edges, 2);
    }

    #[test]
    fn a_matrix_with_one_row_is_a_task() {
        let (nodes, groups, _) = shape(&tasks(1), &GraphFolding::default());
        assert_eq!(nodes[1], "train-0");
        assert_eq!(groups, ["call"]);
    }

    #[test]
    fn a_task_has_a_share_in_its_box_and_all_frames_around_it() {
        let (tasks, none) = (tasks(2), GraphFolding::default());
        let folds = Folds::new(&tasks, &none);
        assert_eq!(folds.touched(1), ["train-0", "train"]);
        let inner = folds.index("call.b").expect("it is there");
        assert_eq!(folds.touched(inner), ["call.b", "call"]);
    }
}
