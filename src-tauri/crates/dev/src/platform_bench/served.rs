//! A platform served by the real program, on data of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use client::{Client, Token};
use protocol::{JobSubmission, StorageVolume};

use crate::Outcome;

/// The platform; it ends with this.
pub(super) struct Served {
    process: Child,
    pub(super) client: Client,
    /// Goes when this goes.
    kept: Option<tempfile::TempDir>,
}

impl Served {
    pub(super) fn start(program: &Path) -> Outcome<Self> {
        let data = tempfile::tempdir()?;
        let mut served = Self::on(program, data.path())?;
        served.kept = Some(data);
        Ok(served)
    }

    /// Serves a folder that stays.
    pub(super) fn on(program: &Path, data: &Path) -> Outcome<Self> {
        let mut process = Command::new(program)
            .args(["serve", "--port", "0", "--data"])
            .arg(data)
            .env("BAKEHOUSE_HOME", data.join("home"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let said = process.stdout.take().ok_or("the program says nothing")?;
        let mut url = String::new();
        BufReader::new(said).read_line(&mut url)?;
        let token = local_platform::mint_token(data, "bench")?;
        Ok(Self {
            client: Client::new(url.trim(), Arc::new(Token::new(token)))?,
            process,
            kept: None,
        })
    }

    /// The most memory it ever had, in MiB.
    pub(super) fn most_memory(&self) -> f64 {
        let path = format!("/proc/{}/status", self.process.id());
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok());
        number.map_or(f64::NAN, |kibibytes: f64| kibibytes / 1024.0)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A job that runs this script.
pub(super) fn job(script: &str) -> JobSubmission {
    JobSubmission {
        project_name: "bench".to_owned(),
        cluster_name: local_platform::CLUSTER.to_owned(),
        org_name: Some(local_platform::ORG.to_owned()),
        image: "any".to_owned(),
        command: Some(format!("bash -c {}", protocol::quote(script))),
        volumes: vec![StorageVolume {
            src_storage_uri: "storage://local/bakehouse/bench/signs".to_owned(),
            dst_path: "/signs".to_owned(),
            read_only: false,
        }],
        ..JobSubmission::default()
    }
}
