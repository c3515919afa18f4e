//! The folder of the storage as an open directory: whatever is opened, made or removed is looked up
//! beneath it by the system itself, so that no link and no change on the way leads out of it.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

/// How names begin that are ours and not of the storage.
const OWN: &str = ".bakehouse-partial";
/// Files of the platform's users are theirs.
const FILE_MODE: u32 = 0o644;
const FOLDER_MODE: u32 = 0o755;

/// The open folder.
#[derive(Debug, Clone)]
pub(crate) struct StorageRoot {
    folder: Arc<OwnedFd>,
    /// Its real path.
    path: Arc<PathBuf>,
}

/// A path beneath it.
#[derive(Debug, Clone)]
pub(crate) struct StorageEntry {
    root: StorageRoot,
    parts: Vec<String>,
}

/// A file that is being received.
pub(crate) struct Staged {
    folder: OwnedFd,
    name: String,
}

impl StorageRoot {
    /// Opens the folder and removes what uploads left there that a kill broke off.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let staging = path.join(OWN);
        if staging.is_dir() {
            std::fs::remove_dir_all(&staging)?;
        }
        std::fs::create_dir(&staging)?;
        let folder = rustix::fs::openat(CWD, path, folder_flags(), Mode::empty())?;
        Ok(Self {
            folder: Arc::new(folder),
            path: Arc::new(path.canonicalize()?),
        })
    }

    /// The entry of `/org/project/…` (decoded). `..` and names of our own are refused.
    pub(crate) fn entry(&self, path: &str) -> Option<StorageEntry> {
        let mut parts = Vec::new();
        for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
            if part == ".." || part.starts_with(OWN) || part.contains('\0') {
                return None;
            }
            parts.push(part.to_owned());
        }
        Some(StorageEntry {
            root: self.clone(),
            parts,
        })
    }

    fn beneath(&self, parts: &[String], flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
        let path = match parts {
            [] => PathBuf::from("."),
            parts => parts.iter().collect(),
        };
        let flags = flags | OFlags::CLOEXEC;
        match open_beneath(&self.folder, &path, flags, mode) {
            Err(error) if Errno::from_io_error(&error) == Some(Errno::XDEV) => {
                let real = self.real(&path).ok_or(error)?;
                open_beneath(&self.folder, &real, flags, mode)
            }
            opened => opened,
        }
    }

    /// Where a path leads that has a link with a whole path in it, if that is in the storage.
    fn real(&self, path: &Path) -> Option<PathBuf> {
        let real = self.path.join(path).canonicalize().ok()?;
        let inside = real.strip_prefix(&*self.path).ok()?;
        let first = inside.components().next()?;
        let own = first.as_os_str().to_string_lossy().starts_with(OWN);
        (!own).then(|| inside.to_owned())
    }
}

impl StorageEntry {
    /// With a leading slash.
    pub(crate) fn name(&self) -> String {
        format!("/{}", self.parts.join("/"))
    }

    /// How many names deep it lies.
    pub(crate) fn depth(&self) -> usize {
        self.parts.len()
    }

    /// The first name.
    pub(crate) fn org(&self) -> Option<&str> {
        self.parts.first().map(String::as_str)
    }

    /// Opens it; links are followed as long as they stay in the storage.
    pub(crate) fn open(&self, flags: OFlags) -> io::Result<OwnedFd> {
        // Never waits for the other end of a pipe.
        let flags = flags | OFlags::NONBLOCK | OFlags::NOCTTY;
        self.root.beneath(&self.parts, flags, Mode::empty())
    }

    /// The folder it lies in, and its name there; nothing for the storage itself.
    pub(crate) fn located(&self) -> io::Result<Option<(OwnedFd, &str)>> {
        let Some((name, parents)) = self.parts.split_last() else {
            return Ok(None);
        };
        let parent = self.root.beneath(parents, folder_flags(), Mode::empty())?;
        Ok(Some((parent, name)))
    }

    /// What it is; a link is a link.
    pub(crate) fn stat(&self) -> io::Result<Stat> {
        match self.located()? {
            Some((parent, name)) => stat_at(&parent, name),
            None => Ok(rustix::fs::fstat(&*self.root.folder)?),
        }
    }

    /// Where a link points.
    pub(crate) fn target(&self) -> Option<String> {
        let (parent, name) = self.located().ok()??;
        target_at(&parent, name)
    }

