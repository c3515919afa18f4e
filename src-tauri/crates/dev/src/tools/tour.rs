//! The steps of the tour, and what came of them.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::api::Api;
use super::command::{LIMIT, Started, Surroundings};
use super::peers::Peers;
use super::server::Server;
use crate::count::Count;
use crate::folder_copy::copy;

/// What a command should come to.
#[derive(Clone, Default)]
pub(super) struct Wanted {
    code: i32,
    says: Vec<String>,
    never_says: Vec<String>,
    /// Why the official platform answers otherwise, if it does.
    intended: Option<&'static str>,
}

/// It ends with this code.
pub(super) fn ends(code: i32) -> Wanted {
    Wanted {
        code,
        ..Wanted::default()
    }
}

impl Wanted {
    /// It prints this.
    pub(super) fn says(mut self, text: impl Into<String>) -> Self {
        self.says.push(text.into());
        self
    }

    /// It does not print this.
    pub(super) fn never_says(mut self, text: impl Into<String>) -> Self {
        self.never_says.push(text.into());
        self
    }

    /// That is what we announce, though the cloud does otherwise.
    pub(super) fn intended(mut self, why: &'static str) -> Self {
        self.intended = Some(why);
        self
    }

    /// What does not agree.
    fn misses(&self, code: Option<i32>, output: &str) -> Vec<String> {
        let mut misses = Vec::new();
        if code != Some(self.code) {
            let got = code.map_or("none".to_owned(), |code| code.to_string());
            misses.push(format!("wanted exit code {}, got {got}", self.code));
        }
        let missing = self.says.iter().filter(|text| !output.contains(*text));
        misses.extend(missing.map(|text| format!("wanted `{text}`")));
        let too_much = self.never_says.iter().filter(|text| output.contains(*text));
        misses.extend(too_much.map(|text| format!("did not want `{text}`")));
        misses
    }
}

/// The tour under way.
pub(super) struct Tour {
    count: Count,
    server: Server,
    surroundings: Surroundings,
    project: PathBuf,
    scratch: PathBuf,
    api: Api,
    /// What was said of the steps that failed.
    failures: Vec<String>,
}

impl Tour {
    /// Logs in, and lays the project out.
    pub(super) fn begin(peers: &Peers, server: Server, scratch: &Path) -> Result<Self> {
        let flow = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/real-tools/flow");
        let project = scratch.join("flow");
        copy(&flow, &project)?;
        std::fs::create_dir_all(project.join("data"))?;
        std::fs::write(project.join("data/in.txt"), "from the volume\n")?;
        let surroundings = Surroundings {
            bin: peers.bin().to_owned(),
            config: scratch.join("config"),
            folder: project.clone(),
            scratch: scratch.to_owned(),
        };
        let mut tour = Self {
            count: Count::default(),
            api: Api {
                url: server.url().to_owned(),
                token: String::new(),
            },
            server,
            surroundings,
            project,
            scratch: scratch.to_owned(),
            failures: Vec::new(),
        };
        tour.log_in()?;
        Ok(tour)
    }

    /// Logs in as the tools' own user, and chooses the first project.
    pub(super) fn log_in(&mut self) -> Result<()> {
        let url = self.api.url.clone();
        let wanted = ends(0).says("as user, current cluster is local");
        self.step(&["apolo", "login", &url], wanted)?;
        let token = self.step(&["apolo", "config", "show-token"], ends(0))?;
        self.api.token = token.trim().to_owned();
        Ok(())
    }

    /// Runs a command and compares; answers what it printed.
    pub(super) fn step(&mut self, words: &[&str], wanted: Wanted) -> Result<String> {
        let ended = self.surroundings.start(words, Stdio::null())?.end()?;
        let misses = wanted.misses(ended.code, &ended.output);
        self.tell(&words.join(" "), (&misses, &ended.output), wanted.intended);
        Ok(ended.output)
    }

    /// The same with something to read for the command.
    pub(super) fn typed(&mut self, words: &[&str], text: &str, wanted: Wanted) -> Result<String> {
        use std::io::Write as _;
        let mut started = self.surroundings.start(words, Stdio::piped())?;
        if let Some(mut stdin) = started.stdin() {
            // A command that reads nothing is no error of ours.
            let _ = stdin.write_all(text.as_bytes());
        }
        let ended = started.end()?;
        let misses = wanted.misses(ended.code, &ended.output);
        self.tell(&words.join(" "), (&misses, &ended.output), wanted.intended);
        Ok(ended.output)
    }

    /// Starts a command beside the tour.
    pub(super) fn start(&self, words: &[&str]) -> Result<Started> {
        self.surroundings.start(words, Stdio::null())
    }

    /// Starts a command that goes on, and compares what it prints meanwhile.
    pub(super) fn follow(&mut self, words: &[&str], wanted: &str) -> Result<Started> {
        let mut started = self.start(words)?;
        let said = started.says(wanted)?;
        let misses: Vec<String> = (!said)
            .then(|| format!("wanted `{wanted}`"))
            .into_iter()
            .collect();
        self.tell(&words.join(" "), (&misses, &started.said()), None);
        Ok(started)
    }

