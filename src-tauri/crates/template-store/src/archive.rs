//! Reads a template from a zip archive that nobody vouches for.

use std::io::{self, Read, Seek};

use template::Node;
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use crate::contents::Contents;
use crate::credential::Secret;
use crate::limits::{Intake, Limits, TooLarge};
use crate::note::{Note, large_file};
use crate::watch::{Deadline, Ended};

/// A link cannot be longer than a path.
const LONGEST_LINK: u64 = 4096;

/// Why an archive cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// It is no zip archive, or it is damaged.
    #[error("`{name}` is no valid zip archive: {why}")]
    Invalid {
        /// The archive.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// Nothing lies in it.
    #[error("the zip archive `{name}` is empty")]
    Empty {
        /// The archive.
        name: String,
    },
    /// An entry would land outside.
    #[error(
        "the zip archive `{name}` holds `{entry}`, which would lie outside its folder; such archives are made to do harm"
    )]
    Outside {
        /// The archive.
        name: String,
        /// The entry.
        entry: String,
    },
    /// Two entries with one name.
    #[error("the zip archive `{name}` holds `{entry}` twice")]
    Twice {
        /// The archive.
        name: String,
        /// The entry.
        entry: String,
    },
    /// A password is needed.
    #[error("the zip archive `{name}` needs a password")]
    PasswordNeeded {
        /// The archive.
        name: String,
    },
    /// The password is wrong.
    #[error("this is not the password of the zip archive `{name}`")]
    PasswordWrong {
        /// The archive.
        name: String,
    },
    /// It is too large.
    #[error("the zip archive `{name}` is too large for a template: {why}")]
    TooLarge {
        /// The archive.
        name: String,
        /// Which bound was passed.
        why: TooLarge,
    },
    /// The caller ended it.
    #[error("reading the zip archive was stopped")]
    Ended(Ended),
}

/// How an archive is read.
#[derive(Clone, Copy)]
pub(crate) struct Unpacking<'a> {
    /// What the archive is called in messages.
    pub(crate) name: &'a str,
    /// The password, if there is one.
    pub(crate) password: Option<&'a Secret>,
    /// Bounds.
    pub(crate) limits: Limits,
    /// The caller's limit.
    pub(crate) deadline: &'a Deadline,
}

/// Everything in an archive, without the one folder that holds it all.
pub(crate) fn read(
    archive: impl Read + Seek,
    how: Unpacking<'_>,
) -> Result<Contents, ArchiveError> {
    let mut archive = ZipArchive::new(archive).map_err(|error| how.invalid(&error))?;
    if archive.len() > how.limits.entries {
        return Err(how.too_large(TooLarge::Entries(how.limits.entries)));
    }
    let mut reader = Reader {
        how,
        intake: Intake::new(how.limits),
        nodes: Vec::new(),
        notes: Vec::new(),
    };
    for index in 0..archive.len() {
        if let Some(ended) = how.deadline.ended() {
            return Err(ArchiveError::Ended(ended));
        }
        let password = how.password.map(|secret| secret.reveal().as_bytes());
        let opened = match password {
            Some(password) => archive.by_index_decrypt(index, password),
            None => archive.by_index(index),
        };
        reader.entry(opened.map_err(|error| how.refused(&error))?)?;
    }
    reader.finish()
}

impl Unpacking<'_> {
    fn invalid(&self, why: &dyn std::fmt::Display) -> ArchiveError {
        ArchiveError::Invalid {
            name: self.name.to_owned(),
            why: why.to_string(),
        }
    }

    fn too_large(&self, why: TooLarge) -> ArchiveError {
        ArchiveError::TooLarge {
            name: self.name.to_owned(),
            why,
        }
    }

    fn refused(&self, error: &ZipError) -> ArchiveError {
        let name = self.name.to_owned();
        match error {
            ZipError::InvalidPassword => ArchiveError::PasswordWrong { name },
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
                ArchiveError::PasswordNeeded { name }
            }
            other => self.invalid(other),
        }
    }

    /// An encrypted file that unpacks to nonsense was opened with the wrong password.
    fn damaged(&self, encrypted: bool, error: &io::Error) -> ArchiveError {
        let name = self.name.to_owned();
        if encrypted {
            ArchiveError::PasswordWrong { name }
        } else {
            self.invalid(error)
        }
    }
}

