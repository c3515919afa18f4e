//! The supervisors this server has started: some look after one job only, others take the next one
//! when theirs has ended.
//!
//! Starting a program costs more than most short jobs do, so supervisors without a job are kept for
//! a while. Each of them still looks after one job at a time, and whatever becomes of this server,
//! it sees its job to the end.

use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as Socket;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use protocol::Job;
use tokio::io::AsyncReadExt as _;
use tokio::net::UnixStream;
use tokio::process::Child;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::data_folder::DataFolder;
use crate::open_files;
use crate::supervisor::{FREE, JOB_WORD, Secrets};

/// So much a pipe holds everywhere without somebody who reads.
const OF_PIPE: usize = 16 << 10;
/// How long a supervisor without a job is kept.
const KEPT: Duration = Duration::from_secs(5);

/// Starts supervisors, and keeps those that are free.
pub(crate) struct Supervisors {
    program: PathBuf,
    folder: DataFolder,
    /// How many are kept.
    most: usize,
    idle: Mutex<Vec<Idle>>,
    /// Told when there is one to be let go in a while.
    kept: Notify,
}

struct Idle {
    since: Instant,
    standing: Standing,
}

/// A supervisor that stays, and our end of the line to it.
struct Standing {
    process: Child,
    line: UnixStream,
}

/// The supervisor of a job.
pub(crate) enum Supervisor {
    /// It ends with its job.
    OfOne(Child),
    /// It is free after its job.
    Standing(Arc<Supervisors>, StandingJob),
}

/// A supervisor that stays, while it looks after a job.
pub(crate) struct StandingJob(Standing);

impl Supervisors {
    /// Starts `program` as supervisors; keeps at most so many that are free.
    pub(crate) fn new(program: PathBuf, folder: DataFolder, most: usize) -> Arc<Self> {
        Arc::new(Self {
            program,
            folder,
            most,
            idle: Mutex::default(),
            kept: Notify::new(),
        })
    }

    /// The program.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Has a job looked after whose folder is ready.
    pub(crate) fn take_on(
        self: &Arc<Self>,
        job: &Job,
        secrets: &Secrets,
    ) -> io::Result<Supervisor> {
        let of_computer = matches!(job.runner.as_deref(), Some("sandbox" | "process"));
        if !of_computer || job.container.tty || *secrets != Secrets::default() {
            return self.one(job, secrets).map(Supervisor::OfOne);
        }
        let standing = self.standing(&job.id)?;
        Ok(Supervisor::Standing(
            Arc::clone(self),
            StandingJob(standing),
        ))
    }

    fn standing(&self, id: &str) -> io::Result<Standing> {
        loop {
            let idle = self.idle().pop();
            let Some(mut idle) = idle else { break };
            // One that was killed meanwhile is no use.
            let lives = matches!(idle.standing.process.try_wait(), Ok(None));
            if lives && idle.standing.name(id).is_ok() {
                return Ok(idle.standing);
            }
        }
        let (ours, theirs) = Socket::pair()?;
        let process = self
            .command(self.folder.jobs())
            .stdin(OwnedFd::from(theirs))
            .spawn()?;
        ours.set_nonblocking(true)?;
        let line = UnixStream::from_std(ours)?;
        let standing = Standing { process, line };
        standing.name(id)?;
        Ok(standing)
    }

    fn one(&self, job: &Job, secrets: &Secrets) -> io::Result<Child> {
        let mut command = self.command(self.folder.job(&job.id));
        let mut process = command.stdin(Stdio::piped()).spawn()?;
        if let Some(stdin) = process.stdin.take() {
            let mut stdin = std::fs::File::from(stdin.into_owned_fd()?);
            let secrets = Zeroizing::new(serde_json::to_vec(secrets)?);
            if secrets.len() < OF_PIPE {
                stdin.write_all(&secrets)?;
            } else {
                // A supervisor that does not read them all says so itself.
                std::thread::spawn(move || stdin.write_all(&secrets));
            }
        }
        Ok(process)
    }

    fn command(&self, folder: PathBuf) -> tokio::process::Command {
        let mut command = Command::new(&self.program);
        command
            .arg(JOB_WORD)
            .arg(folder)
            .envs(open_files::variable())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut command = tokio::process::Command::from(command);
        command.kill_on_drop(false);
        command
    }

    /// Keeps one that has become free, if there are not enough of them.
    fn keep(&self, standing: Standing) {
        let mut idle = self.idle();
        if idle.len() < self.most {
            idle.push(Idle {
                since: Instant::now(),
                standing,
            });
            drop(idle);
            self.kept.notify_one();
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of supervisors that nobody needed for a while, until the server closes.
    pub(crate) async fn let_go(self: Arc<Self>, closing: CancellationToken) {
        loop {
            let pause = match self.idle().is_empty() {
                true => None,
                false => Some(KEPT / 2),
            };
            let over = async {
                match pause {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => self.kept.notified().await,
                }
            };
            tokio::select! {
                () = closing.cancelled() => return self.idle().clear(),
                () = over => {}
            }
            self.idle().retain(|idle| idle.since.elapsed() < KEPT);
        }
    }
}

impl Standing {
    /// Names the next job. One line is far less than the socket holds, and nobody else writes: there
    /// is no need to ask first whether it takes more.
    fn name(&self, id: &str) -> io::Result<()> {
        let line = format!("{id}\n");
        match rustix::io::write(&self.line, line.as_bytes())? {
            written if written == line.len() => Ok(()),
            _ => Err(io::ErrorKind::WriteZero.into()),
        }
    }
}

impl Supervisor {
    /// Waits until it has ended.
    pub(crate) async fn ended(&mut self) {
        let process = match self {
            Self::OfOne(process) => process,
            Self::Standing(_, StandingJob(standing)) => &mut standing.process,
        };
        // It is a child of ours: if it cannot be waited for, it is gone.
        let _ = process.wait().await;
    }

    /// Waits until the supervisor of an ended job is free for another one, or has ended as well.
    pub(crate) async fn dismiss(self) {
        match self {
            Self::OfOne(mut process) => drop(process.wait().await),
            Self::Standing(all, StandingJob(mut standing)) => {
                let mut word = [0];
                match standing.line.read(&mut word).await {
                    Ok(1) if word == [FREE] => all.keep(standing),
                    _ => drop(standing.process.wait().await),
                }
            }
        }
    }
}
