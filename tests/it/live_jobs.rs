//! Starting, watching and stopping live jobs.

use contract::{
    FailureCode, JobState, LiveRow, LiveStart, LiveStop, LogAsk, LogChunk, ProjectAsk, ProjectView,
};
use futures_util::StreamExt as _;
use indexmap::IndexMap;
use workbench::commands;

use crate::desk::{TestDesk, eventually};

fn start(project: &ProjectView, job: &str, params: &[(&str, &str)]) -> LiveStart {
    let params = params
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    LiveStart {
        work: None,
        project: project.path.clone(),
        job: job.to_owned(),
        suffix: None,
        params: params.collect::<IndexMap<_, _>>(),
    }
}

async fn row(test: &TestDesk, project: &ProjectView, job: &str) -> LiveRow {
    let ask = ProjectAsk {
        project: project.path.clone(),
    };
    let table = commands::live_table(&test.desk, ask)
        .await
        .expect("the table is there");
    table
        .rows
        .into_iter()
        .find(|row| row.job == job)
        .expect("the job has a row")
}

async fn chunks(
    test: &TestDesk,
    raw_id: &str,
    enough: impl Fn(&[LogChunk]) -> bool,
) -> Vec<LogChunk> {
    let ask = LogAsk {
        raw_id: raw_id.to_owned(),
        since: None,
        without_commands: None,
    };
    let stream = commands::log_follow(&test.desk, ask)
        .await
        .expect("the log can be followed");
    let mut stream = Box::pin(stream);
    let mut chunks = Vec::new();
    while let Some(chunk) = stream.next().await {
        chunks.push(chunk);
        if enough(&chunks) {
            break;
        }
    }
    chunks
}

#[tokio::test]
async fn a_live_job_runs_logs_and_is_stopped() {
    let test = TestDesk::open().await;
    let project = test.project("Rye").await;
    assert_eq!(
        row(&test, &project, "train").await.state,
        JobState::NotStarted
    );

    let request = start(&project, "train", &[("epochs", "500")]);
    let started = commands::live_start(&test.desk, request.clone())
        .await
        .expect("it starts");
    assert!(!started.already_running);
    let raw_id = started.row.raw_id.expect("it has an id");

    let lines = chunks(&test, &raw_id, |seen| {
        seen.iter().any(|chunk| !chunk.lines.is_empty())
    });
    let first = lines
        .await
        .into_iter()
        .flat_map(|chunk| chunk.lines)
        .next()
        .expect("a line");
    assert_eq!(first.number, 1);
    assert!(
        first.text.contains("500 epochs"),
        "the parameter reached the job: {}",
        first.text
    );
    assert!(first.at.is_some(), "lines carry their time");

    let again = commands::live_start(&test.desk, request)
        .await
        .expect("it answers");
    assert!(
        again.already_running,
        "a job that is not `multi` is not started twice"
    );

    let stop = LiveStop {
        project: project.path.clone(),
        raw_id: raw_id.clone(),
    };
    commands::live_stop(&test.desk, stop)
        .await
        .expect("it can be stopped");
    let ended = eventually("the job is cancelled", async || {
        Some(row(&test, &project, "train").await).filter(|row| row.state == JobState::Cancelled)
    });
    assert_eq!(ended.await.raw_id.as_deref(), Some(raw_id.as_str()));
    let rest = chunks(&test, &raw_id, |_| false).await;
    assert!(
        rest.last().expect("a last piece").ended,
        "the log of an ended job ends"
    );
}

#[tokio::test]
async fn runs_of_a_multi_job_are_told_apart_by_their_suffix() {
    let test = TestDesk::open().await;
    let project = test.project("Rye").await;
    for suffix in ["one", "two"] {
        let request = LiveStart {
            suffix: Some(suffix.to_owned()),
            ..start(&project, "multitrain", &[])
        };
        commands::live_start(&test.desk, request)
            .await
            .expect("it starts");
    }
    let ask = ProjectAsk {
        project: project.path.clone(),
    };
    let table = commands::live_table(&test.desk, ask)
        .await
        .expect("the table is there");
    let mut suffixes: Vec<String> = table
        .rows
        .iter()
        .filter(|row| row.job == "multitrain")
        .filter_map(|row| row.suffix.clone())
        .collect();
    suffixes.sort();
    assert_eq!(suffixes, ["one", "two"]);
}

#[tokio::test]
async fn a_job_survives_a_restart_of_the_application() {
    let test = TestDesk::open().await;
    let project = test.project("Rye").await;
    let request = start(&project, "train", &[("epochs", "500")]);
    let started = commands::live_start(&test.desk, request)
        .await
        .expect("it starts");
    let test = test.restarted().await;
    let running = eventually("the job runs", async || {
        Some(row(&test, &project, "train").await).filter(|row| row.state == JobState::Running)
    });
    let running = running.await;
    assert_eq!(running.raw_id, started.row.raw_id);
    let raw_id = running.raw_id.expect("it has an id");
    let stop = LiveStop {
        project: project.path.clone(),
        raw_id,
    };
    commands::live_stop(&test.desk, stop)
        .await
        .expect("it can be stopped");
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let test = TestDesk::open().await;
    let project = test.project("Rye").await;
    let misspelt = commands::live_start(&test.desk, start(&project, "trian", &[])).await;
    let misspelt = misspelt.expect_err("there is no such job");
    assert_eq!(misspelt.code, FailureCode::NotFound);
    assert_eq!(misspelt.hint.as_deref(), Some("Did you mean `train`?"));

    let request = LiveStart {
        suffix: Some("x".to_owned()),
        ..start(&project, "train", &[])
    };
    let single = commands::live_start(&test.desk, request)
        .await
        .expect_err("train takes none");
    assert_eq!(single.field.as_deref(), Some("suffix"));

    let unknown = start(&project, "train", &[("epoch", "3")]);
    let unknown = commands::live_start(&test.desk, unknown)
        .await
        .expect_err("no such parameter");
    assert_eq!(unknown.code, FailureCode::FlowUnsound);
    assert!(!unknown.diagnostics.is_empty(), "it says where");
}

#[tokio::test]
async fn the_plan_of_a_start_shows_the_equal_commands() {
    let test = TestDesk::open().await;
    let project = test.project("Rye").await;
    let request = start(&project, "train", &[("epochs", "3")]);
    let plan = commands::live_plan(&test.desk, request)
        .await
        .expect("it can be planned");
    assert!(
        plan.command.starts_with("bakehouse run train -p epochs=3"),
        "{}",
        plan.command
    );
    assert!(
        plan.official_command
            .starts_with("apolo-flow run -p epochs 3"),
        "{}",
        plan.official_command
    );
    assert!(
        plan.platform_command.starts_with("apolo run "),
        "{}",
        plan.platform_command
    );
    // A script is one word of the command that can be copied.
    assert!(
        plan.platform_command
            .contains(" -- bash -euo pipefail -c '"),
        "{}",
        plan.platform_command
    );
    let submission: serde_json::Value =
        serde_json::from_str(&plan.submission).expect("the submission is JSON");
    assert_eq!(submission["name"], "rye-train");
}
