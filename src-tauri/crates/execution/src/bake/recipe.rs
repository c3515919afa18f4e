//! A batch whose tasks are evaluated as the results they need come in.

use std::collections::BTreeSet;
use std::sync::Arc;

use flow::batch::{Bake, Foreseen, KeyInputs, PlannedTask, Results, TaskGraph, TaskId};
use flow::config::Enable;
use flow::{Image, NoJobs, Platform, Session, Troubles, Workspace};
use protocol::flow::Values;
use source::Diagnostic;

use super::observed::{Digests, Observed};

/// Why a task cannot be evaluated or started, in words for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Problem(
    /// The words.
    pub String,
);

impl From<Troubles> for Problem {
    fn from(troubles: Troubles) -> Self {
        let words: Vec<String> = troubles.diagnostics().iter().map(in_words).collect();
        Self(words.join("; "))
    }
}

/// `file:line:column: message`.
fn in_words(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.text.position(diagnostic.span.start);
    let (line, column) = (place.line, place.column);
    format!(
        "{}:{line}:{column}: {}",
        diagnostic.text.name(),
        diagnostic.message
    )
}

/// A batch that is ready to be baked, and what its evaluation may ask.
#[derive(Clone)]
pub struct Recipe {
    bake: Bake,
    workspace: Arc<dyn Workspace + Send + Sync>,
    platform: Platform,
}

impl Recipe {
    /// The recipe of a batch. The id of the bake becomes a tag of every job.
    pub fn new(
        mut bake: Bake,
        bake_id: &str,
        workspace: Arc<dyn Workspace + Send + Sync>,
        platform: Platform,
    ) -> Self {
        bake_id.clone_into(&mut bake.id);
        Self {
            bake,
            workspace,
            platform,
        }
    }

    /// The same for another bake.
    #[must_use]
    pub fn named(mut self, bake_id: &str) -> Self {
        bake_id.clone_into(&mut self.bake.id);
        self
    }

    /// All tasks and calls.
    pub fn graph(&self) -> &TaskGraph {
        &self.bake.graph
    }

    /// Whether a task, call or local command runs, now that what it needs has ended.
    pub(super) fn enable(&self, id: &TaskId, results: &Results) -> Result<Enable, Problem> {
        Ok(self.bake.enable(&self.session(), id, results)?)
    }

    /// The evaluated form of a task.
    pub(super) fn task(&self, id: &TaskId, results: &Results) -> Result<PlannedTask, Problem> {
        Ok(self.bake.task(&self.session(), id, results)?)
    }

    /// The command of a local action.
    pub(super) fn local(&self, id: &TaskId, results: &Results) -> Result<String, Problem> {
        Ok(self.bake.local(&self.session(), id, results)?)
    }

    /// The outputs of a call, now that everything inside it has ended.
    pub(super) fn outputs(&self, call: &TaskId, results: &Results) -> Result<Values, Problem> {
        Ok(self.bake.outputs(&self.session(), call, results)?)
    }

    /// The image of this reference, if the flow defines it: by the first definition that can be
    /// evaluated now. Those inside calls that have not begun cannot.
    pub(super) fn image(
        &self,
        reference: &str,
        results: &Results,
    ) -> Result<Option<Image>, Problem> {
        let listed = self.bake.images.list();
        let Some(known) = listed.iter().find(|image| image.reference == reference) else {
            return Ok(None);
        };
        for place in &known.definitions {
            let call = place.parent();
            let image = if call.is_root() {
                self.bake.contexts.images.get(place.name()).cloned()
            } else {
                let images = self.bake.call_image_list(&self.session(), &call, results);
                match images {
                    Ok(mut images) => images.swap_remove(place.name()),
                    Err(troubles) if troubles.only_unknown() => None,
                    Err(troubles) => return Err(troubles.into()),
                }
            };
            if image.is_some() {
                return Ok(image);
            }
        }
        Ok(None)
    }

    /// Whether a task runs after these results, if the tasks of `assumed` end well.
    pub(super) fn enable_after(
        &self,
        id: &TaskId,
        past: (&Results, &BTreeSet<TaskId>),
    ) -> Result<Option<Enable>, Problem> {
        Ok(self.bake.enable_after(&self.session(), id, past)?)
    }

    /// What a task will be after these results, if the tasks of `assumed` end well.
    pub(super) fn foresee(
        &self,
        id: &TaskId,
        past: (&Results, &BTreeSet<TaskId>),
    ) -> Result<Foreseen, Problem> {
        Ok(self.bake.foresee_after(&self.session(), id, past)?)
    }

    /// What the key of a task is made of.
    pub(super) fn key_inputs(&self, id: &TaskId, results: &Results) -> Result<KeyInputs, Problem> {
        Ok(self.bake.key_inputs(&self.session(), id, results)?)
    }

    /// The files that are read to evaluate a task, as far as that comes to pass.
    pub(super) fn files_read(&self, id: &TaskId, past: (&Results, &BTreeSet<TaskId>)) -> Digests {
        let observed = Observed::new(&*self.workspace);
        let session = Session {
            workspace: &observed,
            platform: &self.platform,
            jobs: &NoJobs,
        };
        // What cannot be evaluated has read what it could.
        let _seen = self.bake.foresee_after(&session, id, past);
        observed.read()
    }

    /// The files that are read to make the batch ready, without its own files: what they hold can be
    /// part of every task.
    pub(super) fn shared_files_read(&self) -> Digests {
        let observed = Observed::new(&*self.workspace);
        let _made = self.made_again(&observed, self.params());
        let files = self.bake.config_files();
        let own: BTreeSet<&str> = std::iter::once(&files.flow)
            .chain(&files.project)
            .chain(files.actions.values())
            .map(|file| file.name.as_str())
            .collect();
        let root = self.workspace.root();
        let mut read = observed.read();
        read.retain(|path, _| !own.contains(flow::absolute(root, path).as_str()));
        read
    }

    /// The batch with other parameters.
    pub(super) fn with_params(&self, params: &Values) -> Result<Self, Problem> {
        Ok(Self {
            bake: self.made_again(&*self.workspace, params)?,
            ..self.clone()
        })
    }

    fn made_again(&self, workspace: &dyn Workspace, params: &Values) -> Result<Bake, Troubles> {
        let files = self.bake.config_files();
        let parsed = flow::open_in(&files.workspace(), &files.config_dir());
        let session = Session {
            workspace,
            platform: &self.platform,
            jobs: &NoJobs,
        };
        let name = files.batch_name();
        let mut bake = flow::batch::prepare(&parsed.tree, &session, name, params)?;
        bake.id.clone_from(&self.bake.id);
        Ok(bake)
    }

    /// The parameters as evaluated.
    pub fn params(&self) -> &Values {
        &self.bake.params
    }

    /// The batch.
    pub fn bake(&self) -> &Bake {
        &self.bake
    }

    pub(super) fn surroundings(&self) -> (Arc<dyn Workspace + Send + Sync>, Platform) {
        (Arc::clone(&self.workspace), self.platform.clone())
    }

    fn session(&self) -> Session<'_> {
        Session {
            workspace: &*self.workspace,
            platform: &self.platform,
            jobs: &NoJobs,
        }
    }
}
