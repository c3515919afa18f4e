//! Control groups: hold the processes of a job to the processors and the memory of its preset.
//!
//! Where the kernel or the system does not let us, the job runs without limits and says so; no
//! job ever fails because of them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Pid, Signal, kill_process};

use super::Limits;

/// Where control groups are mounted.
const ROOT: &str = "/sys/fs/cgroup";
/// The time slice that processors are shared in, in microseconds.
const PERIOD: u64 = 100_000;

/// Control groups of one job.
pub(super) struct Cage {
    groups: Vec<Group>,
    /// We could go back to where we live.
    is_left: AtomicBool,
}

/// A control group, and the one we live in ourselves.
struct Group {
    path: PathBuf,
    home: PathBuf,
}

impl Cage {
    /// Makes the groups of a job; what is not limited, and why, is said as well.
    pub(super) fn make(job: &str, limits: Limits) -> (Option<Self>, Option<String>) {
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let name = format!("bakehouse-{job}");
        let made = if Path::new(ROOT).join("cgroup.controllers").exists() {
            unified(&own, &name, limits)
        } else {
            divided(&own, &name, limits)
        };
        match made {
            Ok((groups, None)) => (Some(Self::around(groups)), None),
            Ok((groups, Some(missing))) => (
                Some(Self::around(groups)),
                Some(format!(
                    "not all limits of the preset are enforced: {missing}"
                )),
            ),
            Err(error) => (
                None,
                Some(format!(
                    "the limits of the preset are not enforced: {error}"
                )),
            ),
        }
    }

    fn around(groups: Vec<Group>) -> Self {
        Self {
            groups,
            is_left: AtomicBool::new(true),
        }
    }

    /// True if this process is not inside itself.
    pub(super) fn is_left(&self) -> bool {
        self.is_left.load(Ordering::Relaxed)
    }

    /// Starts something inside: we go in, what we start is born there, and we leave again.
    pub(super) fn inside<T>(&self, start: impl FnOnce() -> T) -> T {
        let us = std::process::id().to_string();
        for group in &self.groups {
            // Refused, the job is not limited. It is not worth failing for.
            let _ = fs::write(group.path.join("cgroup.procs"), &us);
        }
        let started = start();
        for group in &self.groups {
            if fs::write(group.home.join("cgroup.procs"), &us).is_err() {
                self.is_left.store(false, Ordering::Relaxed);
            }
        }
        started
    }

    /// True if the kernel has ended something inside for want of memory.
    pub(super) fn ran_out_of_memory(&self) -> bool {
        let files = ["memory.events", "memory.oom_control"];
        self.groups
            .iter()
            .flat_map(|group| files.map(|file| group.path.join(file)))
            .filter_map(|file| fs::read_to_string(file).ok())
            .any(|text| kills(&text) > 0)
    }

    /// Ends what is still inside, and removes the groups.
    pub(super) fn remove(&self) {
        for group in &self.groups {
            let _ = fs::write(group.path.join("cgroup.kill"), "1");
            for pid in inside(&group.path) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        for group in &self.groups {
            // The kernel needs a moment to forget the dead.
            for _ in 0..50 {
                match fs::remove_dir(&group.path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        std::thread::sleep(std::time::Duration::from_millis(10));
                    }
                    _ => break,
                }
            }
        }
    }
}

fn inside(group: &Path) -> Vec<Pid> {
    let listed = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
    let us = std::process::id().to_string();
    listed
        .lines()
        .filter(|line| *line != us)
        .filter_map(|line| Pid::from_raw(line.parse().ok()?))
        .collect()
}

fn kills(text: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
    line.and_then(|count| count.trim().parse().ok())
        .unwrap_or(0)
}

type Made = Result<(Vec<Group>, Option<String>), String>;

