//! What an attempt has left behind that somebody executed before.

use std::collections::HashSet;

use client::ClientError;
use protocol::flow::{Attempt, Task, TaskStatus};

use super::order::Order;
use super::store::patiently;

/// The records of the attempt, as far as they matter.
pub(super) async fn stored(order: &Order, attempt: &Attempt) -> Result<Vec<Task>, ClientError> {
    match attempt.result {
        TaskStatus::Pending | TaskStatus::Running | TaskStatus::Cancelled => {
            let tasks = order.client.flow().tasks();
            patiently(|| tasks.list(&attempt.id)).await
        }
        _ => Ok(Vec::new()),
    }
}

/// Whether a cancelled attempt was left before everything in it was ended: then jobs of it may go on,
/// and what always runs has not run. One that was never begun has nothing to clean up.
pub(super) fn is_left(order: &Order, attempt: &Attempt, stored: &[Task]) -> bool {
    let has_ended = |task: &&Task| {
        let last = task.statuses.last();
        last.is_some_and(|last| last.status.is_finished())
    };
    let ended = stored.iter().filter(has_ended);
    let ended: HashSet<&str> = ended.map(|task| task.yaml_id.as_str()).collect();
    let mut all = order.recipe.graph().nodes.keys();
    attempt.result == TaskStatus::Cancelled
        && !stored.is_empty()
        && !all.all(|id| ended.contains(id.as_str()))
}
