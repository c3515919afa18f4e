//! Dry runs with reasons, and restarts, against what then happens.

use std::path::Path;

use contract::{
    BakeAsk, BakeExecutor, BakeForecast, BakeRestart, BakeStart, BakeState, BakeView, CauseKind,
    RestartKind, StepVerdict,
};
use indexmap::IndexMap;
use workbench::commands;

use crate::desk::{TestDesk, eventually};

const BATCH: &str = "kind: batch
params:
  lr: {default: '0.1'}
  other: {default: 'x'}
tasks:
- id: data
  image: i
  env: {HASH: \"${{ hash_files('*.py') }}\"}
  bash: echo '::set-output name=rows::3'
- id: train
  image: i
  needs: [data]
  env: {LR: '${{ params.lr }}'}
  volumes: ['storage:gate:/gate:rw']
  bash: '$FIRST; echo \"::set-output name=loss::1\"'
- id: report
  image: i
  needs: [train]
  bash: echo ${{ needs.train.outputs.loss }}
- id: clean
  image: i
  needs: []
  cache: {strategy: none}
  bash: 'true'
- id: never
  image: i
  needs: []
  enable: ${{ params.other == 'y' }}
";

/// Fails at the first try.
const FAILS_ONCE: &str = "test -f /gate/seen || { touch /gate/seen; exit 1; }";

/// A folder with a flow of one batch, whose `train` begins with a command.
struct Flow {
    folder: tempfile::TempDir,
}

impl Flow {
    fn new(first: &str) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let flow = Self { folder };
        std::fs::create_dir(flow.path().join(".apolo")).expect("it is new");
        flow.write(".apolo/project.yml", "id: planned\n");
        flow.write(".apolo/sweep.yml", &BATCH.replace("$FIRST", first));
        flow.write("train.py", "print(1)");
        flow
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).expect("it can be written");
    }

    fn project(&self) -> String {
        self.path().display().to_string()
    }

    fn start(&self, params: &[(&str, &str)]) -> BakeStart {
        let params = params.iter();
        let params = params.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        BakeStart {
            work: None,
            executor: BakeExecutor::Here,
            project: self.project(),
            batch: "sweep".to_owned(),
            params: params.collect(),
            params_file: None,
            name: None,
            tags: Vec::new(),
        }
    }

    fn restart(&self, bake: &BakeView, kind: RestartKind, tasks: &[&str]) -> BakeRestart {
        BakeRestart {
            executor: BakeExecutor::Here,
            project: self.project(),
            bake: bake.row.id.clone(),
            attempt: None,
            kind,
            tasks: tasks.iter().map(|&task| task.to_owned()).collect(),
            params: IndexMap::new(),
            edited: false,
        }
    }
}

async fn ended(test: &TestDesk, view: BakeView) -> BakeView {
    eventually("the bake ends", async || {
        let ask = BakeAsk {
            project: view.project.clone(),
            bake: view.row.id.clone(),
            attempt: None,
        };
        let view = commands::bake_view(&test.desk, ask)
            .await
            .expect("it is there");
        Some(view).filter(|view| view.row.state.is_over() && !view.executed_here)
    })
    .await
}

async fn bake(test: &TestDesk, start: BakeStart) -> BakeView {
    let view = commands::bake_start(&test.desk, start)
        .await
        .expect("it starts");
    ended(test, view).await
}

async fn forecast(test: &TestDesk, start: BakeStart) -> BakeForecast {
    commands::bake_forecast(&test.desk, start)
        .await
        .expect("it can be told")
}

/// `run data: never run`, a line for each task.
fn told(forecast: &BakeForecast) -> Vec<String> {
    let line = |step: &contract::ForecastStep| {
        let verdict = format!("{:?}", step.verdict).to_lowercase();
        format!("{verdict} {}: {}", step.id, step.reason)
    };
    forecast.steps.iter().map(line).collect()
}

fn states(view: &BakeView) -> Vec<(&str, BakeState)> {
    let tasks = view.tasks.iter();
    tasks.map(|task| (task.id.as_str(), task.state)).collect()
}

fn name(view: &BakeView) -> String {
    format!("bake #{}", &view.row.id["bake-".len()..][..8])
}

#[tokio::test]
async fn a_dry_run_says_what_runs_what_is_reused_and_why() {
    let test = TestDesk::open().await;
    let flow = Flow::new("true");
    let first = forecast(&test, flow.start(&[])).await;
    assert_eq!(
        told(&first),
        [
            "run data: never run",
            "run train: never run",
            "run report: never run",
            "run clean: its cache is off",
            "skip never: `enable` is false: ${{ params.other == 'y' }}",
        ]
    );
    let one = bake(&test, flow.start(&[])).await;
    assert_eq!(one.row.state, BakeState::Succeeded, "{one:#?}");

    let again = forecast(&test, flow.start(&[])).await;
    let cached = format!("cached by {}, just now", name(&one));
    assert_eq!(told(&again)[0], format!("reuse data: {cached}"));
    assert_eq!(told(&again)[2], format!("reuse report: {cached}"));
    assert_eq!(again.steps[0].bake.as_ref(), Some(&one.row.id));

    let lr = forecast(&test, flow.start(&[("lr", "0.2")])).await;
    assert_eq!(
        told(&lr)[..3],
        [
            format!("reuse data: {cached}"),
            format!("run train: parameter lr 0.1 → 0.2 since {}", name(&one)),
            "unknown report: needs `train`: used again only if nothing it needs changes".to_owned(),
        ]
    );
    assert_eq!(lr.steps[1].causes[0].kind, CauseKind::Parameter);

    flow.write("train.py", "print(2)");
    flow.write("new.py", "");
    let files = forecast(&test, flow.start(&[("other", "z")])).await;
    assert_eq!(
        told(&files)[0],
        format!(
            "run data: new.py is new, train.py changed since {}",
            name(&one)
        )
    );
    assert_eq!(files.steps[1].verdict, StepVerdict::Unknown);
}

