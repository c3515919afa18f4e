//! Views of attempts that are over: they no longer change, and a page asks for them several times.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use contract::{BakeAsk, BakeView};
use jiff::{SignedDuration, Timestamp};
use protocol::flow::Attempt;

use crate::locked::lock;

/// So many are kept.
const KEPT: usize = 4;
/// What belongs to an attempt, such as the ends of its jobs, may come so much later than its end.
const SETTLES: SignedDuration = SignedDuration::from_secs(10);

/// A view that somebody may be reading: others wait for it instead of reading it as well.
pub(super) type Slot = Arc<tokio::sync::Mutex<Option<BakeView>>>;

/// The views that were asked for last.
#[derive(Default)]
pub(super) struct Looked(Mutex<VecDeque<(BakeAsk, Slot)>>);

impl Looked {
    /// The place of a view.
    pub(super) fn slot(&self, asked: &BakeAsk) -> Slot {
        let mut kept = lock(&self.0);
        let found = kept.iter().position(|(known, _)| known == asked);
        let found = found.and_then(|at| kept.remove(at));
        let (asked, slot) = found.unwrap_or_else(|| (asked.clone(), Slot::default()));
        kept.push_front((asked, Arc::clone(&slot)));
        kept.truncate(KEPT);
        slot
    }
}

/// Whether nothing about a view changes any more.
pub(super) fn is_settled(view: &BakeView) -> bool {
    let ended = view.row.finished_at.as_ref();
    let ended = ended.and_then(|at| at.parse::<Timestamp>().ok());
    let long_ago = ended.is_some_and(|at| Timestamp::now().duration_since(at) > SETTLES);
    view.row.state.is_over() && view.tasks.iter().all(|task| task.state.is_over()) && long_ago
}

/// Whether a view is that of the newest attempt, or knows of it.
pub(super) fn is_current(view: &BakeView, newest: &Attempt) -> bool {
    let known = view.attempts.last().copied().map(i64::from);
    known == Some(newest.number) && newest.result.is_finished()
}
