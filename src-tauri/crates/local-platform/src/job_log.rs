//! Reading the output of a job, from its start or from a time on, with or without times.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use jiff::Timestamp;
use protocol::{LogQuery, moment};

use crate::supervisor::{IndexEntry, JobFolder, OUTPUT_INDEX_ENTRY};

/// How much is read at a time.
const CHUNK: usize = 64 * 1024;

/// A place in the output of a job.
pub(crate) struct JobLog {
    folder: JobFolder,
    log: Option<File>,
    index: Option<File>,
    offset: u64,
    since: Option<Timestamp>,
    timestamps: bool,
    /// The next byte begins a line.
    line_start: bool,
    /// What comes up to the end of the line belongs to an earlier time.
    skip_line: bool,
    /// Place in the index for `timestamps`.
    entry: u64,
}

impl JobLog {
    /// The output as the query wants it. A job that has written nothing has an empty one.
    pub(crate) fn new(folder: JobFolder, query: &LogQuery) -> Self {
        Self {
            folder,
            log: None,
            index: None,
            offset: 0,
            since: query.since,
            timestamps: query.timestamps,
            line_start: true,
            skip_line: false,
            entry: 0,
        }
    }

    /// Moves to the current end: only later output is read.
    pub(crate) fn seek_end(&mut self) -> io::Result<()> {
        self.offset = match self.open()? {
            true => self
                .log
                .as_ref()
                .map_or(Ok(0), |log| log.metadata().map(|data| data.len()))?,
            false => 0,
        };
        Ok(())
    }

    /// The next piece of output; empty if there is none yet.
    pub(crate) fn next_chunk(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if !self.open()? || !self.reach_since()? {
                return Ok(Vec::new());
            }
            let Some(raw) = self.raw_chunk()? else {
                return Ok(Vec::new());
            };
            let shown = self.without_skipped(raw);
            if shown.is_empty() {
                continue;
            }
            return self.shown(shown);
        }
    }

    /// Opens the files once they exist.
    fn open(&mut self) -> io::Result<bool> {
        if self.log.is_none() {
            self.index = existing(File::open(self.folder.output_index()))?;
            self.log = existing(File::open(self.folder.output()))?;
        }
        Ok(self.log.is_some())
    }

    /// Finds the first output at or after `since`; false if there is none yet.
    fn reach_since(&mut self) -> io::Result<bool> {
        let Some(since) = self.since else {
            return Ok(true);
        };
        let (mut low, mut high) = (0, self.entries()?);
        while low < high {
            let middle = low + (high - low) / 2;
            let early = self
                .entry_at(middle)?
                .is_some_and(|at| at.micros < since.as_microsecond());
            if early {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let Some(found) = self.entry_at(low)? else {
            return Ok(false);
        };
        self.since = None;
        self.offset = found.offset;
        self.skip_line = !self.is_line_start(found.offset)?;
        Ok(true)
    }

    fn is_line_start(&self, offset: u64) -> io::Result<bool> {
        let (Some(log), Some(before)) = (&self.log, offset.checked_sub(1)) else {
            return Ok(true);
        };
        let mut byte = [0];
        let read = log.read_at(&mut byte, before)?;
        Ok(read == 1 && byte[0] == b'\n')
    }

    fn raw_chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some(log) = &self.log else {
            return Ok(None);
        };
        let mut raw = vec![0; CHUNK];
        let count = log.read_at(&mut raw, self.offset)?;
        raw.truncate(count);
        Ok((count > 0).then_some(raw))
    }

    /// Drops the rest of a line that began before `since`.
    fn without_skipped(&mut self, raw: Vec<u8>) -> Vec<u8> {
        if !self.skip_line {
            return raw;
        }
        let end = raw.iter().position(|byte| *byte == b'\n');
        let dropped = end.map_or(raw.len(), |at| at + 1);
        self.skip_line = end.is_none();
        self.offset += dropped as u64;
        raw[dropped..].to_vec()
    }

    fn shown(&mut self, raw: Vec<u8>) -> io::Result<Vec<u8>> {
        if !self.timestamps {
            self.offset += raw.len() as u64;
            return Ok(raw);
        }
        let mut shown = Vec::with_capacity(raw.len() * 2);
        for line in raw.split_inclusive(|byte| *byte == b'\n') {
            if self.line_start {
                let time = self.time_at(self.offset)?;
                shown.extend_from_slice(moment::log_prefix(time).as_bytes());
                shown.push(b' ');
            }
            self.line_start = line.ends_with(b"\n");
            shown.extend_from_slice(line);
            self.offset += line.len() as u64;
        }
        Ok(shown)
    }

    /// When the byte at `offset` came.
    fn time_at(&mut self, offset: u64) -> io::Result<Timestamp> {
        while let Some(next) = self.entry_at(self.entry + 1)? {
            if next.offset > offset {
                break;
            }
            self.entry += 1;
        }
        let found = self.entry_at(self.entry)?;
        let time = found.and_then(|at| Timestamp::from_microsecond(at.micros).ok());
        Ok(time.unwrap_or(Timestamp::UNIX_EPOCH))
    }

    fn entries(&self) -> io::Result<u64> {
        let Some(index) = &self.index else {
            return Ok(0);
        };
        Ok(index.metadata()?.len() / OUTPUT_INDEX_ENTRY as u64)
    }

    fn entry_at(&self, number: u64) -> io::Result<Option<IndexEntry>> {
        let Some(index) = &self.index else {
            return Ok(None);
        };
        let mut bytes = [0; OUTPUT_INDEX_ENTRY];
        let count = index.read_at(&mut bytes, number * OUTPUT_INDEX_ENTRY as u64)?;
        Ok((count == OUTPUT_INDEX_ENTRY).then(|| IndexEntry::read(bytes)))
    }
}

