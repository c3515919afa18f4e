//! What the outlook says of a bake, and what becomes of it: the same, for any batch.

use std::collections::{BTreeMap, BTreeSet};

use flow::batch::TaskId;
use jiff::Timestamp;
use proptest::prelude::*;
use protocol::flow::{CacheEntry, Task, TaskStatus};

use super::{Again, Hit, Machine, Outlook, Reason, Recipe, Record, Selection, Step, Verdict};
use crate::testing::recipe;
use crate::testing::sim::Sim;

const CONDITIONS: &[&str] = &[
    "",
    "",
    "",
    "enable: '${{ always() }}', ",
    "enable: '${{ failure() }}', ",
    "enable: '${{ False }}', ",
    "enable: \"${{ params.go == 'yes' }}\", ",
];

/// How a task of a generated batch looks.
#[derive(Debug, Clone)]
struct Shape {
    needs: Vec<(usize, bool)>,
    condition: usize,
    /// 0, 1: a plain task; 2: without cache; 3: a call; 4: a stateful action; 5: a local command; 6:
    /// a matrix; 7: a task inside reads an output.
    kind: usize,
    reads: bool,
    asks: bool,
    salted: bool,
}

fn shape() -> impl Strategy<Value = Shape> {
    let needs = proptest::collection::vec((0_usize..8, any::<bool>()), 0..3);
    let flags = (any::<bool>(), 0_u8..6, any::<bool>());
    (needs, 0..CONDITIONS.len(), 0_usize..8, flags).prop_map(
        |(needs, condition, kind, (reads, asks, salted))| Shape {
            needs,
            condition,
            kind,
            reads,
            asks: asks == 0,
            salted,
        },
    )
}

/// The files of a batch of such tasks, with parameters of these values.
fn files(shapes: &[Shape], go: &str, lr: &str) -> Vec<(String, String)> {
    let mut text = format!(
        "kind: batch\nparams: {{go: {{default: '{go}'}}, lr: {{default: '{lr}'}}}}\ntasks:\n"
    );
    for (at, shape) in shapes.iter().enumerate() {
        text.push_str(&entry(shapes, at, shape));
    }
    let inner = "kind: batch\ninputs: {v: {default: ''}}\noutputs: {v: {value: '${{ needs.y.outputs.v \
                 }}'}}\ntasks:\n- {id: x, image: i, env: {V: '${{ inputs.v }}'}}\n- {id: y, image: \
                 i, needs: [x], env: {W: '${{ needs.x.outputs.v }}'}}\n";
    let stateful =
        "kind: stateful\nmain: {image: i, cmd: m}\npost: {image: i, cmd: '${{ state.s }}'}\n";
    vec![
        (".apolo/b.yml".to_owned(), text),
        ("act.yml".to_owned(), inner.to_owned()),
        ("st.yml".to_owned(), stateful.to_owned()),
        ("loc.yml".to_owned(), "kind: local\ncmd: make\n".to_owned()),
    ]
}

fn is_matrix(shape: &Shape) -> bool {
    shape.kind == 6
}

fn entry(shapes: &[Shape], at: usize, shape: &Shape) -> String {
    let mut needs: BTreeMap<String, &str> = BTreeMap::new();
    let mut read = None;
    for (need, whole) in shape.needs.iter().filter(|(need, _)| *need < at) {
        let level = if *whole { "completed" } else { "running" };
        match is_matrix(&shapes[*need]) {
            true => needs.extend([(format!("t{need}_1"), level), (format!("t{need}_2"), level)]),
            false => drop(needs.insert(format!("t{need}"), level)),
        }
        // Whatever comes last in the map counts.
        let gives = !matches!(shapes[*need].kind, 4..=6);
        read = (*whole && gives)
            .then(|| format!("needs.t{need}.outputs.v"))
            .or(read);
    }
    let all: Vec<String> = needs
        .iter()
        .map(|(id, level)| format!("{id}: {level}"))
        .collect();
    let read = read.filter(|read| {
        let task = read.split('.').nth(1).unwrap_or_default();
        needs.get(task) == Some(&"completed")
    });
    let condition = match (&read, shape.asks) {
        (Some(read), true) => format!("enable: \"${{{{ {read} == '1' }}}}\", "),
        _ => CONDITIONS[shape.condition].to_owned(),
    };
    let value = match (&read, shape.reads) {
        (Some(read), true) => format!("'${{{{ {read} }}}}'"),
        _ => "'${{ params.lr }}'".to_owned(),
    };
    let body = match shape.kind {
        2 => format!("image: i, cache: {{strategy: none}}, env: {{V: {value}}}"),
        3 | 7 => format!("action: 'ws:act', args: {{v: {value}}}"),
        4 => "action: 'ws:st'".to_owned(),
        5 => "action: 'ws:loc'".to_owned(),
        6 => format!("image: i, strategy: {{matrix: {{m: [1, 2]}}}}, env: {{V: {value}}}"),
        1 => "image: i".to_owned(),
        _ => format!("image: i, env: {{V: {value}}}"),
    };
    let id = match is_matrix(shape) {
        true => format!("'t{at}_${{{{ matrix.m }}}}'"),
        false => format!("t{at}"),
    };
    format!(
        "- {{id: {id}, needs: {{{}}}, {condition}{body}}}\n",
        all.join(", ")
    )
}

