//! What expressions ask of the outside, answered from a session.

use expression::{Record, Unknown, Value, World, WorldError};

use crate::config::Effect;
use crate::session::{JobAnswer, JobQuery, Session};
use crate::tag::tag_of;
use crate::workspace::{EntryKind, ReadError};

/// The outside of one evaluation; it notes what has to be done before the job starts.
pub(crate) struct Outside<'a> {
    session: Session<'a>,
    /// The tags of the flow, where `inspect_job` has a meaning.
    pub(crate) flow_tags: Option<Vec<String>>,
    /// What has to be done before the job starts.
    pub(crate) effects: Vec<Effect>,
}

impl<'a> Outside<'a> {
    pub(crate) fn new(session: Session<'a>) -> Self {
        Self {
            session,
            flow_tags: None,
            effects: Vec::new(),
        }
    }
}

impl World for Outside<'_> {
    fn home(&self) -> Result<expression::Home, WorldError> {
        Ok(self.session.account())
    }

    fn entries(&mut self, folder: &str) -> Result<Vec<expression::Entry>, WorldError> {
        let found = self.session.workspace.entries(folder);
        Ok(found
            .into_iter()
            .map(|entry| expression::Entry {
                name: entry.name,
                kind: kind_of(entry.kind),
            })
            .collect())
    }

    fn kind(&mut self, path: &str) -> Result<Option<expression::EntryKind>, WorldError> {
        Ok(self.session.workspace.kind(path).map(kind_of))
    }

    fn resolved(&mut self, path: &str) -> Result<String, WorldError> {
        Ok(self.session.workspace.resolved(path))
    }

    fn read(&mut self, path: &str, sink: &mut dyn FnMut(&[u8])) -> Result<(), WorldError> {
        match self.session.workspace.read(path) {
            Ok(content) => sink(&content),
            Err(ReadError::Folder | ReadError::Missing) => {}
            Err(error) => return Err(WorldError::Failed(format!("{path}: {error}"))),
        }
        Ok(())
    }

    fn inspect_job(
        &mut self,
        job: &str,
        suffix: Option<&str>,
    ) -> Result<Option<Value>, WorldError> {
        let Some(flow_tags) = &self.flow_tags else {
            return Err(WorldError::Misplaced);
        };
        let mut tags = flow_tags.clone();
        tags.push(format!("job:{}", tag_of(job)));
        tags.extend(suffix.map(|suffix| format!("multi:{suffix}")));
        let query = JobQuery {
            job: job.to_owned(),
            suffix: suffix.map(str::to_owned),
            tags,
        };
        match self.session.jobs.inspect(&query) {
            JobAnswer::Found(value) => Ok(Some(value)),
            JobAnswer::NotFound => Ok(None),
            JobAnswer::NotAsked => Err(WorldError::Unknown(Unknown::platform())),
        }
    }

    fn upload(&mut self, volume: &Record) -> Result<(), WorldError> {
        let text = |name| volume.get(name).filter(|value| **value != Value::None);
        let Some(local) = text("full_local_path") else {
            return Err(WorldError::Failed(
                "this volume has no `local` folder that could be uploaded".to_owned(),
            ));
        };
        let remote = text("remote").map(Value::to_string).unwrap_or_default();
        self.effects.push(Effect::Upload {
            local: local.to_string(),
            remote,
        });
        Ok(())
    }
}

fn kind_of(kind: EntryKind) -> expression::EntryKind {
    match kind {
        EntryKind::File => expression::EntryKind::File,
        EntryKind::Folder => expression::EntryKind::Folder,
        EntryKind::FolderLink => expression::EntryKind::FolderLink,
        EntryKind::Other => expression::EntryKind::Other,
    }
}
