//! One of the two platforms, and baking on it with either tool.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::corpus::Batch;
use super::edit::GIVEN;
use super::registry;
use super::stored::Stored;
use crate::tools::api::Api;
use crate::tools::command::{Ended, Started, Surroundings};
use crate::tools::peers::Peers;
use crate::tools::server::Server;

/// The official executor looks at everything once a second.
const LIMIT: Duration = Duration::from_secs(300);
/// Nothing answers there: images of real projects would be fetched.
const NO_ENGINE: &str = "unix:///nowhere/engine.sock";
/// Where things lie on the platform of one computer.
const PLACE: &str = "bakehouse/default-project";

/// A platform with a login of the tools.
pub(super) struct Side {
    /// Ends with this.
    _server: Server,
    api: Api,
    surroundings: Surroundings,
    exe: PathBuf,
    home: PathBuf,
}

impl Side {
    /// Serves a platform and logs in.
    pub(super) fn start(
        name: &str,
        (exe, runner): (&Path, &str),
        (peers, scratch): (&Peers, &Path),
    ) -> Result<Self> {
        let scratch = scratch.join(name);
        std::fs::create_dir_all(&scratch)?;
        let flags = ["--runner", runner, "--engine", NO_ENGINE];
        let server = Server::start(exe, &flags, &scratch)?;
        let mut side = Self {
            api: Api {
                url: server.url().to_owned(),
                token: String::new(),
            },
            surroundings: Surroundings {
                bin: peers.bin().to_owned(),
                config: scratch.join("config"),
                folder: scratch.clone(),
                scratch: scratch.clone(),
            },
            exe: exe.to_owned(),
            home: scratch.join("home"),
            _server: server,
        };
        side.run(&["apolo", "login", &side.api.url])?;
        side.api.token = side
            .run(&["apolo", "config", "show-token"])?
            .trim()
            .to_owned();
        side.run(&["apolo", "secret", "add", GIVEN, "value"])?;
        Ok(side)
    }

    /// Runs a command that must end well.
    fn run(&self, words: &[&str]) -> Result<String> {
        let ended = self.surroundings.start(words, Stdio::null())?.end()?;
        match ended.code {
            Some(0) => Ok(ended.output),
            _ => bail!("{words:?}: {}", ended.output),
        }
    }

    /// Makes a folder of the storage, which copying a file into it wants.
    pub(super) fn make_folder(&self, name: &str) -> Result<()> {
        let folder = format!("storage:{name}");
        self.run(&["apolo", "mkdir", "--parents", &folder])?;
        Ok(())
    }

    pub(super) fn put_image(&self, reference: &str) -> Result<()> {
        registry::put(&self.api, PLACE, reference)
    }

    /// Bakes with the executor inside the official tool.
    pub(super) fn bake_officially(&self, batch: &Batch, project: &Path) -> Result<Stored> {
        let around = self.inside(project);
        let mut words = vec!["apolo-flow", "bake", "--local-executor", &batch.batch];
        for (name, value) in &batch.params {
            words.extend(["--param", name, value]);
        }
        self.stored(|| around.start(&words, Stdio::null()))
    }

    /// Bakes with ours.
    pub(super) fn bake(&self, batch: &Batch, project: &Path) -> Result<Stored> {
        let around = self.inside(project);
        let mut command = around.command(&self.exe.to_string_lossy());
        command
            .args(["--credentials", "session", "--platform-port", "0", "bake"])
            .arg(&batch.batch)
            .env("BAKEHOUSE_HOME", &self.home);
        for (name, value) in &batch.params {
            command.args(["--param", &format!("{name}={value}")]);
        }
        self.stored(|| around.start_command(command, Stdio::null()))
    }

    fn inside(&self, project: &Path) -> Surroundings {
        Surroundings {
            folder: project.to_owned(),
            ..self.surroundings.clone()
        }
    }

    /// What is stored of the bake that a command makes.
    fn stored(&self, start: impl FnOnce() -> Result<Started>) -> Result<Stored> {
        let before = self.newest()?;
        let ended: Ended = start()?.end_within(LIMIT)?;
        let code = ended.code;
        let code = code.with_context(|| format!("it did not end: {}", ended.output))?;
        let bake = self.newest()?.filter(|bake| before.as_ref() != Some(bake));
        Stored::read(&self.api, bake.as_deref(), (code, ended.output))
    }

    /// Id of the newest bake of all flows.
    fn newest(&self) -> Result<Option<String>> {
        let mut newest: Option<(String, String)> = None;
        for flow in self.api.list("flow/projects")? {
            let flow = flow["id"].as_str().unwrap_or_default();
            for bake in self.api.list(&format!("flow/bakes?project_id={flow}"))? {
                let text = |key: &str| bake[key].as_str().unwrap_or_default().to_owned();
                newest = newest.max(Some((text("created_at"), text("id"))));
            }
        }
        Ok(newest.map(|(_, id)| id))
    }
}
