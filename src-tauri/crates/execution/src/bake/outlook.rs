//! What will become of each task of a bake, decided before anything runs.
//!
//! Pure, as [`super::Machine`] is: it evaluates tasks with the same functions and makes the same
//! keys, and asks for remembered results in between. Of tasks that run it assumes that they end
//! well; what they will give out is not known, so what depends on that stays open.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flow::batch::{Foreseen, NeedLevel, Outcome, Results, TaskId, TaskKind, TaskResult, Whole};
use flow::config::{CacheStrategy, Enable};
use indexmap::IndexMap;
use jiff::Timestamp;
use protocol::flow::{CacheEntry, TaskStatus};

use super::cached::is_fresh;
use super::reason::{Reason, Step, Verdict};
use super::recipe::{Problem, Recipe};
use super::record::Record;
use super::selection::Selection;

/// A question for the cache.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The task.
    pub task: TaskId,
    /// The key of its result.
    pub key: String,
}

/// What will become of each task.
pub struct Outlook {
    pub(super) recipe: Recipe,
    selection: Selection,
    /// Results that are known.
    pub(super) results: Results,
    /// Tasks that run and are assumed to end well.
    pub(super) assumed: BTreeSet<TaskId>,
    /// Tasks that the bake stops at or before.
    stopped: BTreeSet<TaskId>,
    /// For how many seconds the results that were asked for may be used.
    asked: BTreeMap<TaskId, f64>,
    steps: IndexMap<TaskId, Step>,
    /// How many things each task still waits for: its needs, and that the call around it opens.
    waits: BTreeMap<TaskId, usize>,
    /// The tasks that wait for each.
    followers: BTreeMap<TaskId, Vec<TaskId>>,
    /// How many tasks inside each open call are not settled.
    inside: BTreeMap<TaskId, usize>,
    ready: VecDeque<TaskId>,
}

impl Outlook {
    /// The outlook of a batch, with what is taken over from an attempt that is restarted.
    pub fn new(recipe: Recipe, selection: Selection) -> Self {
        let mut outlook = Self {
            selection,
            results: Results::new(),
            assumed: BTreeSet::new(),
            stopped: BTreeSet::new(),
            asked: BTreeMap::new(),
            steps: IndexMap::new(),
            waits: BTreeMap::new(),
            followers: BTreeMap::new(),
            inside: BTreeMap::new(),
            ready: VecDeque::new(),
            recipe,
        };
        outlook.order();
        outlook
    }

    fn order(&mut self) {
        for node in self.recipe.graph().walk() {
            let level = node.id.parent();
            let gate = usize::from(!level.is_root());
            self.waits.insert(node.id.clone(), node.needs.len() + gate);
            for need in node.needs.keys() {
                let followers = self.followers.entry(level.child(need)).or_default();
                followers.push(node.id.clone());
            }
            if node.needs.is_empty() && gate == 0 {
                self.ready.push_back(node.id.clone());
            }
        }
    }

    /// Goes on as far as it can; answers what it has to be told next. When that is nothing, all is
    /// said.
    pub fn advance(&mut self) -> Vec<Ask> {
        let mut asks = Vec::new();
        while let Some(id) = self.ready.pop_front() {
            asks.extend(self.look_at(&id));
        }
        asks
    }

    /// Takes in what the cache holds under the key of a task.
    pub fn answer(&mut self, task: &TaskId, entry: Option<CacheEntry>, now: Timestamp) {
        let Some(life_span) = self.asked.remove(task) else {
            return;
        };
        match entry {
            Some(entry) if is_fresh(&entry, life_span, now) => {
                let reason = Reason::Cached {
                    at: entry.created_at,
                    job: entry.raw_id,
                    by: None,
                };
                let result = TaskResult {
                    outcome: Outcome::Succeeded,
                    outputs: entry.outputs,
                    state: entry.state,
                };
                self.results.insert(task.clone(), result);
                self.settle(task, Verdict::Reuse, reason);
            }
            Some(CacheEntry { created_at: at, .. }) => {
                self.runs(task, Reason::Expired { at, life_span });
            }
            None => self.runs(task, Reason::Missing),
        }
    }

    /// What will become of each task, in the order of the graph.
    pub fn steps(&self) -> Vec<Step> {
        let nodes = self.recipe.graph().walk();
        let stuck = |id: &TaskId, kind| Step {
            id: id.clone(),
            kind,
            verdict: Verdict::Unknown,
            reason: Reason::Undecided { tasks: Vec::new() },
        };
        nodes
            .map(|node| match self.steps.get(&node.id) {
                Some(step) => step.clone(),
                None => stuck(&node.id, node.kind),
            })
            .collect()
    }

    /// Why a task runs for which nothing can be remembered, where an attempt that is restarted says
    /// it.
    pub(super) fn why_again(&self, id: &TaskId) -> Option<Reason> {
        self.selection.why_again(id)
    }

    fn kind(&self, id: &TaskId) -> TaskKind {
        let node = self.recipe.graph().node(id);
        node.map_or(TaskKind::Task, |node| node.kind)
    }

