//! A process of this computer: starting it, signalling it, learning of its end.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use jiff::Timestamp;
use protocol::reason;
use pty_process::Size;
use pty_process::blocking::Pty;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::cage::Cage;
use super::output::Output;
use super::work::{Begun, Event, Exit, Work};
use super::{JobSpec, ProcessLaunch, Scope, Terminal};

/// How long output may go on after the command has ended, if somebody still holds its pipe.
const LAST_OUTPUT: Duration = Duration::from_secs(1);

/// A started command.
pub(super) struct Child {
    process: std::process::Child,
    pid: Pid,
    scope: Scope,
    ends: Ends,
    drained: Receiver<()>,
    cage: Option<Arc<Cage>>,
}

/// Our ends of what the command reads from and writes to.
enum Ends {
    Pipe(Option<OwnedFd>),
    Terminal(Pty),
}

impl Child {
    /// Starts the command. Both its outputs go into one pipe, so that their order is kept.
    pub(super) fn start(
        spec: &JobSpec,
        launch: &ProcessLaunch,
        secrets: &BTreeMap<String, String>,
        (output, sender): (Output, Sender<Event>),
    ) -> io::Result<Self> {
        let cage = spec.limits.and_then(|limits| {
            let (cage, note) = Cage::make(&spec.id, limits);
            if let Some(note) = note {
                let _ = sender.send(Event::Noted(note));
            }
            cage.map(Arc::new)
        });
        let start = || {
            if spec.tty {
                on_terminal(launch, secrets)
            } else {
                on_pipes(launch, secrets)
            }
        };
        let started = match &cage {
            Some(cage) => cage.inside(start).inspect_err(|_| cage.remove()),
            None => start(),
        };
        let (process, ends, reader) = started?;
        let pid = Pid::from_child(&process);
        // The receiver cannot be gone: it is the loop that started us.
        let _ = sender.send(Event::Begun(Begun {
            at: Timestamp::now(),
            pid: Some(process.id()),
        }));
        report_exit(pid, cage.clone(), sender);
        Ok(Self {
            process,
            pid,
            scope: launch.scope,
            ends,
            drained: output.drain(reader),
            cage,
        })
    }
}

type Started = (std::process::Child, Ends, Box<dyn Read + Send>);

fn on_pipes(launch: &ProcessLaunch, secrets: &BTreeMap<String, String>) -> io::Result<Started> {
    let (program, arguments) = split(launch)?;
    let (reader, writer) = io::pipe()?;
    let mut process = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(&launch.env)
        .envs(secrets)
        .current_dir(&launch.cwd)
        .stdin(Stdio::piped())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .process_group(0)
        .spawn()?;
    let input = process.stdin.take().map(OwnedFd::from);
    Ok((process, Ends::Pipe(input), Box::new(reader)))
}

fn on_terminal(launch: &ProcessLaunch, secrets: &BTreeMap<String, String>) -> io::Result<Started> {
    let (program, arguments) = split(launch)?;
    let (terminal, theirs) = pty_process::blocking::open().map_err(io_error)?;
    let reader = fs::File::from(terminal.as_fd().try_clone_to_owned()?);
    resize(&terminal, Terminal::default());
    let process = pty_process::blocking::Command::new(program)
        .args(arguments)
        .env_clear()
        .env("TERM", "xterm")
        .envs(&launch.env)
        .envs(secrets)
        .current_dir(&launch.cwd)
        .spawn(theirs)
        .map_err(io_error)?;
    Ok((process, Ends::Terminal(terminal), Box::new(reader)))
}

fn split(launch: &ProcessLaunch) -> io::Result<(&String, &[String])> {
    let parts = launch.argv.split_first();
    parts.ok_or(io::Error::from(io::ErrorKind::InvalidInput))
}