    /// Repeats a command until it prints something; that it does is a step.
    pub(super) fn until(&mut self, words: &[&str], wanted: &str) -> Result<String> {
        let begun = Instant::now();
        loop {
            let ended = self.surroundings.start(words, Stdio::null())?.end()?;
            if ended.output.contains(wanted) || begun.elapsed() > LIMIT {
                let wanted = ends(0).says(wanted);
                let misses = wanted.misses(ended.code, &ended.output);
                self.tell(&words.join(" "), (&misses, &ended.output), None);
                return Ok(ended.output);
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Compares what is stored, or what came of something.
    pub(super) fn same<T: PartialEq + Display>(&mut self, what: &str, wanted: &T, got: &T) {
        let misses = if wanted == got {
            Vec::new()
        } else {
            vec![format!("wanted {wanted}"), format!("got    {got}")]
        };
        self.tell(what, (&misses, ""), None);
    }

    /// Compares those fields of an object that are wanted.
    pub(super) fn fields(&mut self, what: &str, wanted: &Value, got: &Value) {
        let wanted_fields = wanted.as_object().into_iter().flatten();
        let misses: Vec<String> = wanted_fields
            .filter(|(name, value)| got[name.as_str()] != **value)
            .map(|(name, value)| format!("wanted {name}: {value}, got {}", got[name.as_str()]))
            .collect();
        self.tell(what, (&misses, ""), None);
    }

    fn tell(&mut self, what: &str, (misses, output): (&[String], &str), why: Option<&str>) {
        let what = what.replace('\n', "\\n");
        match (misses, why) {
            ([], None) => {
                self.count.passed += 1;
                println!("ok      {what}");
            }
            ([], Some(why)) => {
                self.count.intended += 1;
                println!("ok      {what}\n        intended: {why}");
            }
            (misses, _) => {
                self.count.failed += 1;
                let misses = misses.iter().map(|miss| format!("\n        {miss}"));
                let output = output.lines().map(|line| format!("\n        | {line}"));
                let failure: String = std::iter::once(format!("FAILED  {what}"))
                    .chain(misses)
                    .chain(output)
                    .collect();
                println!("{failure}");
                self.failures.push(failure);
            }
        }
    }

    /// Notes that a group could not go on, because a step gave nothing to go on with.
    pub(super) fn broke_off(&mut self, group: &str, error: &anyhow::Error) {
        let misses = [format!("{error:#}")];
        self.tell(&format!("the rest of `{group}`"), (&misses, ""), None);
    }

    /// Reads what is stored.
    pub(super) fn api(&self) -> &Api {
        &self.api
    }

    /// The server of the platform.
    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    /// The project's folder, where commands run.
    pub(super) fn project(&self) -> &Path {
        &self.project
    }

    /// A folder for whatever a step needs.
    pub(super) fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// The stored job of an id or name.
    pub(super) fn job(&self, job: &str) -> Result<Value> {
        self.api.get(&format!("jobs/{job}"))
    }

    /// Other surroundings for some steps: another folder of the tools, that is, another login.
    pub(super) fn with_config<T>(
        &mut self,
        name: &str,
        steps: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let other = self.scratch.join(name);
        let usual = std::mem::replace(&mut self.surroundings.config, other);
        let done = steps(self);
        self.surroundings.config = usual;
        done
    }

    /// What came of all steps. Those that failed are told again, at the end of a long output.
    pub(super) fn end(self) -> Count {
        if !self.failures.is_empty() {
            println!("\nwhat failed:\n{}", self.failures.join("\n"));
        }
        self.count
    }
}

/// The first id of a kind (`job`, `bake`) in a text.
pub(super) fn id_in(text: &str, kind: &str) -> Result<String> {
    let beginning = format!("{kind}-");
    let length = beginning.len() + 36;
    let ids = text.match_indices(&beginning);
    let ids = ids.filter_map(|(at, _)| text.get(at..at + length));
    let id = ids.into_iter().find(|id| is_uuid(&id[beginning.len()..]));
    let id = id.map(ToOwned::to_owned);
    id.with_context(|| format!("no id of a {kind} in: {text}"))
}

/// Whether a text is a UUID: groups of 8, 4, 4, 4 and 12 hexadecimal digits.
fn is_uuid(text: &str) -> bool {
    let groups = text.split('-');
    let are_digits = text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
    are_digits && groups.map(str::len).eq([8, 4, 4, 4, 12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_miss_is_named() {
        let wanted = ends(0).says("yes").never_says("no");
        assert!(wanted.misses(Some(0), "yes").is_empty());
        let misses = wanted.misses(Some(1), "no");
        assert_eq!(
            misses,
            [
                "wanted exit code 0, got 1",
                "wanted `yes`",
                "did not want `no`"
            ]
        );
        assert_eq!(wanted.misses(None, "yes"), ["wanted exit code 0, got none"]);
    }

    #[test]
    fn ids_are_found_in_what_tools_print() {
        let text = "job-x Job ID: job-a91b10fe-783e-4004-a7f0-a963021340f4\n";
        let id = id_in(text, "job").unwrap();
        assert_eq!(id, "job-a91b10fe-783e-4004-a7f0-a963021340f4");
        assert!(id_in(text, "bake").is_err());
    }
}