    fn look_at(&mut self, id: &TaskId) -> Option<Ask> {
        if let Some(record) = self.selection.record(id) {
            self.keep(id, &record);
            return None;
        }
        let enable = self.recipe.enable_after(id, (&self.results, &self.assumed));
        match (enable, self.stop_before(id)) {
            (Err(problem), _) => self.break_at(id, &problem),
            (Ok(None), _) => self.undecided(id),
            (Ok(Some(Enable::No)), _) => self.skip(id),
            (Ok(Some(Enable::Yes)), Some(at)) => {
                self.stopped.insert(id.clone());
                self.left_out(id, Reason::Stopped { at });
            }
            (Ok(Some(Enable::Yes | Enable::Always)), _) => return self.look_inside(id),
        }
        None
    }

    /// What comes of a task that is not left out.
    fn look_inside(&mut self, id: &TaskId) -> Option<Ask> {
        let kind = self.kind(id);
        match self.recipe.foresee(id, (&self.results, &self.assumed)) {
            Err(problem) => self.break_at(id, &problem),
            Ok(_) if kind.is_call() => self.open(id),
            Ok(_) if kind == TaskKind::Local => self.runs(id, Reason::NeverKept { kind }),
            Ok(seen) => return self.look_at_job(id, kind, seen),
        }
        None
    }

    /// A job runs, unless a remembered result may take its place.
    fn look_at_job(&mut self, id: &TaskId, kind: TaskKind, seen: Foreseen) -> Option<Ask> {
        let node = self.recipe.graph().node(id)?;
        let cache = seen
            .config
            .as_ref()
            .map_or(node.cache, |config| config.cache);
        let reason = if let Some(reason) = self.selection.forced(id) {
            reason
        } else if matches!(kind, TaskKind::Stateful | TaskKind::Post) {
            Reason::NeverKept { kind }
        } else if cache.strategy != CacheStrategy::Default {
            Reason::CacheOff
        } else {
            return match (seen.whole, seen.config) {
                (Whole::WithKey, Some(config)) => {
                    self.asked.insert(id.clone(), cache.life_span.value());
                    Some(Ask {
                        task: id.clone(),
                        key: config.caching_key,
                    })
                }
                _ => {
                    let tasks = self.open_needs(id);
                    self.assumed.insert(id.clone());
                    self.settle(id, Verdict::Unknown, Reason::WaitsFor { tasks });
                    None
                }
            };
        };
        self.runs(id, reason);
        None
    }

    fn runs(&mut self, id: &TaskId, reason: Reason) {
        let plain = matches!(
            reason,
            Reason::Missing | Reason::CacheOff | Reason::NeverKept { .. }
        );
        let again = self.selection.why_again(id).filter(|_| plain);
        let reason = again.unwrap_or(reason);
        self.assumed.insert(id.clone());
        self.settle(id, Verdict::Run, reason);
    }

    /// Takes over what an earlier attempt recorded.
    fn keep(&mut self, id: &TaskId, record: &Record) {
        if let Some(result) = record.result() {
            self.results.insert(id.clone(), result);
        }
        let verdict = match record.status() {
            TaskStatus::Skipped => Verdict::Skip,
            _ => Verdict::Reuse,
        };
        let reason = self.selection.why_kept(id);
        for inner in self.all_inside(id) {
            let was = self.selection.record(&inner).map(|record| record.status());
            let (verdict, reason) = match was {
                Some(TaskStatus::Skipped) => (Verdict::Skip, self.selection.why_kept(&inner)),
                Some(_) => (Verdict::Reuse, self.selection.why_kept(&inner)),
                None => (Verdict::Skip, Reason::CallSkipped { call: id.clone() }),
            };
            self.note(&inner, verdict, reason);
        }
        self.settle(id, verdict, reason);
    }

    fn skip(&mut self, id: &TaskId) {
        let reason = self.why_skipped(id);
        self.left_out(id, reason);
    }

    fn left_out(&mut self, id: &TaskId, reason: Reason) {
        let skipped = TaskResult::bare(Outcome::Skipped);
        self.results.insert(id.clone(), skipped);
        self.settle(id, Verdict::Skip, reason);
        for inner in self.all_inside(id) {
            let reason = Reason::CallSkipped { call: id.clone() };
            self.note(&inner, Verdict::Skip, reason);
        }
    }

    fn why_skipped(&self, id: &TaskId) -> Reason {
        let Some(node) = self.recipe.graph().node(id) else {
            return Reason::NotChosen;
        };
        let level = id.parent();
        let read = node
            .needs
            .iter()
            .filter(|(_, how)| **how == NeedLevel::Completed);
        let mut bad = read.filter_map(|(need, _)| {
            let task = level.child(need);
            let outcome = self.results.get(&task)?.outcome;
            (outcome != Outcome::Succeeded).then_some((task, outcome))
        });
        match bad.next() {
            Some((task, outcome)) if node.is_plain() => Reason::NeedEnds { task, outcome },
            _ => Reason::Disabled {
                condition: node.enable.clone(),
            },
        }
    }

