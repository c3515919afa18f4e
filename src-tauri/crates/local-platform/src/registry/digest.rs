//! Names of contents: `sha256:` and what the content hashes to.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::RegistryError;

/// The SHA-256 of a content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Digest {
    hex: String,
}

impl Digest {
    /// The digest of a content that is in memory.
    pub(crate) fn of(content: &[u8]) -> Self {
        let mut hasher = Hasher::default();
        hasher.update(content);
        hasher.finish()
    }

    /// The digest of everything a reader gives.
    pub(crate) fn of_reader(reader: &mut impl Read) -> io::Result<Self> {
        let mut hasher = Hasher::default();
        let mut piece = vec![0; 128 * 1024];
        loop {
            match reader.read(&mut piece) {
                Ok(0) => return Ok(hasher.finish()),
                Ok(count) => hasher.update(&piece[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Err(error) => return Err(error),
            }
        }
    }

    /// The 64 digits alone.
    pub(crate) fn hex(&self) -> &str {
        &self.hex
    }
}

impl FromStr for Digest {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        let hex = text.strip_prefix("sha256:").unwrap_or_default();
        let good = hex.len() == 64
            && hex
                .bytes()
                .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        good.then(|| Self {
            hex: hex.to_owned(),
        })
        .ok_or_else(|| RegistryError::DigestInvalid {
            text: text.chars().take(200).collect(),
        })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "sha256:{}", self.hex)
    }
}

/// Computes a digest while the content passes by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hasher {
    state: Sha256,
}

impl Hasher {
    /// Takes the next piece in.
    pub(crate) fn update(&mut self, piece: &[u8]) {
        self.state.update(piece);
    }

    /// The digest of all pieces.
    pub(crate) fn finish(self) -> Digest {
        use fmt::Write as _;
        let mut hex = String::with_capacity(64);
        for byte in self.state.finalize() {
            write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
        }
        Digest { hex }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_digest_is_what_other_tools_compute() {
        let expected = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), expected);
        assert_eq!(
            Digest::of_reader(&mut &b"abc"[..]).unwrap().to_string(),
            expected
        );
    }

    proptest! {
        #[test]
        fn only_whole_digests_are_read_and_they_are_safe_as_names_of_files(text in "(sha256:)?[0-9a-fA-F./]{0,70}") {
            if let Ok(digest) = text.parse::<Digest>() {
                prop_assert_eq!(digest.to_string(), text);
                prop_assert!(digest.hex().bytes().all(|letter| letter.is_ascii_alphanumeric()));
            }
        }

        #[test]
        fn any_text_is_read_or_refused_as_a_digest(text in ".*") {
            let _ = text.parse::<Digest>();
        }

        #[test]
        fn pieces_do_not_matter(content in proptest::collection::vec(any::<u8>(), 0..500), cut in 0_usize..500) {
            let cut = cut.min(content.len());
            let mut hasher = Hasher::default();
            hasher.update(&content[..cut]);
            hasher.update(&content[cut..]);
            prop_assert_eq!(hasher.finish(), Digest::of(&content));
        }
    }
}
