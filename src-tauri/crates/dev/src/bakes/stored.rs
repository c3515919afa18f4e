//! What the flow API keeps of a bake, without what is different each time.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};

use crate::tools::api::Api;

/// What is stored of a bake.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stored {
    /// No bake was made.
    Nothing,
    /// A bake, and the exit code of whoever executed it.
    Bake {
        code: i32,
        result: String,
        /// Status, outputs and state of each task.
        tasks: BTreeMap<String, Value>,
        images: BTreeMap<String, Value>,
    },
}

impl Stored {
    /// Reads what is stored of a bake.
    pub(super) fn read(api: &Api, bake: Option<&str>, ended: (i32, String)) -> Result<Self> {
        let (code, output) = ended;
        let Some(bake) = bake else {
            println!("{}", output.trim_end());
            return Ok(Self::Nothing);
        };
        let attempt = api.get(&format!("flow/attempts/by_number?bake_id={bake}&number=-1"))?;
        let id = attempt["id"].as_str().unwrap_or_default();
        let tasks = api.list(&format!("flow/tasks?attempt_id={id}"))?;
        let images = api.list(&format!("flow/bake_images?bake_id={bake}"))?;
        let key = |thing: &Value, key: &str| thing[key].as_str().unwrap_or_default().to_owned();
        Ok(Self::Bake {
            code,
            result: key(&attempt, "result"),
            tasks: tasks
                .iter()
                .map(|task| (key(task, "yaml_id"), of_task(task)))
                .collect(),
            images: images
                .iter()
                .map(|image| (key(image, "ref"), of_image(image)))
                .collect(),
        })
    }
}

fn of_task(task: &Value) -> Value {
    let statuses = task["statuses"].as_array();
    let last = statuses.and_then(|statuses| statuses.last());
    json!({
        "status": last.map(|last| &last["status"]),
        "outputs": task["outputs"],
        "state": task["state"],
    })
}

fn of_image(image: &Value) -> Value {
    let kept = [
        "status",
        "yaml_defs",
        "context_on_storage",
        "dockerfile_rel",
    ];
    kept.iter()
        .map(|key| ((*key).to_owned(), image[*key].clone()))
        .collect()
}

/// What differs between bakes.
#[derive(Default)]
pub(super) struct Differences {
    pub(super) failed: Vec<String>,
    pub(super) intended: Vec<String>,
    /// How the bakes went, in short.
    pub(super) told: String,
}

impl Differences {
    /// Compares one bake of ours with one of theirs.
    pub(super) fn compare(&mut self, round: &str, theirs: &Stored, ours: &Stored) {
        let (
            Stored::Bake {
                code,
                result,
                tasks,
                images,
            },
            Stored::Bake {
                code: our_code,
                result: our_result,
                tasks: our_tasks,
                images: our_images,
            },
        ) = (theirs, ours)
        else {
            self.same(round, "bake", &format!("{theirs:?}"), &format!("{ours:?}"));
            return;
        };
        self.same(round, "exit code", code, our_code);
        self.same(round, "result", result, our_result);
        let none = Value::Null;
        for id in tasks
            .keys()
            .chain(our_tasks.keys().filter(|id| !tasks.contains_key(*id)))
        {
            let (theirs, ours) = (tasks.get(id), our_tasks.get(id));
            match (theirs, ours) {
                // The official tool stops in its local phase without a word about the rest.
                (None, Some(ours)) if ours["status"] == "skipped" => self
                    .intended
                    .push(format!("{round}: {id}: we also record what is left out")),
                _ => self.same(round, id, theirs.unwrap_or(&none), ours.unwrap_or(&none)),
            }
        }
        self.same(round, "images", images, our_images);
        let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
        for task in tasks.values() {
            *statuses
                .entry(task["status"].as_str().unwrap_or_default())
                .or_default() += 1;
        }
        let counts: Vec<String> = statuses
            .iter()
            .map(|(status, count)| format!("{count} {status}"))
            .collect();
        let separator = if self.told.is_empty() { "" } else { "; " };
        self.told.push_str(&format!(
            "{separator}{round}: {result} ({})",
            counts.join(", ")
        ));
    }

    fn same<T: PartialEq + std::fmt::Debug>(
        &mut self,
        round: &str,
        what: &str,
        theirs: &T,
        ours: &T,
    ) {
        if theirs != ours {
            self.failed.push(format!(
                "{round}: {what}: they have {theirs:?}, we have {ours:?}"
            ));
        }
    }
}
