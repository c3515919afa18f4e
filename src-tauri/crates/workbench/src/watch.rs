//! Watching: one loop asks the platform for the projects that are open and tells what changed.
//!
//! A platform served by this process says at once when a job changes; the loop wakes then, and
//! otherwise at an interval that is short while something runs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use contract::{BakeTable, BakeView, DeskEvent, JobState, LiveRow, LiveTable, ProjectAsk};
use local_platform::PlatformEvent;
use tokio::sync::Notify;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::bake::{self, bake_table};
use crate::live::live_table;
use crate::project::kept::{FileMark, flow_files};
use crate::{Desk, forward, platform};

/// Pause while something runs.
const BUSY: Duration = Duration::from_millis(700);
/// Pause while nothing runs.
const CALM: Duration = Duration::from_secs(4);
/// Changes that come within this time are asked for together.
const GATHER: Duration = Duration::from_millis(30);
/// A bake that others execute is let alone so many times as long as reading it took: of a large one
/// all is read anew.
const REST: u32 = 4;

/// The projects that are watched, and what was seen of them last.
#[derive(Default)]
pub(crate) struct Watches {
    projects: Mutex<HashMap<PathBuf, Seen>>,
    wake: Notify,
}

/// What was seen of a project last.
#[derive(Default, Clone)]
struct Seen {
    live: Option<LiveTable>,
    bakes: Option<BakeTable>,
    running: HashMap<String, Foreign>,
    /// Names, sizes and times of the files that define the flow.
    files: Option<Vec<FileMark>>,
}

/// A bake that others execute, as it was seen last.
#[derive(Clone)]
struct Foreign {
    view: BakeView,
    rests_until: Instant,
}

impl Watches {
    /// Begins to watch a project.
    pub(crate) fn open(&self, root: &Path) {
        self.lock().entry(root.to_owned()).or_default();
        self.wake();
    }

    /// Ends watching a project.
    pub(crate) fn close(&self, root: &Path) {
        self.lock().remove(root);
    }

    /// Looks at once.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Notes a table that the window has already.
    pub(crate) fn seen_live(&self, root: &Path, table: &LiveTable) {
        if let Some(seen) = self.lock().get_mut(root) {
            seen.live = Some(table.clone());
        }
    }

    fn roots(&self) -> Vec<PathBuf> {
        let mut roots: Vec<PathBuf> = self.lock().keys().cloned().collect();
        roots.sort();
        roots
    }

    fn seen(&self, root: &Path) -> Option<Seen> {
        self.lock().get(root).cloned()
    }

