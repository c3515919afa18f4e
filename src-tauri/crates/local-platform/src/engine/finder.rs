//! Keeps the engine at hand, and notices when it comes or goes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::Engine;

/// How long an answer is believed before the engine is asked again.
const FRESH: Duration = Duration::from_secs(2);

/// The engine of this computer, looked for whenever somebody needs it.
pub(crate) struct EngineFinder {
    configured: Option<String>,
    last: Mutex<Option<Look>>,
}

struct Look {
    at: Instant,
    found: Result<Arc<Engine>, String>,
}

impl EngineFinder {
    /// Nothing is looked for yet.
    pub(crate) fn new(configured: Option<String>) -> Self {
        Self {
            configured,
            last: Mutex::default(),
        }
    }

    /// Where it was said to be, if that was said.
    pub(crate) fn configured(&self) -> Option<&str> {
        self.configured.as_deref()
    }

    /// The engine, or why there is none now. One that was started a moment ago is found, one that
    /// has gone is noticed.
    pub(crate) async fn find(&self) -> Result<Arc<Engine>, String> {
        let mut last = self.last.lock().await;
        if let Some(look) = last.as_ref().filter(|look| look.at.elapsed() < FRESH) {
            return look.found.clone();
        }
        let known = last.take().and_then(|look| look.found.ok());
        let found = match known {
            Some(engine) if engine.answers().await => Ok(engine),
            _ => Engine::look(self.configured.as_deref()).await.map(Arc::new),
        };
        *last = Some(Look {
            at: Instant::now(),
            found: found.clone(),
        });
        found
    }
}
