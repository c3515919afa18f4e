//! `cargo dev fuzz`: every fuzz target of the repository, one after the other, each for some time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::repository::{self, Repository};
use crate::work;

/// `cargo dev fuzz`
#[derive(Args)]
pub(crate) struct Options {
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Only these targets
    targets: Vec<String>,
}

/// A fuzz target and the folder of its fuzz crate.
struct Target {
    name: String,
    folder: PathBuf,
}

/// Runs the targets; the first that fails ends everything, and its input is kept.
pub(crate) fn fuzz(repository: &Repository, options: &Options) -> Result<ExitCode> {
    if cfg!(windows) {
        bail!("cargo-fuzz works on Linux and macOS only");
    }
    let all = targets(&repository.path("src-tauri/crates"))?;
    let chosen = chosen(&all, &options.targets)?;
    if !work::on_path("cargo-fuzz") {
        let mut install = repository::cargo();
        work::run(install.args(["install", "cargo-fuzz", "--locked"]))?;
    }
    for target in chosen {
        run(repository, target, options.seconds)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn run(repository: &Repository, target: &Target, seconds: u32) -> Result<()> {
    let corpus = target.folder.join("corpus").join(&target.name);
    fs::create_dir_all(&corpus)?;
    let mut command = repository::cargo();
    // Nothing here is unsafe, so that a sanitizer would only cost time; the options of the
    // compiler that libFuzzer needs are not stable yet.
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .args(["fuzz", "run", "--sanitizer", "none", "--fuzz-dir"])
        .arg(&target.folder)
        .arg("--target-dir")
        .arg(repository.target().join("fuzz"))
        .arg(&target.name)
        .arg(corpus)
        .arg(target.folder.join("seeds"))
        .args(["--", "-rss_limit_mb=2048", "-timeout=10"])
        .arg(format!("-max_total_time={seconds}"));
    if let Some(words) = with_suffix(&target.folder, "dict")?.first() {
        command.arg(format!("-dict={}", words.display()));
    }
    work::run(&mut command).with_context(|| {
        format!(
            "the input is kept in {}/artifacts/{}: make a test of it first",
            target.folder.display(),
            target.name
        )
    })
}

/// The targets of all fuzz crates, by name.
fn targets(crates: &Path) -> Result<Vec<Target>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(crates)? {
        let folder = entry?.path().join("fuzz");
        let sources = folder.join("fuzz_targets");
        if !sources.is_dir() {
            continue;
        }
        for source in with_suffix(&sources, "rs")? {
            let name = source.file_stem().unwrap_or_default();
            found.push(Target {
                name: name.to_string_lossy().into_owned(),
                folder: folder.clone(),
            });
        }
    }
    found.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(found)
}

fn chosen<'t>(all: &'t [Target], names: &[String]) -> Result<Vec<&'t Target>> {
    let known = |name: &String| all.iter().any(|target| target.name == *name);
    if let Some(name) = names.iter().find(|name| !known(name)) {
        let all: Vec<&str> = all.iter().map(|target| target.name.as_str()).collect();
        bail!(
            "there is no fuzz target `{name}`; there are {}",
            all.join(", ")
        );
    }
    let wanted = |target: &&Target| names.is_empty() || names.contains(&target.name);
    Ok(all.iter().filter(wanted).collect())
}

fn with_suffix(folder: &Path, suffix: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == suffix)
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Target> {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        targets(&crates).unwrap()
    }

    #[test]
    fn every_target_has_seeds_beside_it_and_is_a_binary_of_its_crate() {
        let all = all();
        assert!(all.iter().any(|target| target.name == "yaml"));
        for target in all {
            assert!(target.folder.join("seeds").is_dir(), "{}", target.name);
            let manifest = fs::read_to_string(target.folder.join("Cargo.toml")).unwrap();
            let named = format!("name = \"{}\"", target.name);
            assert!(manifest.contains(&named), "{}", target.name);
        }
    }

    #[test]
    fn a_target_that_is_not_there_is_told_with_those_that_are() {
        let all = all();
        let names = ["yaml".to_owned(), "yoml".to_owned()];
        assert_eq!(chosen(&all, &names[..1]).unwrap().len(), 1);
        let error = chosen(&all, &names).err().unwrap().to_string();
        assert!(
            error.contains("`yoml`") && error.contains("yaml"),
            "{error}"
        );
        assert_eq!(chosen(&all, &[]).unwrap().len(), all.len());
    }
}
