//! How much of each output stream of a container has been written down.
//!
//! The engine keeps what a container has said, stream by stream. After a supervisor was killed the
//! next one reads that again and passes over as many bytes of each stream as the file already has.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

/// The two outputs; a terminal has only the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Out,
    Err,
}

/// The journal, one record that is always replaced.
pub(super) struct Journal {
    file: File,
    record: Record,
}

/// What was so when the last piece of output was about to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Record {
    /// Length of the job's whole output.
    length: u64,
    /// How much of it is from this container's streams.
    written: [u64; 2],
    /// Where the piece comes from.
    next: Stream,
}

const SIZE: usize = 25;

impl Journal {
    /// Opens the journal at `path`; `length` is that of the job's whole output.
    pub(super) fn open(path: &Path, length: u64) -> io::Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path)?;
        let mut bytes = [0; SIZE];
        let record = match file.read_exact_at(&mut bytes, 0) {
            Ok(()) => Record::read(bytes).reaching(length),
            Err(_) => Record::new(length),
        };
        Ok(Self { file, record })
    }

    /// Begins anew, for a container that has said nothing yet.
    pub(super) fn begin(&mut self, length: u64) -> io::Result<()> {
        self.record = Record::new(length);
        self.file.write_all_at(&self.record.bytes(), 0)
    }

    /// A piece of a stream is about to be written.
    pub(super) fn announce(&mut self, stream: Stream) -> io::Result<()> {
        self.record.next = stream;
        self.file.write_all_at(&self.record.bytes(), 0)
    }

    /// The piece was written.
    pub(super) fn wrote(&mut self, length: u64) {
        self.record = self.record.reaching(length);
    }

    /// How many bytes of a stream are in the file.
    pub(super) fn written(&self, stream: Stream) -> u64 {
        self.record.written[stream as usize]
    }
}

impl Record {
    fn new(length: u64) -> Self {
        Self {
            length,
            written: [0; 2],
            next: Stream::Out,
        }
    }

    /// Everything up to `length` that is not accounted for belongs to the announced piece.
    fn reaching(mut self, length: u64) -> Self {
        self.written[self.next as usize] += length.saturating_sub(self.length);
        self.length = length;
        self
    }

    fn bytes(self) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        let numbers = [self.length, self.written[0], self.written[1]];
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes[SIZE - 1] = self.next as u8;
        bytes
    }

    fn read(bytes: [u8; SIZE]) -> Self {
        let number = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[at * 8..at * 8 + 8]);
            u64::from_le_bytes(eight)
        };
        Self {
            length: number(0),
            written: [number(1), number(2)],
            next: if bytes[SIZE - 1] == 0 {
                Stream::Out
            } else {
                Stream::Err
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_that_was_announced_and_half_written_is_counted_as_far_as_it_got() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::open(&path, 100).unwrap();
        journal.begin(100).unwrap();
        journal.announce(Stream::Out).unwrap();
        journal.wrote(110);
        journal.announce(Stream::Err).unwrap();
        // Killed here, with three of the bytes on disk.
        let journal = Journal::open(&path, 113).unwrap();
        assert_eq!(journal.written(Stream::Out), 10);
        assert_eq!(journal.written(Stream::Err), 3);
    }

    #[test]
    fn without_a_journal_nothing_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("journal"), 7).unwrap();
        assert_eq!(journal.written(Stream::Out), 0);
    }
}
