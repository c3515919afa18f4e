//! What earlier bakes of a batch did, newest first.

use std::collections::HashMap;

use client::{BakeFilter, Client, ClientError};
use flow::batch::TaskId;
use protocol::flow::{Attempt, Bake, Task, TaskStatus};

use super::reason::BakeRef;

/// So many attempts are looked at.
const MOST_ATTEMPTS: usize = 40;

/// Earlier attempts at a batch, newest first.
#[derive(Default)]
pub(super) struct History {
    pub(super) attempts: Vec<Past>,
    /// Whether there are no more.
    pub(super) complete: bool,
}

/// An earlier attempt.
pub(super) struct Past {
    pub(super) bake: Bake,
    pub(super) attempt: Attempt,
    pub(super) tasks: HashMap<String, Task>,
}

impl Past {
    pub(super) fn bake_ref(&self) -> BakeRef {
        BakeRef {
            id: self.bake.id.clone(),
            name: self.bake.name.clone(),
        }
    }
}

impl History {
    /// Reads it. `batch` is the name of the batch, `project_id` the flow's record.
    pub(super) async fn read(
        client: &Client,
        (project_id, batch): (&str, &str),
    ) -> Result<Self, ClientError> {
        let filter = BakeFilter {
            newest_first: true,
            ..BakeFilter::default()
        };
        let bakes = client.flow().bakes().list(project_id, &filter).await?;
        let mut history = Self {
            complete: true,
            ..Self::default()
        };
        for bake in bakes.into_iter().filter(|bake| bake.batch == batch) {
            if !history.read_bake(client, bake).await? {
                history.complete = false;
                break;
            }
        }
        Ok(history)
    }

    /// Reads the attempts at a bake; answers whether there was room for all of them.
    async fn read_bake(&mut self, client: &Client, bake: Bake) -> Result<bool, ClientError> {
        let mut attempts = match &bake.last_attempt {
            None => Vec::new(),
            Some(only) if only.number == 1 => vec![only.clone()],
            Some(_) => client.flow().attempts().list(&bake.id).await?,
        };
        attempts.sort_by_key(|attempt| std::cmp::Reverse(attempt.number));
        for attempt in attempts {
            if self.attempts.len() == MOST_ATTEMPTS {
                return Ok(false);
            }
            let tasks = client.flow().tasks().list(&attempt.id).await?;
            let tasks = tasks.into_iter().map(|task| (task.yaml_id.clone(), task));
            self.attempts.push(Past {
                bake: bake.clone(),
                attempt,
                tasks: tasks.collect(),
            });
        }
        Ok(true)
    }

    /// The newest attempt that began a task.
    pub(super) fn newest_begun(&self, task: &TaskId) -> Option<&Past> {
        let id = task.to_string();
        let begun = |task: &Task| task.status() != TaskStatus::Skipped;
        let mut found = self.attempts.iter();
        found.find(|past| past.tasks.get(&id).is_some_and(begun))
    }

    /// Whether a task ever ended well, as far as was looked.
    pub(super) fn ever_good(&self, task: &TaskId) -> bool {
        self.origin(task).is_some()
    }

    /// The number of the attempt in which the newest good result of a task was made. Later ones
    /// that only took it over are passed by.
    pub(super) fn origin(&self, task: &TaskId) -> Option<usize> {
        let id = task.to_string();
        let good = |past: &&Past| {
            past.tasks
                .get(&id)
                .is_some_and(|task| task.status().is_good())
        };
        let newest = self.attempts.iter().find(good)?;
        let job = &newest.tasks.get(&id)?.raw_id;
        self.made(&id, job)
            .or_else(|| self.attempts.iter().position(|past| good(&past)))
    }

    /// The bake in which a job made the result of a task.
    pub(super) fn bake_of(&self, task: &TaskId, job: &str) -> Option<BakeRef> {
        let at = self.made(&task.to_string(), job)?;
        Some(self.attempts.get(at)?.bake_ref())
    }

    fn made(&self, task: &str, job: &str) -> Option<usize> {
        let ran = |task: &Task| {
            let mut statuses = task.statuses.iter().map(|one| &one.status);
            statuses.any(|status| matches!(status, TaskStatus::Pending | TaskStatus::Running))
        };
        let made = |past: &Past| {
            let task = past.tasks.get(task);
            task.is_some_and(|task| task.raw_id == job && ran(task))
        };
        self.attempts.iter().position(made)
    }
}
