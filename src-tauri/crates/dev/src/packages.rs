//! System packages: what is needed for which purpose, what is missing, and how to get it.

use std::io::{IsTerminal as _, Write as _};
use std::process::Command;

use anyhow::{Result, bail};

use crate::system::{self, System};
use crate::work;

/// A Debian package and what it is for.
pub(crate) struct Package {
    name: &'static str,
    purpose: &'static str,
}

const fn package(name: &'static str, purpose: &'static str) -> Package {
    Package { name, purpose }
}

/// What building and running the window needs.
pub(crate) const FOR_RUNNING: &[Package] = &[
    package("build-essential", "C compiler and linker"),
    package("pkg-config", "finds libraries"),
    package("libwebkit2gtk-4.1-dev", "the web view of the window"),
    package("bubblewrap", "sandbox for jobs on this computer"),
    package("git", "branch and commit of a project"),
];

/// What the tests need on top of that.
pub(crate) const FOR_TESTING: &[Package] = &[
    package("podman", "containers for jobs under test"),
    package("runc", "runs those containers"),
    package("busybox-static", "the image of those containers"),
    package("xvfb", "a display for the window under test"),
    package("xauth", "lets the window use that display"),
    package("webkit2gtk-driver", "WebDriver for the window"),
    package("dbus", "a session bus for the window under test"),
    package("gnome-keyring", "a keyring for the window under test"),
    package("libsecret-tools", "looks into that keyring"),
    package("xdotool", "types into native dialogs"),
    package("imagemagick", "pictures of the display"),
    package("poppler-utils", "reads the exported PDF"),
    package("graphviz", "reads the exported DOT"),
    package("python3-venv", "the official tools against our platform"),
    package("fonts-dejavu-core", "letters in the pictures"),
];

/// A browser for the interface tests, where none is there yet.
pub(crate) const BROWSER: &[Package] = &[package("chromium", "browser for the interface tests")];

const FEDORA: &str = "sudo dnf install gcc gcc-c++ pkgconf-pkg-config webkit2gtk4.1-devel \
                      bubblewrap git";
const ARCH: &str = "sudo pacman -S --needed base-devel webkit2gtk-4.1 bubblewrap git";
const OTHER_LINUX: &str = "Install with your package manager: a C compiler, pkg-config, \
                           WebKitGTK 4.1 with its headers, bubblewrap, git.";
const MACOS: &str = "xcode-select --install     (nothing else is needed)";
const WINDOWS: &str = "Install the \"Desktop development with C++\" workload of the Visual Studio \
                       Build Tools. WebView2 is part of Windows 10 and 11.";

/// Installs what is missing of `wanted`, after showing the list and asking.
pub(crate) fn ensure(wanted: &[&[Package]], yes: bool) -> Result<()> {
    let wanted: Vec<&Package> = wanted.iter().copied().flatten().collect();
    match System::here() {
        System::Debian => ensure_on_debian(&wanted, yes),
        other => ensure_elsewhere(other),
    }
}

/// How to install what building and running needs on that system.
pub(crate) fn advice(system: System) -> String {
    match system {
        System::Debian => install_line(FOR_RUNNING.iter().map(|package| package.name)),
        System::Fedora => FEDORA.to_owned(),
        System::Arch => ARCH.to_owned(),
        System::OtherLinux => OTHER_LINUX.to_owned(),
        System::MacOs => MACOS.to_owned(),
        System::Windows => WINDOWS.to_owned(),
    }
}

fn install_line<'name>(names: impl Iterator<Item = &'name str>) -> String {
    let sudo = if system::is_root() { "" } else { "sudo " };
    let names: Vec<_> = names.collect();
    format!("{sudo}apt-get install {}", names.join(" "))
}

fn ensure_on_debian(wanted: &[&Package], yes: bool) -> Result<()> {
    let missing: Vec<_> = wanted
        .iter()
        .filter(|package| !is_installed(package.name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Missing system packages:");
    for package in &missing {
        println!("  {:<24} {}", package.name, package.purpose);
    }
    let names: Vec<_> = missing.iter().map(|package| package.name).collect();
    if !(yes || agreed("Install them now?")?) {
        bail!(
            "not installed. To do it by hand: {}",
            install_line(names.into_iter())
        );
    }
    work::run(apt().arg("update").arg("--quiet"))?;
    let options = ["install", "--yes", "--quiet", "--no-install-recommends"];
    work::run(apt().args(options).args(names))
}

fn apt() -> Command {
    let mut command = if system::is_root() {
        Command::new("env")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    };
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    command
}

fn is_installed(package: &str) -> bool {
    let query = ["-W", "-f=${db:Status-Status}", package];
    work::answer(Command::new("dpkg-query").args(query)).as_deref() == Some("installed")
}

/// Asks on the terminal; no terminal, no consent.
fn agreed(question: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        println!("{question} There is no terminal to ask on; `--yes` agrees.");
        return Ok(false);
    }
    print!("{question} [Y/n] ");
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(is_yes(&line))
}

fn is_yes(line: &str) -> bool {
    matches!(line.trim().to_lowercase().as_str(), "" | "y" | "yes")
}

fn ensure_elsewhere(system: System) -> Result<()> {
    let there = match system {
        System::Fedora | System::Arch | System::OtherLinux => has_web_view(),
        System::MacOs => work::answer(Command::new("xcode-select").arg("-p")).is_some(),
        // The tool chain that built this program needs the same build tools.
        System::Windows | System::Debian => true,
    };
    if there {
        return Ok(());
    }
    bail!(
        "the libraries of the window are missing. This system's packages are not installed by \
         this program; to do it by hand:\n\n  {}\n",
        advice(system)
    )
}

/// Whether the headers of the web view can be found.
pub(crate) fn has_web_view() -> bool {
    let query = ["--exists", "webkit2gtk-4.1"];
    work::answer(Command::new("pkg-config").args(query)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_and_enter_are_a_yes() {
        assert!(["\n", "y\n", "Yes\n"].into_iter().all(is_yes));
        assert!(!["n\n", "no\n", "what?\n"].into_iter().any(is_yes));
    }

    #[test]
    fn every_system_is_told_what_to_install() {
        for system in [
            System::Debian,
            System::Fedora,
            System::Arch,
            System::OtherLinux,
            System::MacOs,
            System::Windows,
        ] {
            assert!(!advice(system).is_empty(), "{system:?}");
        }
    }

    #[test]
    fn no_package_is_listed_twice() {
        let mut names: Vec<_> = [FOR_RUNNING, FOR_TESTING, BROWSER]
            .concat_names()
            .into_iter()
            .collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    trait Names {
        fn concat_names(&self) -> Vec<&'static str>;
    }

    impl Names for [&[Package]; 3] {
        fn concat_names(&self) -> Vec<&'static str> {
            self.iter().copied().flatten().map(|p| p.name).collect()
        }
    }
}
