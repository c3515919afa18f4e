//! The machine with real batches and a platform that is played by a script.

use std::collections::BTreeMap;

use flow::batch::TaskId;
use protocol::flow::{Task, TaskStatus, TaskTransition, Values};

use super::{Hit, Machine, Recipe};
use crate::testing::recipe;
use crate::testing::sim::Sim;

/// `"b: a, c~ | enable: '…'"`: b needs a and c; the mark `~` means that c only has to run; more
/// keys follow after a bar.
fn task(line: &str) -> String {
    let (head, more) = line.split_once('|').unwrap_or((line, ""));
    let (id, needs) = head.trim().split_once(':').unwrap_or((head.trim(), ""));
    let needs: Vec<String> = needs
        .split(',')
        .map(str::trim)
        .filter(|need| !need.is_empty())
        .map(|need| match need.strip_suffix('~') {
            Some(need) => format!("{need}: running"),
            None => format!("{need}: completed"),
        })
        .collect();
    let body = match more.contains("action:") {
        true => more.trim().to_owned(),
        false => format!("image: i, {}", more.trim()),
    };
    format!("- {{id: {id}, needs: {{{}}}, {body}}}\n", needs.join(", "))
}

/// The files of a batch of such tasks.
struct Files(Vec<(String, String)>);

fn batch(lines: &[&str]) -> Files {
    let tasks: String = lines.iter().map(|line| task(line)).collect();
    let tasks = match tasks.is_empty() {
        true => " []".to_owned(),
        false => format!("\n{tasks}"),
    };
    Files(vec![(
        ".apolo/b.yml".into(),
        format!("kind: batch\ntasks:{tasks}"),
    )])
}

impl Files {
    fn action(mut self, name: &str, text: &str) -> Self {
        self.0.push((format!("{name}.yml"), text.to_owned()));
        self
    }

    /// A batch action of such tasks.
    fn call(self, name: &str, lines: &[&str], rest: &str) -> Self {
        let Self(inner) = batch(lines);
        let text = format!("{}\n{rest}", inner[0].1);
        self.action(name, &text)
    }

    fn recipe(&self) -> Recipe {
        recipe(&self.0)
    }

    fn sim(&self) -> Sim {
        Sim::new(Machine::new(self.recipe()))
    }
}

const ALWAYS: &str = "enable: '${{ always() }}'";
const NEVER: &str = "enable: '${{ False }}'";
const ON_FAILURE: &str = "enable: '${{ failure() }}'";
const PATIENT: &str = "strategy: {matrix: {}, fail_fast: no}";

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
    let clean = format!("clean: a | {ALWAYS}");
    let look = format!("look: a | {ON_FAILURE}");
    let mut sim = batch(&["a", "b", "c: a", "d: b", &clean, &look])
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
    let first = format!("a | {PATIENT}");
    let look = format!("look: a | {ON_FAILURE}");
    let mut sim = batch(&[&first, "b", "c: a", "d: b", &look])
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
    let one = |id: &str| format!("{id} | strategy: {{matrix: {{}}, max_parallel: 1}}");
    let never = format!("d | {NEVER}");
    let mut sim = batch(&[&one("a"), &one("b"), &one("c"), &never]).sim();
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
    let two = |id: &str| format!("{id} | strategy: {{matrix: {{}}, max_parallel: 2}}");
    let mut sim = batch(&["c | action: 'ws:act'", &two("n")])
        .call("act", &[&two("x"), &two("y")], "")
        .sim();
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
    let mut sim = batch(&[
        "c | action: 'ws:act'",
        "after: c | cmd: '${{ needs.c.outputs.q }}'",
    ])
    .call(
        "act",
        &["x", "y: x"],
        "outputs: {q: {value: '${{ needs.x.outputs.q }}!'}}",
    )
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
    assert_eq!(call.outputs.as_ref().unwrap()["q"], "Q!");
}

#[test]
fn an_empty_call_and_an_empty_batch_succeed_at_once() {
    assert_eq!(batch(&[]).sim().run(), TaskStatus::Succeeded);
    let mut sim = batch(&["c | action: 'ws:act'", "after: c"])
        .call("act", &[], "")
        .sim();
    assert_eq!(sim.run(), TaskStatus::Succeeded);
    assert_eq!(sim.histories()[0], "c: pending running succeeded");
}

