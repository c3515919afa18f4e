//! What could run a script: found by its name and its first line, never installed.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use template::Hook;

/// A program that runs a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// The program.
    pub program: PathBuf,
    /// What stands before the script on its command line.
    pub arguments: Vec<String>,
}

/// Why nothing can run a script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoInterpreter {
    /// The program is not on this computer.
    #[error("`{program}` is not installed, so `{file}` cannot run")]
    Missing {
        /// The script.
        file: String,
        /// What it needs.
        program: String,
    },
    /// It is made for another system.
    #[error("`{file}` is made for {system} and cannot run here")]
    OtherSystem {
        /// The script.
        file: String,
        /// The system it is made for.
        system: &'static str,
    },
    /// It does not say.
    #[error(
        "`{file}` does not say which program runs it: its first line would have to begin with `#!`"
    )]
    Unsaid {
        /// The script.
        file: String,
    },
}

impl Interpreter {
    /// Looks for what runs a hook, in the folders of a search path such as `PATH`.
    ///
    /// # Errors
    /// When there is nothing that could run it.
    pub fn find(hook: &Hook, search_path: &OsStr) -> Result<Self, NoInterpreter> {
        let file = hook.file.rsplit('/').next().unwrap_or(&hook.file);
        let first = hook.text.as_deref().and_then(|text| text.lines().next());
        let words = first
            .and_then(|line| line.strip_prefix("#!"))
            .map(|rest| rest.split_whitespace().collect::<Vec<_>>())
            .unwrap_or_default();
        let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
        let find = |names: &[&str], arguments: &[&str]| {
            search(names, search_path)
                .map(|program| Self {
                    program,
                    arguments: arguments.iter().map(|one| (*one).to_owned()).collect(),
                })
                .ok_or_else(|| NoInterpreter::Missing {
                    file: hook.file.clone(),
                    program: names[0].to_owned(),
                })
        };
        let made_for = |system| NoInterpreter::OtherSystem {
            file: hook.file.clone(),
            system,
        };
        match ending {
            "py" => find(&["python3", "python"], &[]),
            "bat" | "cmd" if cfg!(windows) => find(&["cmd"], &["/c"]),
            "bat" | "cmd" => Err(made_for("Windows")),
            "ps1" => find(&["pwsh", "powershell"], &["-NoProfile", "-File"]),
            "sh" if cfg!(windows) => Err(made_for("Linux and macOS")),
            "sh" if words.is_empty() => find(&["sh"], &[]),
            _ => match shebang(&words) {
                Some((name, arguments)) => find(&[name], &arguments),
                None => Err(NoInterpreter::Unsaid {
                    file: hook.file.clone(),
                }),
            },
        }
    }

    /// The command as a person would type it.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut all = vec![self.program.display().to_string()];
        all.extend(self.arguments.iter().cloned());
        all.join(" ")
    }
}

/// Program and arguments of a first line; `env` is looked through.
fn shebang<'a>(words: &[&'a str]) -> Option<(&'a str, Vec<&'a str>)> {
    let (first, rest) = words.split_first()?;
    let name = first.rsplit('/').next().unwrap_or(first);
    if name != "env" {
        return Some((first, rest.to_vec()));
    }
    let at = rest
        .iter()
        .position(|word| !word.starts_with('-') && !word.contains('='))?;
    Some((rest[at], rest[at + 1..].to_vec()))
}

/// The first of some programs that is there. A path is taken, or else its last part is searched.
fn search(names: &[&str], search_path: &OsStr) -> Option<PathBuf> {
    names.iter().find_map(|name| {
        let path = Path::new(name);
        if path.is_absolute() && is_program(path) {
            return Some(path.to_owned());
        }
        let last = path.file_name()?;
        std::env::split_paths(search_path)
            .filter(|folder| folder.is_absolute())
            .flat_map(|folder| endings(last).map(move |name| folder.join(name)))
            .find(|path| is_program(path))
    })
}

/// The names a program may have on this system.
fn endings(name: &OsStr) -> impl Iterator<Item = OsString> {
    let all: &[&str] = if cfg!(windows) {
        &[".exe", ".cmd", ".bat", ""]
    } else {
        &[""]
    };
    let name = name.to_owned();
    all.iter().map(move |ending| {
        let mut whole = name.clone();
        whole.push(ending);
        whole
    })
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path)
        .is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    // The store's stand-in for Python opens a shop instead of running a script.
    path.is_file()
        && !path
            .components()
            .any(|part| part.as_os_str() == "WindowsApps")
}
