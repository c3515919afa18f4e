//! The batches of a corpus of real projects that can run here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::edit::{self, Edit};
use crate::folder_copy::copy;
use crate::material;

/// A batch to bake.
pub(super) struct Batch {
    /// Name of the project, for people.
    pub(super) project: String,
    /// The folder that is copied.
    pub(super) root: PathBuf,
    /// As it is named on the command line.
    pub(super) batch: String,
    /// Values of its parameters.
    pub(super) params: Vec<(String, String)>,
    /// The id of the project; a folder of the storage has this name, as one of a volume would.
    pub(super) id: String,
    /// Images of the platform that have to be there.
    pub(super) images: Vec<String>,
}

impl Batch {
    pub(super) fn name(&self) -> String {
        format!("{}: {}", self.project, self.batch)
    }

    /// Copies the project to a folder, changed where it could not run here; answers the project's
    /// folder and the changes.
    pub(super) fn lay_out(&self, folder: &Path) -> Result<(PathBuf, Vec<Edit>)> {
        let name = self.root.file_name().context("a project has a name")?;
        let place = folder.join(name);
        copy(&self.root, &place)?;
        let edits = edit::carry_out(&place, &self.batch)?;
        Ok((place, edits))
    }
}

/// All batches that can be baked; tells which are left out and why.
pub(super) fn batches(corpus: &Path) -> Result<Vec<Batch>> {
    let mut records: Vec<PathBuf> = std::fs::read_dir(corpus.join("expected"))
        .with_context(|| format!("{} has no records", corpus.display()))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    records.sort();
    let mut found = Vec::new();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for record in records {
        let project = record.file_stem().unwrap_or_default().to_string_lossy();
        for batch in of_project(corpus, &project, &material::json(&record)?)? {
            let (text, name) = (batch.text()?, batch.name());
            if let Some(same) = known.get(&text) {
                println!("left out {name}: the same as {same}");
                continue;
            }
            known.insert(text, name);
            found.push(batch);
        }
    }
    Ok(found)
}

fn of_project(corpus: &Path, project: &str, record: &Value) -> Result<Vec<Batch>> {
    let folder = corpus.join(project);
    let meta = material::json(&folder.join("META.json")).unwrap_or_default();
    let root = folder.join(meta["workspace"].as_str().unwrap_or_default());
    let mut batches = Vec::new();
    for (path, file) in record["files"].as_object().into_iter().flatten() {
        if file["batch"].is_null() {
            continue;
        }
        let batch = Batch {
            project: project.to_owned(),
            root: root.clone(),
            batch: stem(path),
            params: params(&file["batch"]),
            id: text(&record["project"], "id")
                .or_else(|| text(&record["project_ctx"]["value"], "id"))
                .or_else(|| text(&file["batch"]["run"]["project"], "id"))
                .unwrap_or_default(),
            images: images(&file["batch"]),
        };
        match why_not(&root.join(path), &file["batch"]) {
            Some(why) => println!("left out {}: {why}", batch.name()),
            None => batches.push(batch),
        }
    }
    Ok(batches)
}

fn text(value: &Value, key: &str) -> Option<String> {
    value[key].as_str().map(str::to_owned)
}

fn stem(path: &str) -> String {
    let path = Path::new(path);
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Why a batch cannot be baked here.
fn why_not(file: &Path, batch: &Value) -> Option<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let mut lines = text.lines().map(str::trim_start);
    if lines.any(|line| line.trim_start_matches("- ").starts_with("action: gh:")) {
        return Some("its action lies on GitHub, which is not reached here".to_owned());
    }
    if batch["check"]["ok"] == true {
        return None;
    }
    let why = batch["check"]["error"]["message"]
        .as_str()
        .unwrap_or_default();
    let why = why.lines().next().unwrap_or_default();
    Some(format!(
        "the official tool refuses it ({why}), which `flows` compares"
    ))
}

/// Parameters without a default get a value.
fn params(batch: &Value) -> Vec<(String, String)> {
    let params = batch["params"].as_object().into_iter().flatten();
    let wanted = params.filter(|(_, param)| param["default"].is_null());
    wanted
        .map(|(name, _)| (name.clone(), edit::GIVEN.to_owned()))
        .collect()
}

/// Images of the platform.
fn images(batch: &Value) -> Vec<String> {
    let images = batch["bake_images"].as_array().into_iter().flatten();
    let references = images.filter_map(|image| image["ref"].as_str());
    let ours = references.filter(|reference| reference.starts_with("image:"));
    // Projects of others become the one that is here.
    let short = |reference: &str| match reference.strip_prefix("image://") {
        Some(full) => full
            .splitn(4, '/')
            .last()
            .map(|name| format!("image:{name}")),
        None => Some(reference.to_owned()),
    };
    ours.filter_map(short).collect()
}

impl Batch {
    /// All files of the project's configuration, to see which are the same; `live.yml` plays no part.
    fn text(&self) -> Result<String> {
        let mut all = format!("{}\n", self.batch);
        for config in [".apolo", ".neuro"] {
            let folder = self.root.join(config);
            let Ok(listed) = std::fs::read_dir(&folder) else {
                continue;
            };
            let mut paths: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
            paths.sort();
            for path in paths {
                let name = stem(&path.to_string_lossy());
                if path.is_file() && (name == self.batch || name.contains("action")) {
                    all.push_str(&std::fs::read_to_string(&path)?);
                }
            }
        }
        Ok(all)
    }
}
