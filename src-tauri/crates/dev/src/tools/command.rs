//! Running one command of a tool, to its end or beside others.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// How long a command may take. Nothing is measured with it.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);
/// How often a command is looked at.
const GLANCE: Duration = Duration::from_millis(50);

/// What surrounds every command.
#[derive(Clone)]
pub(crate) struct Surroundings {
    /// Programs of the tools.
    pub(crate) bin: PathBuf,
    /// The tools' own folder.
    pub(crate) config: PathBuf,
    /// Where it runs.
    pub(crate) folder: PathBuf,
    /// Where output goes.
    pub(crate) scratch: PathBuf,
}

/// A command that was started. Dropping it ends it.
pub(crate) struct Started {
    process: Child,
    output: PathBuf,
}

/// How a command ended.
pub(crate) struct Ended {
    /// Its exit code; nothing after a signal or when it took too long.
    pub(crate) code: Option<i32>,
    /// Everything it printed.
    pub(crate) output: String,
}

impl Surroundings {
    /// Starts a command: a program of the tools or of the system, and its arguments.
    pub(crate) fn start(&self, words: &[&str], stdin: Stdio) -> Result<Started> {
        let (program, arguments) = words.split_first().context("a command has a program")?;
        let mut command = self.command(program);
        command.args(arguments);
        self.start_command(command, stdin)
    }

    /// Starts a command that was made ready with [`Self::command`].
    pub(crate) fn start_command(&self, mut command: Command, stdin: Stdio) -> Result<Started> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let output = self.scratch.join(format!("output-{number}"));
        let written = File::create(&output)?;
        let program = command.get_program().display().to_string();
        let process = command
            .stdin(stdin)
            .stdout(written.try_clone()?)
            .stderr(written)
            .spawn()
            .with_context(|| format!("{program} cannot be started"))?;
        Ok(Started { process, output })
    }

    /// A command that is not started yet.
    pub(crate) fn command(&self, program: &str) -> Command {
        let own = self.bin.join(program);
        let mut command = Command::new(if own.is_file() { own } else { program.into() });
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(self.bin.clone()).chain(std::env::split_paths(&path));
        if let Ok(path) = std::env::join_paths(path) {
            command.env("PATH", path);
        }
        command
            .current_dir(&self.folder)
            .env("APOLO_CONFIG", &self.config)
            .env("HOME", &self.scratch)
            .env("NEURO_CLI_DISABLE_PYPI_VERSION_CHECK", "1")
            .env("COLUMNS", "250")
            .env("PYTHONWARNINGS", "ignore")
            .env_remove("NEURO_PASSED_CONFIG")
            .env_remove("APOLO_PASSED_CONFIG");
        command
    }
}

impl Started {
    /// Waits for its end, up to the limit.
    pub(crate) fn end(self) -> Result<Ended> {
        self.end_within(LIMIT)
    }

    /// The same with another limit.
    pub(crate) fn end_within(mut self, limit: Duration) -> Result<Ended> {
        let begun = Instant::now();
        let mut status: Option<ExitStatus> = None;
        while status.is_none() && begun.elapsed() < limit {
            status = self.process.try_wait()?;
            if status.is_none() {
                std::thread::sleep(GLANCE);
            }
        }
        let code = status.and_then(|status| status.code());
        let mut output = self.said();
        if status.is_none() {
            output.push_str("\n(it took too long)");
        }
        Ok(Ended { code, output })
    }

    /// Waits until it has printed something; answers whether it has.
    pub(crate) fn says(&mut self, wanted: &str) -> Result<bool> {
        let begun = Instant::now();
        loop {
            let over = self.process.try_wait()?.is_some();
            if self.said().contains(wanted) {
                return Ok(true);
            }
            if over || begun.elapsed() > LIMIT {
                return Ok(false);
            }
            std::thread::sleep(GLANCE);
        }
    }

    /// What it has printed so far.
    pub(crate) fn said(&self) -> String {
        read(&self.output)
    }

    /// Where bytes for it are written to, if it was started so.
    pub(crate) fn stdin(&mut self) -> Option<std::process::ChildStdin> {
        self.process.stdin.take()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
