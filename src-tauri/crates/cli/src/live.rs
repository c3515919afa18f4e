//! `bakehouse run`, `ps`, `logs`, `kill`: live jobs.

use contract::{JobState, LiveRow, LiveStart, LiveStop, LiveTable, LogAsk, LogChunk, ProjectAsk};
use futures_util::StreamExt as _;
use workbench::{Desk, commands};

use crate::args::{Kill, Listing, Logs, Place, Run};
use crate::output::{Ended, Stop, full_path, job_word, print_json, print_table};

/// Starts a live job and follows its log.
pub(crate) async fn run(desk: &Desk, run: Run) -> Result<Ended, Stop> {
    let start = LiveStart {
        project: full_path(&run.place.project)?,
        job: run.job,
        suffix: run.suffix,
        params: run.params.into_iter().collect(),
    };
    if run.dry_run {
        let plan = commands::live_plan(desk, start).await?;
        if run.place.json {
            return print_json(&plan);
        }
        println!("{}\n\n{}", plan.official_command, plan.submission);
        return Ok(Ended::Well);
    }
    let started = commands::live_start(desk, start).await?;
    let Some(raw_id) = started.row.raw_id.clone() else {
        return Err(Stop::Failed("the platform gave the job no id".to_owned()));
    };
    if run.place.json && run.detach {
        return print_json(&started);
    }
    let verb = if started.already_running {
        "runs already as"
    } else {
        "started as"
    };
    eprintln!("{} {verb} {raw_id}", started.row.job);
    if run.detach {
        return Ok(Ended::Well);
    }
    follow(desk, raw_id).await
}

/// Shows the live jobs.
pub(crate) async fn ps(desk: &Desk, ps: Listing) -> Result<Ended, Stop> {
    let table = table(desk, &ps.place).await?;
    if ps.place.json {
        return print_json(&table);
    }
    let rows: Vec<Vec<String>> = table.rows.iter().map(cells).collect();
    print_table(&["JOB", "STATUS", "RAW ID", "WHEN"], &rows);
    Ok(Ended::Well)
}

fn cells(row: &LiveRow) -> Vec<String> {
    let name = match &row.suffix {
        Some(suffix) => format!("{} {suffix}", row.job),
        None => row.job.clone(),
    };
    let when = row.when.clone().unwrap_or_default();
    vec![
        name,
        job_word(row.state).to_owned(),
        row.raw_id.clone().unwrap_or_default(),
        when,
    ]
}

/// Shows a log until its job ends.
pub(crate) async fn logs(desk: &Desk, logs: Logs) -> Result<Ended, Stop> {
    let raw_id = raw_id(desk, &logs.place, &logs.job, logs.suffix.as_deref()).await?;
    follow(desk, raw_id).await
}

/// Stops a live job.
pub(crate) async fn kill(desk: &Desk, kill: Kill) -> Result<Ended, Stop> {
    let project = full_path(&kill.place.project)?;
    let raw_id = raw_id(desk, &kill.place, &kill.job, kill.suffix.as_deref()).await?;
    let table = commands::live_stop(
        desk,
        LiveStop {
            project,
            raw_id: raw_id.clone(),
        },
    )
    .await?;
    if kill.place.json {
        return print_json(&table);
    }
    println!("{raw_id} was asked to stop");
    Ok(Ended::Well)
}

async fn table(desk: &Desk, place: &Place) -> Result<LiveTable, Stop> {
    let project = full_path(&place.project)?;
    Ok(commands::live_table(desk, ProjectAsk { project }).await?)
}

/// The id of the latest run of a live job; an id of a job stays as it is.
async fn raw_id(
    desk: &Desk,
    place: &Place,
    job: &str,
    suffix: Option<&str>,
) -> Result<String, Stop> {
    if job.starts_with("job-") {
        return Ok(job.to_owned());
    }
    let table = table(desk, place).await?;
    let mut of_job = table.rows.iter().filter(|row| row.job == job).peekable();
    if of_job.peek().is_none() {
        return Err(Stop::Failed(format!("the project has no live job `{job}`")));
    }
    of_job
        .find(|row| row.raw_id.is_some() && suffix.is_none_or(|s| row.suffix.as_deref() == Some(s)))
        .and_then(|row| row.raw_id.clone())
        .ok_or_else(|| Stop::Failed(format!("`{job}` has not run")))
}

/// Prints a log as it grows; ends as the job ends.
async fn follow(desk: &Desk, raw_id: String) -> Result<Ended, Stop> {
    let mut chunks = Box::pin(
        commands::log_follow(
            desk,
            LogAsk {
                raw_id,
                since: None,
                without_commands: None,
            },
        )
        .await?,
    );
    let mut state = None;
    while let Some(chunk) = chunks.next().await {
        let LogChunk {
            lines,
            state: changed,
            problem,
            ..
        } = chunk;
        for line in lines {
            println!("{}", line.text);
        }
        if let Some(problem) = problem {
            return Err(Stop::Failed(problem));
        }
        state = changed.or(state);
    }
    match state {
        Some(JobState::Failed | JobState::Cancelled) => Ok(Ended::Badly),
        _ => Ok(Ended::Well),
    }
}
