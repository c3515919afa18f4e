//! `bakehouse run`, `ps`, `logs`: live jobs.

use contract::{
    JobAsk, JobState, JobView, LiveRow, LiveStart, LiveTable, LogAsk, LogChunk, ProjectAsk,
};
use futures_util::StreamExt as _;
use workbench::{Desk, commands};

use crate::args::{Listing, Logs, Place, Run};
use crate::job::why;
use crate::output::{Ended, Stop, full_path, job_word, print_json, print_json_line, print_table};
use crate::volume::{WORK, watched};

/// Starts a live job and follows its log.
pub(crate) async fn run(desk: &Desk, run: Run) -> Result<Ended, Stop> {
    let start = LiveStart {
        project: full_path(&run.place.project)?,
        job: run.job,
        suffix: run.suffix,
        params: run.params.into_iter().collect(),
        work: Some(WORK.to_owned()),
    };
    if run.dry_run {
        let plan = commands::live_plan(desk, start).await?;
        if run.place.json {
            return print_json(&plan);
        }
        println!("{}\n\n{}", plan.platform_command, plan.submission);
        for problem in &plan.problems {
            eprintln!("warning: {problem}");
        }
        return Ok(Ended::Well);
    }
    let started = watched(desk, commands::live_start(desk, start)).await?;
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
    follow(desk, whole_log(raw_id), run.place.json).await
}

fn whole_log(raw_id: String) -> LogAsk {
    LogAsk {
        raw_id,
        since: None,
        without_commands: None,
    }
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
    let raw_id = raw_id(desk, &logs.place, &logs.name.job, logs.name.suffix()).await?;
    follow(desk, whole_log(raw_id), logs.place.json).await
}

async fn table(desk: &Desk, place: &Place) -> Result<LiveTable, Stop> {
    let project = full_path(&place.project)?;
    Ok(commands::live_table(desk, ProjectAsk { project }).await?)
}

/// The id of the latest run of a live job; an id of a job stays as it is.
pub(crate) async fn raw_id(
    desk: &Desk,
    place: &Place,
    job: &str,
    suffix: Option<&str>,
) -> Result<String, Stop> {
    if job.starts_with("job-") {
        return Ok(job.to_owned());
    }
    let table = table(desk, place).await?;
    let of_job: Vec<&LiveRow> = table.rows.iter().filter(|row| row.job == job).collect();
    let Some(first) = of_job.first() else {
        return Err(Stop::Failed(format!("the project has no live job `{job}`")));
    };
    if suffix.is_some() && !first.multi {
        let message = format!("`{job}` runs only once at a time, so it takes no suffix");
        return Err(Stop::Usage(message));
    }
    let fits = |row: &&&LiveRow| suffix.is_none_or(|asked| row.suffix.as_deref() == Some(asked));
    let mut runs = of_job
        .iter()
        .filter(fits)
        .filter_map(|row| row.raw_id.clone());
    let found = runs
        .next()
        .ok_or_else(|| Stop::Failed(format!("`{job}` has not run")))?;
    match runs.next() {
        Some(_) => Err(Stop::Usage(several_runs(job, &of_job))),
        None => Ok(found),
    }
}

fn several_runs(job: &str, rows: &[&LiveRow]) -> String {
    let suffixes = rows.iter().filter_map(|row| row.suffix.as_deref());
    let suffixes: Vec<&str> = suffixes.collect();
    let suffixes = suffixes.join(", ");
    format!("`{job}` has several runs; name one by its suffix: {suffixes}")
}

/// Prints a log as it grows, as text or one JSON object for each line; ends as the job ends, with
/// its exit code.
pub(crate) async fn follow(desk: &Desk, ask: LogAsk, json: bool) -> Result<Ended, Stop> {
    let raw_id = ask.raw_id.clone();
    let mut chunks = Box::pin(commands::log_follow(desk, ask).await?);
    let mut state = None;
    while let Some(chunk) = chunks.next().await {
        let LogChunk {
            lines,
            state: changed,
            problem,
            ..
        } = chunk;
        for line in lines {
            if json {
                print_json_line(&line)?;
            } else {
                println!("{}", line.text);
            }
        }
        if let Some(problem) = problem {
            return Err(Stop::Failed(problem));
        }
        state = changed.or(state);
    }
    match state {
        Some(JobState::Failed | JobState::Cancelled) => badly(desk, raw_id).await,
        _ => Ok(Ended::Well),
    }
}

/// Tells why a job failed, where the log has just been shown.
async fn badly(desk: &Desk, raw_id: String) -> Result<Ended, Stop> {
    let view = commands::job_view(desk, JobAsk { raw_id }).await?;
    let reason = view.reason.as_deref().unwrap_or("no reason given");
    eprintln!("{} {}: {reason}", view.raw_id, job_word(view.state));
    let exit_code = view.exit_code;
    let view = JobView {
        tail: Vec::new(),
        ..view
    };
    for line in why(&view) {
        eprintln!("{line}");
    }
    Ok(ended_with(exit_code))
}

fn ended_with(exit_code: Option<i32>) -> Ended {
    match exit_code.and_then(|code| u8::try_from(code).ok()) {
        Some(code) if code != 0 => Ended::Code(code),
        _ => Ended::Badly,
    }
}
