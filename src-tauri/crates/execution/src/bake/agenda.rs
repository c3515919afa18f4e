//! Which nodes are worth looking at. Everything here costs as much as what changes, never as much
//! as the batch is large: a bake of thousands of tasks takes as long per task as a small one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use flow::batch::{NeedLevel, Node, TaskGraph, TaskId};
use protocol::flow::TaskStatus;

/// How far a node has come, as far as others wait for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Nothing is known of it.
    #[default]
    Nothing,
    /// It waits.
    Pending,
    /// It runs.
    Running,
    /// It has ended.
    Ended,
}

impl Reach {
    fn of(status: &TaskStatus) -> Self {
        match status {
            TaskStatus::Running => Self::Running,
            status if status.is_finished() => Self::Ended,
            _ => Self::Pending,
        }
    }

    fn fulfils(self, level: NeedLevel) -> bool {
        match level {
            NeedLevel::Running => self >= Self::Running,
            NeedLevel::Completed => self == Self::Ended,
        }
    }
}

/// A node of the batch, at its place in the order of the whole graph.
struct Entry {
    id: TaskId,
    parent: Option<usize>,
    reach: Reach,
    /// How many of its needs are still open.
    missing: usize,
    waits_for_it: Vec<(usize, NeedLevel)>,
    children: Vec<usize>,
    /// How many of the children run or have ended.
    running: usize,
    ended: usize,
    /// Jobs on their way below it.
    jobs: usize,
}

/// How far the inside of a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Inside {
    /// Everything in it runs or has ended.
    pub(super) runs: bool,
    /// Everything in it has ended.
    pub(super) ended: bool,
}

/// What has to be looked at next.
pub(super) struct Agenda {
    entries: Vec<Entry>,
    places: HashMap<TaskId, usize>,
    due: BTreeSet<usize>,
    /// How far the due ones were looked at.
    passed: usize,
    /// What lies in calls that were just opened.
    inside: BTreeSet<usize>,
    /// Nodes that wait for nothing but room, by the level they lie in and the limit they have: where
    /// there is no room for the first of a group, there is none for the others.
    queues: BTreeMap<(Option<usize>, i64), BTreeSet<usize>>,
    /// Jobs on their way in the whole batch.
    jobs: usize,
}

impl Agenda {
    pub(super) fn new(graph: &TaskGraph) -> Self {
        let mut agenda = Self {
            entries: Vec::new(),
            places: HashMap::new(),
            due: BTreeSet::new(),
            passed: 0,
            inside: BTreeSet::new(),
            queues: BTreeMap::new(),
            jobs: 0,
        };
        agenda.add_level(graph, None);
        agenda.look_inside(None);
        agenda
    }

    fn add_level(&mut self, graph: &TaskGraph, parent: Option<usize>) {
        for node in graph.nodes.values() {
            let at = self.entries.len();
            self.places.insert(node.id.clone(), at);
            self.entries.push(Entry {
                id: node.id.clone(),
                parent,
                reach: Reach::Nothing,
                missing: node.needs.len(),
                waits_for_it: Vec::new(),
                children: Vec::new(),
                running: 0,
                ended: 0,
                jobs: 0,
            });
            if let Some(parent) = parent {
                self.entries[parent].children.push(at);
            }
            if let Some(inner) = &node.inner {
                self.add_level(inner, Some(at));
            }
        }
        for node in graph.nodes.values() {
            self.add_needs(node);
        }
    }

    fn add_needs(&mut self, node: &Node) {
        let level = node.id.parent();
        for (need, how) in &node.needs {
            let places = [&level.child(need), &node.id].map(|id| self.places.get(id).copied());
            if let [Some(need), Some(at)] = places {
                self.entries[need].waits_for_it.push((at, *how));
            }
        }
    }

    /// The node to look at next: one after the other in the order of the graph, and again from the
    /// beginning while there are any. What lies in a call that was just opened waits for the next
    /// time.
    pub(super) fn next(&mut self) -> Option<TaskId> {
        let mut next = self.due.range(self.passed..).next().copied();
        if next.is_none() {
            self.due.append(&mut self.inside);
            next = self.due.first().copied();
        }
        let at = next?;
        self.due.remove(&at);
        self.passed = at + 1;
        Some(self.entries[at].id.clone())
    }

    /// Whether everything a node waits for has come.
    pub(super) fn is_ready(&self, id: &TaskId) -> bool {
        self.entry(id).is_some_and(|entry| entry.missing == 0)
    }

