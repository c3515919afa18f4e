//! Addresses of the registry. Names of repositories have slashes, so they are read from the end.

use std::str::FromStr;

use crate::registry::{Digest, ImageName, RegistryError, RepositoryName};

/// What an address under `/v2/` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// All repositories.
    Catalog,
    /// The tags of a repository.
    Tags(RepositoryName),
    /// A manifest.
    Manifest(ImageName),
    /// A content.
    Blob(RepositoryName, Digest),
    /// Where uploads begin.
    Uploads(RepositoryName),
    /// One upload, by its id.
    Upload(RepositoryName, String),
}

impl FromStr for Address {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        if text == "_catalog" {
            return Ok(Self::Catalog);
        }
        if let Some(name) = text.strip_suffix("/tags/list") {
            return name.parse().map(Self::Tags);
        }
        let uploads = text.strip_suffix('/').unwrap_or(text);
        if let Some(name) = uploads.strip_suffix("/blobs/uploads") {
            return name.parse().map(Self::Uploads);
        }
        let (before, last) = text.rsplit_once('/').ok_or(RegistryError::NoSuchAddress)?;
        if let Some(name) = before.strip_suffix("/blobs/uploads") {
            Ok(Self::Upload(name.parse()?, last.to_owned()))
        } else if let Some(name) = before.strip_suffix("/blobs") {
            Ok(Self::Blob(name.parse()?, last.parse()?))
        } else if let Some(name) = before.strip_suffix("/manifests") {
            Ok(Self::Manifest(ImageName {
                repository: name.parse()?,
                reference: last.parse()?,
            }))
        } else {
            Err(RegistryError::NoSuchAddress)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_read_from_their_end() {
        let read = |text: &str| text.parse::<Address>();
        let name: RepositoryName = "o/p/blobs/manifests".parse().unwrap();
        let digest = Digest::of(b"x");
        let blob = read(&format!("o/p/blobs/manifests/blobs/{digest}")).unwrap();
        assert_eq!(blob, Address::Blob(name.clone(), digest));
        let uploads = Address::Uploads(name.clone());
        assert_eq!(read("o/p/blobs/manifests/blobs/uploads/").unwrap(), uploads);
        assert_eq!(read("o/p/blobs/manifests/blobs/uploads").unwrap(), uploads);
        let upload = read("o/p/blobs/manifests/blobs/uploads/id").unwrap();
        assert_eq!(upload, Address::Upload(name.clone(), "id".into()));
        assert_eq!(
            read("o/p/blobs/manifests/tags/list").unwrap(),
            Address::Tags(name)
        );
        assert_eq!(read("_catalog").unwrap(), Address::Catalog);
        for bad in [
            "",
            "o/p/a",
            "tags/list",
            "o/p/a/manifests/",
            "o/p/../manifests/1",
            "a/b/tags/list",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "([a-z./]|blobs|uploads|manifests|tags/list){0,12}|.*") {
            let _ = text.parse::<Address>();
        }
    }
}