struct Reader<'a> {
    how: Unpacking<'a>,
    intake: Intake,
    nodes: Vec<(String, Node)>,
    notes: Vec<Note>,
}

impl Reader<'_> {
    fn entry(&mut self, mut file: ZipFile<'_, impl Read>) -> Result<(), ArchiveError> {
        let name = file.name().to_owned();
        let Ok(_) = std::str::from_utf8(file.name_raw()) else {
            self.notes.push(Note::NameIsNoText { path: name });
            return Ok(());
        };
        let path = inside(&name).ok_or_else(|| ArchiveError::Outside {
            name: self.how.name.to_owned(),
            entry: name.clone(),
        })?;
        self.intake
            .entry(&path)
            .map_err(|why| self.how.too_large(why))?;
        let mode = file.unix_mode().map(|mode| mode & 0o777);
        if file.is_dir() {
            let mode = mode.filter(|mode| *mode != 0).unwrap_or(0o755);
            self.nodes.push((path, Node::Folder { mode }));
            return Ok(());
        }
        let link = file.is_symlink();
        let bytes = self.unpack(&mut file, if link { LONGEST_LINK } else { u64::MAX })?;
        let node = if link {
            let target = String::from_utf8_lossy(&bytes).into_owned();
            Node::Link { target }
        } else {
            if let Some(size) = large_file(&bytes) {
                let path = path.clone();
                self.notes.push(Note::LargeFile { path, size });
            }
            Node::File {
                mode: mode.filter(|mode| *mode != 0).unwrap_or(0o644),
                bytes: bytes.into(),
            }
        };
        self.nodes.push((path, node));
        Ok(())
    }

    /// Unpacks one file. What the archive says about its size is not believed.
    fn unpack(
        &mut self,
        file: &mut ZipFile<'_, impl Read>,
        most: u64,
    ) -> Result<Vec<u8>, ArchiveError> {
        let encrypted = file.encrypted();
        let packed = file.compressed_size();
        let ratio = packed
            .max(1)
            .saturating_mul(self.how.limits.ratio)
            .max(1 << 20);
        let bound = self.intake.left().min(ratio).min(most);
        let mut bytes = Vec::new();
        file.take(bound.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| self.how.damaged(encrypted, &error))?;
        let size = bytes.len() as u64;
        if size > bound && bound == ratio {
            return Err(self.how.too_large(TooLarge::Ratio(self.how.limits.ratio)));
        }
        if size > bound && bound == most {
            return Err(self.how.invalid(&"a link in it is longer than any path"));
        }
        self.intake
            .bytes(size)
            .map_err(|why| self.how.too_large(why))?;
        Ok(bytes)
    }

    fn finish(mut self) -> Result<Contents, ArchiveError> {
        if self.nodes.is_empty() {
            return Err(ArchiveError::Empty {
                name: self.how.name.to_owned(),
            });
        }
        let mut paths: Vec<&str> = self.nodes.iter().map(|(path, _)| path.as_str()).collect();
        paths.sort_unstable();
        if let Some(pair) = paths.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(ArchiveError::Twice {
                name: self.how.name.to_owned(),
                entry: pair[0].to_owned(),
            });
        }
        strip_top_folder(&mut self.nodes);
        Ok((self.nodes, self.notes))
    }
}

/// The path of an entry, without a slash at its end; `None` when it does not lie inside.
fn inside(name: &str) -> Option<String> {
    let name = name.replace('\\', "/");
    let drive = name.as_bytes().get(1) == Some(&b':');
    let bad = |part: &str| part == ".." || part.contains('\0');
    if name.starts_with('/') || drive || name.split('/').any(bad) {
        return None;
    }
    let parts: Vec<&str> = name
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// Archives of hosts hold one folder with everything in it; the template begins inside.
fn strip_top_folder(nodes: &mut Vec<(String, Node)>) {
    let top = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
    let first = top(&nodes[0].0);
    let alone = nodes.iter().all(|(path, node)| {
        let below = path.len() > first.len() || matches!(node, Node::Folder { .. });
        top(path) == first && below
    });
    if alone {
        nodes.retain(|(path, _)| path.len() > first.len());
        for (path, _) in nodes {
            path.drain(..=first.len());
        }
    }
}
