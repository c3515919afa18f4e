//! Which tasks of an attempt are done again when it is restarted, and which are kept.

use std::collections::{BTreeMap, BTreeSet};

use flow::batch::{Node, Outcome, TaskGraph, TaskId};
use jiff::Timestamp;
use protocol::flow::{TaskStatus, Values};

use super::reason::{Cause, Reason};
use super::record::Record;

/// Which tasks are done again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Again {
    /// Those that did not succeed, and those that need one of them.
    #[default]
    Failed,
    /// All of them (results may still come from the cache).
    All,
    /// These and all that come after them, afresh; and what did not succeed.
    From(Vec<TaskId>),
    /// These and nothing else, afresh. What did not succeed and is not among them is left out.
    Only(Vec<TaskId>),
}

/// What a new attempt takes over from an old one; nothing, for a new bake.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Records as the new attempt begins with them.
    kept: BTreeMap<TaskId, Record>,
    /// Tasks whose remembered results are not to be used, each with the chosen task it follows, or
    /// itself.
    fresh: BTreeMap<TaskId, TaskId>,
    /// What differs for kept tasks.
    despite: BTreeMap<TaskId, Vec<Cause>>,
    /// Tasks that are left out, because others were chosen.
    left_out: BTreeSet<TaskId>,
    /// How tasks that are done again ended.
    ended: BTreeMap<TaskId, Outcome>,
    attempt: i64,
}

/// A task cannot be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChoiceError {
    /// The batch has no such task.
    #[error("the batch has no task `{task}`{}", nearest(.best))]
    NoTask {
        /// The name that was given.
        task: String,
        /// A task that has nearly this name.
        best: Option<String>,
    },
    /// It needs something that did not succeed and is not chosen.
    #[error("`{task}` needs `{need}`, which did not succeed: choose it as well")]
    LacksNeed {
        /// The chosen task.
        task: TaskId,
        /// What it needs.
        need: TaskId,
    },
}

fn nearest(best: &Option<String>) -> String {
    let words = best.as_ref();
    words.map_or_else(String::new, |best| format!("; did you mean `{best}`?"))
}

impl Selection {
    /// What is taken over from the attempt of this number. `changed` names tasks whose inputs differ
    /// from then; they are done again unless the user chose others.
    pub fn of(
        graph: &TaskGraph,
        (records, attempt): (Vec<Record>, i64),
        again: &Again,
        changed: &BTreeMap<TaskId, Vec<Cause>>,
    ) -> Result<Self, ChoiceError> {
        let old: BTreeMap<TaskId, Record> = records
            .into_iter()
            .map(|record| (record.id.clone(), record))
            .collect();
        let made = Making {
            graph,
            old: &old,
            changed,
        };
        let mut left_out = BTreeSet::new();
        let (mut kept, fresh) = match again {
            Again::All => (BTreeMap::new(), BTreeMap::new()),
            Again::Failed => (made.kept_after_failure(), BTreeMap::new()),
            Again::From(tasks) => made.kept_before(&made.chosen(tasks)?),
            Again::Only(tasks) => {
                let chosen = made.chosen(tasks)?;
                made.needs_are_met(&chosen)?;
                let kept = made.kept_beside(&chosen);
                left_out = made.left_out(&chosen, &kept);
                let fresh = chosen.into_iter().map(|id| (id.clone(), id));
                (kept, fresh.collect())
            }
        };
        let skipped = left_out.iter().cloned();
        kept.extend(skipped.map(|id| (id.clone(), skipped_record(id))));
        let chose = matches!(again, Again::From(_) | Again::Only(_));
        let despite = changed
            .iter()
            .filter(|(id, _)| chose && kept.contains_key(*id));
        let despite = despite
            .map(|(id, causes)| (id.clone(), causes.clone()))
            .collect();
        let ended = old.values().filter_map(|record| {
            let outcome = record.result()?.outcome;
            Some((record.id.clone(), outcome))
        });
        Ok(Self {
            ended: ended.filter(|(id, _)| !kept.contains_key(id)).collect(),
            kept,
            fresh,
            despite,
            left_out,
            attempt,
        })
    }

    /// The record of a task that is not done again.
    pub(super) fn record(&self, id: &TaskId) -> Option<Record> {
        self.kept.get(id).cloned()
    }

