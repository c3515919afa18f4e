//! The output of a job: one file with the bytes, one with the times they came at.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::mpsc::{self, Receiver};

use jiff::Timestamp;

use super::JobFolder;

/// Size of an entry of the index in bytes.
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

/// The two files, open for writing at their ends.
pub(super) struct Output {
    log: File,
    index: File,
    length: u64,
    last_micros: i64,
}

impl Output {
    pub(super) fn open(folder: &JobFolder) -> io::Result<Self> {
        let append = |path| {
            OpenOptions::new()
                .create(true)
                .append(true)
                .mode(0o600)
                .open(path)
        };
        let log = append(folder.output())?;
        let index = append(folder.output_index())?;
        let length = log.metadata()?.len();
        Ok(Self {
            log,
            index,
            length,
            last_micros: i64::MIN,
        })
    }

    /// How much output there is.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Copies the pipe into the files from a thread of its own; the receiver hears when it is done.
    pub(super) fn drain(mut self, mut pipe: impl Read + Send + 'static) -> Receiver<()> {
        let (done, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            loop {
                match pipe.read(&mut buffer) {
                    Ok(0) => break,
                    // A full disk must not stop the command: its output is lost, its end is not.
                    Ok(count) => drop(self.write(&buffer[..count])),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            let _ = done.send(());
        });
        receiver
    }

    /// The index is written first: a reader finds a time for every byte it sees.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let micros = Timestamp::now().as_microsecond();
        if micros > self.last_micros {
            self.index.write_all(
                &IndexEntry {
                    micros,
                    offset: self.length,
                }
                .bytes(),
            )?;
            self.last_micros = micros;
        }
        self.log.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }
}
