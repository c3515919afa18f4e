//! What a supervisor hears from the server while a job runs: that there are new orders, and what is
//! typed.

use std::fs::{File, OpenOptions};
use std::io::{self, PipeReader, PipeWriter, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use rustix::event::{PollFd, PollFlags, poll};

use super::JobFolder;
use super::input::Input;
use super::work::Event;

/// Listens until it is dropped.
pub(super) struct Ears {
    /// Whoever listens sees that this end is gone.
    _stop: PipeWriter,
    typed: Arc<AtomicBool>,
}

/// The pipes that are listened to.
struct Pipes {
    nudge: File,
    /// Until the first byte comes: then it is followed by a thread of its own.
    input: Option<File>,
    stop: PipeReader,
}

impl Ears {
    /// Reports nudges as events and lets `input` follow what is typed.
    pub(super) fn listen(
        folder: &JobFolder,
        sender: Sender<Event>,
        input: Input,
    ) -> io::Result<Self> {
        folder.make_input()?;
        let (stop, kept) = io::pipe()?;
        let pipes = Pipes {
            nudge: open(&folder.nudge())?,
            input: Some(open(&folder.input())?),
            stop,
        };
        let typed = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&typed);
        std::thread::spawn(move || pipes.hear(&sender, &input, &seen));
        Ok(Self { _stop: kept, typed })
    }

    /// Whether anything was typed. Whoever follows that cannot be stopped any more.
    pub(super) fn heard_typing(&self) -> bool {
        self.typed.load(Ordering::Acquire)
    }
}

/// Open for both directions, a pipe never reports an end.
fn open(pipe: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(pipe)
}

impl Pipes {
    fn hear(mut self, sender: &Sender<Event>, input: &Input, typed: &AtomicBool) {
        let mut buffer = [0; 64];
        while let Some(heard) = self.next() {
            if heard.typing
                && let Some(pipe) = self.input.take()
            {
                typed.store(true, Ordering::Release);
                input.follow(pipe);
            }
            let nudged = heard.nudge && self.nudge.read(&mut buffer).is_ok();
            if nudged && sender.send(Event::Orders).is_err() {
                return;
            }
        }
    }

    /// Waits for something to hear; `None` when nobody listens any more.
    fn next(&self) -> Option<Heard> {
        let mut ready = vec![
            PollFd::new(&self.stop, PollFlags::IN),
            PollFd::new(&self.nudge, PollFlags::IN),
        ];
        ready.extend(
            self.input
                .iter()
                .map(|pipe| PollFd::new(pipe, PollFlags::IN)),
        );
        loop {
            match poll(&mut ready, None) {
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return None,
                Ok(_) => break,
            }
        }
        let comes = |number: usize| ready.get(number).is_some_and(|fd| !fd.revents().is_empty());
        (!comes(0)).then(|| Heard {
            nudge: comes(1),
            typing: comes(2),
        })
    }
}

struct Heard {
    nudge: bool,
    typing: bool,
}
