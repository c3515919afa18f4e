//! Branches and tags of a source, and which of them a person means.

use serde::{Deserialize, Serialize};

use crate::git::repository::is_hex;

/// A branch or a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its short name.
    pub name: String,
    /// The commit it stands at.
    pub commit: String,
}

/// Branches and tags of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// What is fetched when nothing is asked for.
    pub default: Option<Version>,
    /// Branches by name.
    pub branches: Vec<Version>,
    /// Tags, the newest number first.
    pub tags: Vec<Version>,
}

/// Why no version fits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VersionError {
    /// There is none of that name.
    #[error("there is no branch, tag or commit `{asked}`{}", nearest(near))]
    Unknown {
        /// What was asked for.
        asked: String,
        /// Names that are close.
        near: Vec<String>,
    },
    /// A branch and a tag have the name, or several commits begin so.
    #[error("`{asked}` may be any of {}; name one of them", candidates.join(", "))]
    Ambiguous {
        /// What was asked for.
        asked: String,
        /// What may be meant.
        candidates: Vec<String>,
    },
    /// Nothing was ever committed.
    #[error("the repository has no commits yet")]
    Empty,
}

fn nearest(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => format!("; there are {}", near.join(", ")),
    }
}

/// What a person means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// A branch, a tag or the default, by its full name, and where it stands.
    Named { full: String, commit: String },
    /// A commit by its whole id.
    Commit(String),
    /// A commit by the beginning of its id.
    Short(String),
}

impl Versions {
    /// Sorts branches by name and tags with the newest number first.
    pub(crate) fn sort(&mut self) {
        self.branches.sort_by(|a, b| a.name.cmp(&b.name));
        self.tags.sort_by(|a, b| {
            numbers(&b.name)
                .cmp(&numbers(&a.name))
                .then(b.name.cmp(&a.name))
        });
    }

    /// The version a person means.
    pub(crate) fn wish(&self, asked: Option<&str>) -> Result<Wish, VersionError> {
        let Some(asked) = asked.map(str::trim).filter(|asked| !asked.is_empty()) else {
            let default = self.default.as_ref().ok_or(VersionError::Empty)?;
            return Ok(Wish::Named {
                full: "HEAD".to_owned(),
                commit: default.commit.clone(),
            });
        };
        let found = self.named(asked);
        match found.as_slice() {
            [] if asked.len() == 40 && is_hex(asked) => {
                Ok(Wish::Commit(asked.to_ascii_lowercase()))
            }
            [] if is_hex(asked) => Ok(self.short(&asked.to_ascii_lowercase())),
            [] => Err(self.unknown(asked)),
            [(full, version), rest @ ..] => {
                if rest.iter().any(|(_, other)| other.commit != version.commit) {
                    let candidates = found.iter().map(|(full, _)| short(full)).collect();
                    return Err(VersionError::Ambiguous {
                        asked: asked.to_owned(),
                        candidates,
                    });
                }
                Ok(Wish::Named {
                    full: full.clone(),
                    commit: version.commit.clone(),
                })
            }
        }
    }

    /// Branches and tags a name may mean, with their full names.
    fn named(&self, asked: &str) -> Vec<(String, &Version)> {
        let asked = asked.strip_prefix("refs/").unwrap_or(asked);
        let kinds = [("heads", &self.branches), ("tags", &self.tags)];
        kinds
            .into_iter()
            .flat_map(|(kind, all)| all.iter().map(move |one| (kind, one)))
            .filter(|(kind, one)| {
                one.name == asked || asked.strip_prefix(kind) == Some(&format!("/{}", one.name))
            })
            .map(|(kind, one)| (format!("refs/{kind}/{}", one.name), one))
            .collect()
    }

    /// The beginning of an id: of a branch or tag that is known, or of something older.
    fn short(&self, asked: &str) -> Wish {
        let tips = self.default.iter().chain(&self.branches).chain(&self.tags);
        let mut found: Vec<&str> = tips
            .map(|one| one.commit.as_str())
            .filter(|commit| commit.starts_with(asked))
            .collect();
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [one] => Wish::Commit((*one).to_owned()),
            _ => Wish::Short(asked.to_owned()),
        }
    }

    /// The error for a name that is not there.
    pub(crate) fn unknown(&self, asked: &str) -> VersionError {
        let names: Vec<&str> = self
            .tags
            .iter()
            .chain(&self.branches)
            .map(|one| one.name.as_str())
            .collect();
        let mut near = source::nearest(asked, names.iter().copied());
        if near.is_empty() {
            near = names.iter().take(5).map(|one| (*one).to_owned()).collect();
        }
        VersionError::Unknown {
            asked: asked.to_owned(),
            near,
        }
    }
}

fn short(full: &str) -> String {
    full.strip_prefix("refs/").unwrap_or(full).to_owned()
}

/// The numbers in a name: `v1.10.2` → 1, 10, 2. A release stands above its candidates.
fn numbers(name: &str) -> (Vec<u64>, bool) {
    let plain = !name
        .trim_start_matches(['v', 'V'])
        .contains(|one: char| one.is_ascii_alphabetic());
    let numbers = name
        .split(|one: char| !one.is_ascii_digit())
        .filter_map(|part| part.parse().ok())
        .take(if plain { usize::MAX } else { 3 })
        .collect();
    (numbers, plain)
}