    fn note(&self, root: &Path, change: impl FnOnce(&mut Seen)) {
        if let Some(seen) = self.lock().get_mut(root) {
            change(seen);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Seen>> {
        self.projects
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Desk {
    /// Brings the platform up in the background, takes up bakes that nobody executes, and begins to
    /// watch. For programs that stay, such as the window.
    pub fn start(&self) {
        platform::start_soon(self);
        let desk = self.clone();
        tokio::spawn(async move {
            let mut taken_up = false;
            loop {
                if !taken_up && take_up(&desk).await {
                    taken_up = true;
                    forward::reopen(&desk).await;
                }
                let busy = look(&desk).await;
                let pause = if busy { BUSY } else { CALM };
                // Woken or not, it looks again.
                let _ = tokio::time::timeout(pause, desk.watches().wake.notified()).await;
                tokio::time::sleep(GATHER).await;
            }
        });
    }
}

/// Takes up what nobody executes; answers whether the platform was there to ask.
async fn take_up(desk: &Desk) -> bool {
    let Some(client) = desk.client_if_ready().await else {
        return false;
    };
    if let Err(failure) = bake::take_up(desk, &client).await {
        tracing::warn!(%failure, "bakes could not be taken up");
    }
    true
}

/// Hears of changed jobs from a platform that this process serves.
pub(crate) fn follow_platform(desk: &Desk, mut events: Receiver<PlatformEvent>) {
    let desk = desk.clone();
    tokio::spawn(async move {
        while let Ok(_) | Err(RecvError::Lagged(_)) = events.recv().await {
            desk.watches().wake();
        }
    });
}

/// Looks at all watched projects; answers whether something runs.
async fn look(desk: &Desk) -> bool {
    let roots = desk.watches().roots();
    for root in &roots {
        look_at_files(desk, root);
    }
    let mut busy = false;
    for root in roots {
        let desk = &desk.of_project(&root);
        if desk.client_if_ready().await.is_none() {
            continue;
        }
        busy |= look_at_live(desk, &root).await;
        busy |= look_at_bakes(desk, &root).await;
    }
    busy
}

fn ask(root: &Path) -> ProjectAsk {
    ProjectAsk {
        project: root.display().to_string(),
    }
}

/// Tells when a file of the flow was changed, made or removed.
fn look_at_files(desk: &Desk, root: &Path) {
    let Some(before) = desk.watches().seen(root) else {
        return;
    };
    let files = flow_files(root);
    if before.files.as_ref() == Some(&files) {
        return;
    }
    desk.watches().note(root, |seen| seen.files = Some(files));
    // The first look only learns how things are.
    if before.files.is_some() {
        desk.tell(DeskEvent::ProjectChanged {
            project: root.display().to_string(),
        });
    }
}

async fn look_at_live(desk: &Desk, root: &Path) -> bool {
    let before = desk.watches().seen(root).and_then(|seen| seen.live);
    // What cannot be read now is shown by the screen that asks for it.
    let Ok(table) = live_table(desk, ask(root)).await else {
        return false;
    };
    let under_way = |state| matches!(state, JobState::Pending | JobState::Running);
    let busy = table.rows.iter().any(|row| under_way(row.state));
    if before.is_none_or(|before| steady(&before) != steady(&table)) {
        desk.tell(DeskEvent::LiveChanged { table });
        desk.tell(DeskEvent::HomeChanged {});
    }
    busy
}

/// The rows without what changes by itself with the time.
fn steady(table: &LiveTable) -> Vec<LiveRow> {
    let row = |row: &LiveRow| LiveRow {
        life_span_left: None,
        ..row.clone()
    };
    table.rows.iter().map(row).collect()
}

async fn look_at_bakes(desk: &Desk, root: &Path) -> bool {
    let Some(before) = desk.watches().seen(root) else {
        return false;
    };
    let Ok(table) = bake_table(desk, ask(root)).await else {
        return false;
    };
    let project = root.display().to_string();
    if before
        .bakes
        .as_ref()
        .is_none_or(|before| before.rows != table.rows)
    {
        desk.tell(DeskEvent::BakesChanged { project });
        desk.tell(DeskEvent::HomeChanged {});
    }
    let running: Vec<String> = table
        .rows
        .iter()
        .filter(|row| !row.state.is_over())
        .map(|row| row.id.clone())
        .collect();
    let rests = |id: &&String| {
        let known = before.running.get(*id);
        known.is_some_and(|known| known.rests_until > Instant::now())
    };
    let going = running.iter().filter(|id| !rests(id));
    // One more look after the end, so that the window sees it.
    let ended = before.running.keys().filter(|id| !running.contains(id));
    // What this process executes is told by its executor.
    let foreign = |id: &&String| !desk.bakery().executes(id);
    for id in going.chain(ended).filter(foreign) {
        look_at_bake(desk, root, id, before.running.get(id)).await;
    }
    desk.watches().note(root, |seen| {
        seen.bakes = Some(table);
        seen.running.retain(|id, _| running.contains(id));
    });
    !running.is_empty()
}

async fn look_at_bake(desk: &Desk, root: &Path, id: &str, before: Option<&Foreign>) {
    let begun = Instant::now();
    let Ok(view) = bake::view_of(desk, root, id).await else {
        return;
    };
    let seen_now = Foreign {
        view: view.clone(),
        rests_until: Instant::now() + begun.elapsed() * REST,
    };
    desk.watches().note(root, |seen| {
        seen.running.insert(id.to_owned(), seen_now);
    });
    if before.is_none_or(|before| before.view != view) {
        desk.tell(DeskEvent::BakeChanged {
            bake: Box::new(view),
        });
    }
}
