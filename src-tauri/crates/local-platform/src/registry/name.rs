//! Names in the registry: repositories (`org/project/name`), tags, and references to images.

use std::fmt;
use std::str::FromStr;

use protocol::Scheme;

use super::{Digest, RegistryError};
use crate::resource::Resource;

/// Longest name of a repository.
const LONGEST_NAME: usize = 255;
/// Longest tag.
const LONGEST_TAG: usize = 128;

/// Name of a repository: organisation, project and one or more parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RepositoryName(String);

impl RepositoryName {
    /// The name as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The resource that permissions are given for.
    pub(crate) fn resource(&self) -> Resource {
        Resource::at(Scheme::Image, &self.0).expect("names of repositories have no `..`")
    }
}

impl FromStr for RepositoryName {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        let good = text.len() <= LONGEST_NAME
            && text.split('/').count() >= 3
            && text.split('/').all(is_component);
        good.then(|| Self(text.to_owned()))
            .ok_or_else(|| RegistryError::NameInvalid {
                name: text.chars().take(LONGEST_NAME).collect(),
            })
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Lower-case letters and digits, with `.`, `_`, `__` or dashes between them.
fn is_component(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let mut separators = text.split(plain).filter(|part| !part.is_empty());
    text.starts_with(plain)
        && text.ends_with(plain)
        && separators.all(|separator| {
            matches!(separator, "." | "_" | "__") || separator.bytes().all(|letter| letter == b'-')
        })
}

/// A name for one image of a repository, which can be given to another image later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Tag(String);

impl Tag {
    /// The tag as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        let good = (1..=LONGEST_TAG).contains(&text.len())
            && !text.starts_with(['.', '-'])
            && text
                .bytes()
                .all(|letter| letter.is_ascii_alphanumeric() || b"._-".contains(&letter));
        good.then(|| Self(text.to_owned()))
            .ok_or_else(|| RegistryError::TagInvalid {
                tag: text.chars().take(LONGEST_TAG).collect(),
            })
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// How a manifest is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    /// By its name of today.
    Tag(Tag),
    /// By its content.
    Digest(Digest),
}

impl FromStr for Reference {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        if text.contains(':') {
            text.parse().map(Self::Digest)
        } else {
            text.parse().map(Self::Tag)
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(out),
            Self::Digest(digest) => digest.fmt(out),
        }
    }
}

/// An image of this registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImageName {
    /// Where.
    pub(crate) repository: RepositoryName,
    /// Which.
    pub(crate) reference: Reference,
}

impl ImageName {
    /// Reads a reference such as `127.0.0.1:7471/org/project/name:tag` if it names the registry on
    /// `port` of this computer; nothing for images of other places.
    pub(crate) fn of(reference: &str, port: u16) -> Option<Result<Self, RegistryError>> {
        let (host, rest) = reference.split_once('/')?;
        let (name, its_port) = host.rsplit_once(':')?;
        let ours = matches!(name, "127.0.0.1" | "localhost") && its_port.parse() == Ok(port);
        ours.then(|| Self::read(rest))
    }

    /// Reads `org/project/name:tag`; without a tag it is `latest`.
    pub(crate) fn read(text: &str) -> Result<Self, RegistryError> {
        let (name, reference) = if let Some((name, digest)) = text.split_once('@') {
            // `name:tag@digest` is allowed; the digest decides.
            let name = name.split_once(':').map_or(name, |(name, _)| name);
            (name, Reference::Digest(digest.parse()?))
        } else {
            let (name, tag) = text.split_once(':').unwrap_or((text, "latest"));
            (name, Reference::Tag(tag.parse()?))
        };
        Ok(Self {
            repository: name.parse()?,
            reference,
        })
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.reference {
            Reference::Tag(_) => ':',
            Reference::Digest(_) => '@',
        };
        write!(out, "{}{mark}{}", self.repository, self.reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_those_that_container_engines_accept() {
        let good = |text: &str| text.parse::<RepositoryName>().is_ok();
        for name in [
            "o/p/a",
            "bakehouse/default-project/a__b/c.d-e--f",
            "a/b/c/d/e",
        ] {
            assert!(good(name), "{name}");
        }
        for name in [
            "",
            "a",
            "o/p",
            "o/p/A",
            "o//a",
            "o/p/",
            "/o/p/a",
            "o/p/..",
            "o/../a",
            "o/p/a..b",
            "o/p/_x",
            "o/p/a-",
            "o/p/a___b",
            "o/p/ä",
        ] {
            assert!(!good(name), "{name}");
        }
        assert!(!good(&format!("o/p/{}", "a".repeat(255))));
    }

    #[test]
    fn references_to_this_registry_are_told_from_others() {
        let of = |text: &str| ImageName::of(text, 7471);
        let read = |text: &str| of(text).unwrap().unwrap().to_string();
        assert_eq!(read("127.0.0.1:7471/o/p/a"), "o/p/a:latest");
        assert_eq!(read("localhost:7471/o/p/a/b:1"), "o/p/a/b:1");
        let digest = Digest::of(b"x");
        assert_eq!(
            read(&format!("localhost:7471/o/p/a:1@{digest}")),
            format!("o/p/a@{digest}")
        );
        for other in [
            "ubuntu",
            "ghcr.io/o/p/a",
            "127.0.0.1:80/o/p/a",
            "evil.example:7471/o/p/a",
            "127.0.0.1/o/p/a",
        ] {
            assert!(of(other).is_none(), "{other}");
        }
        assert!(of("127.0.0.1:7471/o/P/a").unwrap().is_err());
        assert!(of("127.0.0.1:7471/o/p/a:.x").unwrap().is_err());
    }

    proptest! {
        #[test]
        fn a_name_that_is_accepted_has_no_dangerous_part(text in "[a-z0-9._/-]{0,20}") {
            if let Ok(name) = text.parse::<RepositoryName>() {
                prop_assert_eq!(name.as_str(), &text);
                let _ = name.resource();
                for part in text.split('/') {
                    prop_assert!(!part.is_empty() && part != "." && part != "..");
                }
            }
        }

        #[test]
        fn any_text_is_read_or_refused_as_a_reference(text in ".*", port in any::<u16>()) {
            let _ = text.parse::<Reference>();
            let _ = ImageName::read(&text);
            let _ = ImageName::of(&text, port);
        }
    }
}
