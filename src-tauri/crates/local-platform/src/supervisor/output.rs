//! Writes the output of a job: in pieces, the oldest of which go when there is too much.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};

use jiff::Timestamp;

use super::JobFolder;
use super::segment::IndexEntry;

/// How large a piece becomes.
const PIECE: u64 = 16 << 20;
/// How many pieces there are at least before the oldest goes.
const FEWEST_PIECES: u64 = 4;
/// A piece is not smaller than this.
const SMALLEST_PIECE: u64 = 4096;

/// The end of the output, open for writing.
pub(super) struct Output {
    folder: JobFolder,
    log: File,
    index: File,
    /// Where the piece begins.
    start: u64,
    /// How much output there has been.
    length: u64,
    last_micros: i64,
    /// The next byte begins a line.
    line_start: bool,
    /// How much is kept.
    limit: u64,
}

impl Output {
    /// Goes on where the output ends. At most about `limit` bytes of it are kept.
    pub(super) fn open(folder: &JobFolder, limit: Option<u64>) -> io::Result<Self> {
        let start = folder.output_starts()?.last().copied().unwrap_or(0);
        let log = append(folder.output(start))?;
        let in_piece = log.metadata()?.len();
        Ok(Self {
            index: append(folder.output_index(start))?,
            line_start: ends_line(&log, in_piece)?,
            log,
            start,
            length: start + in_piece,
            last_micros: i64::MIN,
            limit: limit.unwrap_or(u64::MAX),
            folder: folder.clone(),
        })
    }

    /// How much output there has been.
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

    /// Adds bytes that have just come.
    pub(super) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let micros = Timestamp::now().as_microsecond();
        while !bytes.is_empty() {
            if self.is_full() {
                self.begin_piece()?;
            }
            let (now, later) = bytes.split_at(self.fits(bytes));
            self.add(now, micros)?;
            bytes = later;
        }
        Ok(())
    }

    fn piece(&self) -> u64 {
        PIECE.min((self.limit / FEWEST_PIECES).max(SMALLEST_PIECE))
    }

    /// A piece ends with a line, if the line is not longer than the piece.
    fn is_full(&self) -> bool {
        let filled = self.length - self.start;
        filled >= self.piece() && (self.line_start || filled >= 2 * self.piece())
    }

    /// How many of the bytes belong into this piece.
    fn fits(&self, bytes: &[u8]) -> usize {
        let room = (self.start + self.piece()).saturating_sub(self.length);
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        if bytes.len() <= room {
            return bytes.len();
        }
        let from = room.saturating_sub(1);
        let end = bytes[from..].iter().position(|byte| *byte == b'\n');
        end.map_or(bytes.len(), |end| from + end + 1)
    }

    /// The index is written first: a reader finds a time for every byte it sees.
    fn add(&mut self, bytes: &[u8], micros: i64) -> io::Result<()> {
        if micros > self.last_micros {
            let offset = self.length;
            self.index
                .write_all(&IndexEntry { micros, offset }.bytes())?;
            self.last_micros = micros;
        }
        self.log.write_all(bytes)?;
        self.length += bytes.len() as u64;
        self.line_start = bytes.ends_with(b"\n");
        Ok(())
    }

    /// The bytes' file comes last: a reader that sees it finds the index.
    fn begin_piece(&mut self) -> io::Result<()> {
        self.index = append(self.folder.output_index(self.length))?;
        self.log = append(self.folder.output(self.length))?;
        self.start = self.length;
        // Each piece says for itself when its first byte came.
        self.last_micros = i64::MIN;
        let starts = self.folder.output_starts()?;
        for start in starts {
            if start == self.start || self.length - start <= self.limit {
                break;
            }
            self.folder.drop_output(start)?;
        }
        Ok(())
    }
}

fn append(path: PathBuf) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .mode(0o600)
        .open(path)
}

fn ends_line(log: &File, length: u64) -> io::Result<bool> {
    let Some(last) = length.checked_sub(1) else {
        return Ok(true);
    };
    let mut byte = [0];
    log.read_exact_at(&mut byte, last)?;
    Ok(byte[0] == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_with_lines_and_the_oldest_go() {
        let place = tempfile::tempdir().unwrap();
        let folder = JobFolder::new(place.path());
        let mut output = Output::open(&folder, Some(20_000)).unwrap();
        for number in 0..10_000 {
            output.write(format!("line {number}\n").as_bytes()).unwrap();
        }
        let starts = folder.output_starts().unwrap();
        assert!(starts[0] > 0 && starts.len() > 2, "{starts:?}");
        assert!(output.length() - starts[0] < 30_000);
        for start in starts {
            let text = std::fs::read_to_string(folder.output(start)).unwrap();
            assert!(text.starts_with("line ") && text.ends_with('\n'));
        }
        let length = output.length();
        assert_eq!(Output::open(&folder, None).unwrap().length(), length);
    }

    #[test]
    fn a_line_without_an_end_is_divided() {
        let place = tempfile::tempdir().unwrap();
        let folder = JobFolder::new(place.path());
        let mut output = Output::open(&folder, Some(16_384)).unwrap();
        for _ in 0..100 {
            output.write(&[b'x'; 1000]).unwrap();
        }
        assert!(folder.output_starts().unwrap()[0] > 0);
        assert_eq!(output.length(), 100_000);
    }
}
