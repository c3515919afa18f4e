//! `cargo dev doctor`: looks at this machine and says what is missing for what.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::node::{self, Version};
use crate::repository::{self, Repository};
use crate::system::System;
use crate::{display, packages, work};

/// The port that the local platform listens on.
const PLATFORM_PORT: u16 = 7471;
/// The oldest Rust that the workspace is built with.
const OLDEST_RUST: Version = Version(1, 88, 0);
/// Below this, `tauri dev` and file watchers run out under a few editors.
const FEW_INOTIFY_INSTANCES: u32 = 256;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// As it should be.
    Fine,
    /// Something works less well or not at all, but the application starts.
    Weak,
    /// The application cannot be built or started.
    Broken,
}

/// Something that was looked at.
struct Finding {
    weight: Weight,
    subject: &'static str,
    text: String,
}

impl Finding {
    fn fine(subject: &'static str, text: impl Into<String>) -> Self {
        Self::new(Weight::Fine, subject, text)
    }

    fn weak(subject: &'static str, text: impl Into<String>) -> Self {
        Self::new(Weight::Weak, subject, text)
    }

    fn broken(subject: &'static str, text: impl Into<String>) -> Self {
        Self::new(Weight::Broken, subject, text)
    }

    fn new(weight: Weight, subject: &'static str, text: impl Into<String>) -> Self {
        Self {
            weight,
            subject,
            text: text.into(),
        }
    }
}