fn existing(opened: io::Result<File>) -> io::Result<Option<File>> {
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Output that came in pieces, the first at second 1 of 1970, the next at second 2 and so on.
    fn folder(pieces: &[&str]) -> (tempfile::TempDir, JobFolder) {
        let place = tempfile::tempdir().unwrap();
        let folder = JobFolder::new(place.path());
        let (mut log, mut index) = (Vec::new(), Vec::new());
        for (number, piece) in pieces.iter().enumerate() {
            let micros = (i64::try_from(number).unwrap() + 1) * 1_000_000;
            index.extend(
                IndexEntry {
                    micros,
                    offset: log.len() as u64,
                }
                .bytes(),
            );
            log.extend_from_slice(piece.as_bytes());
        }
        std::fs::write(folder.output(), log).unwrap();
        std::fs::write(folder.output_index(), index).unwrap();
        (place, folder)
    }

    fn read(folder: &JobFolder, since: Option<&str>, timestamps: bool) -> String {
        let since = since.map(|text| text.parse().unwrap());
        let query = LogQuery {
            since,
            timestamps,
            separator: None,
        };
        let mut log = JobLog::new(folder.clone(), &query);
        let mut all = Vec::new();
        loop {
            let chunk = log.next_chunk().unwrap();
            if chunk.is_empty() {
                return String::from_utf8(all).unwrap();
            }
            all.extend(chunk);
        }
    }

    #[test]
    fn each_line_carries_the_time_its_first_byte_came() {
        let (_place, folder) = folder(&["a\nb", "b\nc\n"]);
        let shown = read(&folder, None, true);
        assert_eq!(
            shown,
            "1970-01-01T00:00:01.000000Z a\n1970-01-01T00:00:01.000000Z bb\n\
             1970-01-01T00:00:02.000000Z c\n"
        );
    }

    #[test]
    fn since_begins_with_the_first_whole_line_of_that_time() {
        let (_place, folder) = folder(&["a\nb", "b\nc\n", "d\n"]);
        assert_eq!(read(&folder, Some("1970-01-01T00:00:02Z"), false), "c\nd\n");
        assert_eq!(
            read(&folder, Some("1970-01-01T00:00:00Z"), false),
            "a\nbb\nc\nd\n"
        );
        assert_eq!(read(&folder, Some("1970-01-01T00:01:00Z"), false), "");
        assert_eq!(
            read(&folder, Some("1970-01-01T00:00:03Z"), true),
            "1970-01-01T00:00:03.000000Z d\n"
        );
    }

    #[test]
    fn a_job_without_output_has_an_empty_log() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(read(&JobFolder::new(place.path()), None, true), "");
    }
}
