//! The keyring against the real Secret Service, each time in a session bus of its own.
//!
//! A test that needs a session starts itself again under `dbus-run-session`; where that program or
//! `gnome-keyring-daemon` is missing it says so and leaves.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a failed step is a failed test; a skipped one must say so"
)]

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use vault::{Probe, Secret, Vault};

const INSIDE: &str = "BAKEHOUSE_TEST_INSIDE_SESSION";

#[test]
fn the_real_keyring_keeps_gives_and_forgets_a_token() {
    const START_KEYRING: &str = "printf pw | gnome-keyring-daemon --unlock \
         --components=secrets --daemonize >&2 && ";
    if !inside_session(
        "the_real_keyring_keeps_gives_and_forgets_a_token",
        START_KEYRING,
    ) {
        return;
    }
    assert_eq!(Vault::probe(Duration::from_secs(20)), Probe::Available);
    let keyring = Vault::keyring();
    assert_eq!(keyring.get("local").unwrap(), None);
    keyring.put("local", &Secret::new("first")).unwrap();
    keyring.put("local", &Secret::new("sécond")).unwrap();
    keyring.put("cloud", &Secret::new("other")).unwrap();
    let another = Vault::keyring();
    assert_eq!(another.get("local").unwrap(), Some(Secret::new("sécond")));
    another.delete("local").unwrap();
    another.delete("local").unwrap();
    assert_eq!(keyring.get("local").unwrap(), None);
    assert_eq!(keyring.get("cloud").unwrap(), Some(Secret::new("other")));
}

#[test]
fn a_computer_without_an_unlocked_keyring_is_told_so_in_time() {
    if !inside_session(
        "a_computer_without_an_unlocked_keyring_is_told_so_in_time",
        "",
    ) {
        return;
    }
    let limit = Duration::from_secs(2);
    let started = Instant::now();
    let probe = Vault::probe(limit);
    eprintln!("{:?} {probe:?}", started.elapsed());
    assert!(started.elapsed() < limit + Duration::from_secs(1));
    let Probe::Unavailable { reason, hint } = probe else {
        panic!("a locked keyring cannot be available");
    };
    assert!(!reason.is_empty() && !hint.is_empty());
}

#[test]
fn a_computer_without_a_session_bus_is_told_so_in_time() {
    let own = env::current_exe().unwrap();
    let name = "a_computer_without_a_session_bus_is_told_so_in_time";
    if env::var_os(INSIDE).is_none() {
        let output = Command::new(own)
            .args(["--exact", name, "--nocapture"])
            .env(INSIDE, "1")
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
            .output()
            .unwrap();
        return must_pass(&output);
    }
    let probe = Vault::probe(Duration::from_secs(5));
    eprintln!("{probe:?}");
    assert!(!probe.is_available());
    assert!(Vault::keyring().get("local").is_err());
}

/// `true` in the process that has a session; outside it runs that process and returns `false`.
fn inside_session(test: &str, before: &str) -> bool {
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    for tool in ["dbus-run-session", "gnome-keyring-daemon"] {
        if Command::new(tool).arg("--version").output().is_err() {
            eprintln!("skipped: `{tool}` is not installed");
            return false;
        }
    }
    let home = tempfile::tempdir().unwrap();
    let runtime = home.path().join("runtime");
    fs::create_dir(&runtime).unwrap();
    fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).unwrap();
    let again = format!("{before} exec \"$0\" --exact {test} --nocapture");
    must_pass(&run_in_session(home.path(), &runtime, &again));
    false
}

fn run_in_session(home: &Path, runtime: &Path, script: &str) -> Output {
    Command::new("dbus-run-session")
        .args(["--", "sh", "-c", script])
        .arg(env::current_exe().unwrap())
        .env(INSIDE, "1")
        .env("HOME", home)
        .env("XDG_DATA_HOME", home)
        .env("XDG_RUNTIME_DIR", runtime)
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap()
}

fn must_pass(output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    eprintln!("{complained}");
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("1 passed"), "{said}");
}
