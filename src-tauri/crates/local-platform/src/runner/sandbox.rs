//! The sandbox: bubblewrap shows the job this computer's programs read-only, its volumes at the
//! paths it asked for, and nothing else to write to but what is thrown away with it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::mount::{behind, outer_first, target};
use super::{CannotRun, Plan, Runner, environment, home};
use crate::supervisor::{Launch, ProcessLaunch, Scope};

/// Folders that the sandbox makes anew.
const OWN: [&str; 5] = ["/proc", "/dev", "/tmp", "/run", "/sys"];
/// What name resolution needs of `/run`.
const OF_RUN: [&str; 3] = [
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager",
];
/// What a job has no business with in the user's folder.
const NOT_OF_HOME: [&str; 3] = [".ssh", ".gnupg", ".cache"];

/// Runs jobs under `bwrap`.
pub(super) struct Sandbox {
    program: PathBuf,
    /// Hidden from jobs: it holds the database and the other jobs.
    data_dir: PathBuf,
}

impl Sandbox {
    /// Finds `bwrap` and tries it; the error says what does not work.
    pub(super) fn look(data_dir: &Path) -> Result<Self, String> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let program = std::env::split_paths(&path).map(|folder| folder.join("bwrap"));
        let program = program
            .into_iter()
            .find(|candidate| candidate.is_file())
            .ok_or("the program `bwrap` (bubblewrap) is not installed")?;
        let tried = Command::new(&program)
            .args([
                "--ro-bind",
                "/",
                "/",
                "--unshare-pid",
                "--proc",
                "/proc",
                "--dev",
                "/dev",
            ])
            .args(["--tmpfs", "/tmp", "--", "true"])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("`bwrap` could not be started: {error}"))?;
        if !tried.status.success() {
            return Err(String::from_utf8_lossy(&tried.stderr).trim().to_owned());
        }
        Ok(Self {
            program,
            data_dir: data_dir.to_owned(),
        })
    }
}

impl Runner for Sandbox {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn launch(&self, plan: &Plan) -> Result<Launch, CannotRun> {
        make_mount_points(plan)?;
        let mut view = View::default();
        view.base();
        view.open(&points(plan));
        view.hide(&self.data_dir);
        view.private(&plan.private);
        view.mounts(plan);
        let cwd = plan.working_dir.as_deref().and_then(target);
        if let Some(cwd) = &cwd
            && behind(&plan.mounts, cwd).is_none()
        {
            view.add(["--dir".into(), cwd.into()]);
        }
        view.add(["--chdir".into(), cwd.unwrap_or_else(|| "/".into()).into()]);
        let mut argv = vec![self.program.display().to_string()];
        argv.extend(["--die-with-parent", "--unshare-pid", "--unshare-ipc"].map(str::to_owned));
        argv.extend(view.arguments());
        argv.push("--".to_owned());
        argv.extend(plan.argv());
        Ok(Launch::Process(ProcessLaunch {
            argv,
            env: environment(plan),
            cwd: "/".into(),
            scope: Scope::InsideSandbox,
            again_when_killed: false,
        }))
    }

    fn note(&self, plan: &Plan) -> String {
        format!(
            "runs in a sandbox with the programs of this computer; the image `{}` is not used",
            plan.image
        )
    }
}

/// Inside a volume the point for an inner one must exist, as with a container engine.
fn make_mount_points(plan: &Plan) -> Result<(), CannotRun> {
    let mounted = plan.mounts.iter();
    let mut wanted: Vec<(PathBuf, bool)> = mounted
        .map(|one| (one.target.clone(), one.source.is_file()))
        .collect();
    let cwd = plan.working_dir.as_deref().and_then(target);
    wanted.extend(cwd.map(|cwd| (cwd, false)));
    for (point, is_file) in wanted {
        let others: Vec<_> = plan
            .mounts
            .iter()
            .filter(|mount| mount.target != point)
            .cloned()
            .collect();
        let Some(real) = behind(&others, &point) else {
            continue;
        };
        if real.exists() {
            continue;
        }
        make_point(&real, is_file).map_err(|source| CannotRun::Volume {
            target: point.display().to_string(),
            source,
        })?;
    }
    Ok(())
}

fn make_point(real: &Path, is_file: bool) -> io::Result<()> {
    if !is_file {
        return fs::create_dir_all(real);
    }
    if let Some(folder) = real.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(real, "")
}

