//! `cargo dev conformance bakes`: the same batches baked by the official tool and by ours, each on a
//! fresh platform of its own, and what is stored afterwards compared.
//!
//! Each batch is baked twice by both, so that the second one takes results from the first; then ours
//! bakes it on the platform of the official tool, and must find the results remembered there.

mod corpus;
mod edit;
mod own;
mod registry;
mod side;
mod stored;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use crate::count::Count;
use crate::material;
use crate::tools::exe;
use crate::tools::peers::Peers;
use corpus::Batch;
use side::Side;
use stored::{Differences, Stored};

/// `cargo dev conformance bakes`
#[derive(Args)]
pub(crate) struct Options {
    /// A few batches of the repository's own, in place of the corpus
    #[arg(long)]
    short: bool,
    /// Only batches whose name (`PROJECT: BATCH`) contains this
    #[arg(long, value_name = "PART")]
    only: Option<String>,
    /// An environment that has the tools already
    #[arg(long, value_name = "DIR", env = "PEERS")]
    peers: Option<PathBuf>,
    /// The `bakehouse` to compare; the one that was built beside this program otherwise
    #[arg(long, value_name = "FILE", env = "BAKEHOUSE_EXE")]
    exe: Option<PathBuf>,
    /// How the platforms run jobs
    #[arg(long, value_name = "RUNNER", default_value = "best")]
    runner: String,
}

/// Bakes and compares.
pub(crate) fn compare(options: &Options) -> Result<Count> {
    let mut batches = match options.short {
        true => own::batches()?,
        false => corpus::batches(&material::folder()?.join("corpus/flows"))?,
    };
    if let Some(part) = &options.only {
        batches.retain(|batch| batch.name().contains(part));
    }
    let scratch = tempfile::tempdir()?;
    let peers = Peers::ready(options.peers.as_deref(), scratch.path())?;
    println!("{}", peers.versions()?);
    let exe = exe(options.exe.as_deref())?;
    let start = |name| Side::start(name, (&exe, &options.runner), (&peers, scratch.path()));
    let (theirs, ours) = (start("theirs")?, start("ours")?);
    let mut count = Count::default();
    for (number, batch) in batches.iter().enumerate() {
        let folder = scratch.path().join(format!("project-{number}"));
        let found = of_batch(batch, &folder, (&theirs, &ours));
        count.add(tell(batch, found));
    }
    Ok(count)
}

/// Bakes one batch everywhere; answers what differs and what differs on purpose.
fn of_batch(batch: &Batch, folder: &Path, (theirs, ours): (&Side, &Side)) -> Result<Differences> {
    let (place, edits) = batch.lay_out(folder)?;
    edits
        .iter()
        .for_each(|edit| println!("  edit    {}: {edit}", batch.name()));
    for image in &batch.images {
        println!(
            "  edit    {}: `{image}` is put into both registries: the official executor waits for ever for a build",
            batch.name()
        );
        theirs.put_image(image)?;
        ours.put_image(image)?;
    }
    for side in [theirs, ours] {
        side.make_folder(&batch.id)?;
    }
    let mut differences = Differences::default();
    for round in ["first", "second"] {
        let expected = theirs.bake_officially(batch, &place)?;
        let got = ours.bake(batch, &place)?;
        differences.compare(round, &expected, &got);
        if expected == Stored::Nothing {
            bail!("the official tool made no bake");
        }
        if round == "second" {
            let third = theirs.bake(batch, &place)?;
            differences.compare("ours on their platform", &expected, &third);
        }
    }
    Ok(differences)
}

/// Batches with which the official executor fails, and ours does not.
const OTHERWISE: &[(&str, &str)] = &[(
    "mlops-demo-oss-mlflow@b77dadb: wide-flow",
    "the official executor takes the dots of `task-1-0.01-0.2` for ids of calls and breaks off",
)];

fn tell(batch: &Batch, found: Result<Differences>) -> Count {
    let mut count = Count::default();
    let name = batch.name();
    let otherwise = OTHERWISE.iter().find(|(other, _)| name.contains(other));
    let otherwise = otherwise.map(|(_, why)| *why);
    match found {
        Err(error) => {
            count.failed = 1;
            println!("FAILED  {name}: {error:#}");
        }
        Ok(found) if otherwise.is_some() => {
            // A difference that is gone means that the words about it are wrong by now.
            let differs = !found.failed.is_empty();
            count.intended = usize::from(differs);
            count.failed = usize::from(!differs);
            let (word, which) = if differs {
                ("ok", "intended")
            } else {
                ("FAILED", "no longer so")
            };
            println!("{word:7} {name}: {}", found.told);
            println!("          {which}: {}", otherwise.unwrap_or_default());
        }
        Ok(found) if !found.failed.is_empty() => {
            count.failed = 1;
            println!("FAILED  {name}: {}", found.told);
            found
                .failed
                .iter()
                .for_each(|line| println!("          {line}"));
        }
        Ok(found) if !found.intended.is_empty() => {
            count.intended = 1;
            println!("ok      {name}: {}", found.told);
            for line in &found.intended {
                println!("          intended: {line}");
            }
        }
        Ok(found) => {
            count.passed = 1;
            println!("ok      {name}: {}", found.told);
        }
    }
    count
}