/// One tree for everything: a group beside ours or above it, wherever we may make one.
fn unified(own: &str, name: &str, limits: Limits) -> Made {
    let path = own.lines().find_map(|line| line.strip_prefix("0::"));
    let home = under(
        Path::new(ROOT),
        path.ok_or("this process is in no control group")?,
    );
    for parent in home.ancestors().take_while(|path| path.starts_with(ROOT)) {
        let given = parent.join("cgroup.subtree_control");
        let offers = || fs::read_to_string(&given).unwrap_or_default();
        if !offers().contains("memory") {
            // Refused where processes live, and where the group is not ours.
            let _ = fs::write(&given, "+memory +cpu");
        }
        if !offers().contains("memory") {
            continue;
        }
        let path = parent.join(name);
        if fs::create_dir(&path).is_err() && !path.is_dir() {
            continue;
        }
        if fs::write(path.join("memory.max"), limits.memory.to_string()).is_err() {
            let _ = fs::remove_dir(&path);
            continue;
        }
        // With swap the limit would only be slow; a job ends as a whole.
        let _ = fs::write(path.join("memory.swap.max"), "0");
        let _ = fs::write(path.join("memory.oom.group"), "1");
        let missing = quota(limits).and_then(|quota| {
            let written = fs::write(path.join("cpu.max"), format!("{quota} {PERIOD}"));
            written
                .err()
                .map(|error| format!("processors are not limited ({error})"))
        });
        return Ok((vec![Group { path, home }], missing));
    }
    Err("this user has no control group with a memory limit".to_owned())
}

/// A tree for each kind: a group below ours in those for memory and processors.
fn divided(own: &str, name: &str, limits: Limits) -> Made {
    let mut missing = Vec::new();
    let mut groups = Vec::new();
    let memory = limits.memory.to_string();
    let mut add = |kind: &str, settings: &[(&str, String)]| match below(own, kind, name, settings) {
        Ok(group) => groups.push(group),
        Err(error) => missing.push(format!("{kind} ({error})")),
    };
    add("memory", &[("memory.limit_in_bytes", memory)]);
    if let Some(quota) = quota(limits) {
        let settings = [
            ("cpu.cfs_period_us", PERIOD.to_string()),
            ("cpu.cfs_quota_us", quota.to_string()),
        ];
        add("cpu", &settings);
    }
    let missing = missing.join(", ");
    match (groups.is_empty(), missing.is_empty()) {
        (true, _) => Err(format!("no control group could be made for {missing}")),
        (false, true) => Ok((groups, None)),
        (false, false) => Ok((groups, Some(format!("not for {missing}")))),
    }
}

fn below(own: &str, kind: &str, name: &str, settings: &[(&str, String)]) -> io::Result<Group> {
    let (mount, path) = place(own, kind).ok_or(io::ErrorKind::NotFound)?;
    let home = under(&Path::new(ROOT).join(mount), path);
    let path = home.join(name);
    match fs::create_dir(&path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    for (file, value) in settings {
        if let Err(error) = fs::write(path.join(file), value) {
            let _ = fs::remove_dir(&path);
            return Err(error);
        }
    }
    // Without an account of swap there is nothing to write to.
    if kind == "memory" {
        let _ = fs::write(path.join("memory.memsw.limit_in_bytes"), &settings[0].1);
    }
    Ok(Group { path, home })
}

/// Mount and path of the group that a process is in, among those for `kind`.
fn place<'a>(own: &'a str, kind: &str) -> Option<(&'a str, &'a str)> {
    own.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (kinds, path) = (parts.next()?, parts.next()?);
        kinds
            .split(',')
            .any(|one| one == kind)
            .then_some((kinds, path))
    })
}

fn under(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

/// Microseconds of processor time in each period.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a small positive number"
)]
fn quota(limits: Limits) -> Option<u64> {
    let all = std::thread::available_parallelism().map_or(1, |count| count.get());
    let limited = limits.cpu > 0.0 && limits.cpu < all as f64;
    limited.then(|| ((limits.cpu * PERIOD as f64) as u64).max(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_of_a_kind_is_found_among_divided_trees() {
        let own = "5:cpu,cpuacct:/a/b\n4:memory:/c\n0::/\n";
        assert_eq!(place(own, "cpu"), Some(("cpu,cpuacct", "/a/b")));
        assert_eq!(place(own, "memory"), Some(("memory", "/c")));
        assert_eq!(place(own, "pids"), None);
        assert_eq!(under(Path::new("/x"), "/a/b"), Path::new("/x/a/b"));
    }

    #[test]
    fn kills_are_counted_in_both_forms() {
        assert_eq!(kills("low 0\noom 3\noom_kill 2\n"), 2);
        assert_eq!(kills("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n"), 1);
        assert_eq!(kills("oom_kill_disable 0\n"), 0);
    }
}
