//! Writes the list of the files of the bundled templates, with their permission bits.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Ids of the bundled templates, which are also the names of their folders.
const IDS: [&str; 2] = ["project", "barebone"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("bundled");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut list = "const ALL: &[Bundled] = &[\n".to_owned();
    for id in IDS {
        let mut files = Vec::new();
        collect(&root.join(id), "", &mut files)?;
        files.sort();
        let _ = writeln!(list, "Bundled {{ id: {id:?}, files: &[");
        for (path, mode, full) in files {
            let _ = writeln!(
                list,
                "File {{ path: {path:?}, mode: {mode:#o}, bytes: include_bytes!({full:?}) }},"
            );
        }
        list.push_str("] },\n");
    }
    list.push_str("];\n");
    fs::write(
        PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("bundled.rs"),
        list,
    )
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, u32, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push((path, mode(&entry.path())?, entry.path()));
        }
    }
    Ok(())
}

/// The bits git keeps: executable or not. A program is known by its first line, so that the list
/// is the same on systems without permission bits.
fn mode(path: &Path) -> io::Result<u32> {
    Ok(if fs::read(path)?.starts_with(b"#!") {
        0o755
    } else {
        0o644
    })
}
