//! The last resort: a plain process. Paths of volumes are replaced by the real folders wherever
//! they stand in the command, the environment and the working folder.

use std::path::{Path, PathBuf};

use super::mount::{Mount, behind, outer_first, target};
use super::{CannotRun, Plan, Runner, environment};
use crate::supervisor::{Launch, ProcessLaunch, Scope};

/// Runs jobs as plain processes.
pub(super) struct Process;

impl Runner for Process {
    fn name(&self) -> &'static str {
        "process"
    }

    fn launch(&self, plan: &Plan) -> Result<Launch, CannotRun> {
        let rewrite = |text: &String| rewrite(text, &plan.mounts);
        let mut env = environment(plan);
        for (name, value) in &mut env {
            if plan.env.contains_key(name) {
                *value = rewrite(value);
            }
        }
        env.entry("TMPDIR".to_owned())
            .or_insert_with(|| plan.private.display().to_string());
        Ok(Launch::Process(ProcessLaunch {
            argv: plan.argv().iter().map(rewrite).collect(),
            env,
            cwd: working_folder(plan),
            scope: Scope::Group,
            again_when_killed: false,
        }))
    }

    fn note(&self, plan: &Plan) -> String {
        let mut note = format!(
            "runs as a plain process with the programs of this computer; the image `{}` is not used",
            plan.image
        );
        if !plan.mounts.is_empty() {
            note.push_str(
                ", paths of volumes in the command are replaced by the real folders, \
                 and read-only volumes can be written",
            );
        }
        note
    }
}

/// The asked folder where a mount or this computer has it, else the job's own.
fn working_folder(plan: &Plan) -> PathBuf {
    let asked = plan.working_dir.as_deref().and_then(target);
    let Some(asked) = asked else {
        return plan.private.clone();
    };
    match behind(&plan.mounts, &asked) {
        Some(real) => {
            // If it cannot be made, the start of the command says so.
            let _ = std::fs::create_dir_all(&real);
            real
        }
        None if asked.is_dir() => asked,
        None => plan.private.clone(),
    }
}

/// Replaces targets of mounts by their sources, the longest first, only at whole parts of paths.
fn rewrite(text: &str, mounts: &[Mount]) -> String {
    let mut rewritten = String::with_capacity(text.len());
    let mounts: Vec<(String, &Path)> = outer_first(mounts)
        .into_iter()
        .rev()
        .map(|mount| (mount.target.display().to_string(), mount.source.as_path()))
        .collect();
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(letter) = rest.chars().next() {
        let found = mounts.iter().find(|(target, _)| {
            !before.is_some_and(is_part_of_name)
                && rest
                    .strip_prefix(target.as_str())
                    .is_some_and(|after| !after.chars().next().is_some_and(is_part_of_name))
        });
        if let Some((target, source)) = found {
            rewritten.push_str(&source.display().to_string());
            rest = &rest[target.len()..];
            before = target.chars().next_back();
        } else {
            rewritten.push(letter);
            rest = &rest[letter.len_utf8()..];
            before = Some(letter);
        }
    }
    rewritten
}

fn is_part_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || "_-.".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_parts_of_paths_are_replaced() {
        let mount = |source: &str, target: &str| Mount {
            source: source.into(),
            target: target.into(),
            read_only: false,
        };
        let mounts = [
            mount("/real/p", "/project"),
            mount("/real/d", "/project/data"),
        ];
        let of = |text: &str| rewrite(text, &mounts);
        assert_eq!(of("cat /project/data/x /project"), "cat /real/d/x /real/p");
        assert_eq!(
            of("--dir=/project/src:/projects"),
            "--dir=/real/p/src:/projects"
        );
        assert_eq!(of("/my/project x/project"), "/my/project x/project");
        assert_eq!(of("größe"), "größe");
    }
}