/// Gives every job an output; those of salted tasks are another one in each run.
fn scripted(mut sim: Sim, shapes: &[Shape], run: usize, fates: &[&str]) -> Sim {
    for (at, shape) in shapes.iter().enumerate() {
        let value = if shape.salted { run } else { 1 };
        let log = format!("::set-output name=v::{value}\n::save-state name=s::{value}\n");
        let fate = fates.get(at).copied().unwrap_or("succeeded");
        for id in ["", "_1", "_2", ".x", ".y"] {
            sim = sim.script(&format!("t{at}{id}"), &["running", fate], &log);
        }
        if shape.kind == 5 {
            sim = sim.script(&format!("t{at}"), &["succeeded"], &log);
        }
    }
    sim
}

fn foreseen(recipe: Recipe, selection: Selection, cache: &BTreeMap<String, Hit>) -> Vec<Step> {
    let mut outlook = Outlook::new(recipe, selection);
    loop {
        let asks = outlook.advance();
        if asks.is_empty() {
            return outlook.steps();
        }
        for ask in asks {
            let entry = cache.get(&ask.key).map(|hit| CacheEntry {
                id: String::new(),
                project_id: String::new(),
                task_id: ask.task.to_string(),
                batch: "b".to_owned(),
                key: ask.key.clone(),
                created_at: Timestamp::UNIX_EPOCH,
                outputs: hit.outputs.clone(),
                state: hit.state.clone(),
                raw_id: hit.job.clone(),
            });
            outlook.answer(&ask.task, entry, Timestamp::UNIX_EPOCH);
        }
    }
}

/// What was foreseen of a task and what became of it, if they do not fit.
fn odd(step: &Step, sim: &Sim, kept: &BTreeSet<TaskId>, strict: bool) -> Option<String> {
    let id = step.id.to_string();
    let status = sim.machine.record(&step.id).map(Record::status);
    let started = sim
        .events
        .iter()
        .any(|event| *event == format!("start {id}") || event.starts_with(&format!("local {id}:")));
    let call = step.kind.is_call();
    let fits = match step.verdict {
        Verdict::Reuse if call => true,
        Verdict::Reuse => {
            let taken = kept.contains(&step.id) || status == Some(TaskStatus::Cached);
            !started && (!strict || taken)
        }
        Verdict::Skip => !started && matches!(status, None | Some(TaskStatus::Skipped)),
        Verdict::Run if strict && call => status == Some(TaskStatus::Succeeded),
        Verdict::Run if strict => started && status == Some(TaskStatus::Succeeded),
        Verdict::Unknown if strict => !kept.contains(&step.id),
        Verdict::Fail if strict => false,
        Verdict::Run | Verdict::Unknown | Verdict::Fail => true,
    };
    (!fits).then(|| format!("{step:?} became {status:?}, started: {started}"))
}

