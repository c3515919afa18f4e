//! Trying a bake again: a new attempt with the files of an old one.

use std::collections::BTreeSet;

use client::{Client, ClientError};
use flow::batch::TaskId;
use jiff::Timestamp;
use protocol::flow::{
    Attempt, Bake, Graphs, NewAttempt, NewTask, Task, TaskStatus, TaskTransition,
};

use super::look::{LookError, attempt};

/// The command line tool gives up after so many attempts.
const MOST_ATTEMPTS: i64 = 99;

/// Which tasks of the old attempt are done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Those that did not succeed, and those that need one of them.
    Failed,
    /// All of them (results may still come from the cache).
    All,
}

/// Why a bake cannot be tried again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestartError {
    /// The newest attempt goes on.
    #[error("attempt {number} of {bake} still runs; wait for it or cancel it first")]
    StillRuns {
        /// The bake.
        bake: String,
        /// The number of the attempt.
        number: i64,
    },
    /// Nothing failed in it.
    #[error("attempt {number} of {bake} succeeded: nothing failed; choose to run all tasks again")]
    NothingFailed {
        /// The bake.
        bake: String,
        /// The number of the attempt.
        number: i64,
    },
    /// There were too many attempts.
    #[error("{bake} has had {MOST_ATTEMPTS} attempts, which is the most there can be")]
    TooMany {
        /// The bake.
        bake: String,
    },
    /// The old attempt cannot be looked at.
    #[error(transparent)]
    Look(#[from] LookError),
    /// The platform does not do its part.
    #[error(transparent)]
    Platform(#[from] ClientError),
}

/// Records a new attempt, pending, made from the attempt of this number (or the newest). Tasks that
/// are not done again are in it as they were.
pub async fn restart(
    client: &Client,
    bake: &Bake,
    number: Option<i64>,
    again: Again,
) -> Result<Attempt, RestartError> {
    let newest = attempt(client, &bake.id, None).await?;
    let old = match number {
        Some(number) => attempt(client, &bake.id, Some(number)).await?,
        None => newest.clone(),
    };
    check(bake, [&old, &newest], again)?;
    let kept = match again {
        Again::All => Vec::new(),
        Again::Failed => kept(client.flow().tasks().list(&old.id).await?, &bake.graphs),
    };
    let mut attempt = NewAttempt::from(&old);
    attempt.number = newest.number + 1;
    attempt.result = TaskStatus::Pending;
    attempt.executor_id = None;
    let attempt = client.flow().attempts().create(&attempt).await?;
    let now = Timestamp::now();
    for task in &kept {
        let body = carried_over(task, &attempt.id, now);
        client.flow().tasks().create(&body).await?;
    }
    Ok(attempt)
}

fn check(bake: &Bake, [old, newest]: [&Attempt; 2], again: Again) -> Result<(), RestartError> {
    let bake = bake.id.clone();
    for one in [old, newest] {
        if !one.result.is_finished() {
            let number = one.number;
            return Err(RestartError::StillRuns { bake, number });
        }
    }
    if again == Again::Failed && old.result == TaskStatus::Succeeded {
        let number = old.number;
        return Err(RestartError::NothingFailed { bake, number });
    }
    if newest.number >= MOST_ATTEMPTS {
        return Err(RestartError::TooMany { bake });
    }
    Ok(())
}

/// The tasks that need not be done again: they succeeded, and so did all that they need. A call is
/// kept only as a whole; of one that is not, those tasks inside are kept that can be.
fn kept(tasks: Vec<Task>, graphs: &Graphs) -> Vec<Task> {
    let needs = |id: &str| {
        let level = TaskId::parse(id).parent().to_string();
        graphs
            .get(&level)
            .and_then(|graph| graph.get(id))
            .cloned()
            .unwrap_or_default()
    };
    let mut good: BTreeSet<String> = tasks
        .iter()
        .filter(|task| task.status().is_good())
        .map(|task| task.yaml_id.clone())
        .collect();
    loop {
        let stays = |id: &String| {
            let call = TaskId::parse(id).parent();
            let call_needs = if call.is_root() {
                Vec::new()
            } else {
                needs(&call.to_string())
            };
            needs(id)
                .iter()
                .chain(&call_needs)
                .all(|need| good.contains(need))
        };
        let left: BTreeSet<String> = good.iter().filter(|id| stays(id)).cloned().collect();
        if left.len() == good.len() {
            break;
        }
        good = left;
    }
    tasks
        .into_iter()
        .filter(|task| good.contains(&task.yaml_id))
        .collect()
}

fn carried_over(task: &Task, attempt_id: &str, now: Timestamp) -> NewTask {
    NewTask {
        attempt_id: attempt_id.to_owned(),
        yaml_id: task.yaml_id.clone(),
        raw_id: task.raw_id.clone(),
        outputs: Some(task.outputs.clone().unwrap_or_default()),
        state: Some(task.state.clone().unwrap_or_default()),
        statuses: vec![TaskTransition {
            created_at: now,
            status: TaskStatus::Succeeded,
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(id: &str, status: &str) -> Task {
        Task {
            id: String::new(),
            attempt_id: String::new(),
            yaml_id: id.to_owned(),
            raw_id: String::new(),
            outputs: None,
            state: None,
            statuses: vec![TaskTransition {
                created_at: Timestamp::UNIX_EPOCH,
                status: TaskStatus::from(status),
            }],
        }
    }

    #[test]
    fn a_task_is_kept_if_it_and_all_before_it_succeeded() {
        let graphs: Graphs = serde_json::from_value(serde_json::json!({
            "": {"a": [], "b": ["a"], "bad": ["b"], "always": ["bad"], "call": ["b"], "late": ["bad"]},
            "call": {"call.x": [], "call.y": ["call.x"]},
            "late": {"late.x": []},
        }))
        .unwrap();
        let tasks = [
            ("a", "succeeded"),
            ("b", "cached"),
            ("bad", "failed"),
            ("always", "succeeded"),
            ("call", "failed"),
            ("call.x", "succeeded"),
            ("call.y", "failed"),
            ("late", "succeeded"),
            ("late.x", "succeeded"),
        ];
        let tasks = tasks.iter().map(|(id, status)| task(id, status)).collect();
        let kept: Vec<String> = kept(tasks, &graphs)
            .into_iter()
            .map(|task| task.yaml_id)
            .collect();
        assert_eq!(kept, ["a", "b", "call.x"]);
    }
}
