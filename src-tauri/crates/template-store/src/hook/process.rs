//! Runs one command: output line by line, a time limit, a stop that takes all its children along.

use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::watch::{Deadline, Ended};

/// A longer line is cut in pieces.
const LONGEST_LINE: usize = 8 << 10;
/// More output than this is dropped.
const MOST_LINES: usize = 20_000;
/// How long output may come after the end.
const AFTERGLOW: Duration = Duration::from_millis(500);

/// Which output a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// One line that a hook wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which output it came from.
    pub stream: Stream,
    /// The line, without its end.
    pub text: String,
}

/// How a hook ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With a code; 0 is success.
    Exited(i32),
    /// By a signal.
    Killed,
    /// It was stopped.
    Stopped,
    /// It took too long.
    TimedOut,
}

impl Ending {
    /// Whether it did what it wanted.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Exited(0))
    }
}

/// A command that waits to be run.
pub(crate) struct Run<'a> {
    pub(crate) command: Vec<OsString>,
    pub(crate) folder: &'a Path,
    pub(crate) environment: Vec<(OsString, OsString)>,
    pub(crate) deadline: &'a Deadline,
}

/// Runs a command to its end and hands its lines on as they come.
pub(crate) fn run(run: &Run<'_>, on_line: &mut dyn FnMut(Line)) -> io::Result<Ending> {
    let (program, arguments) = run
        .command
        .split_first()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no command"))?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(run.folder)
        .env_clear()
        .envs(run.environment.iter().cloned())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    own_group(&mut command);
    let mut child = command.spawn()?;
    let lines = listen(&mut child);
    let mut output = Output {
        lines,
        on_line,
        count: 0,
    };
    let ending = attend(&mut child, run.deadline, &mut output)?;
    // What the hook started and left behind ends with it.
    end_group(&mut child);
    output.drain();
    Ok(ending)
}

fn attend(child: &mut Child, deadline: &Deadline, output: &mut Output<'_>) -> io::Result<Ending> {
    loop {
        output.wait(Duration::from_millis(20));
        if let Some(status) = child.try_wait()? {
            return Ok(ending(status));
        }
        if let Some(ended) = deadline.ended() {
            end_group(child);
            child.wait()?;
            return Ok(match ended {
                Ended::Stopped => Ending::Stopped,
                Ended::TimedOut => Ending::TimedOut,
            });
        }
    }
}

fn ending(status: ExitStatus) -> Ending {
    status.code().map_or(Ending::Killed, Ending::Exited)
}

struct Output<'a> {
    lines: Receiver<Line>,
    on_line: &'a mut dyn FnMut(Line),
    count: usize,
}

impl Output<'_> {
    /// Hands on what comes within a moment.
    fn wait(&mut self, moment: Duration) {
        match self.lines.recv_timeout(moment) {
            Ok(line) => self.take(line),
            Err(RecvTimeoutError::Timeout) => return,
            Err(RecvTimeoutError::Disconnected) => thread::sleep(moment),
        }
        while let Ok(line) = self.lines.try_recv() {
            self.take(line);
        }
    }

    /// Hands on what is still on its way.
    fn drain(&mut self) {
        let until = Instant::now() + AFTERGLOW;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.take(line),
                Err(_) => return,
            }
        }
    }

    fn take(&mut self, line: Line) {
        self.count += 1;
        match self.count {
            count if count < MOST_LINES => (self.on_line)(line),
            MOST_LINES => (self.on_line)(Line {
                stream: Stream::Error,
                text: "… more output is not shown".to_owned(),
            }),
            _ => {}
        }
    }
}

fn listen(child: &mut Child) -> Receiver<Line> {
    let (sender, lines) = channel();
    if let Some(output) = child.stdout.take() {
        follow(output, Stream::Output, sender.clone());
    }
    if let Some(error) = child.stderr.take() {
        follow(error, Stream::Error, sender);
    }
    lines
}

fn follow(from: impl Read + Send + 'static, stream: Stream, to: Sender<Line>) {
    thread::spawn(move || {
        let mut reader = BufReader::new(from);
        loop {
            let mut bytes = Vec::new();
            let part = (&mut reader)
                .take(LONGEST_LINE as u64)
                .read_until(b'\n', &mut bytes);
            if part.is_err() || bytes.is_empty() {
                return;
            }
            let text = String::from_utf8_lossy(&bytes);
            let text = text.trim_end_matches(['\n', '\r']).to_owned();
            if to.send(Line { stream, text }).is_err() {
                return;
            }
        }
    });
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(unix)]
fn end_group(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        // An empty group is gone already.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn own_group(_command: &mut Command) {}

#[cfg(not(unix))]
fn end_group(child: &mut Child) {
    let _ = child.kill();
}
