//! The machine with a batch that is written down in a few words.

use std::collections::BTreeMap;

use flow::batch::{NeedLevel, Node, Outcome, Results, TaskGraph, TaskId, TaskKind};
use flow::config::{
    CacheConfig, CacheStrategy, Enable, ExecConfig, Seconds, StrategyConfig, TaskConfig,
};
use indexmap::IndexMap;
use protocol::flow::{Task, TaskStatus, TaskTransition, Values};
use source::{Span, Text};

use super::{Hit, Machine, Problem, Recipe};
use crate::testing::sim::Sim;

/// A batch of a test; what a task runs for stands in `enable`.
struct Plain {
    graph: TaskGraph,
    cache: CacheStrategy,
    /// The condition of each task, `success` where none is given.
    enable: BTreeMap<TaskId, &'static str>,
}

impl Recipe for Plain {
    fn graph(&self) -> &TaskGraph {
        &self.graph
    }

    fn enable(&self, id: &TaskId, results: &Results) -> Result<Enable, Problem> {
        let node = self.graph.node(id).unwrap();
        let needs = node
            .needs
            .iter()
            .filter(|(_, level)| **level == NeedLevel::Completed);
        let mut outcomes = needs.map(|(need, _)| results[&id.parent().child(need)].outcome);
        let answer = match self.enable.get(id).copied().unwrap_or("success") {
            "always" => return Ok(Enable::Always),
            "never" => false,
            "broken" => return Err(Problem("no such output".into())),
            "failure" => outcomes.any(|outcome| outcome == Outcome::Failed),
            "yes" => true,
            _ => outcomes.all(|outcome| outcome == Outcome::Succeeded),
        };
        Ok(if answer { Enable::Yes } else { Enable::No })
    }

    fn task(&self, id: &TaskId, _: &Results) -> Result<TaskConfig, Problem> {
        Ok(TaskConfig {
            id: None,
            exec: ExecConfig::default(),
            enable: Enable::Yes,
            strategy: strategy(),
            cache: CacheConfig {
                strategy: self.cache,
                life_span: Seconds::Whole(60),
            },
            caching_key: format!("key of {id}"),
        })
    }

    fn local(&self, id: &TaskId, _: &Results) -> Result<String, Problem> {
        Ok(format!("run {id}"))
    }

    fn outputs(&self, call: &TaskId, results: &Results) -> Result<Values, Problem> {
        let inner = self.graph.level(call).unwrap();
        let mut outputs = Values::new();
        for node in inner.nodes.values() {
            let result = &results[&node.id];
            outputs.extend(result.outputs.clone());
        }
        Ok(outputs)
    }
}

fn strategy() -> StrategyConfig {
    StrategyConfig {
        fail_fast: true,
        max_parallel: 10,
    }
}

/// `"b: a, c~"`: b needs a and c; the mark `~` means that c only has to run.
fn node(level: &TaskId, line: &str) -> Node {
    let (id, needs) = line.split_once(':').unwrap_or((line, ""));
    let needs = needs
        .split(',')
        .map(str::trim)
        .filter(|need| !need.is_empty());
    let needs = needs.map(|need| match need.strip_suffix('~') {
        Some(need) => (need.to_owned(), NeedLevel::Running),
        None => (need.to_owned(), NeedLevel::Completed),
    });
    Node {
        id: level.child(id),
        user_id: Some(id.to_owned()),
        kind: TaskKind::Task,
        needs: needs.collect(),
        matrix: IndexMap::new(),
        strategy: strategy(),
        cache: CacheConfig {
            strategy: CacheStrategy::None,
            life_span: Seconds::Whole(60),
        },
        enable: String::new(),
        action: None,
        state_from: None,
        inner: None,
        text: Text::new("batch.yml", ""),
        span: Span::new(0, 0),
    }
}

fn graph(level: &TaskId, lines: &[&str]) -> TaskGraph {
    let nodes = lines.iter().map(|line| node(level, line));
    TaskGraph {
        nodes: nodes
            .map(|node| (node.id.name().to_owned(), node))
            .collect(),
    }
}

fn batch(lines: &[&str]) -> Plain {
    Plain {
        graph: graph(&TaskId::root(), lines),
        cache: CacheStrategy::None,
        enable: BTreeMap::new(),
    }
}

impl Plain {
    fn with(mut self, id: &str, change: impl Fn(&mut Node)) -> Self {
        let id = TaskId::parse(id);
        let (last, calls) = id.steps().split_last().unwrap();
        let mut level = &mut self.graph;
        for call in calls {
            level = level.nodes[call].inner.as_mut().unwrap();
        }
        change(&mut level.nodes[last]);
        self
    }

