//! A fresh platform for the tour.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// How long the platform may take to begin.
const PATIENCE: Duration = Duration::from_secs(60);

/// A platform that is served until this is dropped.
pub(crate) struct Server {
    process: Child,
    url: String,
    exe: PathBuf,
    data: PathBuf,
}

impl Server {
    /// Serves a platform whose data lies below `scratch`.
    pub(crate) fn start(exe: &Path, flags: &[&str], scratch: &Path) -> Result<Self> {
        let home = scratch.join("home");
        let data = home.join("local");
        std::fs::create_dir_all(&data)?;
        let log = scratch.join("platform.log");
        let written = File::create(&log)?;
        let process = Command::new(exe)
            .args(["serve", "--port", "0", "--data"])
            .arg(&data)
            // A tour does not need the keyring of whoever makes it.
            .args(["--secrets", "session"])
            .args(flags)
            .env("BAKEHOUSE_HOME", home)
            .stdin(Stdio::null())
            .stdout(written.try_clone()?)
            .stderr(written)
            .spawn()
            .with_context(|| format!("{} cannot be started", exe.display()))?;
        let mut server = Self {
            process,
            url: String::new(),
            exe: exe.to_owned(),
            data,
        };
        server.url = server.address(&log)?;
        Ok(server)
    }

    fn address(&mut self, log: &Path) -> Result<String> {
        let begun = Instant::now();
        loop {
            if let Some(url) = self.served() {
                return Ok(url);
            }
            if self.process.try_wait()?.is_some() || begun.elapsed() > PATIENCE {
                bail!(
                    "the platform did not start:\n{}",
                    std::fs::read_to_string(log)?
                );
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn served(&self) -> Option<String> {
        let file = std::fs::read(self.data.join("server.json")).ok()?;
        let served: Value = serde_json::from_slice(&file).ok()?;
        served["url"].as_str().map(ToOwned::to_owned)
    }

    /// Entry of the platform.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The program that serves, and the folder of its data.
    pub(crate) fn program(&self) -> (&Path, &Path) {
        (&self.exe, &self.data)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which some step has noticed then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
