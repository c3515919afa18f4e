//! Which system this is, as far as installing packages goes.

use std::process::Command;

use crate::work;

/// A family of systems that name their packages alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    /// Debian, Ubuntu and what is made from them.
    Debian,
    /// Fedora, RHEL and what is made from them.
    Fedora,
    /// Arch and what is made from it.
    Arch,
    /// Another Linux.
    OtherLinux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl System {
    /// The system we run on.
    pub(crate) fn here() -> Self {
        match std::env::consts::OS {
            "macos" => Self::MacOs,
            "windows" => Self::Windows,
            _ => Self::of_release(&std::fs::read_to_string("/etc/os-release").unwrap_or_default()),
        }
    }

    /// Whether a browser comes as an ordinary package; Ubuntu's is a snap, which tests cannot use.
    pub(crate) fn packs_chromium() -> bool {
        let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        release.lines().any(|line| line == "ID=debian")
    }

    /// The family that an `os-release` file tells of.
    fn of_release(text: &str) -> Self {
        let names = |key: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
                .map(|value| value.trim_matches('"').to_owned())
                .unwrap_or_default()
        };
        let family = format!("{} {}", names("ID"), names("ID_LIKE"));
        let mut words = family.split_whitespace();
        words
            .find_map(|word| match word {
                "debian" | "ubuntu" => Some(Self::Debian),
                "fedora" | "rhel" => Some(Self::Fedora),
                "arch" => Some(Self::Arch),
                _ => None,
            })
            .unwrap_or(Self::OtherLinux)
    }
}

/// Whether we may install packages as we are.
pub(crate) fn is_root() -> bool {
    cfg!(unix) && work::answer(Command::new("id").arg("-u")).as_deref() == Some("0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_known_by_itself_or_by_what_it_is_made_from() {
        let ubuntu = "NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n";
        let mint = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n";
        let rocky = "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n";
        let arch = "ID=arch\n";
        let nix = "ID=nixos\n";
        assert_eq!(System::of_release(ubuntu), System::Debian);
        assert_eq!(System::of_release(mint), System::Debian);
        assert_eq!(System::of_release(rocky), System::Fedora);
        assert_eq!(System::of_release(arch), System::Arch);
        assert_eq!(System::of_release(nix), System::OtherLinux);
        assert_eq!(System::of_release(""), System::OtherLinux);
    }
}
