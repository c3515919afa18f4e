//! The pieces the output of a job is kept in, so that its oldest part can go.
//!
//! A piece is a pair of files named after the place in the whole output at which it begins: one
//! with the bytes, one that says when which byte came. All places are those of the whole output,
//! whatever of it is left.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::JobFolder;

/// Size of an entry of an index in bytes.
pub(crate) const OUTPUT_INDEX_ENTRY: usize = 16;

/// From `offset` on the output came at `micros` (since 1970) or later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    /// Microseconds since 1970.
    pub(crate) micros: i64,
    /// Place in the output.
    pub(crate) offset: u64,
}

impl IndexEntry {
    /// The entry as it lies in the file.
    pub(crate) fn bytes(self) -> [u8; OUTPUT_INDEX_ENTRY] {
        let mut bytes = [0; OUTPUT_INDEX_ENTRY];
        bytes[..8].copy_from_slice(&self.micros.to_le_bytes());
        bytes[8..].copy_from_slice(&self.offset.to_le_bytes());
        bytes
    }

    /// Reads an entry.
    pub(crate) fn read(bytes: [u8; OUTPUT_INDEX_ENTRY]) -> Self {
        let (micros, offset) = bytes.split_at(8);
        let half = |half: &[u8]| <[u8; 8]>::try_from(half).expect("an entry has two halves of 8");
        Self {
            micros: i64::from_le_bytes(half(micros)),
            offset: u64::from_le_bytes(half(offset)),
        }
    }
}

impl JobFolder {
    /// The bytes of the piece that begins at `start`. The first one has a plain name.
    pub(crate) fn output(&self, start: u64) -> PathBuf {
        self.path().join(match start {
            0 => "output.log".to_owned(),
            start => format!("output.{start}.log"),
        })
    }

    /// When which byte of that piece came.
    pub(crate) fn output_index(&self, start: u64) -> PathBuf {
        self.path().join(match start {
            0 => "output.index".to_owned(),
            start => format!("output.{start}.index"),
        })
    }

    /// Where the pieces begin that are still there, oldest first.
    pub(crate) fn output_starts(&self) -> io::Result<Vec<u64>> {
        let mut starts = Vec::new();
        for entry in fs::read_dir(self.path())? {
            let name = entry?.file_name();
            starts.extend(name.to_str().and_then(start_of));
        }
        starts.sort_unstable();
        Ok(starts)
    }

    /// Removes a piece. Whoever reads it has it until the end.
    pub(super) fn drop_output(&self, start: u64) -> io::Result<()> {
        fs::remove_file(self.output(start))?;
        fs::remove_file(self.output_index(start))
    }
}

fn start_of(name: &str) -> Option<u64> {
    let between = name.strip_prefix("output.")?.strip_suffix("log")?;
    match between.strip_suffix('.') {
        None => between.is_empty().then_some(0),
        Some(number) => number.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_pieces_say_where_they_begin() {
        assert_eq!(start_of("output.log"), Some(0));
        assert_eq!(start_of("output.17.log"), Some(17));
        for other in [
            "output.index",
            "output.17.index",
            "output.x.log",
            "output.17log",
        ] {
            assert_eq!(start_of(other), None, "{other}");
        }
    }
}
