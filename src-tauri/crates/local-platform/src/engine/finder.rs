//! Keeps the engine at hand, and notices when it comes or goes.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::Engine;

/// How long an answer is believed before the engine is asked again.
const FRESH: Duration = Duration::from_secs(2);

/// The engine, or why there is none.
pub(crate) type Found = Result<Arc<Engine>, String>;

/// The engine of this computer, looked for whenever somebody needs it.
pub(crate) struct EngineFinder {
    configured: Option<String>,
    last: std::sync::Mutex<Option<Look>>,
    /// One look at a time.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Look {
    at: Instant,
    found: Found,
}

impl EngineFinder {
    /// Nothing is looked for yet.
    pub(crate) fn new(configured: Option<String>) -> Self {
        Self {
            configured,
            last: std::sync::Mutex::default(),
            looking: tokio::sync::Mutex::default(),
        }
    }

    /// Where it was said to be, if that was said.
    pub(crate) fn configured(&self) -> Option<&str> {
        self.configured.as_deref()
    }

    /// The engine, or why there is none now. One that was started a moment ago is found, one that
    /// has gone is noticed.
    pub(crate) async fn find(&self) -> Found {
        let _one = self.looking.lock().await;
        let last = self.last();
        if let Some(look) = last.as_ref().filter(|look| look.at.elapsed() < FRESH) {
            return look.found.clone();
        }
        let known = last.and_then(|look| look.found.ok());
        let found = match known {
            Some(engine) if engine.answers().await => Ok(engine),
            _ => Engine::look(self.configured.as_deref()).await.map(Arc::new),
        };
        let look = Look {
            at: Instant::now(),
            found: found.clone(),
        };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(look);
        found
    }

    /// What the last look has found.
    pub(crate) fn found(&self) -> Found {
        let nobody = || Err("nobody has looked for an engine yet".to_owned());
        self.last().map_or_else(nobody, |look| look.found)
    }

    fn last(&self) -> Option<Look> {
        let last = self.last.lock();
        last.unwrap_or_else(PoisonError::into_inner).clone()
    }
}
