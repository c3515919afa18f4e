//! Why no remembered result of a task fits: what differs from the newest bake in which it ended well.
//!
//! What the key was made of is stored nowhere. It is made again from what is: the files of the old
//! attempt, its parameters, the results of its tasks. Files that only `hash_files` looks at are
//! compared by the hashes that were recorded with the attempt, where they were.

use std::collections::{BTreeSet, HashMap};

use client::{Client, ClientError};
use flow::batch::{KeyDifference, KeyInputs, Results, TaskId, TaskKind};
use protocol::flow::Values;

use super::history::{History, Past};
use super::observed::{Digests, FilesRead};
use super::outlook::Outlook;
use super::reason::{Cause, CauseKind, Reason};
use super::recipe::Recipe;
use super::record::Record;
use super::reopen::{ReopenError, reopen, stored_files_read};

/// Finds out why tasks run.
pub(super) struct Explainer<'a> {
    client: &'a Client,
    history: &'a History,
    now: &'a Outlook,
    shared: Digests,
    old: HashMap<usize, Result<Old, String>>,
}

/// An old attempt, made ready again.
pub(super) struct Old {
    recipe: Recipe,
    results: Results,
    files: Option<FilesRead>,
    /// Parameters that differ, with what they were and are.
    params: Vec<Cause>,
    /// The batch as it is now with all parameters that differ as they were.
    back: Option<Recipe>,
    /// The same with only one of them as it was, in the order of `params`.
    back_each: Vec<Option<Recipe>>,
}

impl<'a> Explainer<'a> {
    pub(super) fn new(client: &'a Client, history: &'a History, now: &'a Outlook) -> Self {
        Self {
            client,
            history,
            now,
            shared: now.recipe.shared_files_read(),
            old: HashMap::new(),
        }
    }

    /// Why a task runs, where an attempt that is restarted says it.
    pub(super) fn why_again(&self, task: &TaskId) -> Option<Reason> {
        self.now.why_again(task)
    }

    /// Why nothing that is remembered of a task fits.
    pub(super) async fn explain(&mut self, task: &TaskId) -> Result<Reason, ClientError> {
        let history = self.history;
        let Some(at) = history.origin(task) else {
            return Ok(match history.newest_begun(task) {
                Some(past) => Reason::NeverSucceeded {
                    last: past.bake_ref(),
                },
                None if history.complete => Reason::NeverRun,
                None => Reason::NotLately {
                    looked_at: history.attempts.len(),
                },
            });
        };
        let Some(past) = history.attempts.get(at) else {
            return Ok(Reason::Missing);
        };
        if !self.old.contains_key(&at) {
            let old = Old::read(self.client, past, &self.now.recipe).await?;
            self.old.insert(at, old);
        }
        let since = past.bake_ref();
        let compared = match self.old.get(&at) {
            Some(Ok(old)) => old.compare(
                task,
                &Now {
                    recipe: &self.now.recipe,
                    results: &self.now.results,
                    assumed: &self.now.assumed,
                    shared: &self.shared,
                },
            ),
            Some(Err(why)) => Err(why.clone()),
            None => Err("it was not looked at".to_owned()),
        };
        Ok(match compared {
            Ok(Compared::Differs(causes)) => Reason::Changed { since, causes },
            Ok(Compared::Same) => Reason::Forgotten { since },
            Err(why) => Reason::NotKnown { since, why },
        })
    }
}

/// What old attempts are compared with.
pub(super) struct Now<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) results: &'a Results,
    pub(super) assumed: &'a BTreeSet<TaskId>,
    /// Files that are read to make the batch ready.
    pub(super) shared: &'a Digests,
}

/// The outcome of a comparison.
pub(super) enum Compared {
    /// All that the key is made of is the same.
    Same,
    /// This differs.
    Differs(Vec<Cause>),
}

impl Old {
    /// Makes an old attempt ready again, or says in words why that cannot be done.
    pub(super) async fn read(
        client: &Client,
        past: &Past,
        now: &Recipe,
    ) -> Result<Result<Self, String>, ClientError> {
        let (workspace, platform) = now.surroundings();
        let around = (Some(workspace), platform);
        let recipe = match reopen(client, &past.bake, &past.attempt, around).await {
            Ok(recipe) => recipe,
            Err(ReopenError::Platform(error)) if error.status() != Some(404) => return Err(error),
            Err(error) => return Ok(Err(error.to_string())),
        };
        let files = stored_files_read(client, &past.attempt).await?;
        let records = past.tasks.values().cloned().map(Record::stored);
        let results = records.filter_map(|record| Some((record.id.clone(), record.result()?)));
        Ok(Ok(Self::new(recipe, (results.collect(), files), now)))
    }

    pub(super) fn new(
        recipe: Recipe,
        (results, files): (Results, Option<FilesRead>),
        now: &Recipe,
    ) -> Self {
        let params = differing(recipe.params(), now.params());
        let back = (!params.is_empty())
            .then(|| with_old(now, recipe.params(), &params))
            .flatten();
        let back_each = match params.len() {
            1 => vec![back.clone()],
            _ => params
                .iter()
                .map(|one| with_old(now, recipe.params(), std::slice::from_ref(one)))
                .collect(),
        };
        Self {
            recipe,
            results,
            files,
            params,
            back,
            back_each,
        }
    }