/// Prints what was found; ends badly if the application cannot be built or started.
pub(crate) fn doctor(repository: &Repository) -> ExitCode {
    let mut findings = vec![
        rust(),
        tool("Node", "node", node::OLDEST),
        npm(repository),
        port(),
    ];
    if cfg!(target_os = "linux") {
        findings.extend([
            web_view(),
            display(),
            sandbox(),
            containers(),
            keyring(),
            inotify(),
            test_tools(),
        ]);
    }
    for Finding {
        weight,
        subject,
        text,
    } in &findings
    {
        let sign = match weight {
            Weight::Fine => "ok",
            Weight::Weak => "weak",
            Weight::Broken => "BROKEN",
        };
        println!("{sign:<7} {subject:<14} {text}");
    }
    if findings.iter().any(|f| f.weight == Weight::Broken) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn rust() -> Finding {
    let said = work::answer(Command::new("rustc").arg("--version"))
        .or_else(|| work::answer(repository::cargo().arg("--version")));
    versioned("Rust", said, OLDEST_RUST)
}

fn tool(subject: &'static str, program: &str, oldest: Version) -> Finding {
    let said = work::answer(Command::new(program).arg("--version"));
    versioned(subject, said, oldest)
}

fn versioned(subject: &'static str, said: Option<String>, oldest: Version) -> Finding {
    let Some(said) = said else {
        return Finding::broken(subject, format!("not found; {oldest} or newer is needed"));
    };
    match Version::find(&said) {
        Some(version) if version >= oldest => Finding::fine(subject, version.to_string()),
        _ => Finding::broken(subject, format!("{said}; {oldest} or newer is needed")),
    }
}

fn npm(repository: &Repository) -> Finding {
    match work::answer(node::npm(repository).arg("--version")) {
        Some(version) => Finding::fine("npm", version),
        None => Finding::broken("npm", "not found; it comes with Node"),
    }
}

fn web_view() -> Finding {
    let query = ["--modversion", "webkit2gtk-4.1"];
    match work::answer(Command::new("pkg-config").args(query)) {
        Some(version) => Finding::fine("WebKitGTK", version),
        None => Finding::broken(
            "WebKitGTK",
            format!("no headers found; {}", packages::advice(System::here())),
        ),
    }
}

fn display() -> Finding {
    if display::is_there() {
        return Finding::fine("display", "there is one");
    }
    Finding::weak(
        "display",
        "none; `cargo dev tour` and the tests bring their own",
    )
}

fn sandbox() -> Finding {
    if !work::on_path("bwrap") {
        return Finding::weak(
            "sandbox",
            "no bubblewrap; jobs on this computer run as plain processes",
        );
    }
    let mut attempt = Command::new("bwrap");
    attempt.args(["--ro-bind", "/", "/", "--unshare-pid", "true"]);
    match attempt.output() {
        Ok(output) if output.status.success() => Finding::fine("sandbox", "bubblewrap works"),
        Ok(output) => Finding::weak(
            "sandbox",
            format!(
                "bubblewrap is there but refuses: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            ),
        ),
        Err(error) => Finding::weak("sandbox", format!("bubblewrap cannot be started: {error}")),
    }
}

fn containers() -> Finding {
    let user = std::env::var("XDG_RUNTIME_DIR").unwrap_or_default();
    let sockets = [
        "/var/run/docker.sock".to_owned(),
        "/run/podman/podman.sock".to_owned(),
        format!("{user}/docker.sock"),
        format!("{user}/podman/podman.sock"),
    ];
    match sockets.iter().find(|socket| Path::new(socket).exists()) {
        Some(socket) => Finding::fine("containers", socket),
        None => Finding::weak("containers", "no socket of Docker or Podman found"),
    }
}

fn keyring() -> Finding {
    if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_none() {
        return Finding::weak("keyring", "no session bus, so no keyring can be reached");
    }
    let ask = [
        "--session",
        "--print-reply",
        "--dest=org.freedesktop.DBus",
        "/org/freedesktop/DBus",
        "org.freedesktop.DBus.GetNameOwner",
        "string:org.freedesktop.secrets",
    ];
    match work::answer(Command::new("dbus-send").args(ask)) {
        Some(_) => Finding::fine("keyring", "a secret service answers on the session bus"),
        None => Finding::weak(
            "keyring",
            "no secret service runs; GNOME Keyring or KWallet provides one",
        ),
    }
}

fn inotify() -> Finding {
    let path = "/proc/sys/fs/inotify/max_user_instances";
    let limit = std::fs::read_to_string(path)
        .ok()
        .and_then(|text| text.trim().parse::<u32>().ok());
    match limit {
        Some(limit) if limit >= FEW_INOTIFY_INSTANCES => {
            Finding::fine("inotify", format!("{limit} instances"))
        }
        Some(limit) => Finding::weak(
            "inotify",
            format!(
                "only {limit} instances; sudo sysctl fs.inotify.max_user_instances=512 raises it"
            ),
        ),
        None => Finding::weak("inotify", format!("{path} cannot be read")),
    }
}

fn port() -> Finding {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, PLATFORM_PORT)) {
        Ok(_) => Finding::fine("platform port", format!("{PLATFORM_PORT} is free")),
        Err(error) => Finding::weak(
            "platform port",
            format!(
                "{PLATFORM_PORT} is taken ({error}): Bakehouse runs already, or another program \
                 has it; the port is a setting"
            ),
        ),
    }
}

fn test_tools() -> Finding {
    let programs = [
        "Xvfb",
        "WebKitWebDriver",
        "dbus-run-session",
        "gnome-keyring-daemon",
        "secret-tool",
        "xdotool",
        "import",
        "pdftotext",
        "dot",
    ];
    let missing: Vec<_> = programs.into_iter().filter(|p| !work::on_path(p)).collect();
    if missing.is_empty() {
        return Finding::fine("test tools", "all there");
    }
    Finding::weak(
        "test tools",
        format!(
            "missing: {}; `cargo dev test` installs them",
            missing.join(", ")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_is_missing_or_too_old_breaks_the_build() {
        let weight = |said: Option<&str>| {
            versioned("Node", said.map(str::to_owned), Version(20, 19, 0)).weight
        };
        assert_eq!(weight(None), Weight::Broken);
        assert_eq!(weight(Some("v18.20.0")), Weight::Broken);
        assert_eq!(weight(Some("nonsense")), Weight::Broken);
        assert_eq!(weight(Some("v22.1.0")), Weight::Fine);
    }
}
