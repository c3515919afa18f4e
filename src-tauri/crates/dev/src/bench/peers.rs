//! The official tools, in an environment of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::work;

/// The Python of the environment; it is made and filled if it is not there.
pub(super) fn python(folder: &Path) -> Result<PathBuf> {
    let python = match cfg!(windows) {
        true => folder.join("Scripts").join("python.exe"),
        false => folder.join("bin").join("python"),
    };
    if !python.is_file() {
        let program = if cfg!(windows) { "python" } else { "python3" };
        work::run(Command::new(program).args(["-m", "venv"]).arg(folder))?;
        let mut install = Command::new(&python);
        install.args(["-m", "pip", "install", "--quiet", "apolo-flow", "apolo-cli"]);
        work::run(&mut install)?;
    }
    Ok(python)
}

/// A tool of the package index in the same environment; it is installed if it is not there.
pub(super) fn tool(folder: &Path, name: &str) -> Result<PathBuf> {
    let python = python(folder)?;
    let program = python.with_file_name(name);
    if !program.is_file() {
        let mut install = Command::new(&python);
        install.args(["-m", "pip", "install", "--quiet", name]);
        work::run(&mut install)?;
    }
    Ok(program)
}
