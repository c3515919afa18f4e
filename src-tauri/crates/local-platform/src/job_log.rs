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
    /// The piece of output that is being read.
    piece: Option<Piece>,
    /// Place in the whole output.
    offset: u64,
    since: Option<Timestamp>,
    timestamps: bool,
    /// The next byte begins a line.
    line_start: bool,
    /// What comes up to the end of the line belongs to an earlier time.
    skip_line: bool,
    /// Bytes that went before they could be read.
    missed: u64,
}

/// A piece of the output. Its files stay open, so that it can be read to its end even if it goes.
struct Piece {
    start: u64,
    log: File,
    index: File,
    /// Place in the index, for times.
    entry: u64,
}

impl JobLog {
    /// The output as the query wants it. A job that has written nothing has an empty one.
    pub(crate) fn new(folder: JobFolder, query: &LogQuery) -> Self {
        Self {
            folder,
            piece: None,
            offset: 0,
            since: query.since,
            timestamps: query.timestamps,
            line_start: true,
            skip_line: false,
            missed: 0,
        }
    }

    /// Moves to the current end: only later output is read.
    pub(crate) fn seek_end(&mut self) -> io::Result<()> {
        for start in self.starts()?.into_iter().rev() {
            if let Some(piece) = Piece::open(&self.folder, start)? {
                self.offset = start + piece.length()?;
                self.piece = Some(piece);
                return Ok(());
            }
        }
        Ok(())
    }

