//! A platform played by a script, in rounds: each round every job goes one state further.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flow::Image;
use flow::batch::TaskId;
use flow::tag::tag_of;
use jiff::{SignedDuration, Timestamp};
use protocol::flow::TaskStatus;

use crate::bake::{Ending, Happened, Hit, Machine, Wanted};
use crate::commands::CommandReader;

/// What the job of a task does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    /// A state per round; the last one stays. None at all: running, then succeeded.
    pub(crate) states: Vec<String>,
    /// What it writes.
    pub(crate) log: String,
}

/// A round in which the user cancels, and what happened so far.
pub(crate) struct Sim {
    pub(crate) machine: Machine,
    pub(crate) scripts: BTreeMap<String, Script>,
    pub(crate) cancel_after: Option<&'static str>,
    /// Run local commands for true, not by the script.
    pub(crate) runs_locals: bool,
    /// Results of earlier bakes by key.
    pub(crate) cache: BTreeMap<String, Hit>,
    /// Images that are there already.
    pub(crate) registry: BTreeSet<String>,
    pub(crate) events: Vec<String>,
    pub(crate) result: Option<TaskStatus>,
    jobs: Vec<(TaskId, VecDeque<String>)>,
    /// Images that were built.
    pub(crate) built: Vec<Image>,
    /// Images that are being built; all go as the script of `BUILD` says.
    builds: Vec<(String, VecDeque<String>)>,
    now: Timestamp,
}

impl Sim {
    pub(crate) fn new(machine: Machine) -> Self {
        Self {
            machine,
            scripts: BTreeMap::new(),
            cancel_after: None,
            runs_locals: false,
            cache: BTreeMap::new(),
            registry: BTreeSet::new(),
            events: Vec::new(),
            result: None,
            jobs: Vec::new(),
            built: Vec::new(),
            builds: Vec::new(),
            now: Timestamp::UNIX_EPOCH,
        }
    }

    pub(crate) fn script(mut self, task: &str, states: &[&str], log: &str) -> Self {
        let states = states.iter().map(|&state| state.to_owned()).collect();
        self.scripts.insert(
            task.to_owned(),
            Script {
                states,
                log: log.to_owned(),
            },
        );
        self
    }

    /// Plays until the machine ends; panics if it does not.
    pub(crate) fn run(&mut self) -> TaskStatus {
        self.tell(Happened::Began);
        for _ in 0..500 {
            if let Some(result) = &self.result {
                return result.clone();
            }
            self.round();
        }
        panic!("no end after 500 rounds: {:#?}", self.events);
    }

    fn round(&mut self) {
        self.build_on();
        let tasks: Vec<TaskId> = self.jobs.iter().map(|(task, _)| task.clone()).collect();
        for task in tasks {
            let Some(at) = self.jobs.iter().position(|(id, _)| *id == task) else {
                continue;
            };
            let states = &mut self.jobs[at].1;
            let state = match states.len() {
                1 => states[0].clone(),
                _ => states.pop_front().unwrap(),
            };
            if state == "pending" || state == "suspended" {
                continue;
            }
            self.step(&task, at, &state);
        }
        let cancel = self
            .cancel_after
            .is_some_and(|mark| self.events.iter().any(|e| e == mark));
        if cancel {
            self.cancel_after = None;
            self.tell(Happened::CancelAsked);
        }
    }

    fn build_on(&mut self) {
        for (reference, mut states) in std::mem::take(&mut self.builds) {
            let state = match states.len() {
                1 => states[0].clone(),
                _ => states.pop_front().unwrap(),
            };
            self.events.push(format!("BUILD -> {state}"));
            match state.as_str() {
                "succeeded" => {
                    self.registry.insert(reference.clone());
                    self.tell(Happened::ImageReady { reference });
                }
                "failed" => self.tell(not_built(reference, "its build failed")),
                _ => self.builds.push((reference, states)),
            }
        }
    }

    fn prepare(&mut self, image: Image) -> Option<Happened> {
        let reference = image.reference.clone();
        let is_ours = reference.starts_with("image:");
        if !is_ours || (!image.force_rebuild && self.registry.contains(&reference)) {
            return Some(Happened::ImageReady { reference });
        }
        if image.context.is_none() {
            return Some(not_built(reference, "no context"));
        }
        self.built.push(image);
        self.events.push("start BUILD".to_owned());
        let states = self.states_of("BUILD");
        self.builds.push((reference, states));
        None
    }

    fn stop_build(&mut self, reference: String) -> Happened {
        self.events.push("kill BUILD".to_owned());
        self.builds.retain(|(other, _)| *other != reference);
        not_built(reference, "its build was stopped")
    }

    fn states_of(&self, script: &str) -> VecDeque<String> {
        let script = self.scripts.get(script);
        let states = script.map(|script| script.states.clone());
        match states.unwrap_or_default() {
            none if none.is_empty() => {
                VecDeque::from(["running".to_owned(), "succeeded".to_owned()])
            }
            states => states.into(),
        }
    }