/// Every path that must exist for the job and may not exist here.
fn points(plan: &Plan) -> Vec<PathBuf> {
    let mut points: Vec<PathBuf> = outer_first(&plan.mounts)
        .into_iter()
        .map(|mount| mount.target.clone())
        .collect();
    points.extend(plan.working_dir.as_deref().and_then(target));
    points
}

/// Arguments that build what the job sees, in order: later ones lie over earlier ones.
#[derive(Default)]
struct View {
    arguments: Vec<OsString>,
}

impl View {
    fn add<const N: usize>(&mut self, words: [OsString; N]) {
        self.arguments.extend(words);
    }

    fn arguments(self) -> impl Iterator<Item = String> {
        self.arguments
            .into_iter()
            .map(|word| word.to_string_lossy().into_owned())
    }

    /// This computer read-only, with process, device and temporary folders of its own.
    fn base(&mut self) {
        self.entries(Path::new("/"), &OWN);
        self.add([
            "--proc".into(),
            "/proc".into(),
            "--dev".into(),
            "/dev".into(),
        ]);
        self.add(["--ro-bind-try".into(), "/sys".into(), "/sys".into()]);
        self.add(["--tmpfs".into(), "/run".into()]);
        for folder in OF_RUN {
            self.add(["--ro-bind-try".into(), folder.into(), folder.into()]);
        }
        for device in graphics_devices() {
            self.add([
                "--dev-bind-try".into(),
                device.clone().into(),
                device.into(),
            ]);
        }
        if let Some(home) = home().filter(|home| home.is_dir()) {
            self.reopen(
                &home,
                &NOT_OF_HOME.map(|name| home.join(name).display().to_string()),
            );
        }
    }

    /// Makes room for points which do not exist here: the nearest folder that does is replaced by
    /// one that can be written, with the same entries.
    fn open(&mut self, points: &[PathBuf]) {
        let mut reopened: BTreeSet<PathBuf> = home().into_iter().collect();
        for point in points.iter().filter(|point| !point.exists()) {
            let Some(nearest) = point.ancestors().skip(1).find(|folder| folder.is_dir()) else {
                continue;
            };
            let writable = nearest == Path::new("/")
                || OWN.iter().any(|own| nearest.starts_with(own))
                || points
                    .iter()
                    .any(|other| other != point && nearest.starts_with(other));
            if !writable && reopened.insert(nearest.to_owned()) {
                self.reopen(nearest, &[]);
            }
        }
    }

    fn reopen(&mut self, folder: &Path, without: &[String]) {
        self.add(["--tmpfs".into(), folder.into()]);
        let without: Vec<&str> = without.iter().map(String::as_str).collect();
        self.entries(folder, &without);
    }

    /// Shows every entry of a folder read-only, links as links.
    fn entries(&mut self, folder: &Path, without: &[&str]) {
        let Ok(entries) = fs::read_dir(folder) else {
            return;
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if without.iter().any(|name| path == Path::new(name)) {
                continue;
            }
            match fs::read_link(&path) {
                Ok(target) => self.add(["--symlink".into(), target.into(), path.into()]),
                Err(_) => self.add(["--ro-bind-try".into(), path.clone().into(), path.into()]),
            }
        }
    }

    fn hide(&mut self, folder: &Path) {
        if !OWN.iter().any(|own| folder.starts_with(own)) {
            self.add(["--tmpfs".into(), folder.into()]);
        }
    }

    /// The job's own temporary folder: on disk, so that it may grow.
    fn private(&mut self, folder: &Path) {
        for point in ["/tmp", "/var/tmp"] {
            self.add(["--bind".into(), folder.into(), point.into()]);
        }
    }

    fn mounts(&mut self, plan: &Plan) {
        for mount in outer_first(&plan.mounts) {
            let how = if mount.read_only {
                "--ro-bind"
            } else {
                "--bind"
            };
            self.add([how.into(), (&mount.source).into(), (&mount.target).into()]);
        }
    }
}

fn graphics_devices() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir("/dev") else {
        return Vec::new();
    };
    let paths = entries.flatten().map(|entry| entry.path());
    paths
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("nvidia") || name == "dri" || name == "kfd"
        })
        .collect()
}
