//! Notices when the folder of a running job changes: new output, a new state.
//!
//! On Linux the kernel says so; elsewhere, or where it refuses, we look twenty times a second.

use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::supervisor::JobFolder;

/// How often we look where the kernel does not tell.
const LOOK: Duration = Duration::from_millis(50);

/// How long the listening thread may take to see that the server closes.
const PAUSE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 250_000_000,
};

/// Changes of the folders of all running jobs.
#[derive(Clone)]
pub(crate) struct JobWatch {
    inner: Arc<Inner>,
}

struct Inner {
    kernel: Option<OwnedFd>,
    jobs: Mutex<Watched>,
}

#[derive(Default)]
struct Watched {
    by_id: HashMap<String, Job>,
    ids: HashMap<i32, String>,
}

struct Job {
    /// The kernel's number for the folder, where it watches.
    number: Option<i32>,
    changed: watch::Sender<()>,
}

impl JobWatch {
    /// Starts noticing, until `closing`.
    pub(crate) fn start(closing: CancellationToken) -> Self {
        let flags = inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC;
        let inner = Inner {
            kernel: inotify::init(flags).ok(),
            jobs: Mutex::default(),
        };
        let watch = Self {
            inner: Arc::new(inner),
        };
        if watch.inner.kernel.is_some() {
            let (inner, closing) = (Arc::clone(&watch.inner), closing.clone());
            std::thread::spawn(move || listen(&inner, &closing));
        }
        let inner = Arc::clone(&watch.inner);
        tokio::spawn(async move { closing.run_until_cancelled(look(&inner)).await });
        watch
    }

    /// Begins watching a job.
    pub(crate) fn begin(&self, id: &str, folder: &JobFolder) -> watch::Receiver<()> {
        let mut jobs = self.inner.jobs();
        if let Some(job) = jobs.by_id.get(id) {
            return job.changed.subscribe();
        }
        let events = inotify::WatchFlags::MODIFY | inotify::WatchFlags::MOVED_TO;
        let number = self
            .inner
            .kernel
            .as_ref()
            .and_then(|kernel| inotify::add_watch(kernel, folder.path(), events).ok());
        let (changed, receiver) = watch::channel(());
        if let Some(number) = number {
            jobs.ids.insert(number, id.to_owned());
        }
        jobs.by_id.insert(id.to_owned(), Job { number, changed });
        receiver
    }

    /// Follows a job that is being watched; `None` if it has ended. When the job ends, the
    /// receiver reports that its sender is gone.
    pub(crate) fn follow(&self, id: &str) -> Option<watch::Receiver<()>> {
        self.inner
            .jobs()
            .by_id
            .get(id)
            .map(|job| job.changed.subscribe())
    }

    /// Ends watching a job.
    pub(crate) fn end(&self, id: &str) {
        let mut jobs = self.inner.jobs();
        let Some(job) = jobs.by_id.remove(id) else {
            return;
        };
        if let (Some(kernel), Some(number)) = (&self.inner.kernel, job.number) {
            jobs.ids.remove(&number);
            // The folder may be gone already, and its watch with it.
            let _ = inotify::remove_watch(kernel, number);
        }
    }
}

impl Inner {
    fn jobs(&self) -> MutexGuard<'_, Watched> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self, number: i32) {
        let jobs = self.jobs();
        if let Some(job) = jobs.ids.get(&number).and_then(|id| jobs.by_id.get(id)) {
            job.changed.send_replace(());
        }
    }

    /// Reads what the kernel has to say now.
    fn read(&self, kernel: &OwnedFd) {
        let mut buffer = [MaybeUninit::uninit(); 8192];
        let mut reader = inotify::Reader::new(kernel, &mut buffer);
        while let Ok(event) = reader.next() {
            self.changed(event.wd());
        }
    }
}

/// Waits for what the kernel has to say, on a thread of its own.
fn listen(inner: &Inner, closing: &CancellationToken) {
    let Some(kernel) = &inner.kernel else { return };
    while !closing.is_cancelled() {
        let mut ready = [PollFd::new(kernel, PollFlags::IN)];
        match poll(&mut ready, Some(&PAUSE)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => inner.read(kernel),
            // Without the kernel's word the tenders still look once a second.
            Err(error) => return tracing::error!(%error, "changes of jobs are noticed late"),
        }
    }
}

/// Looks after the jobs that the kernel does not watch for us.
async fn look(inner: &Inner) {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        for job in inner
            .jobs()
            .by_id
            .values()
            .filter(|job| job.number.is_none())
        {
            job.changed.send_replace(());
        }
    }
}
