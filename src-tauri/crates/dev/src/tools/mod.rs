//! The official tools against a local platform of our own: they log in, run jobs, bake, copy, share;
//! what they print, how they end, and what is stored then.
//!
//! Nothing is recorded beforehand: the newest tools are installed into an environment that is thrown
//! away, and a fresh platform is served for them.

mod account;
pub(crate) mod api;
mod bakes;
mod blobs;
pub(crate) mod command;
mod disks;
mod images;
mod jobs;
mod live;
pub(crate) mod peers;
mod remote;
mod secrets;
pub(crate) mod server;
mod sharing;
mod storage;
mod streams;
mod tour;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use crate::count::Count;
use peers::Peers;
use server::Server;
use tour::Tour;

/// `cargo dev conformance tools`
#[derive(Args)]
pub(crate) struct Options {
    /// An environment that has the tools already, such as one made with `python3 -m venv`
    #[arg(long, value_name = "DIR", env = "PEERS")]
    peers: Option<PathBuf>,
    /// Only these groups of steps, with commas between them
    #[arg(long, value_name = "GROUPS", value_delimiter = ',')]
    only: Vec<String>,
    /// The `bakehouse` that serves the platform; the one that was built beside this program
    /// otherwise
    #[arg(long, value_name = "FILE", env = "BAKEHOUSE_EXE")]
    exe: Option<PathBuf>,
    /// How the platform runs jobs
    #[arg(long, value_name = "RUNNER")]
    runner: Option<String>,
}

/// Steps that belong together; every group can be run by itself.
struct Group {
    name: &'static str,
    run: fn(&mut Tour) -> Result<()>,
}

const GROUPS: &[Group] = &[
    Group {
        name: "account",
        run: account::tour,
    },
    Group {
        name: "live",
        run: live::tour,
    },
    Group {
        name: "jobs",
        run: jobs::tour,
    },
    Group {
        name: "streams",
        run: streams::tour,
    },
    Group {
        name: "bakes",
        run: bakes::tour,
    },
    Group {
        name: "remote",
        run: remote::tour,
    },
    Group {
        name: "storage",
        run: storage::tour,
    },
    Group {
        name: "secrets",
        run: secrets::tour,
    },
    Group {
        name: "disks",
        run: disks::tour,
    },
    Group {
        name: "sharing",
        run: sharing::tour,
    },
    Group {
        name: "images",
        run: images::tour,
    },
    Group {
        name: "blobs",
        run: blobs::tour,
    },
];

/// Makes the tour.
pub(crate) fn compare(options: &Options) -> Result<Count> {
    let groups = chosen(&options.only)?;
    let scratch = tempfile::tempdir()?;
    let peers = Peers::ready(options.peers.as_deref(), scratch.path())?;
    println!("{}", peers.versions()?);
    let exe = exe(options.exe.as_deref())?;
    let mut flags: Vec<&str> = Vec::new();
    flags.extend(options.runner.iter().flat_map(|name| ["--runner", name]));
    let server = Server::start(&exe, &flags, scratch.path())?;
    println!("platform at {}", server.url());
    let mut tour = Tour::begin(&peers, server, scratch.path())?;
    for group in groups {
        println!("\n{}", group.name);
        if let Err(error) = (group.run)(&mut tour) {
            tour.broke_off(group.name, &error);
        }
    }
    println!();
    Ok(tour.end())
}

fn chosen(only: &[String]) -> Result<Vec<&'static Group>> {
    let known = || GROUPS.iter().map(|group| group.name);
    if let Some(unknown) = only.iter().find(|one| !known().any(|name| name == **one)) {
        let known: Vec<_> = known().collect();
        bail!(
            "no group is called `{unknown}`; there are: {}",
            known.join(", ")
        );
    }
    let wanted = |group: &&Group| only.is_empty() || only.iter().any(|one| one == group.name);
    Ok(GROUPS.iter().filter(wanted).collect())
}

/// The given `bakehouse`, or the one that was built beside this program.
pub(crate) fn exe(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(exe) = given {
        return Ok(exe.to_owned());
    }
    let own = std::env::current_exe()?;
    let name = format!("bakehouse{}", std::env::consts::EXE_SUFFIX);
    let exe = own.with_file_name(name);
    if !exe.is_file() {
        bail!(
            "{} is not there; `cargo build --package cli` makes it",
            exe.display()
        );
    }
    Ok(exe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_chosen_by_name_and_unknown_ones_are_an_error_that_lists_them() {
        let names = |only: &[&str]| {
            let only: Vec<_> = only.iter().map(ToString::to_string).collect();
            chosen(&only).map(|groups| groups.iter().map(|one| one.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["bakes", "live"]).unwrap(), ["live", "bakes"]);
        assert_eq!(names(&[]).unwrap().len(), GROUPS.len());
        let error = names(&["windows"]).unwrap_err().to_string();
        assert!(
            error.contains("`windows`") && error.contains("storage"),
            "{error}"
        );
    }
}
