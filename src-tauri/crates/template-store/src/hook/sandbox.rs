//! Walls around a hook: bubblewrap, where the system has it and allows it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Places of a home that hold keys and tokens; a hook must not see them.
const PRIVATE: &[&str] = &[
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".config",
    ".docker",
    ".kube",
    ".neuro",
    ".apolo",
    ".netrc",
    ".git-credentials",
    ".pypirc",
    ".npmrc",
    ".local/share",
    ".password-store",
];

/// What stands between a hook and the computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sandbox {
    /// Bubblewrap: only the copy of the project can be written, keys cannot be seen, no net unless
    /// it is allowed.
    Bubblewrap {
        /// The program.
        program: PathBuf,
        /// Whether processes of others are hidden too.
        own_processes: bool,
    },
    /// Nothing but the copy and the clean environment.
    None {
        /// Why, for people.
        why: String,
    },
}

/// What a hook may reach.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach<'a> {
    /// The folder that may be written and is worked in.
    pub(crate) folder: &'a Path,
    /// A home of its own.
    pub(crate) home: &'a Path,
    /// The home of the person, whose keys are hidden.
    pub(crate) person: Option<&'a Path>,
    /// Whether the net is allowed.
    pub(crate) network: bool,
}

impl Sandbox {
    /// Looks for bubblewrap in a search path and tries whether it works here.
    #[must_use]
    pub fn find(search_path: &OsStr) -> Self {
        if !cfg!(target_os = "linux") {
            return Self::None {
                why: "this system has no bubblewrap".to_owned(),
            };
        }
        let program = std::env::split_paths(search_path)
            .map(|folder| folder.join("bwrap"))
            .find(|path| path.is_file());
        let Some(program) = program else {
            return Self::None {
                why: "bubblewrap is not installed".to_owned(),
            };
        };
        let mut why = String::new();
        for own_processes in [true, false] {
            match try_out(&program, own_processes) {
                Ok(()) => {
                    return Self::Bubblewrap {
                        program,
                        own_processes,
                    };
                }
                Err(said) => why = said,
            }
        }
        Self::None {
            why: format!("bubblewrap does not work here: {why}"),
        }
    }

    /// What a person should know about the walls.
    #[must_use]
    pub fn shown(&self, network: bool) -> String {
        match self {
            Self::Bubblewrap { .. } if network => {
                "runs in a sandbox that can write only the copy of the project; the net is allowed"
                    .to_owned()
            }
            Self::Bubblewrap { .. } => {
                "runs in a sandbox without a net that can write only the copy of the project"
                    .to_owned()
            }
            Self::None { why } => {
                format!("runs without a sandbox, with all your rights: {why}")
            }
        }
    }

    /// Program and arguments that stand before the command of a hook.
    pub(crate) fn prefix(&self, reach: Reach<'_>) -> Vec<OsString> {
        let Self::Bubblewrap {
            program,
            own_processes,
        } = self
        else {
            return Vec::new();
        };
        let mut all = vec![program.clone().into_os_string()];
        all.extend(walls(*own_processes));
        if !reach.network {
            all.push("--unshare-net".into());
        }
        hide(&mut all, reach.person);
        for folder in [reach.folder, reach.home] {
            all.push("--bind".into());
            all.push(folder.into());
            all.push(folder.into());
        }
        all.push("--chdir".into());
        all.push(reach.folder.into());
        all.push("--".into());
        all
    }
}

fn walls(own_processes: bool) -> Vec<OsString> {
    let mut all: Vec<OsString> = ["--die-with-parent", "--new-session", "--unshare-ipc"]
        .map(OsString::from)
        .to_vec();
    all.extend(["--ro-bind", "/", "/", "--dev", "/dev"].map(OsString::from));
    if own_processes {
        all.extend(["--unshare-pid", "--proc", "/proc"].map(OsString::from));
    }
    all
}

/// Lays empty things over the places that hold keys.
fn hide(all: &mut Vec<OsString>, person: Option<&Path>) {
    for name in PRIVATE {
        let Some(path) = person.map(|home| home.join(name)) else {
            return;
        };
        if path.is_dir() {
            all.extend(["--tmpfs".into(), path.into()]);
        } else if path.is_file() {
            all.extend(["--ro-bind".into(), "/dev/null".into(), path.into()]);
        }
    }
}

fn try_out(program: &Path, own_processes: bool) -> Result<(), String> {
    let output = Command::new(program)
        .args(walls(own_processes))
        .args(["--unshare-net", "--", "/bin/sh", "-c", "exit 0"])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}