fn check(steps: &[Step], sim: &mut Sim, kept: &BTreeSet<TaskId>) -> Result<(), TestCaseError> {
    sim.run();
    // Once something cannot be evaluated, the rest depends on what came first.
    let strict = sim.machine.problems().is_empty();
    for step in steps {
        let odd = odd(step, sim, kept, strict);
        prop_assert!(
            odd.is_none(),
            "{}\n{:#?}",
            odd.unwrap_or_default(),
            sim.histories()
        );
    }
    let verdict = |id: &TaskId| {
        steps
            .iter()
            .find(|step| step.id == *id)
            .map(|step| step.verdict)
    };
    for step in steps {
        // Only what has not run yet leaves anything open.
        if let Reason::WaitsFor { tasks } | Reason::Undecided { tasks } = &step.reason {
            let open = |id: &TaskId| matches!(verdict(id), Some(Verdict::Run | Verdict::Unknown));
            prop_assert!(!tasks.is_empty() && tasks.iter().all(open), "{step:?}");
        }
    }
    if steps.iter().any(|step| step.verdict == Verdict::Fail) {
        prop_assert!(!strict, "something was to fail: {:#?}", sim.histories());
    }
    Ok(())
}

fn stored(record: &Record) -> Task {
    Task {
        id: String::new(),
        attempt_id: String::new(),
        yaml_id: record.id.to_string(),
        raw_id: record.job.clone(),
        outputs: record.outputs.clone(),
        state: record.state.clone(),
        statuses: record.statuses.clone(),
    }
}

const FATES: &[&str] = &["succeeded", "succeeded", "succeeded", "failed"];

proptest! {
    #[test]
    fn a_bake_does_what_its_dry_run_said(
        shapes in proptest::collection::vec(shape(), 1..8),
        fates in proptest::collection::vec(proptest::sample::select(FATES), 8),
        go in proptest::sample::select(vec!["yes", "no"]),
        lr in proptest::sample::select(vec!["1", "2"]),
    ) {
        let first = Sim::new(Machine::new(recipe(&files(&shapes, "yes", "1"))));
        let mut first = scripted(first, &shapes, 1, &fates);
        first.run();
        let recipe = recipe(&files(&shapes, go, lr));
        let steps = foreseen(recipe.clone(), Selection::default(), &first.cache);
        let mut second = scripted(Sim::new(Machine::new(recipe)), &shapes, 2, &[]);
        second.cache = first.cache;
        check(&steps, &mut second, &BTreeSet::new())?;
    }

    #[test]
    fn a_restart_does_what_its_preview_said(
        shapes in proptest::collection::vec(shape(), 1..8),
        fates in proptest::collection::vec(proptest::sample::select(FATES), 8),
        how in 0_u8..4,
        chosen in 0_usize..100,
    ) {
        let recipe = recipe(&files(&shapes, "yes", "1"));
        let first = Sim::new(Machine::new(recipe.clone()));
        let mut first = scripted(first, &shapes, 1, &fates);
        first.run();
        let all: Vec<TaskId> = recipe.graph().walk().map(|node| node.id.clone()).collect();
        let task = all[chosen % all.len()].clone();
        let again = match how {
            0 => Again::Failed,
            1 => Again::All,
            2 => Again::From(vec![task.clone()]),
            _ => Again::Only(vec![task.clone()]),
        };
        let records: Vec<Record> = first.machine.records().cloned().collect();
        let selection = Selection::of(recipe.graph(), (records, 1), &again, &BTreeMap::new());
        let Ok(selection) = selection else {
            // It needs something that did not succeed.
            return Ok(());
        };
        let fresh: BTreeSet<String> = selection.fresh().map(ToString::to_string).collect();
        let mut cache = first.cache;
        cache.retain(|_, hit| !fresh.iter().any(|id| hit.job == format!("job-of-{id}")));
        let kept: BTreeSet<TaskId> = selection.records().map(|record| record.id.clone()).collect();
        let tasks: Vec<Task> = selection.records().map(stored).collect();
        let steps = foreseen(recipe.clone(), selection, &cache);
        let mut second = scripted(Sim::new(Machine::resume(recipe, tasks)), &shapes, 2, &[]);
        second.cache = cache;
        check(&steps, &mut second, &kept)?;
        let ran = |id: &TaskId| second.events.contains(&format!("start {id}"));
        match again {
            Again::Only(_) => {
                for id in all.iter().filter(|id| ran(id)) {
                    prop_assert!(fresh.contains(&id.to_string()), "{id} was not chosen");
                }
            }
            _ => {
                for record in first.machine.records().filter(|one| kept.contains(&one.id)) {
                    let good = matches!(
                        record.status(),
                        TaskStatus::Succeeded | TaskStatus::Cached | TaskStatus::Skipped
                    );
                    prop_assert!(good && !ran(&record.id), "{} was kept", record.id);
                }
            }
        }
    }
}