    fn enabled(mut self, id: &str, when: &'static str) -> Self {
        self.enable.insert(TaskId::parse(id), when);
        self
    }

    fn call(self, id: &str, lines: &[&str]) -> Self {
        let inner = graph(&TaskId::parse(id), lines);
        self.with(id, |node| {
            node.kind = TaskKind::BatchAction;
            node.inner = Some(inner.clone());
        })
    }

    fn patient(self, id: &str) -> Self {
        self.with(id, |node| node.strategy.fail_fast = false)
    }

    fn sim(self) -> Sim<Self> {
        Sim::new(Machine::new(self))
    }
}

const LONG: &[&str] = &["running"];
const FAILS: &[&str] = &["running", "failed"];

#[test]
fn tasks_run_one_after_another_and_what_needs_nothing_runs_beside_them() {
    let mut sim = batch(&["a", "b: a", "c: b", "d"]).sim();
    assert_eq!(sim.run(), TaskStatus::Succeeded);
    insta::assert_snapshot!(sim.events.join("\n"), @r"
    start a
    start d
    a -> running
    d -> running
    a -> succeeded
    start b
    d -> succeeded
    b -> running
    b -> succeeded
    start c
    c -> running
    c -> succeeded
    ");
}

#[test]
fn a_failure_stops_what_runs_and_skips_the_rest_but_what_always_runs() {
    let mut sim = batch(&["a", "b", "c: a", "d: b", "clean: a", "look: a"])
        .enabled("clean", "always")
        .enabled("look", "failure")
        .sim()
        .script("a", FAILS, "")
        .script("b", LONG, "");
    assert_eq!(sim.run(), TaskStatus::Failed);
    insta::assert_snapshot!(sim.histories().join("\n"), @r"
    a: pending running failed
    b: pending running cancelled
    c: skipped
    clean: pending running succeeded
    look: skipped
    d: skipped
    ");
}

#[test]
fn without_fail_fast_other_branches_go_on_and_failure_handlers_run() {
    let mut sim = batch(&["a", "b", "c: a", "d: b", "look: a"])
        .patient("a")
        .enabled("look", "failure")
        .sim()
        .script("a", FAILS, "");
    assert_eq!(sim.run(), TaskStatus::Failed);
    insta::assert_snapshot!(sim.histories().join("\n"), @r"
    a: pending running failed
    b: pending running succeeded
    c: skipped
    look: pending running succeeded
    d: pending running succeeded
    ");
}

#[test]
fn a_need_of_running_is_met_before_the_other_task_has_ended() {
    let mut sim = batch(&["server", "user: server~"]).sim().script(
        "server",
        &["pending", "running", "running", "running", "succeeded"],
        "",
    );
    sim.run();
    let events = sim.events.join(" | ");
    assert!(
        events.contains("server -> running | start user"),
        "{events}"
    );
}

#[test]
fn no_more_jobs_than_allowed_run_at_a_time_and_skipped_tasks_do_not_wait_for_a_place() {
    let mut batch = batch(&["a", "b", "c", "d"]).enabled("d", "never");
    for id in ["a", "b", "c", "d"] {
        batch = batch.with(id, |node| node.strategy.max_parallel = 1);
    }
    let mut sim = batch.sim();
    sim.run();
    insta::assert_snapshot!(sim.events.join("\n"), @r"
    start a
    a -> running
    a -> succeeded
    start b
    b -> running
    b -> succeeded
    start c
    c -> running
    c -> succeeded
    ");
    assert_eq!(sim.histories()[1], "d: skipped");
}

#[test]
fn the_limit_counts_at_every_level_around_a_task() {
    let batch = batch(&["c", "n"])
        .call("c", &["x", "y"])
        .with("c.x", |node| node.strategy.max_parallel = 2)
        .with("c.y", |node| node.strategy.max_parallel = 2)
        .with("n", |node| node.strategy.max_parallel = 2);
    let mut sim = batch.sim();
    sim.run();
    // `n` fills the second place of the batch, so `c.y` waits, although `c` itself has room.
    let starts: Vec<_> = sim
        .events
        .iter()
        .filter(|event| event.starts_with("start"))
        .collect();
    assert_eq!(starts, ["start n", "start c.x", "start c.y"]);
}

#[test]
fn a_call_runs_when_all_inside_runs_and_gives_its_outputs_to_those_that_need_it() {
    let mut sim = batch(&["c", "after: c"])
        .call("c", &["x", "y: x"])
        .sim()
        .script("c.x", &[], "::set-output name=q::Q\n");
    assert_eq!(sim.run(), TaskStatus::Succeeded);
    insta::assert_snapshot!(sim.histories().join("\n"), @r"
    c: pending running succeeded
    c.x: pending running succeeded
    c.y: pending running succeeded
    after: pending running succeeded
    ");
    let call = sim.machine.record(&TaskId::top("c")).unwrap();
    assert_eq!(call.outputs.as_ref().unwrap()["q"], "Q");
}

#[test]
fn an_empty_call_and_an_empty_batch_succeed_at_once() {
    assert_eq!(batch(&[]).sim().run(), TaskStatus::Succeeded);
    let mut sim = batch(&["c", "after: c"]).call("c", &[]).sim();
    assert_eq!(sim.run(), TaskStatus::Succeeded);
    assert_eq!(sim.histories()[0], "c: pending succeeded");
}

#[test]
fn a_call_that_is_left_out_leaves_out_its_inside_and_ends_the_bake() {
    let mut sim = batch(&["c"]).call("c", &["x"]).enabled("c", "never").sim();
    assert_eq!(sim.run(), TaskStatus::Succeeded);
    assert_eq!(sim.histories(), ["c: skipped"]);
}

#[test]
fn a_failure_inside_a_call_fails_the_call() {
    let mut sim = batch(&["c", "after: c"])
        .call("c", &["x", "y: x"])
        .sim()
        .script("c.x", &["failed"], "");
    assert_eq!(sim.run(), TaskStatus::Failed);
    insta::assert_snapshot!(sim.histories().join("\n"), @r"
    c: pending failed
    c.x: pending failed
    c.y: skipped
    after: skipped
    ");
}

#[test]
fn cancelling_kills_what_runs_and_lets_run_what_always_runs() {
    let mut sim = batch(&["a", "guard", "clean: a", "c: a"])
        .enabled("guard", "always")
        .enabled("clean", "always")
        .sim()
        .script("a", LONG, "")
        .script("guard", &["running", "running", "running", "succeeded"], "");
    sim.cancel_after = Some("a -> running");
    assert_eq!(sim.run(), TaskStatus::Cancelled);
    insta::assert_snapshot!(sim.histories().join("\n"), @r"
    a: pending running cancelled
    guard: pending running succeeded
    clean: pending running succeeded
    c: skipped
    ");
}

#[test]
fn a_task_that_cannot_be_evaluated_fails_with_its_reason_and_stops_the_rest() {
    let mut sim = batch(&["a", "b: a", "c: b", "other: a"])
        .enabled("b", "broken")
        .sim();
    assert_eq!(sim.run(), TaskStatus::Failed);
    assert_eq!(
        sim.machine.problems(),
        [(TaskId::top("b"), Problem("no such output".into()))]
    );
    insta::assert_snapshot!(sim.histories().join("\n"), @r"
    a: pending running succeeded
    b: failed
    c: skipped
    other: skipped
    ");
}

#[test]
fn a_second_bake_takes_its_results_from_the_first() {
    let cached = || {
        let mut batch = batch(&["a", "b: a"]);
        batch.cache = CacheStrategy::Default;
        batch
    };
    let mut first = cached().sim().script("a", &[], "::set-output name=v::1\n");
    first.run();
    let mut second = cached().sim();
    second.cache = first.cache;
    assert_eq!(second.run(), TaskStatus::Succeeded);
    assert_eq!(second.histories(), ["a: cached", "b: cached"]);
    assert!(second.events.is_empty());
    let record = second.machine.record(&TaskId::top("a")).unwrap();
    assert_eq!(record.job, "job-of-a");
    assert_eq!(record.outputs.as_ref().unwrap()["v"], "1");
}

#[test]
fn failed_tasks_are_not_remembered() {
    let mut batch = batch(&["a"]);
    batch.cache = CacheStrategy::Default;
    let mut sim = batch.sim().script("a", FAILS, "");
    sim.run();
    assert_eq!(sim.cache, BTreeMap::<String, Hit>::new());
}

#[test]
fn a_local_command_runs_here_and_its_failure_stops_the_bake() {
    let local = |node: &mut Node| node.kind = TaskKind::Local;
    let mut sim = batch(&["l", "a: l"]).with("l", local).sim().script(
        "l",
        &["failed"],
        "::save-state name=s::1\n",
    );
    assert_eq!(sim.run(), TaskStatus::Failed);
    assert_eq!(sim.histories(), ["l: pending failed", "a: skipped"]);
    let record = sim.machine.record(&TaskId::top("l")).unwrap();
    assert_eq!(record.state, Some(Values::new()));
    assert_eq!(sim.events, ["local l: run l"]);
}

fn stored(id: &str, job: &str, statuses: &[&str]) -> Task {
    let transition = |(second, status): (usize, &&str)| TaskTransition {
        created_at: jiff::Timestamp::from_second(i64::try_from(second).unwrap()).unwrap(),
        status: TaskStatus::from(*status),
    };
    let finished = TaskStatus::from(*statuses.last().unwrap()).is_finished();
    Task {
        id: format!("task-{id}"),
        attempt_id: "attempt-1".into(),
        yaml_id: id.into(),
        raw_id: job.into(),
        outputs: finished.then(Values::new),
        state: finished.then(Values::new),
        statuses: statuses.iter().enumerate().map(transition).collect(),
    }
}

#[test]
fn an_attempt_is_taken_up_where_another_process_left_it() {
    let batch = batch(&["a", "b", "c: b", "k: a"]).call("k", &["x", "y: x"]);
    let machine = Machine::resume(
        batch,
        vec![
            stored("k.x", "job-x", &["pending", "running", "succeeded"]),
            stored("k", "", &["pending"]),
            stored("b", "job-b", &["pending", "running"]),
            stored("a", "job-a", &["pending", "running", "succeeded"]),
            stored("gone", "job-g", &["pending"]),
        ],
    );
    let mut sim = Sim::new(machine);
    assert_eq!(sim.run(), TaskStatus::Succeeded);
    let starts: Vec<_> = sim
        .events
        .iter()
        .filter(|event| event.starts_with("start"))
        .collect();
    assert_eq!(starts, ["start k.y", "start c"]);
    let mut histories = sim.histories();
    histories.sort();
    insta::assert_snapshot!(histories.join("\n"), @r"
    a: pending running succeeded
    b: pending running succeeded
    c: pending running succeeded
    k.x: pending running succeeded
    k.y: pending running succeeded
    k: pending running succeeded
    ");
}

#[test]
fn an_attempt_that_has_ended_already_ends_at_once_when_taken_up() {
    let ended = vec![stored("a", "job-a", &["pending", "failed"])];
    let mut sim = Sim::new(Machine::resume(batch(&["a"]), ended));
    assert_eq!(sim.run(), TaskStatus::Failed);
    assert!(sim.events.is_empty());
}

#[test]
fn tasks_that_wait_for_each_other_end_the_bake_as_failed() {
    let mut sim = batch(&["a", "b: c", "c: b"]).sim();
    assert_eq!(sim.run(), TaskStatus::Failed);
}

mod any_batch {
    use super::*;
    use proptest::prelude::*;

    fn any_lines() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec(proptest::collection::vec(0_usize..8, 0..3), 1..8).prop_map(
            |all| {
                let needs = |at: usize, needs: Vec<usize>| {
                    let earlier = needs.into_iter().filter(|need| *need < at);
                    let words: Vec<String> = earlier.map(|need| format!("t{need}")).collect();
                    format!("t{at}: {}", words.join(", "))
                };
                all.into_iter()
                    .enumerate()
                    .map(|(at, list)| needs(at, list))
                    .collect()
            },
        )
    }

    proptest! {
        #[test]
        fn every_batch_ends_with_each_task_ended_and_none_started_twice(
            lines in any_lines(),
            conditions in proptest::collection::vec(
                proptest::sample::select(vec!["success", "always", "failure", "never", "yes"]), 8),
            fates in proptest::collection::vec(
                proptest::sample::select(vec!["succeeded", "failed", "cancelled"]), 8),
            patient in proptest::collection::vec(any::<bool>(), 8),
            parallel in 1_i64..4,
        ) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let mut batch = batch(&lines);
            for at in 0..lines.len() {
                let id = format!("t{at}");
                batch = batch.enabled(&id, conditions[at]).with(&id, |node| {
                    node.strategy = StrategyConfig { fail_fast: !patient[at], max_parallel: parallel };
                });
            }
            let count = lines.len();
            let mut sim = batch.sim();
            for (at, fate) in fates.iter().enumerate().take(count) {
                sim = sim.script(&format!("t{at}"), &["running", fate], "");
            }
            let result = sim.run();
            prop_assert_eq!(sim.machine.records().count(), count);
            let finished = sim.machine.records().all(|record| record.status().is_finished());
            prop_assert!(finished);
            let mut starts: Vec<_> = sim.events.iter().filter(|e| e.starts_with("start")).collect();
            let all = starts.len();
            starts.sort();
            starts.dedup();
            prop_assert_eq!(starts.len(), all);
            let good = sim.machine.records().all(|record| {
                matches!(record.status(), TaskStatus::Succeeded | TaskStatus::Skipped)
            });
            prop_assert_eq!(result == TaskStatus::Succeeded, good);
        }
    }
}
