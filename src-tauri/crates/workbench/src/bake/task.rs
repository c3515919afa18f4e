//! Cancelling a single task of a bake.

use client::{Client, ClientError};
use contract::{BakeAsk, BakeState, BakeView, Failure, FailureCode, TaskAsk, TaskKind, TaskView};

use execution::bake as baking;

use super::bake_view;
use crate::Desk;
use crate::view::failure;

/// Stops the job or the command of a task; the bake goes on as it does when a task is cancelled. The answer comes
/// at once; the end is told by an event.
pub async fn task_cancel(desk: &Desk, request: TaskAsk) -> Result<BakeView, Failure> {
    let ask = BakeAsk {
        project: request.project,
        bake: request.bake,
        attempt: None,
    };
    let view = bake_view(desk, ask.clone()).await?;
    let task = view.tasks.iter().find(|task| task.id == request.task);
    let task = task.ok_or_else(|| unknown(&view, &request.task))?;
    let client = desk.client().await?;
    match job_to_stop(task)? {
        Some(job) => client.jobs().kill(job).await,
        None => stop_command(&client, &view.row.id, &task.id).await,
    }
    .map_err(|error| failure::of_client(&error))?;
    desk.watches().wake();
    bake_view(desk, ask).await
}

pub(super) fn unknown(view: &BakeView, id: &str) -> Failure {
    let refused = Failure::not_found(format!("The bake has no task `{id}`."));
    let known = view.tasks.iter().map(|task| task.id.as_str());
    match source::nearest(id, known).first() {
        Some(best) => refused.hint(format!("Did you mean `{best}`?")),
        None => refused,
    }
}

/// Stops a command on the computer of the executor.
async fn stop_command(client: &Client, bake: &str, task: &str) -> Result<(), ClientError> {
    if let Some(attempt) = client.flow().attempts().newest(bake).await? {
        // That it has ended meanwhile is what was wanted.
        baking::cancel_local(client, &attempt, task).await?;
    }
    Ok(())
}

/// The job of a task that goes on; none if it is a command of the executor.
fn job_to_stop(task: &TaskView) -> Result<Option<&str>, Failure> {
    let refused = |message: String| Failure::new(FailureCode::Conflict, message);
    let id = &task.id;
    match (task.state, task.kind, &task.raw_id) {
        (BakeState::Pending | BakeState::Running, _, Some(job)) => Ok(Some(job)),
        (BakeState::Pending | BakeState::Running, TaskKind::Local, None) => Ok(None),
        (BakeState::Pending | BakeState::Running, TaskKind::Action, None) => Err(refused(format!(
            "`{id}` is a call and has no job of its own."
        ))
        .hint("Cancel the tasks inside, or the bake.")),
        (BakeState::Waiting | BakeState::Pending | BakeState::Running, _, _) => {
            Err(refused(format!("`{id}` has not begun."))
                .hint("Cancel what it waits for, or the bake."))
        }
        _ => Err(refused(format!("`{id}` has ended already."))),
    }
}