#[tokio::test]
async fn a_failed_bake_is_restarted_and_does_what_the_preview_said() {
    let test = TestDesk::open().await;
    let flow = Flow::new(FAILS_ONCE);
    let first = bake(&test, flow.start(&[])).await;
    assert_eq!(first.row.state, BakeState::Failed);
    let failed = flow.restart(&first, RestartKind::Failed, &[]);
    let plan = commands::restart_plan(&test.desk, failed.clone())
        .await
        .expect("it can be told");
    assert_eq!((plan.attempt, plan.new_bake.as_deref()), (2, None));
    assert_eq!(
        told(&plan.forecast),
        [
            "reuse data: kept from attempt 1",
            "run train: failed in attempt 1",
            "run report: skipped in attempt 1",
            "reuse clean: kept from attempt 1",
            "skip never: `enable` is false: ${{ params.other == 'y' }}",
        ]
    );
    let second = commands::bake_restart(&test.desk, failed).await;
    let second = ended(&test, second.expect("it starts")).await;
    assert_eq!(second.row.id, first.row.id);
    assert_eq!(second.attempts, [1, 2]);
    assert_eq!(second.row.state, BakeState::Succeeded, "{second:#?}");
    assert_eq!(second.tasks[0].raw_id, first.tasks[0].raw_id);

    chosen_tasks_run_afresh(&test, &flow, &second).await;
    other_parameters_make_a_new_bake(&test, &flow, &second).await;
}

async fn chosen_tasks_run_afresh(test: &TestDesk, flow: &Flow, before: &BakeView) {
    let only = flow.restart(before, RestartKind::Only, &["train"]);
    let plan = commands::restart_plan(&test.desk, only.clone()).await;
    let plan = plan.expect("it can be told");
    assert_eq!(plan.forgets, ["train"]);
    assert_eq!(told(&plan.forecast)[1], "run train: chosen to run again");
    assert_eq!(told(&plan.forecast)[2], "reuse report: kept from attempt 2");
    let view = commands::bake_restart(&test.desk, only).await;
    let view = ended(test, view.expect("it starts")).await;
    assert_ne!(view.tasks[1].raw_id, before.tasks[1].raw_id);
    assert_eq!(view.tasks[2].raw_id, before.tasks[2].raw_id);
    assert_eq!(view.row.state, BakeState::Succeeded);

    let from = flow.restart(before, RestartKind::From, &["train"]);
    let plan = commands::restart_plan(&test.desk, from.clone()).await;
    let lines = told(&plan.expect("it can be told").forecast);
    assert_eq!(lines[0], "reuse data: kept from attempt 3");
    assert_eq!(
        lines[2],
        "run report: comes after `train`, which runs again"
    );
    let from = commands::bake_restart(&test.desk, from).await;
    let from = ended(test, from.expect("it starts")).await;
    assert_eq!(from.tasks[0].raw_id, before.tasks[0].raw_id);
    assert_ne!(from.tasks[2].raw_id, before.tasks[2].raw_id);

    let wrong = flow.restart(before, RestartKind::Only, &["trian"]);
    let refused = commands::restart_plan(&test.desk, wrong).await;
    let refused = refused.expect_err("there is no such task");
    assert!(refused.message.contains("`train`"), "{refused:?}");
}

async fn other_parameters_make_a_new_bake(test: &TestDesk, flow: &Flow, before: &BakeView) {
    let edited = BakeRestart {
        params: IndexMap::from([("lr".to_owned(), "0.2".to_owned())]),
        ..flow.restart(before, RestartKind::Failed, &[])
    };
    let plan = commands::restart_plan(&test.desk, edited.clone()).await;
    let plan = plan.expect("it can be told");
    assert_eq!(plan.new_bake.as_deref(), Some("the parameters differ"));
    let lines = told(&plan.forecast);
    assert_eq!(lines[0], "reuse data: kept from attempt 4");
    assert!(
        lines[1].starts_with("run train: parameter lr 0.1 → 0.2"),
        "{lines:#?}"
    );
    let view = commands::bake_restart(&test.desk, edited).await;
    let view = ended(test, view.expect("it starts")).await;
    assert_ne!(view.row.id, before.row.id);
    assert_eq!(view.params["lr"], "0.2");
    assert_eq!(view.tasks[0].raw_id, before.tasks[0].raw_id);
    let train = states(&view)[1];
    assert_eq!(train, ("train", BakeState::Succeeded), "{view:#?}");

    flow.write("train.py", "print(3)");
    let edited = BakeRestart {
        edited: true,
        ..flow.restart(before, RestartKind::Failed, &[])
    };
    let plan = commands::restart_plan(&test.desk, edited.clone()).await;
    let plan = plan.expect("it can be told");
    assert_eq!((plan.attempt, plan.new_bake), (5, None));
    let lines = told(&plan.forecast);
    assert!(
        lines[0].starts_with("run data: train.py changed since"),
        "{lines:#?}"
    );
    let view = commands::bake_restart(&test.desk, edited).await;
    let view = ended(test, view.expect("it starts")).await;
    assert_eq!(
        (view.row.id.as_str(), view.attempt),
        (before.row.id.as_str(), 5)
    );
    assert_ne!(view.tasks[0].raw_id, before.tasks[0].raw_id);
}
