//! One job of the platform: how it stands, why it failed, letting it live longer.

use std::collections::VecDeque;
use std::time::Duration;

use client::{Client, ClientError, LogLines};
use contract::{CauseView, Failure, FailureCode, JobAsk, JobExtend, JobView, LogLine};
use execution::cause::{Stage, Symptoms, explain};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use protocol::{Job, LogQuery};
use tokio::time::timeout;

use crate::Desk;
use crate::log::line;
use crate::view::failure;
use crate::view::job::{description, life_span_left, page, runner, said, state, time};

/// So many lines before the end are looked at for a cause.
const LOOKED_AT: usize = 200;
/// So many of them are shown.
const SHOWN: usize = 20;
/// A job that runs has said all when nothing comes for so long.
const SILENCE: Duration = Duration::from_millis(300);

/// A job as it stands, with the likely cause if it did not do what it should.
pub async fn job_view(desk: &Desk, request: JobAsk) -> Result<JobView, Failure> {
    let client = desk.client().await?;
    let job = client.jobs().get(&request.raw_id).await;
    let job = job.map_err(|error| failure::of_client(&error))?;
    Ok(looked_at(&client, &job).await)
}

/// Lets a job live longer.
pub async fn job_extend(desk: &Desk, request: JobExtend) -> Result<JobView, Failure> {
    if request.minutes == 0 {
        let message = "A job can be extended by whole minutes, and by at least one.";
        return Err(Failure::invalid("minutes", message));
    }
    let client = desk.client().await?;
    let jobs = client.jobs();
    let job = jobs.get(&request.raw_id).await;
    let job = job.map_err(|error| failure::of_client(&error))?;
    if job.status.is_finished() {
        let message = format!("The job has ended already ({}).", job.status);
        return Err(Failure::new(FailureCode::Conflict, message)
            .hint("Start it again, with a longer `life_span:`."));
    }
    if job.max_run_time_minutes.is_none() {
        let message = "The job has no life span: it runs until it ends or is stopped.";
        return Err(Failure::new(FailureCode::Conflict, message));
    }
    let minutes = u64::from(request.minutes);
    let extended = jobs.extend_minutes(&request.raw_id, minutes).await;
    extended.map_err(|error| failure::of_client(&error))?;
    desk.watches().wake();
    let raw_id = request.raw_id;
    job_view(desk, JobAsk { raw_id }).await
}

/// A job with what its log tells.
pub(crate) async fn looked_at(client: &Client, job: &Job) -> JobView {
    let symptoms = Symptoms::of(job, Vec::new());
    let wanted = symptoms.as_ref().is_some_and(|found| {
        found.needs_log() && (found.stage != Stage::Runs || page(job).is_some())
    });
    let tail = if wanted && !job.logs_removed {
        tail(client, job).await.unwrap_or_else(|error| {
            tracing::debug!(%error, job = job.id, "the log of a job cannot be read");
            Vec::new()
        })
    } else {
        Vec::new()
    };
    let lines = tail.iter().map(|line| plain(&line.text)).collect();
    let cause = Symptoms::of(job, lines).and_then(|symptoms| explain(&symptoms));
    let cause = cause.map(|found| CauseView {
        line: found.line.and_then(|at| Some(tail.get(at)?.number)),
        cause: found.cause,
        advice: found.advice,
    });
    let running = !job.status.is_finished();
    let shown = if running && cause.is_none() { 0 } else { SHOWN };
    let skipped = tail.len().saturating_sub(shown);
    JobView {
        cause,
        tail: tail.into_iter().skip(skipped).collect(),
        ..view(job)
    }
}

fn view(job: &Job) -> JobView {
    let history = &job.history;
    JobView {
        raw_id: job.id.clone(),
        name: job.name.clone(),
        uri: job.uri.clone(),
        owner: job.owner.clone(),
        state: state(&job.status),
        reason: said(history.reason.as_deref()),
        description: description(job),
        exit_code: history.exit_code,
        created_at: history.created_at.map(time),
        started_at: history.started_at.map(time),
        finished_at: history.finished_at.map(time),
        restarts: history.restarts,
        image: job.container.image.clone(),
        command: job.container.command.clone(),
        preset: job.preset_name.clone(),
        runner: runner(job),
        http_url: page(job),
        life_span: job
            .max_run_time_minutes
            .map(|minutes| minutes.saturating_mul(60)),
        life_span_left: life_span_left(job, Timestamp::now()),
        tags: job.tags.clone(),
        cause: None,
        tail: Vec::new(),
    }
}

/// The last lines of a log; of a job that goes on, what it has written so far.
async fn tail(client: &Client, job: &Job) -> Result<Vec<LogLine>, ClientError> {
    let services = client.cluster(&job.cluster_name).await?;
    let query = LogQuery {
        since: None,
        timestamps: true,
        separator: None,
    };
    let mut lines = services.logs(&job.id, &query).lines();
    let mut last = VecDeque::with_capacity(LOOKED_AT);
    let mut number = 0;
    while let Some(text) = next(&mut lines, job.status.is_finished()).await {
        if last.len() == LOOKED_AT {
            last.pop_front();
        }
        last.push_back(line(&text?, &mut number));
    }
    Ok(last.into())
}

async fn next(lines: &mut LogLines, ended: bool) -> Option<Result<String, ClientError>> {
    if ended {
        return lines.next().await;
    }
    timeout(SILENCE, lines.next()).await.ok().flatten()
}

/// A line without colours.
fn plain(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        kept.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn colours_do_not_hide_what_a_line_says() {
        assert_eq!(plain("\u{1b}[1;31mValueError\u{1b}[0m: x"), "ValueError: x");
        assert_eq!(plain("no colours"), "no colours");
        assert_eq!(plain("cut \u{1b}[3"), "cut ");
    }
}