    pub(super) fn inside(&self, call: &TaskId) -> Option<Inside> {
        let entry = self.entry(call)?;
        let all = entry.children.len();
        Some(Inside {
            runs: entry.running == all,
            ended: entry.ended == all,
        })
    }

    fn entry(&self, id: &TaskId) -> Option<&Entry> {
        self.entries.get(*self.places.get(id)?)
    }

    /// Takes note that a call is open: what lies in it may begin.
    pub(super) fn open(&mut self, call: &TaskId) {
        if let Some(&at) = self.places.get(call) {
            self.due.insert(at);
            self.look_inside(Some(at));
        }
    }

    fn look_inside(&mut self, parent: Option<usize>) {
        let entries = &self.entries;
        let ready = |at: &usize| entries[*at].missing == 0;
        match parent {
            Some(parent) => self
                .inside
                .extend(entries[parent].children.iter().copied().filter(ready)),
            None => {
                let top = (0..entries.len()).filter(|at| entries[*at].parent.is_none());
                self.due.extend(top.filter(ready));
            }
        }
    }

    /// Takes note of the status of a node, and of who has waited for it.
    pub(super) fn note(&mut self, id: &TaskId, status: &TaskStatus) {
        let Some(&at) = self.places.get(id) else {
            return;
        };
        let (before, now) = (self.entries[at].reach, Reach::of(status));
        if now <= before {
            return;
        }
        self.entries[at].reach = now;
        let came = |reach| usize::from(before < reach && now >= reach);
        if let Some(parent) = self.entries[at].parent {
            let call = &mut self.entries[parent];
            call.running += came(Reach::Running);
            call.ended += came(Reach::Ended);
            if call.running == call.children.len() {
                self.due.insert(parent);
            }
        }
        let waiting = std::mem::take(&mut self.entries[at].waits_for_it);
        for (other, level) in &waiting {
            if now.fulfils(*level) && !before.fulfils(*level) {
                let missing = &mut self.entries[*other].missing;
                *missing -= 1;
                if *missing == 0 {
                    self.due.insert(*other);
                }
            }
        }
        self.entries[at].waits_for_it = waiting;
    }

    /// Whether a job may begin in a level: neither it nor one around it has as many on their way as
    /// the limit says.
    fn room_below(&self, mut level: Option<usize>, limit: i64) -> bool {
        let fits = |jobs: usize| i64::try_from(jobs).unwrap_or(i64::MAX) < limit;
        while let Some(at) = level {
            if !fits(self.entries[at].jobs) {
                return false;
            }
            level = self.entries[at].parent;
        }
        fits(self.jobs)
    }

    /// Keeps a node until there is room for it.
    pub(super) fn queue(&mut self, node: &Node) {
        let Some(&at) = self.places.get(&node.id) else {
            return;
        };
        let group = (self.entries[at].parent, node.strategy.max_parallel);
        self.queues.entry(group).or_default().insert(at);
    }

    /// Takes note that a node has a job now, or none any more.
    pub(super) fn count_job(&mut self, id: &TaskId, begins: bool) {
        let step = |count: &mut usize| match begins {
            true => *count += 1,
            false => *count = count.saturating_sub(1),
        };
        step(&mut self.jobs);
        let mut level = self.entry(id).and_then(|entry| entry.parent);
        while let Some(at) = level {
            step(&mut self.entries[at].jobs);
            level = self.entries[at].parent;
        }
    }

    /// Takes out the first node that there is room for.
    pub(super) fn use_room(&mut self) -> Option<TaskId> {
        let roomy = self
            .queues
            .iter()
            .filter(|((level, limit), _)| self.room_below(*level, *limit))
            .filter_map(|(group, queue)| Some((*queue.first()?, *group)));
        let (at, group) = roomy.min()?;
        if let Some(queue) = self.queues.get_mut(&group) {
            queue.remove(&at);
            if queue.is_empty() {
                self.queues.remove(&group);
            }
        }
        Some(self.entries[at].id.clone())
    }

    /// Has a node looked at.
    pub(super) fn look_at(&mut self, id: &TaskId) {
        if let Some(&at) = self.places.get(id) {
            self.due.insert(at);
        }
    }

    /// Has everything looked at that waits for room: things are different now.
    pub(super) fn look_at_queues(&mut self) {
        for queue in std::mem::take(&mut self.queues).into_values() {
            self.due.extend(queue);
        }
    }
}
