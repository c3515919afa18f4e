//! Telling the window how a bake of this process goes.

use std::path::PathBuf;
use std::time::Duration;

use contract::DeskEvent;
use execution::bake::Change;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;

use super::bakery::Known;
use super::course::Course;
use super::look::view_of;
use crate::Desk;
use crate::locked::lock;

/// Changes that come within this time are told together.
const GATHER: Duration = Duration::from_millis(40);
/// So much longer for each task: whoever shows them all is told of them less often.
const GATHER_FOR_EACH: Duration = Duration::from_micros(40);
/// How long to wait for a platform that is away.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells of one bake.
#[derive(Clone)]
pub(super) struct Teller {
    pub(super) desk: Desk,
    pub(super) root: PathBuf,
    pub(super) bake: String,
    pub(super) course: Known,
}

impl Teller {
    /// Tells each change, changes that come together only once: the whole bake at first, then only
    /// what is not as it was.
    pub(super) async fn tell(self, mut changes: UnboundedReceiver<Change>) {
        let rhythm = self.begin().await;
        while let Some(change) = changes.recv().await {
            sleep(rhythm).await;
            self.take(change, &mut changes);
        }
    }

    /// Reads the bake once; answers how often to tell of it.
    async fn begin(&self) -> Duration {
        let view = loop {
            match view_of(&self.desk, &self.root, &self.bake).await {
                Ok(view) => break view,
                Err(failure) => {
                    tracing::warn!(%failure, bake = self.bake, "a bake could not be looked at");
                    sleep(PAUSE).await;
                }
            }
        };
        let count = u32::try_from(view.tasks.len()).unwrap_or(u32::MAX);
        let course = Course::new(view);
        self.desk.tell(DeskEvent::BakeChanged {
            bake: Box::new(course.view().clone()),
        });
        *lock(&self.course) = Some(course);
        GATHER + GATHER_FOR_EACH.saturating_mul(count)
    }

    fn take(&self, first: Change, more: &mut UnboundedReceiver<Change>) {
        let mut known = lock(&self.course);
        let Some(course) = known.as_mut() else {
            return;
        };
        course.take(first);
        while let Ok(change) = more.try_recv() {
            course.take(change);
        }
        course.problem(self.desk.bakery().problem(&self.bake));
        if let Some(moved) = course.moved() {
            self.desk.tell(DeskEvent::BakeMoved { moved });
        }
    }
}
