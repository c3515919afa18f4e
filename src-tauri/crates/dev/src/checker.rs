//! Checkers of other people, built once into the target folder.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::repository::{self, Repository};
use crate::work;

/// A Cargo subcommand and the version we use.
pub(crate) struct Checker {
    name: &'static str,
    version: &'static str,
}

/// Licences, bans and sources of dependencies.
pub(crate) const DENY: Checker = Checker {
    name: "cargo-deny",
    version: "0.20.2",
};

/// Dependencies that nothing uses.
pub(crate) const MACHETE: Checker = Checker {
    name: "cargo-machete",
    version: "0.9.2",
};

impl Checker {
    /// The checker as a command at the root; built with `run` if it is not there.
    pub(crate) fn command(
        &self,
        repository: &Repository,
        mut run: impl FnMut(&mut Command) -> Result<()>,
    ) -> Result<Command> {
        let program = match self.built(repository) {
            Some(program) => program,
            None if work::on_path(self.name) => self.name.into(),
            None => {
                run(&mut self.install(repository))?;
                self.path(repository)
            }
        };
        let mut command = Command::new(program);
        command.current_dir(repository.root());
        Ok(command)
    }

    fn path(&self, repository: &Repository) -> PathBuf {
        let file = format!("{}{}", self.name, std::env::consts::EXE_SUFFIX);
        repository.tools().join("bin").join(file)
    }

    fn built(&self, repository: &Repository) -> Option<PathBuf> {
        Some(self.path(repository)).filter(|path| path.is_file())
    }

    fn install(&self, repository: &Repository) -> Command {
        let mut install = repository::cargo();
        install
            .args(["install", "--quiet", "--locked", self.name])
            .args(["--version", self.version])
            .arg("--root")
            .arg(repository.tools())
            .current_dir(repository.root());
        install
    }
}