    /// Compares what the key of a task is made of, then and now.
    pub(super) fn compare(&self, task: &TaskId, now: &Now<'_>) -> Result<Compared, String> {
        let known = |problem: super::Problem| problem.0;
        let old = self.recipe.key_inputs(task, &self.results).map_err(known)?;
        let new = now.recipe.key_inputs(task, now.results).map_err(known)?;
        let mut causes = self.causes(task, (&old, &new), now.results);
        let mut read = now.recipe.files_read(task, (now.results, now.assumed));
        read.extend(now.shared.clone());
        let recorded = self.files.as_ref().map(|files| files.of(task));
        causes.extend(changed_files(recorded.as_ref(), &read));
        match (causes.is_empty(), recorded) {
            (false, _) => Ok(Compared::Differs(causes)),
            (true, None) if !read.is_empty() => {
                let files: Vec<&str> = read.keys().take(3).map(String::as_str).collect();
                Err(format!(
                    "it reads files ({}) of which nothing was recorded then",
                    files.join(", ")
                ))
            }
            (true, _) => Ok(Compared::Same),
        }
    }

    /// What makes a task that has run a different one now; nothing if it is the same.
    pub(super) fn why_different(&self, task: &TaskId, now: &Now<'_>) -> Option<Vec<Cause>> {
        let unsure = |why: String| {
            vec![Cause {
                kind: CauseKind::Unsure,
                name: why,
                before: None,
                after: None,
            }]
        };
        let node = now.recipe.graph().node(task)?;
        if node.kind.is_remote() {
            return match self.compare(task, now) {
                Ok(Compared::Same) => None,
                Ok(Compared::Differs(causes)) => Some(causes),
                Err(why) => Some(unsure(why)),
            };
        }
        if node.kind == TaskKind::Local {
            return Some(unsure("it runs on the project's files".to_owned()));
        }
        let same = self.recipe.enable(task, now.results) == now.recipe.enable(task, now.results)
            && self.recipe.outputs(task, now.results) == now.recipe.outputs(task, now.results);
        (!same).then(|| unsure("its call differs".to_owned()))
    }

    fn causes(
        &self,
        task: &TaskId,
        (old, new): (&KeyInputs, &KeyInputs),
        results: &Results,
    ) -> Vec<Cause> {
        let differences = new.differences(old);
        if differences.is_empty() {
            return Vec::new();
        }
        // With the old parameters, what still differs is not their doing.
        let back = self
            .back
            .as_ref()
            .and_then(|back| back.key_inputs(task, results).ok());
        let Some(back) = back else {
            return differences.into_iter().map(cause).collect();
        };
        let mut causes = self.params_of(task, new, results);
        if causes.is_empty() && !new.differences(&back).is_empty() {
            causes.clone_from(&self.params);
        }
        causes.extend(back.differences(old).into_iter().map(cause));
        causes
    }

    /// The parameters that make a difference to a task, each by itself.
    fn params_of(&self, task: &TaskId, new: &KeyInputs, results: &Results) -> Vec<Cause> {
        let each = self.params.iter().zip(&self.back_each);
        let matters = each.filter(|(_, back)| {
            let back = back.as_ref().map(|back| back.key_inputs(task, results));
            back.is_some_and(|back| back.is_ok_and(|back| !new.differences(&back).is_empty()))
        });
        matters.map(|(cause, _)| cause.clone()).collect()
    }
}

/// Parameters with other values; one that is new or gone shows in what it changed.
fn differing(old: &Values, new: &Values) -> Vec<Cause> {
    let both = new.iter().filter_map(|(name, after)| {
        let before = old.get(name).filter(|before| *before != after)?;
        Some(Cause {
            kind: CauseKind::Parameter,
            name: name.clone(),
            before: Some(before.clone()),
            after: Some(after.clone()),
        })
    });
    both.collect()
}

/// The batch as it is now, with some parameters as they were.
fn with_old(now: &Recipe, old: &Values, which: &[Cause]) -> Option<Recipe> {
    let mut params = now.params().clone();
    for cause in which {
        params.insert(cause.name.clone(), old.get(&cause.name)?.clone());
    }
    now.with_params(&params).ok()
}

fn changed_files(then: Option<&Digests>, now: &Digests) -> Vec<Cause> {
    let Some(then) = then else {
        return Vec::new();
    };
    let mut names: Vec<&String> = then.keys().chain(now.keys()).collect();
    names.sort();
    names.dedup();
    let differs = names
        .into_iter()
        .filter(|name| then.get(*name) != now.get(*name));
    let file = |name: &String| Cause {
        kind: CauseKind::File,
        name: name.clone(),
        before: then.get(name).cloned(),
        after: now.get(name).cloned(),
    };
    differs.map(file).collect()
}

/// A difference of keys in words of the flow.
fn cause(difference: KeyDifference) -> Cause {
    let KeyDifference {
        path,
        before,
        after,
    } = difference;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let (kind, name) = match path.as_slice() {
        ["task", "env", name] => (CauseKind::Env, (*name).to_owned()),
        ["task", "image"] => (CauseKind::Image, String::new()),
        ["task", "volumes"] => (CauseKind::Volume, String::new()),
        ["task", "preset"] => (CauseKind::Preset, String::new()),
        ["task", "cmd" | "entrypoint"] => (CauseKind::Command, String::new()),
        ["task", "cache", name] => (CauseKind::Cache, (*name).to_owned()),
        ["needs", task, "outputs", name] => (CauseKind::Output, format!("{task}.{name}")),
        ["needs", task, "result"] => (CauseKind::Result, (*task).to_owned()),
        ["needs", task] => (CauseKind::Need, (*task).to_owned()),
        ["state", name] => (CauseKind::State, (*name).to_owned()),
        ["task", rest @ ..] => (CauseKind::Field, rest.join(" ")),
        other => (CauseKind::Field, other.join(" ")),
    };
    Cause {
        kind,
        name,
        before,
        after,
    }
}