    fn undecided(&mut self, id: &TaskId) {
        let tasks = self.open_needs(id);
        for inner in self.all_inside(id) {
            let reason = Reason::Undecided {
                tasks: tasks.clone(),
            };
            self.note(&inner, Verdict::Unknown, reason);
        }
        self.settle(id, Verdict::Unknown, Reason::Undecided { tasks });
    }

    /// A task that cannot be evaluated fails, and the bake stops.
    fn break_at(&mut self, id: &TaskId, problem: &Problem) {
        let opened = self.inside.contains_key(id);
        let reason = Reason::Broken {
            problem: problem.0.clone(),
        };
        self.results
            .insert(id.clone(), TaskResult::bare(Outcome::Failed));
        self.stopped.insert(id.clone());
        for inner in self.all_inside(id).into_iter().filter(|_| !opened) {
            self.note(&inner, Verdict::Fail, reason.clone());
        }
        self.settle(id, Verdict::Fail, reason);
    }

    /// The need a task cannot run after, since the bake stops there.
    fn stop_before(&self, id: &TaskId) -> Option<TaskId> {
        let node = self.recipe.graph().node(id)?;
        let level = id.parent();
        let mut needs = node.needs.keys().map(|need| level.child(need));
        needs.find(|need| self.stopped.contains(need))
    }

    /// The tasks whose results a task reads and that are not known, at the innermost level that has
    /// any.
    fn open_needs(&self, id: &TaskId) -> Vec<TaskId> {
        let mut at = id.clone();
        while let Some(node) = self.recipe.graph().node(&at) {
            let level = at.parent();
            let read = node.needs.keys().filter(|need| node.reads(need));
            let open = read.map(|need| level.child(need));
            let open: Vec<TaskId> = open
                .filter(|need| !self.results.contains_key(need))
                .collect();
            if !open.is_empty() {
                return open;
            }
            at = level;
        }
        Vec::new()
    }

    fn all_inside(&self, call: &TaskId) -> Vec<TaskId> {
        let inner = self.recipe.graph().node(call);
        let inner = inner.and_then(|node| node.inner.as_ref());
        let nodes = inner.into_iter().flat_map(flow::batch::TaskGraph::walk);
        nodes.map(|node| node.id.clone()).collect()
    }

    fn open(&mut self, call: &TaskId) {
        let inner = self.recipe.graph().node(call);
        let inner = inner.and_then(|node| node.inner.as_ref());
        let ids: Vec<TaskId> = inner
            .into_iter()
            .flat_map(|graph| graph.nodes.values().map(|node| node.id.clone()))
            .collect();
        self.inside.insert(call.clone(), ids.len());
        if ids.is_empty() {
            return self.close(call);
        }
        for id in ids {
            self.one_less(&id);
        }
    }

    /// Ends a call whose inside is settled.
    fn close(&mut self, call: &TaskId) {
        let inner = self.recipe.graph().node(call);
        let inner = inner.and_then(|node| node.inner.as_ref());
        let ids: Vec<&TaskId> = inner
            .into_iter()
            .flat_map(|graph| graph.nodes.values().map(|node| &node.id))
            .collect();
        let verdicts: BTreeSet<Verdict> = ids
            .iter()
            .filter_map(|id| Some(self.steps.get(*id)?.verdict))
            .collect();
        let all_known = ids.iter().all(|id| self.results.contains_key(id));
        let order = [
            Verdict::Fail,
            Verdict::Run,
            Verdict::Unknown,
            Verdict::Reuse,
        ];
        let worst = order.into_iter().find(|one| verdicts.contains(one));
        // A call that is empty, or in which nothing runs, succeeds all the same.
        let verdict = worst.unwrap_or(Verdict::Run);
        if verdict == Verdict::Fail {
            self.results
                .insert(call.clone(), TaskResult::bare(Outcome::Failed));
            self.stopped.insert(call.clone());
            return self.settle(call, verdict, Reason::Inside);
        }
        if !all_known {
            self.assumed.insert(call.clone());
            return self.settle(call, verdict, Reason::Inside);
        }
        match self.recipe.outputs(call, &self.results) {
            Err(problem) => self.break_at(call, &problem),
            Ok(outputs) => {
                let result = TaskResult {
                    outputs,
                    ..TaskResult::bare(Outcome::Succeeded)
                };
                self.results.insert(call.clone(), result);
                self.settle(call, verdict, Reason::Inside);
            }
        }
    }

    fn note(&mut self, id: &TaskId, verdict: Verdict, reason: Reason) {
        let step = Step {
            id: id.clone(),
            kind: self.kind(id),
            verdict,
            reason,
        };
        self.steps.insert(id.clone(), step);
    }

    fn settle(&mut self, id: &TaskId, verdict: Verdict, reason: Reason) {
        self.note(id, verdict, reason);
        for follower in self.followers.remove(id).unwrap_or_default() {
            self.one_less(&follower);
        }
        let call = id.parent();
        if let Some(left) = self.inside.get_mut(&call) {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.close(&call);
            }
        }
    }

    fn one_less(&mut self, id: &TaskId) {
        if let Some(waits) = self.waits.get_mut(id) {
            *waits = waits.saturating_sub(1);
            if *waits == 0 {
                self.ready.push_back(id.clone());
            }
        }
    }
}
