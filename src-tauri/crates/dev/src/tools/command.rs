//! Running one command of a tool, to its end or beside others.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// How long a command may take. Nothing is measured with it.
pub(super) const LIMIT: Duration = Duration::from_secs(60);
/// How often a command is looked at.
const GLANCE: Duration = Duration::from_millis(50);

/// What surrounds every command.
#[derive(Clone)]
pub(super) struct Surroundings {
    /// Programs of the tools.
    pub(super) bin: PathBuf,
    /// The tools' own folder.
    pub(super) config: PathBuf,
    /// Where it runs.
    pub(super) folder: PathBuf,
    /// Where output goes.
    pub(super) scratch: PathBuf,
}

/// A command that was started. Dropping it ends it.
pub(super) struct Started {
    process: Child,
    output: PathBuf,
}

/// How a command ended.
pub(super) struct Ended {
    /// Its exit code; nothing after a signal or when it took too long.
    pub(super) code: Option<i32>,
    /// Everything it printed.
    pub(super) output: String,
}

impl Surroundings {
    /// Starts a command: a program of the tools or of the system, and its arguments.
    pub(super) fn start(&self, words: &[&str], stdin: Stdio) -> Result<Started> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let output = self.scratch.join(format!("output-{number}"));
        let written = File::create(&output)?;
        let (program, arguments) = words.split_first().context("a command has a program")?;
        let process = self
            .command(program)
            .args(arguments)
            .stdin(stdin)
            .stdout(written.try_clone()?)
            .stderr(written)
            .spawn()
            .with_context(|| format!("{program} cannot be started"))?;
        Ok(Started { process, output })
    }

    fn command(&self, program: &str) -> Command {
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
    pub(super) fn end(mut self) -> Result<Ended> {
        let begun = Instant::now();
        let mut status: Option<ExitStatus> = None;
        while status.is_none() && begun.elapsed() < LIMIT {
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
    pub(super) fn says(&mut self, wanted: &str) -> Result<bool> {
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
    pub(super) fn said(&self) -> String {
        read(&self.output)
    }

    /// Where bytes for it are written to, if it was started so.
    pub(super) fn stdin(&mut self) -> Option<std::process::ChildStdin> {
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
