//! What a running Bakehouse holds: folders, settings, credentials, the platform, open projects.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::{DeskEvent, Fact};
use tokio::sync::broadcast;

use crate::Folders;
use crate::account::{Connections, ContextStore, SignIns};
use crate::bake::Bakery;
use crate::credentials::Credentials;
use crate::forward::Forwards;
use crate::graph::kept::KeptLayouts;
use crate::known_projects::KnownProjects;
use crate::platform::PlatformSlot;
use crate::project::kept::KeptProjects;
use crate::settings::SettingsStore;
use crate::templates::Templates;
use crate::terminal::Terminals;
use crate::watch::Watches;

/// How many events a slow listener may lag behind before it has to ask anew.
const EVENT_BACKLOG: usize = 1024;

/// How a desk is set up.
#[derive(Debug, Clone)]
pub struct DeskOptions {
    /// Where the application keeps its files.
    pub folders: Folders,
    /// The program that supervises jobs when it is called with `__job FOLDER`.
    pub executable: PathBuf,
    /// Port of the local platform; the one of the settings when missing, any free one when 0.
    pub platform_port: Option<u16>,
    /// Where credentials may go.
    pub credentials: CredentialsMode,
    /// What the caller knows of its surroundings, for the diagnostics page.
    pub facts: Vec<Fact>,
}

/// Where credentials may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialsMode {
    /// Into the keyring, or where the person chose when there is none.
    Auto,
    /// Only into memory.
    SessionOnly,
}

/// A running Bakehouse. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
    /// Name of the context that was chosen for what is done with this handle.
    chosen: Option<Arc<str>>,
}

struct Inner {
    options: DeskOptions,
    settings: SettingsStore,
    projects: KnownProjects,
    kept: KeptProjects,
    credentials: Credentials,
    contexts: ContextStore,
    connections: Connections,
    sign_ins: SignIns,
    platform: PlatformSlot,
    bakery: Bakery,
    watches: Watches,
    templates: Templates,
    layouts: Arc<KeptLayouts>,
    forwards: Forwards,
    terminals: Terminals,
    events: broadcast::Sender<DeskEvent>,
}

impl Desk {
    /// Sets a desk up. It never fails: what is not well is a state that the window shows. The
    /// platform starts when it is first needed, or with [`Desk::start`].
    pub async fn open(options: DeskOptions) -> Self {
        let settings = SettingsStore::open(&options.folders);
        let inner = Inner {
            projects: KnownProjects::open(&options.folders),
            kept: KeptProjects::default(),
            credentials: Credentials::new(&options),
            contexts: ContextStore::open(&options.folders),
            connections: Connections::default(),
            sign_ins: SignIns::default(),
            platform: PlatformSlot::default(),
            bakery: Bakery::default(),
            watches: Watches::default(),
            templates: Templates::default(),
            layouts: Arc::default(),
            forwards: Forwards::open(&options.folders),
            terminals: Terminals::default(),
            events: broadcast::Sender::new(EVENT_BACKLOG),
            settings,
            options,
        };
        let desk = Self {
            inner: Arc::new(inner),
            chosen: None,
        };
        crate::making::clear_up_soon(&desk);
        desk
    }

    /// Hears of everything that happens from now on.
    pub fn listen(&self) -> broadcast::Receiver<DeskEvent> {
        self.inner.events.subscribe()
    }

    /// Ends what this process serves; jobs and their supervisors go on.
    pub async fn close(&self) {
        self.forwards().close().await;
        self.platform().close().await;
    }

    /// The same desk, all of whose requests are meant for one context, whichever their project
    /// works in. One that does not exist refuses them.
    #[must_use]
    pub fn within(&self, context: impl Into<Arc<str>>) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            chosen: Some(context.into()),
        }
    }

    /// The context that was chosen for this handle.
    pub(crate) fn chosen(&self) -> Option<&str> {
        self.chosen.as_deref()
    }

    /// Accounts and contexts.
    pub(crate) fn contexts(&self) -> &ContextStore {
        &self.inner.contexts
    }

    /// Connections to other platforms.
    pub(crate) fn connections(&self) -> &Connections {
        &self.inner.connections
    }

    /// Sign-ins that have begun.
    pub(crate) fn sign_ins(&self) -> &SignIns {
        &self.inner.sign_ins
    }

    /// Projects that were read before.
    pub(crate) fn kept_projects(&self) -> &KeptProjects {
        &self.inner.kept
    }

    /// Tells all listeners; none is needed.
    pub(crate) fn tell(&self, event: DeskEvent) {
        // A send fails only when nobody listens.
        let _ = self.inner.events.send(event);
    }

    pub(crate) fn folders(&self) -> &Folders {
        &self.inner.options.folders
    }

    pub(crate) fn executable(&self) -> &Path {
        &self.inner.options.executable
    }

    pub(crate) fn facts(&self) -> &[Fact] {
        &self.inner.options.facts
    }

    pub(crate) fn settings(&self) -> &SettingsStore {
        &self.inner.settings
    }

    pub(crate) fn projects(&self) -> &KnownProjects {
        &self.inner.projects
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.inner.credentials
    }

    pub(crate) fn platform(&self) -> &PlatformSlot {
        &self.inner.platform
    }

    pub(crate) fn bakery(&self) -> &Bakery {
        &self.inner.bakery
    }

    pub(crate) fn watches(&self) -> &Watches {
        &self.inner.watches
    }

    /// What is open of templates.
    pub(crate) fn templates(&self) -> &Templates {
        &self.inner.templates
    }

    /// Layouts of pictures that were drawn before.
    pub(crate) fn layouts(&self) -> &Arc<KeptLayouts> {
        &self.inner.layouts
    }

    /// The port that the caller asked for, if it did.
    pub(crate) fn asked_port(&self) -> Option<u16> {
        self.inner.options.platform_port
    }

    pub(crate) fn credentials_mode(&self) -> CredentialsMode {
        self.inner.options.credentials
    }

    /// Ports that are forwarded.
    pub(crate) fn forwards(&self) -> &Forwards {
        &self.inner.forwards
    }

    /// Terminals that are open.
    pub(crate) fn terminals(&self) -> &Terminals {
        &self.inner.terminals
    }

    pub(crate) fn platform_port(&self) -> u16 {
        self.inner
            .options
            .platform_port
            .unwrap_or_else(|| self.settings().view().platform_port)
    }
}