#[test]
fn a_call_that_is_left_out_leaves_out_its_inside_and_ends_the_bake() {
    let call = format!("c | action: 'ws:act', {NEVER}");
    let mut sim = batch(&[&call]).call("act", &["x"], "").sim();
    assert_eq!(sim.run(), TaskStatus::Succeeded);
    assert_eq!(sim.histories(), ["c: skipped"]);
}

#[test]
fn a_failure_inside_a_call_fails_the_call() {
    let mut sim = batch(&["c | action: 'ws:act'", "after: c"])
        .call("act", &["x", "y: x"], "")
        .sim()
        .script("c.x", &["failed"], "");
    assert_eq!(sim.run(), TaskStatus::Failed);
    insta::assert_snapshot!(sim.histories().join("\n"), @r"
    c: pending running failed
    c.x: pending failed
    c.y: skipped
    after: skipped
    ");
}

#[test]
fn cancelling_kills_what_runs_and_lets_run_what_always_runs() {
    let guard = format!("guard | {ALWAYS}");
    let clean = format!("clean: a | {ALWAYS}");
    let mut sim = batch(&["a", &guard, &clean, "c: a"])
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
    let broken = "b: a | cmd: '${{ needs.a.outputs.missing }}'";
    let mut sim = batch(&["a", broken, "c: b", "other: a"]).sim();
    assert_eq!(sim.run(), TaskStatus::Failed);
    let [(task, problem)] = sim.machine.problems() else {
        panic!("one problem expected");
    };
    assert_eq!(*task, TaskId::top("b"));
    assert!(
        problem.0.contains("b.yml:4:") && problem.0.contains("missing"),
        "{problem}"
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
    let batch = batch(&["a", "b: a"]);
    let mut first = batch.sim().script("a", &[], "::set-output name=v::1\n");
    first.run();
    let mut second = batch.sim();
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
    let mut sim = batch(&["a"]).sim().script("a", FAILS, "");
    sim.run();
    assert_eq!(sim.cache, BTreeMap::<String, Hit>::new());
}

#[test]
fn a_local_command_runs_here_and_its_failure_stops_the_bake() {
    let mut sim = batch(&["l | action: 'ws:loc'", "a: l"])
        .action("loc", "kind: local\ncmd: make data\n")
        .sim()
        .script("l", &["failed"], "::save-state name=s::1\n");
    assert_eq!(sim.run(), TaskStatus::Failed);
    assert_eq!(sim.histories(), ["l: pending failed", "a: skipped"]);
    let record = sim.machine.record(&TaskId::top("l")).unwrap();
    assert_eq!(record.state, Some(Values::new()));
    assert_eq!(sim.events, ["local l: make data"]);
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
    let batch =
        batch(&["a", "b", "c: b", "k: a | action: 'ws:act'"]).call("act", &["x", "y: x"], "");
    let machine = Machine::resume(
        batch.recipe(),
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
fn a_failure_that_another_process_saw_still_stops_the_attempt() {
    let clean = format!("clean: a, long | {ALWAYS}");
    let batch = batch(&["a", "long", "c: a", "other", &clean]);
    let machine = Machine::resume(
        batch.recipe(),
        vec![
            stored("a", "job-a", &["pending", "running", "failed"]),
            stored("long", "job-long", &["pending", "running"]),
        ],
    );
    let mut sim = Sim::new(machine).script("long", LONG, "");
    assert_eq!(sim.run(), TaskStatus::Failed);
    assert!(
        sim.events.contains(&"kill long".to_owned()),
        "{:?}",
        sim.events
    );
    let mut histories = sim.histories();
    histories.sort();
    insta::assert_snapshot!(histories.join("\n"), @r"
    a: pending running failed
    c: skipped
    clean: pending running succeeded
    long: pending running cancelled
    other: skipped
    ");
}

#[test]
fn a_job_that_nobody_had_time_to_record_is_taken_over_and_its_result_remembered() {
    let batch = batch(&["a", "b: a"]);
    let mut machine = Machine::resume(batch.recipe(), Vec::new());
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    assert!(machine.adopt_job(&TaskId::top("a"), "job-a".into(), at));
    assert!(!machine.adopt_job(&TaskId::top("a"), "job-2".into(), at));
    assert!(!machine.adopt_job(&TaskId::top("gone"), "job-3".into(), at));
    let mut sim = Sim::new(machine);
    assert_eq!(sim.run(), TaskStatus::Succeeded);
    let starts: Vec<_> = sim
        .events
        .iter()
        .filter(|event| event.starts_with("start"))
        .collect();
    assert_eq!(starts, ["start b"]);
    assert_eq!(sim.cache.len(), 2, "of both tasks");
    assert_eq!(sim.machine.record(&TaskId::top("a")).unwrap().job, "job-a");
}

#[test]
fn an_attempt_that_has_ended_already_ends_at_once_when_taken_up() {
    let ended = vec![stored("a", "job-a", &["pending", "failed"])];
    let mut sim = Sim::new(Machine::resume(batch(&["a"]).recipe(), ended));
    assert_eq!(sim.run(), TaskStatus::Failed);
    assert!(sim.events.is_empty());
}

#[test]
fn tasks_that_wait_for_each_other_end_the_bake_as_failed() {
    let mut sim = batch(&["a", "b: c", "c: b"]).sim();
    assert_eq!(sim.run(), TaskStatus::Failed);
}

#[test]
fn a_matrix_of_the_largest_size_runs_to_its_end() {
    let matrix =
        "t | strategy: {matrix: {x: '${{ range(16) }}', y: '${{ range(16) }}'}, max_parallel: 20}";
    let text = task(matrix).replace("id: t, ", "");
    let files = Files(vec![(
        ".apolo/b.yml".into(),
        format!("kind: batch\ntasks:\n{text}"),
    )]);
    let mut sim = files.sim();
    assert_eq!(sim.run(), TaskStatus::Succeeded);
    assert_eq!(sim.machine.records().count(), 256);
}

/// `BAKEHOUSE_TASKS` says how many; what deciding costs must grow no faster than they do.
#[test]
fn a_batch_of_thousands_of_tasks_runs_to_its_end() {
    let count = std::env::var("BAKEHOUSE_TASKS").ok();
    let count: usize = count.map_or(2000, |text| text.parse().unwrap());
    let tasks = (0..count).map(|number| format!("- {{id: t{number}, needs: [], image: i}}\n"));
    let names: Vec<String> = (0..count).map(|number| format!("t{number}")).collect();
    let text = format!(
        "kind: batch\ndefaults: {{max_parallel: 50}}\ntasks:\n{}- {{id: last, needs: [{}], image: i}}\n",
        tasks.collect::<String>(),
        names.join(", ")
    );
    let files = Files(vec![(".apolo/b.yml".into(), text)]);
    let mut sim = files.sim();
    assert_eq!(sim.run(), TaskStatus::Succeeded);
    assert_eq!(sim.machine.records().count(), count + 1);
    let last = sim.machine.record(&TaskId::top("last")).unwrap();
    assert_eq!(last.status(), TaskStatus::Succeeded);
}

mod images;

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
                proptest::sample::select(vec![
                    "",
                    "enable: '${{ always() }}',",
                    "enable: '${{ failure() }}',",
                    "enable: '${{ False }}',",
                    "enable: '${{ True }}',",
                ]), 8),
            fates in proptest::collection::vec(
                proptest::sample::select(vec!["succeeded", "failed", "cancelled"]), 8),
            patient in proptest::collection::vec(any::<bool>(), 8),
            parallel in 1_i64..4,
        ) {
            let extended: Vec<String> = lines
                .iter()
                .enumerate()
                .map(|(at, line)| {
                    let fail_fast = if patient[at] { "no" } else { "yes" };
                    format!(
                        "{line} | {} strategy: {{matrix: {{}}, fail_fast: {fail_fast}, \
                         max_parallel: {parallel}}}",
                        conditions[at]
                    )
                })
                .collect();
            let extended: Vec<&str> = extended.iter().map(String::as_str).collect();
            let count = extended.len();
            let mut sim = batch(&extended).sim();
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
