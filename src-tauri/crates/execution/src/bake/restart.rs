//! Trying a bake again: a new attempt, of its stored files or of new ones.

use std::collections::{BTreeMap, BTreeSet};

use client::{Client, ClientError};
use flow::batch::{Results, TaskId, TaskKind};
use protocol::flow::{Attempt, Bake, NewAttempt, TaskStatus, Values};

use super::create::{
    CreateError, Setup, create, record_attempt, record_files, record_files_read, upload_contexts,
};
use super::explain::{Now, Old};
use super::look::{LookError, attempt};
use super::observed::{FilesRead, RECORD};
use super::once::briefly;
use super::reason::Cause;
use super::recipe::{Problem, Recipe};
use super::record::Record;
use super::reopen::{ReopenError, stored_files_read};
use super::selection::{Again, ChoiceError, Selection};
use super::start_key::own_tags;
use crate::place::Place;

/// The command line tool gives up after so many attempts.
const MOST_ATTEMPTS: i64 = 99;

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
    /// What is stored of the old attempt cannot be used.
    #[error(transparent)]
    Reopen(#[from] ReopenError),
    /// It cannot be baked with other parameters.
    #[error("the batch cannot be baked with these parameters: {0}")]
    Params(Problem),
    /// A task cannot be chosen.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// The old attempt cannot be looked at.
    #[error(transparent)]
    Look(#[from] LookError),
    /// The platform does not do its part.
    #[error(transparent)]
    Platform(#[from] ClientError),
}

/// What is tried again.
pub struct Retry {
    /// The bake.
    pub bake: Bake,
    /// The number of the attempt whose results are kept; the newest when missing.
    pub attempt: Option<i64>,
    /// Which tasks are done again.
    pub again: Again,
    /// What is not as it was.
    pub edit: Edit,
}

/// What is not as it was, when a bake is tried again.
pub enum Edit {
    /// Everything is.
    Nothing,
    /// Some parameters have other values.
    Params(Values),
    /// The batch is another one: with its files as they are now.
    Batch(Box<Recipe>),
}

/// A restart that is decided but not begun.
pub struct Restart {
    /// The bake.
    pub bake: Bake,
    /// The attempt whose results are kept.
    pub old: Attempt,
    /// The batch as it will be executed.
    pub recipe: Recipe,
    /// What is kept, and what is done afresh.
    pub selection: Selection,
    /// Why it becomes a bake of its own; nothing if it becomes an attempt of the old one.
    pub new_bake: Option<NewBakeReason>,
    next: i64,
    edited: bool,
}

/// Why a restart becomes a bake of its own: what the flow API keeps once for all attempts differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NewBakeReason {
    /// Its parameters.
    #[error("the parameters differ")]
    Params,
    /// Its graph.
    #[error("the graph differs")]
    Graph,
    /// What git knew.
    #[error("the commit differs")]
    Git,
}

impl Restart {
    /// Decides a restart. `stored` is the batch made ready from what is stored with the attempt
    /// whose results are kept.
    pub async fn decide(
        client: &Client,
        retry: Retry,
        stored: impl AsyncFnOnce(&Attempt) -> Result<Recipe, ReopenError>,
    ) -> Result<Self, RestartError> {
        let Retry {
            bake,
            attempt: number,
            again,
            edit,
        } = retry;
        let was_edited = !matches!(edit, Edit::Nothing);
        let newest = attempt(client, &bake.id, None).await?;
        let old = match number {
            Some(number) => attempt(client, &bake.id, Some(number)).await?,
            None => newest.clone(),
        };
        check(&bake, [&old, &newest], (&again, was_edited))?;
        let tasks = client.flow().tasks().list(&old.id).await?;
        let records: Vec<Record> = tasks.into_iter().map(Record::stored).collect();
        let recipe = stored(&old).await?;
        let edited = match edit {
            Edit::Nothing => None,
            Edit::Batch(edited) => Some(*edited),
            Edit::Params(changed) => {
                let mut params = recipe.params().clone();
                params.extend(changed);
                let edited = recipe.with_params(&params);
                Some(edited.map_err(RestartError::Params)?)
            }
        };
        let (recipe, changed) = match edited {
            None => (recipe, BTreeMap::new()),
            Some(edited) => {
                let files = stored_files_read(client, &old).await?;
                let changed = changed(&records, (recipe, files), &edited);
                (edited, changed)
            }
        };
        let kept_of = (records, old.number);
        let selection = Selection::of(recipe.graph(), kept_of, &again, &changed)?;
        Ok(Self {
            new_bake: new_bake(&bake, &recipe).filter(|_| was_edited),
            next: newest.number + 1,
            edited: was_edited,
            bake,
            old,
            recipe,
            selection,
        })
    }

    /// The number of the new attempt, if it becomes one.
    pub fn number(&self) -> i64 {
        self.next
    }

    /// Tasks whose remembered results are forgotten, those of other parameters as well: the flow API
    /// knows no other way to have them run afresh whoever executes the attempt.
    pub fn forgets(&self) -> Vec<&TaskId> {
        let graph = self.recipe.graph();
        let fresh = self.selection.fresh();
        let is_kept = |id: &&TaskId| {
            graph
                .node(id)
                .is_some_and(|node| node.kind == TaskKind::Task)
        };
        fresh.filter(is_kept).collect()
    }

    /// Records the new attempt, or the new bake with its first one, pending. Tasks that are kept are
    /// in it as they were.
    pub async fn begin(self, client: &Client, place: &Place) -> Result<Begun, BeginError> {
        let bake = &self.bake;
        for task in self.forgets() {
            let task = task.to_string();
            let entries = client.flow().cache_entries();
            entries
                .clear(&bake.project_id, Some(&bake.batch), Some(&task))
                .await?;
        }
        let files = FilesRead::now(&self.recipe);
        let (bake, attempt) = match self.new_bake {
            Some(_) => {
                let batch = self.recipe.bake();
                if let Some(note) = upload_contexts(client, place, batch, &|_| {}).await? {
                    tracing::info!(note, bake = bake.id, "restart");
                }
                let setup = Setup {
                    batch,
                    name: bake.name.clone(),
                    tags: own_tags(&bake.tags),
                    files,
                };
                let created = create(client, place, setup).await?;
                (created.bake, created.attempt)
            }
            None => (bake.clone(), self.new_attempt(client, &files).await?),
        };
        for record in self.selection.records() {
            let body = record.body(&attempt.id);
            let tasks = client.flow().tasks();
            briefly(|| async {
                match tasks.create(&body).await {
                    Err(error) if error.is_conflict() => tasks.replace(&body).await,
                    answer => answer,
                }
            })
            .await?;
        }
        let recipe = self.recipe.named(&bake.id);
        Ok(Begun {
            bake,
            attempt,
            recipe,
        })
    }

    async fn new_attempt(
        &self,
        client: &Client,
        files: &FilesRead,
    ) -> Result<Attempt, ClientError> {
        let mut attempt = NewAttempt::from(&self.old);
        attempt.number = self.next;
        attempt.result = TaskStatus::Pending;
        attempt.executor_id = None;
        if self.edited {
            let files = self.recipe.bake().config_files();
            attempt.configs_meta = record_files(client, &self.bake, &files).await?;
        }
        let meta = &mut attempt.configs_meta;
        meta.action_config_ids.shift_remove(RECORD);
        record_files_read(client, &self.bake, (files, self.next), meta).await?;
        record_attempt(client, &attempt).await
    }
}

/// A restart that waits to be executed.
pub struct Begun {
    /// The bake.
    pub bake: Bake,
    /// The attempt.
    pub attempt: Attempt,
    /// The batch.
    pub recipe: Recipe,
}

/// Why a restart that was decided is not begun.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BeginError {
    /// Its new bake cannot be set up.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The platform does not do its part.
    #[error(transparent)]
    Platform(#[from] ClientError),
}

fn check(
    bake: &Bake,
    [old, newest]: [&Attempt; 2],
    (again, edited): (&Again, bool),
) -> Result<(), RestartError> {
    let bake = bake.id.clone();
    for one in [old, newest] {
        if !one.result.is_finished() {
            let number = one.number;
            return Err(RestartError::StillRuns { bake, number });
        }
    }
    if *again == Again::Failed && old.result == TaskStatus::Succeeded && !edited {
        let number = old.number;
        return Err(RestartError::NothingFailed { bake, number });
    }
    if newest.number >= MOST_ATTEMPTS {
        return Err(RestartError::TooMany { bake });
    }
    Ok(())
}

fn new_bake(bake: &Bake, edited: &Recipe) -> Option<NewBakeReason> {
    let now = edited.bake();
    let old_git = bake.meta.git_info.as_ref();
    let same_git = match (old_git, &now.git) {
        (None, None) => true,
        (Some(old), Some(now)) => old.sha == now.sha && old.branch == now.branch,
        _ => false,
    };
    if bake.params.as_ref().is_some_and(|old| *old != now.params) {
        Some(NewBakeReason::Params)
    } else if now.graph.graphs() != bake.graphs {
        Some(NewBakeReason::Graph)
    } else {
        (!same_git).then_some(NewBakeReason::Git)
    }
}

/// The tasks that went well and would be different ones now, with what differs.
fn changed(
    records: &[Record],
    (stored, files): (Recipe, Option<FilesRead>),
    edited: &Recipe,
) -> BTreeMap<TaskId, Vec<Cause>> {
    let ended = records
        .iter()
        .filter_map(|record| Some((record.id.clone(), record.result()?)));
    let results: Results = ended.collect();
    let now = Now {
        recipe: edited,
        results: &results,
        assumed: &BTreeSet::new(),
        shared: &edited.shared_files_read(),
    };
    let old = Old::new(stored, (results.clone(), files), edited);
    let good = records.iter().filter(|record| record.status().is_good());
    good.filter_map(|record| Some((record.id.clone(), old.why_different(&record.id, &now)?)))
        .collect()
}
