//! A folder of this computer at a path of the job.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A folder (or file) at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mount {
    /// Where it lies.
    pub(crate) source: PathBuf,
    /// Where the job sees it: absolute, without `.` and `..`.
    pub(crate) target: PathBuf,
    /// Refuse writing.
    pub(crate) read_only: bool,
}

/// A target as a plain absolute path; `None` if it is relative, the root, or climbs with `..`.
pub(crate) fn target(text: &str) -> Option<PathBuf> {
    let mut plain = PathBuf::from("/");
    for component in Path::new(text).strip_prefix("/").ok()?.components() {
        match component {
            Component::Normal(part) => plain.push(part),
            Component::CurDir => {}
            _ => return None,
        }
    }
    (plain != Path::new("/")).then_some(plain)
}

/// The mounts, outer ones first.
pub(crate) fn outer_first(mounts: &[Mount]) -> Vec<&Mount> {
    let mut sorted: Vec<&Mount> = mounts.iter().collect();
    sorted.sort_by_key(|mount| mount.target.components().count());
    sorted
}

/// The file or folder of this computer that the job sees at `path`, if a mount shows it.
pub(crate) fn behind(mounts: &[Mount], path: &Path) -> Option<PathBuf> {
    let inner = outer_first(mounts)
        .into_iter()
        .rev()
        .find(|mount| path.starts_with(&mount.target));
    let mount = inner?;
    let rest = path.strip_prefix(&mount.target).ok()?;
    let empty = rest.as_os_str().is_empty();
    Some(if empty {
        mount.source.clone()
    } else {
        mount.source.join(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_absolute_and_never_climb() {
        assert_eq!(target("/a/./b/"), Some("/a/b".into()));
        assert_eq!(target("/a/../b"), None);
        assert_eq!(target("a"), None);
        assert_eq!(target("/"), None);
    }

    #[test]
    fn the_innermost_mount_shows_a_path() {
        let mount = |source: &str, target: &str| Mount {
            source: source.into(),
            target: target.into(),
            read_only: false,
        };
        let mounts = [mount("/s/outer", "/p"), mount("/s/inner", "/p/data")];
        assert_eq!(
            behind(&mounts, Path::new("/p/data/x")),
            Some("/s/inner/x".into())
        );
        assert_eq!(
            behind(&mounts, Path::new("/p/x")),
            Some("/s/outer/x".into())
        );
        assert_eq!(behind(&mounts, Path::new("/p")), Some("/s/outer".into()));
        assert_eq!(behind(&mounts, Path::new("/px")), None);
    }
}
