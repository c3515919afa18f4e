//! Templates as a running desk keeps them: what is open, what waits to be confirmed, what goes on.

pub(crate) mod drawer;
mod early;
pub(crate) mod open_template;
pub(crate) mod opening;
pub(crate) mod person;
pub(crate) mod recent;
pub(crate) mod source;
pub(crate) mod work;

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use template_store::Credential;
use template_store::hook::Sandbox;

use crate::adopt::Adoption;
use crate::making::Waiting;
use crate::update::PlannedUpdate;

use drawer::Drawer;
pub(crate) use open_template::OpenTemplate;
use work::Works;

/// What a running desk keeps of templates.
#[derive(Default)]
pub(crate) struct Templates {
    /// Templates that are open.
    pub(crate) open: Drawer<OpenTemplate>,
    /// Projects that wait to be confirmed.
    pub(crate) waiting: Drawer<Waiting>,
    /// Updates that were looked at.
    pub(crate) updates: Drawer<PlannedUpdate>,
    /// Projects whose version was looked for.
    pub(crate) adoptions: Drawer<Adoption>,
    /// Slow work that can be stopped.
    pub(crate) works: Works,
    credentials: Mutex<HashMap<String, Credential>>,
    sandbox: OnceLock<Sandbox>,
}

impl Templates {
    /// What was given for a host since the start.
    pub(crate) fn credential(&self, host: &str) -> Option<Credential> {
        self.credentials().get(host).cloned()
    }

    /// Keeps user and token of a host in memory.
    pub(crate) fn remember_credential(&self, host: &str, credential: Credential) {
        self.credentials().insert(host.to_owned(), credential);
    }

    /// The walls around hooks. They are tried out once, which takes a moment.
    pub(crate) fn sandbox(&self) -> &Sandbox {
        self.sandbox
            .get_or_init(|| Sandbox::find(&std::env::var_os("PATH").unwrap_or_default()))
    }

    fn credentials(&self) -> std::sync::MutexGuard<'_, HashMap<String, Credential>> {
        self.credentials
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
