//! The command itself: starting it, signalling it, learning of its end.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, PipeReader};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, Stdio};
use std::sync::mpsc::Sender;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::{Event, Launch, Scope};

/// How a command ended.
#[derive(Debug, Clone)]
pub(crate) struct Exit {
    /// Exit code; 128 + n after signal n.
    pub(crate) code: Option<i32>,
    /// A sentence, or empty.
    pub(crate) description: String,
}

/// A started command.
pub(super) struct Child {
    process: std::process::Child,
    pid: Pid,
    scope: Scope,
}

impl Child {
    /// Starts the command with both its outputs in one pipe, so that their order is kept.
    pub(super) fn start(
        launch: &Launch,
        secrets: &BTreeMap<String, String>,
    ) -> io::Result<(Self, PipeReader)> {
        let (program, arguments) = launch
            .argv
            .split_first()
            .ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
        let (reader, writer) = io::pipe()?;
        let process = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(&launch.env)
            .envs(secrets)
            .current_dir(&launch.cwd)
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .process_group(0)
            .spawn()?;
        let pid = Pid::from_child(&process);
        Ok((
            Self {
                process,
                pid,
                scope: launch.scope,
            },
            reader,
        ))
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Reports the end as an event. The process is not reaped before [`Child::end_leftovers`], so
    /// that its number cannot pass to a stranger while signals may still be sent.
    pub(super) fn report_exit(&self, sender: Sender<Event>) {
        let pid = self.pid;
        std::thread::spawn(move || {
            let _ = sender.send(Event::Exited(wait_for(pid)));
        });
    }

    /// Asks the command to end.
    pub(super) fn terminate(&self) {
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

    /// Ends the command at once.
    pub(super) fn kill(&self) {
        let _ = kill_process_group(self.pid, Signal::KILL);
    }

    /// Ends what the command has left running in its group, as the end of a container would.
    pub(super) fn end_leftovers(mut self) {
        self.kill();
        let _ = self.process.wait();
    }
}

/// Waits for the end without reaping.
fn wait_for(pid: Pid) -> Exit {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    loop {
        match waitid(WaitId::Pid(pid), options) {
            Ok(Some(status)) => {
                return match (status.exit_status(), status.terminating_signal()) {
                    (Some(code), _) => exited(code),
                    (None, signal) => killed(signal.unwrap_or(0)),
                };
            }
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => {
                let description = format!("the end of the command was not seen: {error}");
                return Exit {
                    code: None,
                    description,
                };
            }
        }
    }
}

fn exited(code: i32) -> Exit {
    Exit {
        code: Some(code),
        description: String::new(),
    }
}

fn killed(signal: i32) -> Exit {
    let status = std::process::ExitStatus::from_raw(signal);
    Exit {
        code: Some(128 + signal),
        description: format!("the command was ended by {status}"),
    }
}

/// Ends the processes of a job whose supervisor was killed, if they are still that job's.
pub(crate) fn end_orphans(pid: u32, job: &str) {
    let mark = format!("NEURO_JOB_ID={job}");
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    let is_ours = environment
        .split(|byte| *byte == 0)
        .any(|entry| entry == mark.as_bytes());
    let number = i32::try_from(pid).ok().and_then(Pid::from_raw);
    if let Some(number) = number.filter(|_| is_ours) {
        // Gone already is as good.
        let _ = kill_process_group(number, Signal::KILL);
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
pub(super) fn explain(launch: &Launch, error: &io::Error) -> String {
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
