//! Random projects through the official tool as it is installed, and through us.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::count::Count;
use crate::dice::Dice;
use crate::folder_copy::copy;
use crate::{flows, material, written};

/// So many projects go through the official tool at once.
const BATCH: usize = 250;

/// `cargo dev conformance random`
#[derive(Args)]
pub(crate) struct Options {
    /// How many projects
    #[arg(long, default_value_t = 1_000)]
    count: usize,
    /// Where chance begins; the project with number N has the seed SEED + N
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The virtual environment of Python that has apolo-flow
    #[arg(long, value_name = "DIR")]
    peers: PathBuf,
    /// Keep projects and answers in this folder: a corpus for `flows`
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// Makes projects, asks the official tool about them, and compares its answers with ours.
pub(crate) fn compare(options: &Options, verbose: bool) -> Result<Count> {
    let oracle = material::folder()?.join("tools/flow_oracle.py");
    let mut count = Count::default();
    let mut made = 0;
    while made < options.count {
        let size = BATCH.min(options.count - made);
        let first = options.seed.wrapping_add(u64::try_from(made)?);
        count.add(batch(options, &oracle, (first, size), verbose)?);
        made += size;
        eprintln!("{made} projects: {count}");
    }
    Ok(count)
}

fn batch(
    options: &Options,
    oracle: &Path,
    (first, size): (u64, usize),
    verbose: bool,
) -> Result<Count> {
    let folder = tempfile::tempdir()?;
    let corpus = folder.path().canonicalize()?;
    fs::create_dir(corpus.join("_gh"))?;
    let mut names = Vec::new();
    for number in 0..u64::try_from(size)? {
        let seed = first.wrapping_add(number);
        let name = format!("p{seed}");
        write(&corpus.join(&name), &mut Dice::new(seed))?;
        names.push(name);
    }
    ask(options, oracle, &corpus)?;
    let mut count = Count::default();
    for name in &names {
        if !corpus
            .join("expected")
            .join(format!("{name}.json"))
            .is_file()
        {
            println!("{name}: the official tool gave no answer");
            continue;
        }
        let report = flows::of_project(&corpus, name)?;
        if let Some(keep) = &options.keep {
            store(&corpus, name, keep)?;
        }
        count.add(flows::print(name, &report, verbose));
    }
    Ok(count)
}

fn write(root: &Path, dice: &mut Dice) -> Result<()> {
    let mut files = written::project(dice);
    files.push(("META.json".to_owned(), "{\"workspace\": \"\"}".to_owned()));
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// Has the official tool evaluate every project of the folder.
fn ask(options: &Options, oracle: &Path, corpus: &Path) -> Result<()> {
    let python = options.peers.join("bin/python");
    let output = Command::new(&python)
        .arg(oracle)
        .arg("--all")
        .env("FLOW_CORPUS", corpus)
        .env("PYTHONHASHSEED", "0")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} could not be started", python.display()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("the official tool could not be asked: {}", said.trim());
    }
    Ok(())
}

fn store(corpus: &Path, name: &str, keep: &Path) -> Result<()> {
    copy(&corpus.join(name), &keep.join(name))?;
    let record = format!("expected/{name}.json");
    fs::create_dir_all(keep.join("expected"))?;
    fs::create_dir_all(keep.join("_gh"))?;
    fs::copy(corpus.join(&record), keep.join(&record))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_project() {
        let one = written::project(&mut Dice::new(7));
        assert_eq!(one, written::project(&mut Dice::new(7)));
        assert_ne!(one, written::project(&mut Dice::new(8)));
    }
}