    fn step(&mut self, task: &TaskId, at: usize, state: &str) {
        self.events.push(format!("{task} -> {state}"));
        if state == "running" {
            let since = self.now;
            return self.tell(Happened::Running {
                task: task.clone(),
                at: since,
            });
        }
        self.jobs.remove(at);
        let mut reader = CommandReader::default();
        let script = self.script_of(task);
        reader.push(script.log.as_bytes());
        let (_, said) = reader.finish();
        let status = TaskStatus::from(state);
        let ending = Ending {
            // A job that failed at once never ran.
            started_at: (status == TaskStatus::Succeeded).then_some(self.now),
            status,
            at: self.now,
            outputs: said.outputs,
            state: said.state,
        };
        self.tell(Happened::Ended {
            task: task.clone(),
            ending,
        });
    }

    fn tell(&mut self, happened: Happened) {
        let mut queue = VecDeque::from([happened]);
        while let Some(happened) = queue.pop_front() {
            self.now += SignedDuration::from_secs(1);
            for wanted in self.machine.advance(happened, self.now) {
                queue.extend(self.carry_out(wanted));
            }
        }
    }

    fn carry_out(&mut self, wanted: Wanted) -> Option<Happened> {
        match wanted {
            Wanted::LookUp { task, plan } => Some(match self.cache.get(&plan.config.caching_key) {
                Some(hit) => Happened::CacheHit {
                    task,
                    hit: hit.clone(),
                },
                None => Happened::CacheMiss { task },
            }),
            Wanted::Submit { task, .. } => {
                self.events.push(format!("start {task}"));
                let job = format!("job-of-{task}");
                let at = self.now;
                Some(Happened::Submitted { task, job, at })
            }
            Wanted::PrepareImage { image } => self.prepare(*image),
            Wanted::StopBuild { reference } => Some(self.stop_build(reference)),
            Wanted::Watch { task, .. } => {
                self.watch(task);
                None
            }
            Wanted::Kill { task, .. } => {
                self.events.push(format!("kill {task}"));
                self.jobs.retain(|(id, _)| *id != task);
                Some(Happened::Ended {
                    task,
                    ending: self.ending("cancelled", ""),
                })
            }
            Wanted::RunLocal { task, command } => {
                let ending = match self.runs_locals {
                    true => self.local(&command),
                    false => {
                        self.events.push(format!("local {task}: {command}"));
                        let script = self.script_of(&task);
                        let state = script.states.first().map_or("succeeded", String::as_str);
                        self.ending(state, &script.log)
                    }
                };
                Some(Happened::Ended { task, ending })
            }
            Wanted::End { result } => {
                assert!(self.result.replace(result).is_none(), "it ended twice");
                None
            }
            Wanted::Write { task } => {
                assert!(
                    self.machine.record(&task).is_some(),
                    "{task} has nothing to write"
                );
                None
            }
            Wanted::Remember { task, key } => {
                self.remember(&task, key);
                None
            }
            Wanted::KillLocal { .. } => None,
        }
    }

    fn local(&self, command: &str) -> Ending {
        let words = flow::words::split(command).unwrap();
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("ws_proj");
        std::fs::create_dir(&folder).unwrap();
        let output = std::process::Command::new(&words[0])
            .args(&words[1..])
            .current_dir(&folder)
            .output();
        let Ok(output) = output else {
            return self.ending("failed", "");
        };
        let log = String::from_utf8(output.stdout).unwrap();
        let status = if output.status.success() {
            "succeeded"
        } else {
            "failed"
        };
        self.ending(status, &log)
    }

    /// The script of a task, by its id or by its tag.
    fn script_of(&self, task: &TaskId) -> Script {
        let id = task.to_string();
        let script = self
            .scripts
            .get(&id)
            .or_else(|| self.scripts.get(&tag_of(&id)));
        script.cloned().unwrap_or_default()
    }

    fn watch(&mut self, task: TaskId) {
        let states = self.states_of(&task.to_string());
        self.jobs.push((task, states));
    }

    fn remember(&mut self, task: &TaskId, key: String) {
        let record = self.machine.record(task).unwrap();
        let hit = Hit {
            job: record.job.clone(),
            outputs: record.outputs.clone().unwrap(),
            state: record.state.clone().unwrap(),
        };
        self.cache.insert(key, hit);
    }

    fn ending(&self, status: &str, log: &str) -> Ending {
        let mut reader = CommandReader::default();
        reader.push(log.as_bytes());
        let (_, said) = reader.finish();
        Ending {
            status: TaskStatus::from(status),
            started_at: None,
            at: self.now,
            outputs: said.outputs,
            state: said.state,
        }
    }

    /// `task: pending running succeeded`, one line per task in the order of their beginning.
    pub(crate) fn histories(&self) -> Vec<String> {
        let words = |record: &crate::bake::Record| {
            let statuses = record.statuses.iter().map(|one| one.status.to_string());
            format!("{}: {}", record.id, statuses.collect::<Vec<_>>().join(" "))
        };
        self.machine.records().map(words).collect()
    }
}

fn not_built(reference: String, why: &str) -> Happened {
    let reason = format!("there is no image `{reference}`: {why}");
    Happened::ImageFailed { reference, reason }
}
