//! A job of the platform as the window shows it.

use contract::{JobState, LiveRow};
use jiff::Timestamp;
use protocol::{Job, JobStatus};

/// The state of a job.
pub(crate) fn state(status: &JobStatus) -> JobState {
    match status {
        JobStatus::Pending | JobStatus::Suspended => JobState::Pending,
        JobStatus::Running => JobState::Running,
        JobStatus::Succeeded => JobState::Succeeded,
        JobStatus::Failed => JobState::Failed,
        JobStatus::Cancelled => JobState::Cancelled,
        JobStatus::Unknown(_) => JobState::Unknown,
    }
}

/// A time on the wire.
pub(crate) fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// A row for a live job that has not run.
pub(crate) fn never_run(job: &str, multi: bool) -> LiveRow {
    LiveRow {
        job: job.to_owned(),
        suffix: None,
        state: JobState::NotStarted,
        raw_id: None,
        when: None,
        created_at: None,
        started_at: None,
        finished_at: None,
        exit_code: None,
        reason: None,
        description: None,
        preset: None,
        image: None,
        runner: None,
        http_url: None,
        life_span_left: None,
        multi,
    }
}

/// A row for a run of a live job.
pub(crate) fn row(job: &str, multi: bool, run: &Job, now: Timestamp) -> LiveRow {
    let history = &run.history;
    let when = history
        .finished_at
        .or(history.started_at)
        .or(history.created_at);
    LiveRow {
        suffix: run
            .tags
            .iter()
            .find_map(|tag| tag.strip_prefix("multi:"))
            .map(str::to_owned),
        state: state(&run.status),
        raw_id: Some(run.id.clone()),
        when: when.map(time),
        created_at: history.created_at.map(time),
        started_at: history.started_at.map(time),
        finished_at: history.finished_at.map(time),
        exit_code: history.exit_code,
        reason: said(history.reason.as_deref()),
        description: description(run),
        preset: run.preset_name.clone(),
        image: Some(run.container.image.clone()),
        runner: runner(run),
        http_url: page(run),
        life_span_left: life_span_left(run, now),
        ..never_run(job, multi)
    }
}

/// The port that the official tool asks for when a job names none.
const UNASKED_PORT: u16 = 80;

/// The address of the web page of a running job that has one.
pub(crate) fn page(run: &Job) -> Option<String> {
    let asked = run
        .container
        .http
        .as_ref()
        .is_some_and(|http| http.port != UNASKED_PORT);
    let running = run.status == JobStatus::Running;
    run.browse_url()
        .filter(|_| asked && running)
        .map(str::to_owned)
}

/// How a job runs on this computer, and why.
pub(crate) fn runner(job: &Job) -> Option<String> {
    let runner = job.runner.as_deref()?;
    Some(match said(job.runner_note.as_deref()) {
        Some(note) => format!("{runner}: {note}"),
        None => runner.to_owned(),
    })
}

/// What there is to say about the state, beyond how the job is run.
pub(crate) fn description(job: &Job) -> Option<String> {
    let note = said(job.runner_note.as_deref());
    said(job.history.description.as_deref()).filter(|text| Some(text) != note.as_ref())
}

/// A text that says something.
pub(crate) fn said(text: Option<&str>) -> Option<String> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

pub(crate) fn life_span_left(job: &Job, now: Timestamp) -> Option<u32> {
    if job.status != JobStatus::Running {
        return None;
    }
    let allowed = i64::try_from(job.max_run_time_minutes?)
        .ok()?
        .checked_mul(60)?;
    let used = now.as_second() - job.history.started_at?.as_second();
    u32::try_from((allowed - used).max(0)).ok()
}