    /// The next piece of output; empty if there is none yet.
    pub(crate) fn next_chunk(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if !self.reach_since()? || !self.open()? {
                return Ok(Vec::new());
            }
            if let Some(gap) = self.gap()? {
                return Ok(gap);
            }
            let Some(raw) = self.raw_chunk()? else {
                if self.next_piece()? {
                    continue;
                }
                return Ok(Vec::new());
            };
            let shown = self.without_skipped(raw);
            if shown.is_empty() {
                continue;
            }
            return self.shown(shown);
        }
    }

    /// Where the pieces begin; none if there is no output.
    fn starts(&self) -> io::Result<Vec<u64>> {
        Ok(existing(self.folder.output_starts())?.unwrap_or_default())
    }

    /// Opens the piece with our place, or the next one that is still there.
    fn open(&mut self) -> io::Result<bool> {
        if self.piece.is_some() {
            return Ok(true);
        }
        let starts = self.starts()?;
        let from = starts.partition_point(|start| *start <= self.offset);
        for start in &starts[from.saturating_sub(1)..] {
            if let Some(piece) = Piece::open(&self.folder, *start)? {
                self.enter(piece);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn enter(&mut self, piece: Piece) {
        if piece.start > self.offset {
            self.missed += piece.start - self.offset;
            self.offset = piece.start;
            self.skip_line = false;
        }
        self.piece = Some(piece);
    }

    /// Goes on to the piece behind the one that was read to its end.
    fn next_piece(&mut self) -> io::Result<bool> {
        let Some(start) = self.piece.as_ref().map(|piece| piece.start) else {
            return Ok(false);
        };
        let later = self.starts()?.into_iter().find(|next| *next > start);
        if later.is_none() {
            return Ok(false);
        }
        // What was written between our last look and the next piece.
        let piece = self.piece.as_ref();
        let end = piece.map_or(Ok(start), |piece| {
            piece.length().map(|length| start + length)
        });
        if self.offset < end? {
            return Ok(true);
        }
        self.piece = None;
        self.open()
    }

    /// Says once what cannot be read any more.
    fn gap(&mut self) -> io::Result<Option<Vec<u8>>> {
        let missed = std::mem::take(&mut self.missed);
        if missed == 0 {
            return Ok(None);
        }
        let mut line = String::new();
        if !self.line_start {
            line.push('\n');
        }
        if self.timestamps {
            line.push_str(&moment::log_prefix(self.time_at(self.offset)?));
            line.push(' ');
        }
        line.push_str(&format!(
            "[{missed} bytes of older output are not kept any more]\n"
        ));
        self.line_start = true;
        Ok(Some(line.into_bytes()))
    }

    /// Finds the first output at or after `since`; false if there is none yet.
    fn reach_since(&mut self) -> io::Result<bool> {
        let Some(since) = self.since else {
            return Ok(true);
        };
        let micros = since.as_microsecond();
        let starts = self.starts()?;
        // The last piece that began before is where the time may lie; if not there, then behind.
        let (mut low, mut high) = (0, starts.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let piece = Piece::open(&self.folder, starts[middle])?;
            let began = piece.map_or(Ok(None), |piece| piece.entry_at(0))?;
            if began.is_none_or(|entry| entry.micros < micros) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for start in &starts[low.saturating_sub(1)..] {
            let Some(piece) = Piece::open(&self.folder, *start)? else {
                continue;
            };
            if let Some(found) = piece.first_since(micros)? {
                self.since = None;
                let first = starts.first() == Some(start) && found.offset == *start;
                // From before the first byte on means: including what is gone.
                self.offset = if first { 0 } else { found.offset };
                self.skip_line = !first && !piece.is_line_start(found.offset)?;
                self.enter(piece);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn raw_chunk(&self) -> io::Result<Option<Vec<u8>>> {
        let Some(piece) = &self.piece else {
            return Ok(None);
        };
        let mut raw = vec![0; CHUNK];
        let count = piece.log.read_at(&mut raw, self.offset - piece.start)?;
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
            self.line_start = raw.ends_with(b"\n");
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
        let found = match &mut self.piece {
            Some(piece) => piece.entry_of(offset)?,
            None => None,
        };
        let time = found.and_then(|at| Timestamp::from_microsecond(at.micros).ok());
        Ok(time.unwrap_or(Timestamp::UNIX_EPOCH))
    }
}

impl Piece {
    /// Opens a piece; nothing if it is not there (any more).
    fn open(folder: &JobFolder, start: u64) -> io::Result<Option<Self>> {
        let Some(log) = existing(File::open(folder.output(start)))? else {
            return Ok(None);
        };
        let Some(index) = existing(File::open(folder.output_index(start)))? else {
            return Ok(None);
        };
        Ok(Some(Self {
            start,
            log,
            index,
            entry: 0,
        }))
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.log.metadata()?.len())
    }

    fn is_line_start(&self, offset: u64) -> io::Result<bool> {
        let Some(before) = (offset - self.start).checked_sub(1) else {
            return Ok(true);
        };
        let mut byte = [0];
        let read = self.log.read_at(&mut byte, before)?;
        Ok(read == 1 && byte[0] == b'\n')
    }

    /// The first output that came at a time or later.
    fn first_since(&self, micros: i64) -> io::Result<Option<IndexEntry>> {
        let (mut low, mut high) = (0, self.entries()?);
        while low < high {
            let middle = low + (high - low) / 2;
            let early = self.entry_at(middle)?.is_some_and(|at| at.micros < micros);
            if early {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        self.entry_at(low)
    }

    /// The entry for a byte; bytes are asked for in their order.
    fn entry_of(&mut self, offset: u64) -> io::Result<Option<IndexEntry>> {
        while let Some(next) = self.entry_at(self.entry + 1)? {
            if next.offset > offset {
                break;
            }
            self.entry += 1;
        }
        self.entry_at(self.entry)
    }

    fn entries(&self) -> io::Result<u64> {
        Ok(self.index.metadata()?.len() / OUTPUT_INDEX_ENTRY as u64)
    }

    fn entry_at(&self, number: u64) -> io::Result<Option<IndexEntry>> {
        let mut bytes = [0; OUTPUT_INDEX_ENTRY];
        let at = number * OUTPUT_INDEX_ENTRY as u64;
        let count = self.index.read_at(&mut bytes, at)?;
        Ok((count == OUTPUT_INDEX_ENTRY).then(|| IndexEntry::read(bytes)))
    }
}

fn existing<T>(opened: io::Result<T>) -> io::Result<Option<T>> {
    match opened {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: [&str; 3] = ["a\nb", "b\nc\n", "d\n"];

    /// Output that came in parts, the first at second 1 of 1970, the next at second 2 and so on. A
    /// new piece of output begins before each part with a number in `breaks`.
    fn folder(parts: &[&str], breaks: &[usize]) -> (tempfile::TempDir, JobFolder) {
        let place = tempfile::tempdir().unwrap();
        let folder = JobFolder::new(place.path());
        let (mut log, mut index, mut start) = (Vec::new(), Vec::new(), 0);
        for (number, part) in parts.iter().enumerate() {
            if breaks.contains(&number) {
                start += log.len() as u64;
                (log, index) = (Vec::new(), Vec::new());
            }
            let micros = (i64::try_from(number).unwrap() + 1) * 1_000_000;
            let offset = start + log.len() as u64;
            index.extend(IndexEntry { micros, offset }.bytes());
            log.extend_from_slice(part.as_bytes());
            std::fs::write(folder.output(start), &log).unwrap();
            std::fs::write(folder.output_index(start), &index).unwrap();
        }
        (place, folder)
    }

    fn rest(log: &mut JobLog) -> String {
        let mut all = Vec::new();
        loop {
            let chunk = log.next_chunk().unwrap();
            if chunk.is_empty() {
                return String::from_utf8(all).unwrap();
            }
            all.extend(chunk);
        }
    }

    fn log(folder: &JobFolder, since: Option<&str>, timestamps: bool) -> JobLog {
        let since = since.map(|text| text.parse().unwrap());
        let query = LogQuery {
            since,
            timestamps,
            separator: None,
        };
        JobLog::new(folder.clone(), &query)
    }

    fn read(folder: &JobFolder, since: Option<&str>, timestamps: bool) -> String {
        rest(&mut log(folder, since, timestamps))
    }

    fn drop_piece(folder: &JobFolder, start: u64) {
        std::fs::remove_file(folder.output(start)).unwrap();
        std::fs::remove_file(folder.output_index(start)).unwrap();
    }

    #[test]
    fn each_line_carries_the_time_its_first_byte_came_in_whatever_pieces_it_is_kept() {
        for breaks in [&[][..], &[1], &[1, 2]] {
            let (_place, folder) = folder(&WHOLE, breaks);
            assert_eq!(
                read(&folder, None, true),
                "1970-01-01T00:00:01.000000Z a\n1970-01-01T00:00:01.000000Z bb\n\
                 1970-01-01T00:00:02.000000Z c\n1970-01-01T00:00:03.000000Z d\n"
            );
        }
    }

    #[test]
    fn since_begins_with_the_first_whole_line_of_that_time() {
        for breaks in [&[][..], &[2], &[1, 2]] {
            let (_place, folder) = folder(&WHOLE, breaks);
            let since = |text| read(&folder, Some(text), false);
            assert_eq!(since("1970-01-01T00:00:00Z"), "a\nbb\nc\nd\n");
            assert_eq!(since("1970-01-01T00:00:03Z"), "d\n");
            assert_eq!(since("1970-01-01T00:01:00Z"), "");
        }
        let (_place, folder) = folder(&WHOLE, &[]);
        assert_eq!(read(&folder, Some("1970-01-01T00:00:02Z"), false), "c\nd\n");
        assert_eq!(
            read(&folder, Some("1970-01-01T00:00:03Z"), true),
            "1970-01-01T00:00:03.000000Z d\n"
        );
    }

    #[test]
    fn what_is_gone_is_said_once_where_it_was() {
        let (_place, folder) = folder(&["first\n", "second\n", "third\n"], &[1, 2]);
        drop_piece(&folder, 0);
        let gone = "[6 bytes of older output are not kept any more]\n";
        let kept = "second\nthird\n";
        assert_eq!(read(&folder, None, false), format!("{gone}{kept}"));
        let early = Some("1970-01-01T00:00:00Z");
        assert_eq!(read(&folder, early, false), format!("{gone}{kept}"));
        assert_eq!(
            read(&folder, Some("1970-01-01T00:00:03Z"), false),
            "third\n"
        );
        assert!(read(&folder, None, true).starts_with("1970-01-01T00:00:02.000000Z [6 bytes"));
    }

    #[test]
    fn a_slow_follower_reads_what_it_has_open_and_is_told_what_it_missed() {
        let (_place, folder) = folder(&["first\n", "second\n", "third\n"], &[1, 2]);
        let mut log = log(&folder, None, false);
        assert_eq!(log.next_chunk().unwrap(), b"first\n");
        drop_piece(&folder, 0);
        drop_piece(&folder, 6);
        assert_eq!(
            rest(&mut log),
            "[7 bytes of older output are not kept any more]\nthird\n"
        );
    }

    #[test]
    fn a_follower_at_the_end_goes_on_with_the_next_piece() {
        let (_place, folder) = folder(&["first\n"], &[]);
        let mut log = log(&folder, None, false);
        log.seek_end().unwrap();
        assert_eq!(rest(&mut log), "");
        let entry = IndexEntry {
            micros: 5,
            offset: 6,
        };
        std::fs::write(folder.output_index(6), entry.bytes()).unwrap();
        std::fs::write(folder.output(6), "second\n").unwrap();
        assert_eq!(rest(&mut log), "second\n");
    }

    #[test]
    fn a_job_without_output_has_an_empty_log() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(read(&JobFolder::new(place.path()), None, true), "");
        let nowhere = place.path().join("nowhere");
        assert_eq!(read(&JobFolder::new(&nowhere), None, true), "");
    }
}
