//! Running the command of a local action on this computer.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use client::ClientError;
use flow::batch::TaskId;
use flow::words::split;
use jiff::Timestamp;
use protocol::flow::TaskStatus;
use tokio::process::{Child, Command};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::event::{Ending, Happened};
use super::order::{Done, Surroundings};
use super::start::not_started;
use crate::commands::CommandReader;

/// How often we look whether somebody has marked the task as cancelled.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Runs a command in the folder of the project until it ends or `stop` is asked for.
pub(super) async fn run(
    around: Surroundings,
    task: TaskId,
    command: String,
    stop: CancellationToken,
) -> Result<Done, ClientError> {
    let Some(folder) = &around.folder else {
        let reason = "it runs in the folder of the project, which is not on this computer";
        return Ok(not_started(task, reason.to_owned()));
    };
    let marked = stop.clone();
    Ok(match begin(&command, folder) {
        Ok(child) => tokio::select! {
            done = finish(task.clone(), child, stop) => done,
            never = pass_on_mark(&around, &task, marked) => match never {},
        },
        Err(reason) => not_started(task, reason),
    })
}

/// Ends the command when somebody has marked its task as cancelled.
async fn pass_on_mark(
    around: &Surroundings,
    task: &TaskId,
    stop: CancellationToken,
) -> std::convert::Infallible {
    let tasks = around.client.flow().tasks();
    let id = task.to_string();
    loop {
        sleep(LOOK_EVERY).await;
        // A failed look is no reason for anything: the next one follows soon.
        let stored = tasks.find(&around.attempt.id, &id).await.ok().flatten();
        let last = stored.as_ref().and_then(|task| task.statuses.last());
        if last.is_some_and(|last| last.status == TaskStatus::Cancelled) {
            stop.cancel();
        }
    }
}

fn begin(command: &str, folder: &Path) -> Result<Child, String> {
    let words = split(command).map_err(|error| format!("its command: {error}"))?;
    let (program, arguments) = words.split_first().ok_or("it has no command")?;
    let mut process = Command::new(program);
    process
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    // A group of its own, so that everything it starts can be stopped with it.
    #[cfg(unix)]
    process.process_group(0);
    process
        .spawn()
        .map_err(|error| format!("`{program}` cannot be run: {error}"))
}

async fn finish(task: TaskId, child: Child, stop: CancellationToken) -> Done {
    let started_at = Timestamp::now();
    let group = child.id();
    let waiting = child.wait_with_output();
    tokio::pin!(waiting);
    let mut stopped = false;
    let output = loop {
        tokio::select! {
            output = &mut waiting => break output,
            () = stop.cancelled(), if !stopped => {
                stopped = true;
                kill_group(group);
            }
        }
    };
    let output = match output {
        Ok(output) => output,
        Err(error) => return not_started(task, format!("its end cannot be seen: {error}")),
    };
    let mut reader = CommandReader::default();
    let mut shown = reader.push(&output.stdout);
    let (rest, said) = reader.finish();
    shown.extend(rest);
    shown.extend_from_slice(&output.stderr);
    let ending = Ending {
        status: status(output.status, stopped),
        started_at: Some(started_at),
        at: Timestamp::now(),
        outputs: said.outputs,
        state: said.state,
    };
    let text = String::from_utf8_lossy(&shown).into_owned();
    Done::LocalEnded {
        happened: Happened::Ended { task, ending },
        text,
    }
}

fn status(exit: ExitStatus, stopped: bool) -> TaskStatus {
    match (exit.success(), stopped) {
        (true, _) => TaskStatus::Succeeded,
        (false, true) => TaskStatus::Cancelled,
        (false, false) => TaskStatus::Failed,
    }
}

#[cfg(unix)]
fn kill_group(group: Option<u32>) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let pid = group
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended in the same moment; then there is nothing to stop.
        let _already_over = kill_process_group(pid, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(_: Option<u32>) {}
