//! Volumes: places on the platform that are mounted into jobs.

use expression::{LocalPath, Record, Uri, Value};

use crate::eval::Evaluator;
use crate::session::Session;
use crate::tree::Block;

/// An evaluated volume.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    /// Its id in the flow.
    pub id: String,
    /// The place on the platform.
    pub remote: String,
    /// Where it is mounted inside jobs.
    pub mount: String,
    /// The folder of the project, as it was written.
    pub local: Option<String>,
    /// The folder of the project, absolute.
    pub full_local_path: Option<String>,
    /// Whether jobs cannot write to it.
    pub read_only: bool,
    /// The same for expressions.
    pub(crate) record: Record,
}

impl Volume {
    /// What jobs write under `volumes`: `REMOTE:MOUNT:rw`.
    #[must_use]
    pub fn reference(&self) -> String {
        let mode = if self.read_only { "ro" } else { "rw" };
        format!("{}:{}:{mode}", self.remote, self.mount)
    }

    pub(crate) fn evaluate(
        evaluator: &mut Evaluator<'_, '_>,
        session: &Session<'_>,
        id: &str,
        block: &Block,
    ) -> Option<Self> {
        let remote = evaluator.field(block, "remote");
        let mount = evaluator.text(block, "mount");
        let read_only = evaluator.truth(block, "read_only").unwrap_or(false);
        let local = evaluator.text(block, "local");
        let Some(Value::Url(remote)) = remote else {
            return None;
        };
        Some(Self::new(session, id, remote, &mount?, (local, read_only)))
    }

    fn new(
        session: &Session<'_>,
        id: &str,
        remote: Uri,
        mount: &str,
        (local, read_only): (Option<String>, bool),
    ) -> Self {
        let full = local
            .as_deref()
            .map(|local| session.workspace.resolved(local));
        let paths = local.as_deref().zip(full.as_deref()).map(|(local, full)| {
            let value = |path| Value::LocalPath(LocalPath::new(path));
            (value(local), value(full))
        });
        Self {
            id: id.to_owned(),
            remote: remote.to_string(),
            mount: mount.to_owned(),
            record: expression::volume(id, remote, mount, read_only, paths),
            local,
            full_local_path: full,
            read_only,
        }
    }
}
