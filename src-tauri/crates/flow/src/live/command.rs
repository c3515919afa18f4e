//! The command line that starts a live job with the official tool.

use super::evaluation::PlannedJob;
use crate::config::Restart;
use crate::words::{self, WordsError};

/// A job that cannot be written as a command line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// Its command cannot be split into words.
    #[error("the command of `{job}` cannot be split into words: {source}")]
    Words {
        /// The id of the job.
        job: String,
        /// Why.
        source: WordsError,
    },
}

/// The words of `apolo run …` for a job.
///
/// # Errors
/// If the command of the job has a quote that is not closed.
pub fn run_command(job: &PlannedJob) -> Result<Vec<String>, CommandError> {
    let exec = &job.config.exec;
    let mut line = Line::default();
    line.option(
        "description",
        exec.title.as_deref().filter(|title| !title.is_empty()),
    );
    line.option("name", Some(&job.platform_name));
    line.option("project", Some(&job.project_name));
    line.option("preset", exec.preset.as_deref());
    line.seconds("schedule-timeout", exec.schedule_timeout);
    line.option(
        "http-port",
        exec.http_port.map(|port| port.to_string()).as_deref(),
    );
    line.flag(exec.http_auth == Some(true), "--http-auth");
    line.flag(exec.http_auth == Some(false), "--no-http-auth");
    line.option(
        "entrypoint",
        exec.entrypoint.as_deref().filter(|text| !text.is_empty()),
    );
    line.option("workdir", exec.workdir.as_deref());
    for (name, value) in &exec.env {
        line.option("env", Some(&format!("{name}={value}")));
    }
    exec.volumes
        .iter()
        .for_each(|volume| line.option("volume", Some(volume)));
    exec.tags
        .iter()
        .for_each(|tag| line.option("tag", Some(tag)));
    line.seconds("life-span", exec.life_span);
    line.flag(job.config.browse, "--browse");
    line.flag(job.config.detach, "--detach");
    job.config
        .port_forward
        .iter()
        .for_each(|pair| line.option("port-forward", Some(pair)));
    line.flag(exec.pass_config == Some(true), "--pass-config");
    line.option("restart", exec.restart.map(restart_word));
    let mut found = line.words;
    found.push(exec.image.clone());
    found.push("--".to_owned());
    let command = exec.cmd.as_deref().unwrap_or("");
    let command = words::split(command).map_err(|source| CommandError::Words {
        job: job.config.id.clone(),
        source,
    })?;
    found.extend(command);
    Ok(found)
}

fn restart_word(restart: Restart) -> &'static str {
    match restart {
        Restart::Never => "never",
        Restart::OnFailure => "on-failure",
        Restart::Always => "always",
    }
}

struct Line {
    words: Vec<String>,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            words: vec!["apolo".to_owned(), "run".to_owned()],
        }
    }
}

impl Line {
    fn option(&mut self, name: &str, value: Option<&str>) {
        self.words
            .extend(value.map(|value| format!("--{name}={value}")));
    }

    fn seconds(&mut self, name: &str, seconds: Option<f64>) {
        let whole = seconds.map(f64::trunc);
        self.option(name, whole.map(|seconds| format!("{seconds}s")).as_deref());
    }

    fn flag(&mut self, set: bool, word: &str) {
        self.words.extend(set.then(|| word.to_owned()));
    }
}