    /// The records a new attempt begins with.
    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.kept.values()
    }

    /// Tasks whose remembered results are not to be used.
    pub fn fresh(&self) -> impl Iterator<Item = &TaskId> {
        self.fresh.keys()
    }

    /// Why a task runs whatever is remembered of it.
    pub(super) fn forced(&self, id: &TaskId) -> Option<Reason> {
        let chosen = self.fresh.get(id)?;
        Some(match chosen == id {
            true => Reason::Chosen,
            false => Reason::After {
                task: chosen.clone(),
            },
        })
    }

    pub(super) fn why_kept(&self, id: &TaskId) -> Reason {
        if self.left_out.contains(id) {
            return Reason::NotChosen;
        }
        Reason::Kept {
            attempt: self.attempt,
            despite: self.despite.get(id).cloned().unwrap_or_default(),
        }
    }

    /// Why a task for which nothing is remembered runs again, where the attempt that is restarted
    /// says it.
    pub(super) fn why_again(&self, id: &TaskId) -> Option<Reason> {
        let attempt = self.attempt;
        let ended = self.ended.get(id).copied();
        match ended {
            _ if attempt == 0 => None,
            // It runs because of something else.
            Some(Outcome::Succeeded) => None,
            ended => Some(Reason::Again { ended, attempt }),
        }
    }
}

/// What a selection is made from.
struct Making<'a> {
    graph: &'a TaskGraph,
    old: &'a BTreeMap<TaskId, Record>,
    changed: &'a BTreeMap<TaskId, Vec<Cause>>,
}

type Chosen = (BTreeMap<TaskId, Record>, BTreeMap<TaskId, TaskId>);