    /// Opens it as a folder.
    pub(crate) fn folder(&self) -> io::Result<OwnedFd> {
        self.open(OFlags::RDONLY | OFlags::DIRECTORY)
    }

    /// Makes it a folder, with all folders on the way.
    pub(crate) fn make_folder(&self) -> io::Result<OwnedFd> {
        self.make(self.parts.len())
    }

    /// Makes the folder it lies in, and says what its name there is.
    pub(crate) fn make_parent(&self) -> io::Result<(OwnedFd, &str)> {
        let name = self.parts.last().ok_or(Errno::ISDIR)?;
        Ok((self.make(self.parts.len() - 1)?, name))
    }

    fn make(&self, depth: usize) -> io::Result<OwnedFd> {
        let open = |depth| {
            let parts = &self.parts[..depth];
            self.root.beneath(parts, folder_flags(), Mode::empty())
        };
        match open(depth) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            found => return found,
        }
        let mut folder = open(0)?;
        for (number, part) in self.parts[..depth].iter().enumerate() {
            match rustix::fs::mkdirat(&folder, part, Mode::from_raw_mode(FOLDER_MODE)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
            folder = open(number + 1)?;
        }
        Ok(folder)
    }

    /// A new file for what is to become this entry: nobody sees it before it is whole.
    pub(crate) fn stage(&self) -> io::Result<(Staged, std::fs::File)> {
        let (parent, _) = self.make_parent()?;
        let own = [OWN.to_owned()];
        let staging = self.root.beneath(&own, folder_flags(), Mode::empty())?;
        // A file moves in one step only within a file system.
        let device = |folder: &OwnedFd| rustix::fs::fstat(folder).map(|data| data.st_dev);
        let folder = match device(&parent)? == device(&staging)? {
            true => staging,
            false => parent,
        };
        let name = format!("{OWN}-{}", uuid::Uuid::new_v4());
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(FILE_MODE);
        let file = rustix::fs::openat(&folder, &name, flags, mode)?;
        Ok((Staged { folder, name }, file.into()))
    }

    /// Puts a received file in this place, instead of what is there.
    pub(crate) fn put(&self, staged: &Staged) -> io::Result<()> {
        let (parent, name) = self.make_parent()?;
        Ok(rustix::fs::renameat(
            &staged.folder,
            &staged.name,
            &parent,
            name,
        )?)
    }

    /// Moves it to another place.
    pub(crate) fn rename(&self, to: &Self) -> io::Result<()> {
        let (Some((from, name)), Some((into, new))) = (self.located()?, to.located()?) else {
            return Err(Errno::INVAL.into());
        };
        Ok(rustix::fs::renameat(&from, name, &into, new)?)
    }
}

impl Drop for Staged {
    /// Removes it, if it was not put in its place.
    fn drop(&mut self) {
        let _ = rustix::fs::unlinkat(&self.folder, &self.name, AtFlags::empty());
    }
}

/// What lies in a folder under a name; a link is a link.
pub(crate) fn stat_at(folder: impl AsFd, name: &str) -> io::Result<Stat> {
    Ok(rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?)
}

/// Where a link in a folder points.
pub(crate) fn target_at(folder: impl AsFd, name: &str) -> Option<String> {
    let target = rustix::fs::readlinkat(folder, name, Vec::new()).ok()?;
    Some(target.to_string_lossy().into_owned())
}

/// Names in a folder, sorted, without our own.
pub(crate) fn names(folder: &OwnedFd) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in rustix::fs::Dir::read_from(folder)? {
        let name = OsString::from_vec(entry?.file_name().to_bytes().to_vec());
        let name = name.to_string_lossy().into_owned();
        if name != "." && name != ".." && !name.starts_with(OWN) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// True for a folder.
pub(crate) fn is_folder(data: &Stat) -> bool {
    FileType::from_raw_mode(data.st_mode) == FileType::Directory
}

fn folder_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC
}

/// Opens beneath a folder; what leads out of it is refused as crossing devices.
#[cfg(target_os = "linux")]
fn open_beneath(root: &OwnedFd, path: &Path, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
    use rustix::fs::{ResolveFlags, openat2};
    const TRIES: usize = 8;
    let how = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    for _ in 0..TRIES {
        match openat2(root, path, flags, mode, how) {
            // Something was renamed meanwhile.
            Err(Errno::AGAIN) => {}
            // Kernels and filters that do not have the call.
            Err(Errno::NOSYS | Errno::PERM) => return open_by_steps(root, path, flags, mode),
            opened => return Ok(opened?),
        }
    }
    Err(Errno::AGAIN.into())
}

