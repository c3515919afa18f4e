//! Why jobs fail, all jobs stopped at once, longer life spans; from the window and without one.

use contract::{FailureCode, JobAsk, JobExtend, JobState, JobView, LiveStart, ProjectAsk};
use indexmap::IndexMap;
use serde_json::Value;
use workbench::commands;

use crate::command_line::{bakehouse, code, text};
use crate::desk::{TestDesk, eventually};

const LIVE: &str = r#"
kind: live
jobs:
  missing:
    image: ubuntu
    life_span: 10m
    bash: |
      echo begin
      python3 -c 'import no_such_module_of_ours'
  seven:
    image: ubuntu
    bash: echo bye; exit 7
  one:
    image: ubuntu
    life_span: 10m
    cmd: sleep 300
  two:
    image: ubuntu
    multi: true
    cmd: sleep 300
"#;

async fn started(test: &TestDesk, project: &str, job: &str, suffix: Option<&str>) -> String {
    let request = LiveStart {
        work: None,
        project: project.to_owned(),
        job: job.to_owned(),
        suffix: suffix.map(str::to_owned),
        params: IndexMap::new(),
    };
    let started = commands::live_start(&test.desk, request).await;
    let row = started.expect("it starts").row;
    row.raw_id.expect("it has an id")
}

async fn view(test: &TestDesk, raw_id: &str) -> JobView {
    let raw_id = raw_id.to_owned();
    let view = commands::job_view(&test.desk, JobAsk { raw_id }).await;
    view.expect("the job is there")
}

async fn in_state(test: &TestDesk, raw_id: &str, state: JobState) -> JobView {
    eventually("the job comes to the state", async || {
        let now = view(test, raw_id).await;
        Some(now).filter(|now| now.state == state)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_tells_its_likely_cause_and_where_the_log_says_so() {
    let test = TestDesk::open().await;
    let project = test.written("rye", "live.yml", LIVE);
    let raw_id = started(&test, &project, "missing", None).await;
    let failed = in_state(&test, &raw_id, JobState::Failed).await;
    let cause = failed.cause.clone().expect("there is a cause");
    assert!(cause.cause.contains("no_such_module_of_ours"), "{cause:?}");
    assert!(!cause.advice.is_empty());
    let line = failed
        .tail
        .iter()
        .find(|line| Some(line.number) == cause.line);
    let line = line.expect("the line that tells it is shown");
    assert!(line.text.contains("ModuleNotFoundError"), "{}", line.text);

    let status = bakehouse(&test, &["status", "missing", "-C", &project]);
    assert_eq!(code(&status), 0, "{}", text(&status));
    for words in ["why: ", "do:  ", "no_such_module_of_ours", "begin"] {
        assert!(text(&status).contains(words), "{words}: {}", text(&status));
    }
    let json = bakehouse(&test, &["status", "missing", "--json", "-C", &project]);
    let json: Value = serde_json::from_slice(&json.stdout).expect("it prints JSON");
    assert_eq!(json["state"], "failed");
    assert_eq!(json["cause"]["cause"], cause.cause.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn run_ends_with_the_exit_code_of_its_job_and_prints_logs_as_json_lines() {
    let test = TestDesk::open().await;
    let project = test.written("rye", "live.yml", LIVE);
    let run = bakehouse(&test, &["run", "seven", "--json", "-C", &project]);
    assert_eq!(code(&run), 7, "{}", text(&run));
    let lines = String::from_utf8(run.stdout.clone()).expect("it is text");
    let first: Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["text"], "bye");
    assert!(text(&run).contains("exit code 7"), "{}", text(&run));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_runs_are_stopped_at_once_and_single_ones_by_name_and_suffix() {
    let test = TestDesk::open().await;
    let project = test.written("rye", "live.yml", LIVE);
    let one = started(&test, &project, "one", None).await;
    let two = started(&test, &project, "two", Some("a")).await;
    let three = started(&test, &project, "two", Some("b")).await;
    // How many run at once depends on the computer; those that wait are stopped as well.
    in_state(&test, &one, JobState::Running).await;
    assert_ne!(two, three);
    let unclear = bakehouse(&test, &["kill", "two", "-C", &project]);
    assert_eq!(code(&unclear), 2, "{}", text(&unclear));
    let single = bakehouse(&test, &["kill", "two", "b", "-C", &project]);
    assert_eq!(code(&single), 0, "{}", text(&single));
    assert_eq!(view(&test, &three).await.state, JobState::Cancelled);

    let suffixed = bakehouse(&test, &["kill", "ALL", "a", "-C", &project]);
    assert_eq!(code(&suffixed), 2, "{}", text(&suffixed));
    let all = bakehouse(&test, &["kill", "ALL", "--json", "-C", &project]);
    let all: Value = serde_json::from_slice(&all.stdout).expect("it prints JSON");
    let mut jobs: Vec<_> = all["jobs"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|job| (job["job"].clone(), job["state"].clone()))
        .collect();
    jobs.sort_by_key(|(job, _)| job.to_string());
    let expected = [("one", "cancelled"), ("two", "cancelled")];
    assert_eq!(
        jobs,
        expected.map(|(job, state)| (job.into(), state.into()))
    );
    let ask = ProjectAsk { project };
    let none = commands::live_stop_all(&test.desk, ask)
        .await
        .expect("it answers");
    assert!(none.jobs.is_empty(), "nothing is left to stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_span_is_shown_and_extended_while_the_job_runs() {
    let test = TestDesk::open().await;
    let project = test.written("rye", "live.yml", LIVE);
    let raw_id = started(&test, &project, "one", None).await;
    let before = in_state(&test, &raw_id, JobState::Running).await;
    assert_eq!(before.life_span, Some(600));
    let extend = bakehouse(&test, &["extend", "one", "1h30m", "-C", &project]);
    assert_eq!(code(&extend), 0, "{}", text(&extend));
    let after = view(&test, &raw_id).await;
    assert_eq!(after.life_span, Some(600 + 5400));
    assert!(after.life_span_left > before.life_span_left);
    let wrong = bakehouse(&test, &["extend", "one", "long", "-C", &project]);
    assert_eq!(code(&wrong), 2, "{}", text(&wrong));

    let ask = ProjectAsk { project };
    commands::live_stop_all(&test.desk, ask)
        .await
        .expect("it stops");
    let request = JobExtend { raw_id, minutes: 5 };
    let refused = commands::job_extend(&test.desk, request).await;
    assert_eq!(
        refused.expect_err("it has ended").code,
        FailureCode::Conflict
    );
}