impl Making<'_> {
    fn is_good(&self, id: &TaskId) -> bool {
        self.old
            .get(id)
            .is_some_and(|record| record.status().is_good())
    }

    /// The tasks that need not be done again: they succeeded, and so did all that they need. A call
    /// is kept only as a whole; of one that is not, those tasks inside are kept that can be.
    fn kept_after_failure(&self) -> BTreeMap<TaskId, Record> {
        let ok = |id: &TaskId| self.is_good(id) && !self.changed.contains_key(id);
        let mut left: BTreeSet<TaskId> = BTreeSet::new();
        self.keep_level(self.graph, true, &ok, &mut left);
        self.carried(|id| left.contains(id))
    }

    /// Notes the tasks of a level that can be kept.
    fn keep_level(
        &self,
        level: &TaskGraph,
        reached: bool,
        ok: &impl Fn(&TaskId) -> bool,
        left: &mut BTreeSet<TaskId>,
    ) {
        let fits = |node: &Node| {
            let inner = node.inner.as_ref();
            ok(&node.id) && inner.is_none_or(|inner| self.fits_whole(inner, ok))
        };
        let nodes = level.nodes.iter().filter(|(_, node)| reached && fits(node));
        let mut good: BTreeSet<&str> = nodes.map(|(name, _)| name.as_str()).collect();
        loop {
            let met = |name: &&str| {
                let node = level.nodes.get(*name);
                node.is_some_and(|node| node.needs.keys().all(|need| good.contains(need.as_str())))
            };
            let kept: BTreeSet<&str> = good.iter().copied().filter(met).collect();
            if kept.len() == good.len() {
                break;
            }
            good = kept;
        }
        for (name, node) in &level.nodes {
            let inside = node.inner.iter();
            if good.contains(name.as_str()) {
                left.insert(node.id.clone());
                left.extend(inside.flat_map(TaskGraph::walk).map(|node| node.id.clone()));
                continue;
            }
            let met = node.needs.keys().all(|need| good.contains(need.as_str()));
            for inner in inside {
                self.keep_level(inner, reached && met, ok, left);
            }
        }
    }

    /// Whether a call that succeeded can be kept: nothing in it has changed.
    fn fits_whole(&self, inner: &TaskGraph, ok: &impl Fn(&TaskId) -> bool) -> bool {
        inner.walk().all(|node| match self.old.get(&node.id) {
            Some(record) if record.status() == TaskStatus::Skipped => {
                !self.changed.contains_key(&node.id)
            }
            _ => ok(&node.id),
        })
    }

    /// Chosen tasks with all that lies in them and the post tasks that clean up after them.
    fn chosen(&self, tasks: &[TaskId]) -> Result<BTreeSet<TaskId>, ChoiceError> {
        let mut chosen = BTreeSet::new();
        for task in tasks {
            let Some(node) = self.graph.node(task) else {
                return Err(self.no_task(task));
            };
            chosen.insert(task.clone());
            let inside = node.inner.iter().flat_map(TaskGraph::walk);
            chosen.extend(inside.map(|node| node.id.clone()));
            let level = self.graph.level(&task.parent());
            let posts = level.into_iter().flat_map(|level| level.nodes.values());
            let posts = posts.filter(|post| post.state_from.as_deref() == Some(task.name()));
            chosen.extend(posts.map(|post| post.id.clone()));
        }
        Ok(chosen)
    }

    fn no_task(&self, task: &TaskId) -> ChoiceError {
        let task = task.to_string();
        let all: Vec<String> = self.graph.walk().map(|node| node.id.to_string()).collect();
        let best = source::nearest(&task, all.iter().map(String::as_str));
        ChoiceError::NoTask {
            best: best.first().map(ToString::to_string),
            task,
        }
    }

    /// Keeps what succeeded and comes after no chosen task.
    fn kept_before(&self, chosen: &BTreeSet<TaskId>) -> Chosen {
        let after = self.after(chosen);
        let around = around(chosen);
        let ok = |id: &TaskId| self.is_good(id) && !after.contains_key(id) && !around.contains(id);
        let mut left = BTreeSet::new();
        self.keep_level(self.graph, true, &ok, &mut left);
        (self.carried(|id| left.contains(id)), after)
    }

    /// Chosen tasks and all that come after them, each with the chosen task it comes after.
    fn after(&self, chosen: &BTreeSet<TaskId>) -> BTreeMap<TaskId, TaskId> {
        let mut followers: BTreeMap<TaskId, Vec<&Node>> = BTreeMap::new();
        for node in self.graph.walk() {
            for need in node.needs.keys() {
                let need = node.id.parent().child(need);
                followers.entry(need).or_default().push(node);
            }
        }
        let mut after: BTreeMap<TaskId, TaskId> =
            chosen.iter().map(|id| (id.clone(), id.clone())).collect();
        let mut queue: Vec<TaskId> = chosen.iter().cloned().collect();
        while let Some(id) = queue.pop() {
            let cause = after.get(&id).unwrap_or(&id).clone();
            let mut note = |next: &TaskId| {
                if !after.contains_key(next) {
                    after.insert(next.clone(), cause.clone());
                    queue.push(next.clone());
                }
            };
            // What comes after a call comes after the tasks in it.
            let mut at = id;
            while !at.is_root() {
                for node in followers.get(&at).into_iter().flatten() {
                    note(&node.id);
                    let inside = node.inner.iter().flat_map(TaskGraph::walk);
                    inside.for_each(|node| note(&node.id));
                }
                at = at.parent();
            }
        }
        after
    }

    /// Keeps all that succeeded but the chosen tasks.
    fn kept_beside(&self, chosen: &BTreeSet<TaskId>) -> BTreeMap<TaskId, Record> {
        let around = around(chosen);
        let open = |id: &TaskId| chosen.contains(id) || around.contains(id);
        self.carried(|id| {
            let was_skipped = self
                .old
                .get(id)
                .is_some_and(|old| old.status() == TaskStatus::Skipped);
            let in_kept = !open(&id.parent()) && self.is_good(&id.parent());
            !open(id) && (self.is_good(id) || was_skipped && in_kept)
        })
    }

    /// What is neither chosen nor kept.
    fn left_out(
        &self,
        chosen: &BTreeSet<TaskId>,
        kept: &BTreeMap<TaskId, Record>,
    ) -> BTreeSet<TaskId> {
        let around = around(chosen);
        let nodes = self.graph.walk().map(|node| &node.id);
        let out = nodes.filter(|id| {
            let level = id.parent();
            let open = level.is_root() || around.contains(&level);
            open && !chosen.contains(*id) && !around.contains(*id) && !kept.contains_key(*id)
        });
        out.cloned().collect()
    }

    fn needs_are_met(&self, chosen: &BTreeSet<TaskId>) -> Result<(), ChoiceError> {
        for task in chosen {
            let mut at = task.clone();
            while let Some(node) = self.graph.node(&at).filter(|node| node.is_plain()) {
                let needs = node.needs.keys().map(|need| at.parent().child(need));
                let mut lacking =
                    needs.filter(|need| !chosen.contains(need) && !self.is_good(need));
                if let Some(need) = lacking.next() {
                    let task = task.clone();
                    return Err(ChoiceError::LacksNeed { task, need });
                }
                at = at.parent();
            }
        }
        Ok(())
    }

    /// Old records as a new attempt begins with them. Inside of kept calls also what was skipped.
    fn carried(&self, kept: impl Fn(&TaskId) -> bool) -> BTreeMap<TaskId, Record> {
        let now = Timestamp::now();
        let known = self
            .old
            .values()
            .filter(|old| self.graph.node(&old.id).is_some());
        let carried = known.filter(|old| kept(&old.id)).map(|old| {
            let status = match old.status() {
                TaskStatus::Skipped => TaskStatus::Skipped,
                _ => TaskStatus::Succeeded,
            };
            let mut record = Record::new(old.id.clone(), status, now);
            record.job.clone_from(&old.job);
            record.outputs = Some(old.outputs.clone().unwrap_or_default());
            record.state = Some(old.state.clone().unwrap_or_default());
            (old.id.clone(), record)
        });
        carried.collect()
    }
}

/// The calls around tasks.
fn around(tasks: &BTreeSet<TaskId>) -> BTreeSet<TaskId> {
    let mut around = BTreeSet::new();
    for task in tasks {
        let mut call = task.parent();
        while !call.is_root() && !tasks.contains(&call) && around.insert(call.clone()) {
            call = call.parent();
        }
    }
    around
}

fn skipped_record(id: TaskId) -> Record {
    let mut record = Record::new(id, TaskStatus::Skipped, Timestamp::now());
    record.outputs = Some(Values::new());
    record.state = Some(Values::new());
    record
}