fn io_error(error: pty_process::Error) -> io::Error {
    match error {
        pty_process::Error::Io(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

fn resize(terminal: &Pty, size: Terminal) {
    // A size that is refused is no reason to end the job.
    let _ = terminal.resize(Size::new(size.rows, size.cols));
}

impl Work for Child {
    fn input(&self) -> Option<Box<dyn Write + Send>> {
        let end = match &self.ends {
            Ends::Pipe(pipe) => pipe.as_ref()?.as_fd(),
            Ends::Terminal(terminal) => terminal.as_fd(),
        };
        let own = end.try_clone_to_owned().ok()?;
        Some(Box::new(fs::File::from(own)))
    }

    fn resize(&self, size: Terminal) {
        if let Ends::Terminal(terminal) = &self.ends {
            resize(terminal, size);
        }
    }

    fn terminate(&self) {
        match self.scope {
            Scope::Group => drop(kill_process_group(self.pid, Signal::TERM)),
            Scope::InsideSandbox => {
                let inside = inside_sandbox(self.pid);
                if inside.is_empty() {
                    self.kill();
                }
                for pid in inside {
                    let _ = kill_process(pid, Signal::TERM);
                }
            }
        }
    }

    fn kill(&self) {
        let _ = kill_process_group(self.pid, Signal::KILL);
    }

    /// Ends what the command has left running in its group, as the end of a container would.
    fn settle(&mut self) -> bool {
        self.kill();
        if let Some(cage) = &self.cage {
            cage.remove();
        }
        let _ = self.process.wait();
        // An error here means the last output is late: a process outside our reach holds the pipe.
        let drained = self.drained.recv_timeout(LAST_OUTPUT).is_ok();
        drained && self.cage.as_ref().is_none_or(|cage| cage.is_left())
    }
}

/// Reports the end as an event. The process is not reaped before [`Work::settle`], so that its
/// number cannot pass to a stranger while signals may still be sent.
fn report_exit(pid: Pid, cage: Option<Arc<Cage>>, sender: Sender<Event>) {
    std::thread::spawn(move || {
        let mut exit = wait_for(pid);
        let failed = exit.code != Some(0);
        if failed && cage.is_some_and(|cage| cage.ran_out_of_memory()) {
            exit.reason = Some(reason::OOM_KILLED);
            exit.description = "the job needed more memory than its preset has".to_owned();
            exit.killed = false;
        }
        let _ = sender.send(Event::Exited(exit));
    });
}

/// Waits for the end without reaping.
fn wait_for(pid: Pid) -> Exit {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    loop {
        match waitid(WaitId::Pid(pid), options) {
            Ok(Some(status)) => {
                return match (status.exit_status(), status.terminating_signal()) {
                    (Some(code), _) => Exit::with_code(code),
                    (None, signal) => killed(signal.unwrap_or(0)),
                };
            }
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => {
                return Exit {
                    description: format!("the end of the command was not seen: {error}"),
                    ..Exit::default()
                };
            }
        }
    }
}

fn killed(signal: i32) -> Exit {
    let status = std::process::ExitStatus::from_raw(signal);
    Exit {
        description: format!("the command was ended by {status}"),
        killed: true,
        ..Exit::with_code(128 + signal)
    }
}

/// Ends the processes of a job whose supervisor was killed, if they are still that job's.
pub(crate) fn end_orphans(pid: u32, job: &str) {
    let mark = format!("NEURO_JOB_ID={job}");
    let is_ours = |pid: i32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|entry| entry == mark.as_bytes())
    };
    let leader = i32::try_from(pid).ok().filter(|leader| is_ours(*leader));
    if let Some(leader) = leader.and_then(Pid::from_raw) {
        // Gone already is as good.
        let _ = kill_process_group(leader, Signal::KILL);
    }
    // A sandbox ends with its supervisor; what it had just begun may be left without it.
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.parse().ok());
        if let Some(left) = number.filter(|left| is_ours(*left)).and_then(Pid::from_raw) {
            let _ = kill_process(left, Signal::KILL);
        }
    }
}

/// Processes below the two of the sandbox (its monitor and its first process).
fn inside_sandbox(monitor: Pid) -> Vec<Pid> {
    let mut inside = Vec::new();
    for first in children(monitor) {
        let mut open = children(first);
        while let Some(pid) = open.pop() {
            open.extend(children(pid));
            inside.push(pid);
        }
    }
    inside
}

fn children(pid: Pid) -> Vec<Pid> {
    let number = pid.as_raw_nonzero();
    let listed = fs::read_to_string(format!("/proc/{number}/task/{number}/children"));
    let listed = listed.unwrap_or_default();
    listed
        .split_whitespace()
        .filter_map(|word| Pid::from_raw(word.parse().ok()?))
        .collect()
}

/// Words for a command that could not be started.
pub(super) fn explain(launch: &ProcessLaunch, error: &io::Error) -> String {
    let program = launch.argv.first().map_or("", String::as_str);
    if !launch.cwd.is_dir() {
        return format!("the working folder {} does not exist", launch.cwd.display());
    }
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is no program `{program}` on this computer"),
        io::ErrorKind::PermissionDenied => format!("`{program}` may not be executed"),
        _ => format!("`{program}` could not be started: {error}"),
    }
}
