//! The official tools, in an environment that is thrown away afterwards.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// The newest of them are what users have.
const PACKAGES: [&str; 3] = ["apolo-cli", "apolo-flow", "apolo-extras"];

/// An environment with the tools.
pub(crate) struct Peers {
    bin: PathBuf,
}

impl Peers {
    /// The environment in `given`, or a new one below `scratch`.
    pub(crate) fn ready(given: Option<&Path>, scratch: &Path) -> Result<Self> {
        let folder = match given {
            Some(given) => std::path::absolute(given)?,
            None => install(&scratch.join("peers"))?,
        };
        let bin = folder.join("bin");
        for tool in ["apolo", "apolo-flow"] {
            if !bin.join(tool).is_file() {
                bail!("{} has no `{tool}`", bin.display());
            }
        }
        Ok(Self { bin })
    }

    /// Where the programs are.
    pub(crate) fn bin(&self) -> &Path {
        &self.bin
    }

    /// One line for each tool.
    pub(crate) fn versions(&self) -> Result<String> {
        let listed = Command::new(self.bin.join("python"))
            .args([
                "-m",
                "pip",
                "--disable-pip-version-check",
                "list",
                "--format=freeze",
            ])
            .output()?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let ours = |line: &&str| line.starts_with("apolo");
        let lines: Vec<&str> = listed.lines().filter(ours).collect();
        Ok(lines.join("\n"))
    }
}

fn install(folder: &Path) -> Result<PathBuf> {
    println!("installing {}", PACKAGES.join(", "));
    carry_out(Command::new("python3").args(["-m", "venv"]).arg(folder))
        .context("on Debian `apt install python3-venv` brings what is missing")?;
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "--disable-pip-version-check", "install"])
        .args(["--quiet", "--upgrade"])
        .args(PACKAGES);
    carry_out(&mut pip)?;
    Ok(folder.to_owned())
}

fn carry_out(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_owned();
    let status = command
        .status()
        .with_context(|| format!("{} cannot be started", program.display()))?;
    if !status.success() {
        bail!("{} ended with {status}", program.display());
    }
    Ok(())
}