#[cfg(not(target_os = "linux"))]
use open_by_steps as open_beneath;

/// The same where the system has no such call: no link is followed at all.
fn open_by_steps(root: &OwnedFd, path: &Path, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
    let here = rustix::fs::openat(root, ".", folder_flags(), Mode::empty());
    let mut folder = here?;
    let (Some(parents), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(rustix::fs::openat(&folder, path, flags, mode)?);
    };
    let outside = |error| match error {
        Errno::LOOP | Errno::MLINK => Errno::XDEV,
        error => error,
    };
    for part in parents {
        let flags = folder_flags() | OFlags::NOFOLLOW;
        let opened = rustix::fs::openat(&folder, part, flags, Mode::empty());
        folder = opened.map_err(outside)?;
    }
    let opened = rustix::fs::openat(&folder, name, flags | OFlags::NOFOLLOW, mode);
    Ok(opened.map_err(outside)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Place {
        root: StorageRoot,
        folder: tempfile::TempDir,
    }

    fn place() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let storage = folder.path().join("storage");
        std::fs::create_dir_all(storage.join("org/proj/real")).unwrap();
        std::fs::write(folder.path().join("secret"), "s").unwrap();
        std::fs::write(storage.join("org/proj/real/f"), "f").unwrap();
        for (to, name) in [
            (folder.path().to_str().unwrap(), "out"),
            ("../../..", "up"),
            ("/nowhere", "dangling"),
            ("real", "inside"),
            (storage.join("org/proj/real").to_str().unwrap(), "whole"),
        ] {
            std::os::unix::fs::symlink(to, storage.join("org/proj").join(name)).unwrap();
        }
        Place {
            root: StorageRoot::open(&storage).unwrap(),
            folder,
        }
    }

    #[test]
    fn links_are_followed_inside_and_never_out() {
        let place = place();
        let open = |path: &str| place.root.entry(path).unwrap().open(OFlags::RDONLY);
        assert!(open("/org/proj/inside/f").is_ok());
        assert!(open("/org/proj/whole/f").is_ok());
        for bad in [
            "out/secret",
            "up/secret",
            "out",
            "up",
            "dangling",
            "dangling/x",
        ] {
            let error = open(&format!("/org/proj/{bad}")).unwrap_err();
            assert_eq!(
                error.raw_os_error(),
                Some(Errno::XDEV.raw_os_error()),
                "{bad}"
            );
        }
        for bad in ["/org/../x", "..", "/org/proj/\0", "/.bakehouse-partial/x"] {
            assert!(place.root.entry(bad).is_none(), "{bad}");
        }
        let made = place.root.entry("/org/proj/out/new").unwrap().make_folder();
        assert!(made.is_err());
        assert!(!place.folder.path().join("new").exists());
    }

    #[test]
    fn without_the_systems_help_no_link_is_followed_at_all() {
        let place = place();
        let open = |path: &str| {
            open_by_steps(
                &place.root.folder,
                Path::new(path),
                OFlags::RDONLY,
                Mode::empty(),
            )
        };
        assert!(open("org/proj/real/f").is_ok());
        assert!(open(".").is_ok());
        for bad in ["org/proj/out/secret", "org/proj/up", "org/proj/inside/f"] {
            assert!(open(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_a_broken_upload_left_is_gone_after_the_next_start() {
        let place = place();
        let entry = place.root.entry("/org/proj/g").unwrap();
        let (staged, _) = entry.stage().unwrap();
        std::mem::forget(staged);
        let storage = place.folder.path().join("storage");
        assert_eq!(std::fs::read_dir(storage.join(OWN)).unwrap().count(), 1);
        StorageRoot::open(&storage).unwrap();
        assert_eq!(std::fs::read_dir(storage.join(OWN)).unwrap().count(), 0);
        assert!(!storage.join("org/proj/g").exists());
    }

    proptest::proptest! {
        #[test]
        fn no_path_leads_out_or_makes_it_stumble(path: String) {
            let place = place();
            if let Some(entry) = place.root.entry(&path)
                && let Ok(found) = entry.open(OFlags::RDONLY)
            {
                let link = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&found));
                let real = std::fs::read_link(link).unwrap();
                let storage = place.folder.path().canonicalize().unwrap().join("storage");
                assert!(real.starts_with(storage));
            }
        }
    }
}
