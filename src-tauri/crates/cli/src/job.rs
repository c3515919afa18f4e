//! `bakehouse status`, `kill`, `extend`: jobs that are there.

use std::time::Duration;

use contract::{CauseView, JobAsk, JobExtend, JobState, JobView, LiveStop, ProjectAsk};
use workbench::{Desk, commands};

use crate::args::{Extend, Kill, Status};
use crate::live::raw_id;
use crate::output::{Ended, Stop, full_path, job_word, print_json};
use crate::span::in_words;

/// The name that stands for everything.
pub(crate) const ALL: &str = "ALL";

/// Shows how a job stands, and why.
pub(crate) async fn status(desk: &Desk, status: Status) -> Result<Ended, Stop> {
    let raw_id = raw_id(desk, &status.place, &status.name.job, status.name.suffix()).await?;
    let view = commands::job_view(desk, JobAsk { raw_id }).await?;
    if status.place.json {
        return print_json(&view);
    }
    print_status(&view);
    Ok(Ended::Well)
}

fn print_status(view: &JobView) {
    let left = view
        .life_span_left
        .map(|left| format!("{} left", in_words(f64::from(left))));
    let code = view.exit_code.map(|code| code.to_string());
    let restarts = (view.restarts > 0).then(|| view.restarts.to_string());
    let facts = [
        ("Id", Some(view.raw_id.clone())),
        ("Name", view.name.clone()),
        ("State", Some(job_word(view.state).to_owned())),
        ("Reason", view.reason.clone()),
        ("Details", view.description.clone()),
        ("Exit code", code),
        ("Submitted", view.created_at.clone()),
        ("Started", view.started_at.clone()),
        ("Ended", view.finished_at.clone()),
        ("Restarts", restarts),
        ("Life span", left),
        ("Preset", view.preset.clone()),
        ("Image", Some(view.image.clone())),
        ("Command", view.command.clone()),
        ("Runs in", view.runner.clone()),
        ("Address", view.http_url.clone()),
        ("Tags", Some(view.tags.join(" "))),
    ];
    for (name, value) in facts {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            println!("{name:<10} {value}");
        }
    }
    for line in why(view) {
        println!("{line}");
    }
}

/// The likely cause of a failure with the end of the log, as lines; none if there is nothing to say.
pub(crate) fn why(view: &JobView) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(CauseView { cause, advice, .. }) = &view.cause {
        lines.push(format!("\nwhy: {cause}"));
        lines.push(format!("do:  {advice}"));
    }
    let bad = matches!(view.state, JobState::Failed | JobState::Cancelled);
    if bad && !view.tail.is_empty() {
        lines.push("\nThe last lines of its log:".to_owned());
        lines.extend(view.tail.iter().map(|line| format!("  {}", line.text)));
    }
    lines
}

/// Stops a live job, or all of them, and waits until they have ended.
pub(crate) async fn kill(desk: &Desk, kill: Kill) -> Result<Ended, Stop> {
    if kill.name.job == ALL {
        return kill_all(desk, &kill).await;
    }
    let project = full_path(&kill.place.project)?;
    let raw_id = raw_id(desk, &kill.place, &kill.name.job, kill.name.suffix()).await?;
    let ask = JobAsk {
        raw_id: raw_id.clone(),
    };
    let mut view = commands::job_view(desk, ask.clone()).await?;
    if is_over(view.state) {
        eprintln!("{} is not running", kill.name.job);
    } else {
        commands::live_stop(desk, LiveStop { project, raw_id }).await?;
        while !is_over(view.state) {
            tokio::time::sleep(Duration::from_millis(100)).await;
            view = commands::job_view(desk, ask.clone()).await?;
        }
        if !kill.place.json {
            println!("{} {}", view.raw_id, job_word(view.state));
        }
    }
    if kill.place.json {
        return print_json(&view);
    }
    Ok(Ended::Well)
}

async fn kill_all(desk: &Desk, kill: &Kill) -> Result<Ended, Stop> {
    if kill.name.suffix().is_some() {
        return Err(Stop::Usage("with ALL there is no suffix".to_owned()));
    }
    let project = full_path(&kill.place.project)?;
    let stopped = commands::live_stop_all(desk, ProjectAsk { project }).await?;
    if kill.place.json {
        return print_json(&stopped);
    }
    for one in &stopped.jobs {
        let suffix = one.suffix.as_deref().unwrap_or_default();
        println!(
            "{} {suffix} {} {}",
            one.job,
            one.raw_id,
            job_word(one.state)
        );
    }
    if stopped.jobs.is_empty() {
        eprintln!("nothing runs");
    }
    Ok(Ended::Well)
}

/// Whether nothing more happens to a job.
pub(crate) fn is_over(state: JobState) -> bool {
    !matches!(state, JobState::Pending | JobState::Running)
}

/// Lets a job live longer.
pub(crate) async fn extend(desk: &Desk, extend: Extend) -> Result<Ended, Stop> {
    let raw_id = raw_id(desk, &extend.place, &extend.job, extend.suffix.as_deref()).await?;
    let minutes = extend.time.minutes();
    let view = commands::job_extend(desk, JobExtend { raw_id, minutes }).await?;
    if extend.place.json {
        return print_json(&view);
    }
    match view.life_span_left {
        Some(left) => println!("{} has {} left", view.raw_id, in_words(f64::from(left))),
        None => println!("{} may run {minutes} minutes longer", view.raw_id),
    }
    Ok(Ended::Well)
}
