//! What of real projects is changed before they are baked here, and why: only what cannot exist here.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// The value of parameters that have none; a secret of this name is there, too.
pub(super) const GIVEN: &str = "given";
/// The presets of every platform on one computer.
const PRESETS: [&str; 3] = ["cpu-small", "cpu-medium", "cpu-large"];

/// The project that every such platform has.
const PROJECT: &str = "default-project";

/// Whom the tools log in as.
const USER: &str = "user";

/// A change of a file.
pub(super) struct Edit {
    file: String,
    from: String,
    to: String,
    why: &'static str,
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            from,
            to,
            why,
        } = self;
        write!(f, "{file}: `{from}` → `{to}`: {why}")
    }
}

/// Programs that are not here, and what stands for them.
const PROGRAMS: &[(&str, &str, &str)] = &[
    (
        "wandb sweep $WANDB_SWEEPS_FILE 2>&1",
        "echo 'sweep with ID: abc123'",
        "Weights & Biases is a service of the internet",
    ),
    (
        "wandb login 2>&1",
        "echo 'Currently logged in as: somebody'",
        "Weights & Biases is a service of the internet",
    ),
    (
        "wandb agent -e",
        "echo wandb agent -e",
        "Weights & Biases is a service of the internet",
    ),
    (
        "  neuro cp -r ",
        "  apolo cp -r ",
        "the tool is not called `neuro` any more",
    ),
];

/// Changes the files of a project that lies in a folder of its own.
pub(super) fn carry_out(project: &Path, batch: &str) -> Result<Vec<Edit>> {
    let mut edits = Vec::new();
    let mut wants_readme = false;
    for path in configs(project, batch) {
        let text = std::fs::read_to_string(&path)?;
        wants_readme |= text.contains("README.md");
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let changed = edited(&text, &file, &mut edits);
        if changed != text {
            std::fs::write(&path, changed)?;
        }
    }
    let readme = project.join("README.md");
    if wants_readme && !readme.exists() {
        std::fs::write(readme, "read me\n")?;
        edits.push(Edit {
            file: "README.md".to_owned(),
            from: String::new(),
            to: "read me".to_owned(),
            why: "the corpus keeps only files of flows",
        });
    }
    Ok(edits)
}

/// The files that a bake of a batch reads.
fn configs(project: &Path, batch: &str) -> Vec<PathBuf> {
    let is_read = |path: &PathBuf| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        stem == batch || stem == "project" || stem.contains("action")
    };
    let folders = [".apolo", ".neuro"].map(|name| project.join(name));
    let listed = folders
        .into_iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok());
    let paths = listed.flat_map(|listed| listed.flatten().map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.is_file() && is_read(path))
        .collect();
    paths.sort();
    paths
}

fn edited(text: &str, file: &str, edits: &mut Vec<Edit>) -> String {
    let mut note = |from: &str, to: &str, why| {
        edits.push(Edit {
            file: file.to_owned(),
            from: from.trim().to_owned(),
            to: to.trim().to_owned(),
            why,
        });
    };
    let mut changed = text.to_owned();
    for (from, to, why) in PROGRAMS {
        if changed.contains(from) {
            changed = changed.replace(from, to);
            note(from, to, *why);
        }
    }
    let lines = changed.split_inclusive('\n').map(|line| {
        let (key, value) = line.trim().split_once(": ").unwrap_or_default();
        let is_known = PRESETS.contains(&value) || value.contains(['{', '[']);
        let (to, why) = match key {
            "preset" | "build_preset" if !is_known => {
                (PRESETS[0], "the platform here has no such preset")
            }
            "project_name" => (PROJECT, "the platform here has no such project"),
            "owner" => (USER, "the platform here has no such user"),
            _ => return line.to_owned(),
        };
        note(value, to, why);
        line.replace(value, to)
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_exist_here_is_changed_and_all_of_it_is_told() {
        let mut edits = Vec::new();
        let text = "- preset: gpu-k80\n  preset: cpu-small\n  bash: |\n    wandb login 2>&1\n";
        let preset = text.replace("- preset", "  preset");
        let changed = edited(&preset, "b.yml", &mut edits);
        assert_eq!(
            changed,
            "  preset: cpu-small\n  preset: cpu-small\n  bash: |\n    echo 'Currently logged in as: somebody'\n"
        );
        assert_eq!(edits.len(), 2);
        assert!(
            edits[1].to_string().contains("`gpu-k80` → `cpu-small`"),
            "{}",
            edits[1]
        );
    }
}
