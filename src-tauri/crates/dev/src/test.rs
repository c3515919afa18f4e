//! `cargo dev test`: everything that proves the application, from nothing.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;

use crate::checker::{self, Checker};
use crate::part::{self, Part};
use crate::repository::{self, Repository};
use crate::system::System;
use crate::{bindings, interface, journey, launch, node, packages, work};

/// How long one command may take where nobody is there to end it.
const LIMIT: Duration = Duration::from_secs(40 * 60);

/// Names the files that are not formatted; `cargo fmt --all` mends them.
pub(crate) const FORMAT: &[&str] = &["fmt", "--all", "--", "--check", "--files-with-diff"];

/// `cargo dev test`
#[derive(Args)]
pub(crate) struct Options {
    /// Run only parts whose name contains this; may be given several times
    #[arg(long, value_name = "PART")]
    only: Vec<String>,
    /// List the parts and do nothing
    #[arg(long)]
    list: bool,
    /// Install missing system packages without asking
    #[arg(long, short)]
    yes: bool,
}

/// Installs what is missing, runs all parts, and ends badly if one of them did.
pub(crate) fn test(repository: &Repository, options: &Options) -> Result<ExitCode> {
    let bench = Bench::new(repository);
    let chosen = choose(bench.parts(), &options.only)?;
    if options.list {
        for part in &chosen {
            println!("{}", part.name());
        }
        return Ok(ExitCode::SUCCESS);
    }
    node::ensure()?;
    let browser = if browser().is_none() && System::packs_chromium() {
        packages::BROWSER
    } else {
        &[]
    };
    let wanted = [packages::FOR_RUNNING, packages::FOR_TESTING, browser];
    packages::ensure(&wanted, options.yes)?;
    let report = part::carry_out(chosen);
    println!("\n{report}");
    Ok(if report.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn choose<'work>(parts: Vec<Part<'work>>, only: &[String]) -> Result<Vec<Part<'work>>> {
    let names: Vec<_> = parts.iter().map(Part::name).collect();
    if let Some(unknown) = only
        .iter()
        .find(|wanted| !names.iter().any(|name| name.contains(wanted.as_str())))
    {
        bail!(
            "no part is called `{unknown}`; there are: {}",
            names.join(", ")
        );
    }
    let wanted = |part: &Part<'_>| {
        only.is_empty()
            || only
                .iter()
                .any(|wanted| part.name().contains(wanted.as_str()))
    };
    Ok(parts.into_iter().filter(wanted).collect())
}

/// A browser that is installed already.
fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file())
}

/// What the parts have in common.
struct Bench<'repository> {
    repository: &'repository Repository,
    limit: Option<Duration>,
}

impl<'repository> Bench<'repository> {
    fn new(repository: &'repository Repository) -> Self {
        let unattended = std::env::var_os("CI").is_some();
        Self {
            repository,
            limit: unattended.then_some(LIMIT),
        }
    }

