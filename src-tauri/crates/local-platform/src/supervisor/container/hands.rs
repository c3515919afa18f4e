//! What is done to a container while it is being followed: signals, sizes, removal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bollard::query_parameters::{
    KillContainerOptionsBuilder, RemoveContainerOptionsBuilder, ResizeContainerTTYOptionsBuilder,
};
use tokio::sync::mpsc::UnboundedReceiver;

use super::super::Terminal;
use super::super::work::Exit;
use super::Command;
use crate::engine::{Contact, Engine, status};

/// The engine gets this much time for a kill before it is asked again.
const AFTER_KILL: Duration = Duration::from_millis(500);
/// How often a removal is tried.
const REMOVALS: usize = 5;

/// Carries out commands.
pub(super) struct Hands {
    contact: Arc<Contact>,
    name: String,
    begun: Arc<AtomicBool>,
}

impl Hands {
    pub(super) fn new(contact: Arc<Contact>, name: &str, begun: Arc<AtomicBool>) -> Self {
        Self {
            contact,
            name: name.to_owned(),
            begun,
        }
    }

    /// Obeys until there is nothing to be followed: what is told to end before it has begun ends
    /// with that.
    pub(super) async fn obey(&self, commands: &mut UnboundedReceiver<Command>) -> Exit {
        let begun = || self.begun.load(Ordering::Acquire);
        loop {
            match commands.recv().await {
                Some(Command::Resize(terminal)) => self.resize(terminal).await,
                Some(Command::Terminate) if begun() => self.signal("SIGTERM").await,
                Some(Command::Kill) if begun() => {
                    self.signal("SIGKILL").await;
                    tokio::time::sleep(AFTER_KILL).await;
                    while let Ok(Command::Kill) = commands.try_recv() {}
                }
                Some(Command::Terminate | Command::Kill | Command::Remove) | None => {
                    return Exit::default();
                }
            }
        }
    }

    /// Errors are not reported: a command that failed is repeated by whoever gave it.
    async fn signal(&self, signal: &str) {
        let Ok(engine) = self.contact.engine().await else {
            return;
        };
        let options = KillContainerOptionsBuilder::default().signal(signal);
        let options = Some(options.build());
        let _ = engine.client().kill_container(&self.name, options).await;
    }

    async fn resize(&self, size: Terminal) {
        let Ok(engine) = self.contact.engine().await else {
            return;
        };
        let options = ResizeContainerTTYOptionsBuilder::default()
            .h(i32::from(size.rows))
            .w(i32::from(size.cols));
        let client = engine.client();
        let _ = client
            .resize_container_tty(&self.name, options.build())
            .await;
    }

    /// Waits to be told that nobody needs the container any more.
    pub(super) async fn remove_when_asked(&self, commands: &mut UnboundedReceiver<Command>) {
        while let Some(command) = commands.recv().await {
            if matches!(command, Command::Remove) {
                return self.remove().await;
            }
        }
    }

    async fn remove(&self) {
        for _ in 0..REMOVALS {
            if let Ok(engine) = self.contact.engine().await
                && remove(engine, &self.name).await
            {
                return;
            }
            tokio::time::sleep(AFTER_KILL).await;
        }
    }
}

/// Removes a container with what it has of its own; true once it is gone.
pub(super) async fn remove(engine: &Engine, name: &str) -> bool {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true);
    let options = Some(options.build());
    match engine.client().remove_container(name, options).await {
        Ok(()) => true,
        Err(error) => status(&error) == Some(404),
    }
}