    /// All parts, cheap ones first; the interface before the window, which holds it.
    fn parts(&self) -> Vec<Part<'_>> {
        vec![
            Part::new("format", || self.cargo(FORMAT)),
            Part::new("interface-check", || self.npm("check")),
            Part::new("interface-lint", || self.npm("lint")),
            Part::new("interface-unit", || self.npm("test")),
            Part::new("interface-build", || {
                interface::ensure_built(self.repository)
            }),
            Part::new("lints", || self.lints()),
            Part::new("documentation", || self.documentation()),
            Part::new("bindings", || {
                bindings::prove_current(self.repository, |command| self.run(command))
            }),
            Part::new("build", || self.build()),
            Part::new("rust", || self.rust()),
            Part::new("interface-browser", || self.playwright()),
            Part::new("window", || self.window()),
            Part::new("official-tools", || self.official_tools()),
            Part::new("unused-dependencies", || {
                self.checker(&checker::MACHETE, &[])
            }),
            Part::new("licences", || {
                let checks = ["check", "bans", "licenses", "sources"];
                self.checker(&checker::DENY, &checks)
            }),
        ]
    }

    fn run(&self, command: &mut Command) -> Result<()> {
        // Tests that want a container engine start one; an engine of this computer would make the
        // others fetch images.
        command.env("DOCKER_HOST", "unix:///nowhere/engine.sock");
        work::run_within(command, self.limit)
    }

    fn cargo(&self, arguments: &[&str]) -> Result<()> {
        self.run(
            repository::cargo()
                .args(arguments)
                .current_dir(self.repository.root()),
        )
    }

    fn npm(&self, script: &str) -> Result<()> {
        interface::ensure_packages(self.repository)?;
        self.run(node::npm(self.repository).args(["run", script]))
    }

    /// Does nothing where nothing changed, so that every part can be run by itself.
    fn build(&self) -> Result<()> {
        interface::ensure_built(self.repository)?;
        self.cargo(&["build", "--workspace", "--features", launch::FEATURES])
    }

    fn lints(&self) -> Result<()> {
        // The benches are built only when somebody measures; here they are kept from rotting.
        let features = format!("{},dev/layout-bench,dev/platform-bench", launch::FEATURES);
        let all = ["clippy", "--workspace", "--all-targets", "--features"];
        let mut clippy = repository::cargo();
        clippy
            .args(all)
            .args([features.as_str(), "--", "--deny", "warnings"])
            .current_dir(self.repository.root());
        self.run(&mut clippy)
    }

    /// Links between items that lead nowhere are found only here.
    fn documentation(&self) -> Result<()> {
        let mut documentation = repository::cargo();
        documentation
            .args([
                "doc",
                "--workspace",
                "--no-deps",
                "--document-private-items",
            ])
            .args(["--features", launch::FEATURES])
            .env("RUSTDOCFLAGS", "--deny warnings")
            .current_dir(self.repository.root());
        self.run(&mut documentation)
    }

    fn rust(&self) -> Result<()> {
        self.build()?;
        let mut tests = repository::cargo();
        tests
            .args(["test", "--workspace", "--no-fail-fast", "--features"])
            .arg(launch::FEATURES)
            .env("BAKEHOUSE_EXE", self.command_line_tool())
            .current_dir(self.repository.root());
        self.run(&mut tests)
    }

    fn playwright(&self) -> Result<()> {
        self.build()?;
        let mut tests = node::npm(self.repository);
        tests
            .args(["run", "e2e"])
            .env(
                "BAKEHOUSE_BRIDGE",
                self.repository.binary("debug", "dev-bridge"),
            )
            .env("BAKEHOUSE_EXE", self.command_line_tool());
        match browser() {
            Some(browser) => {
                tests.env("CHROMIUM", browser);
            }
            None => self.run(&mut self.download_browser())?,
        }
        self.run(&mut tests)
    }

    /// Playwright brings a browser where the system has none to offer.
    fn download_browser(&self) -> Command {
        let mut download = node::npm(self.repository);
        download.args([
            "exec",
            "--",
            "playwright",
            "install",
            "--with-deps",
            "chromium",
        ]);
        download
    }

    fn window(&self) -> Result<()> {
        self.build()?;
        self.run(&mut journey::command(self.repository))
    }

    fn official_tools(&self) -> Result<()> {
        self.build()?;
        let mut tour = Command::new(self.repository.binary("debug", "dev-conformance"));
        tour.arg("tools")
            .env("BAKEHOUSE_EXE", self.command_line_tool())
            .current_dir(self.repository.root());
        self.run(&mut tour)?;
        let mut bakes = Command::new(self.repository.binary("debug", "dev-conformance"));
        bakes
            .args(["bakes", "--short"])
            .env("BAKEHOUSE_EXE", self.command_line_tool())
            .current_dir(self.repository.root());
        self.run(&mut bakes)
    }

    fn checker(&self, checker: &Checker, arguments: &[&str]) -> Result<()> {
        let mut command = checker.command(self.repository, |command| self.run(command))?;
        self.run(command.args(arguments))
    }

    fn command_line_tool(&self) -> PathBuf {
        self.repository.binary("debug", "bakehouse")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Vec<Part<'static>> {
        ["lints", "interface-check", "interface-unit"]
            .map(|name| Part::new(name, || Ok(())))
            .into()
    }

    #[test]
    fn parts_are_chosen_by_a_piece_of_their_name() {
        let names = |only: &[&str]| -> Vec<_> {
            let only: Vec<_> = only.iter().map(ToString::to_string).collect();
            let chosen = choose(parts(), &only).unwrap();
            chosen.iter().map(Part::name).collect()
        };
        assert_eq!(names(&["interface"]), ["interface-check", "interface-unit"]);
        assert_eq!(names(&[]).len(), 3);
    }

    #[test]
    fn a_part_that_is_not_there_is_an_error_that_lists_them() {
        let Err(error) = choose(parts(), &["lint".into(), "windows".into()]) else {
            panic!("`windows` is no part");
        };
        assert_eq!(
            error.to_string(),
            "no part is called `windows`; there are: lints, interface-check, interface-unit"
        );
    }
}
