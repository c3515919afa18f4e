//! Places inside `{…}` and `[…]` that may not be closed yet.

use super::place::{Slot, Step};

/// A place inside brackets.
pub(super) struct Bracketed {
    /// From the outermost bracket.
    pub(super) steps: Vec<Step>,
    /// What is being written.
    pub(super) slot: Slot,
    /// Where the word or value being written begins.
    pub(super) start: usize,
    /// The keys written before it in the same bracket.
    pub(super) keys: Vec<String>,
    /// Whether a bracket is still open.
    pub(super) open: bool,
}

/// A bracket that is open.
struct Frame {
    mapping: bool,
    key: Option<String>,
    keys: Vec<String>,
}

struct Walk<'t> {
    written: &'t str,
    frames: Vec<Frame>,
    /// Where the current word begins.
    start: usize,
}

/// The place at the end of a text that begins with a bracket.
pub(super) fn inside(written: &str) -> Bracketed {
    let mut walk = Walk {
        written,
        frames: Vec::new(),
        start: 0,
    };
    walk.run();
    let start = walk.start;
    let blanks = written[start..].len() - written[start..].trim_start().len();
    let innermost = walk.frames.last();
    let slot = match innermost {
        Some(frame) if frame.mapping && frame.key.is_none() => Slot::Key,
        Some(frame) if !frame.mapping => Slot::Open,
        _ => Slot::Value,
    };
    let keys = innermost.map(|frame| frame.keys.clone());
    let steps = walk.frames.iter().filter_map(Frame::step).collect();
    Bracketed {
        steps,
        slot,
        start: start + blanks,
        open: innermost.is_some(),
        keys: keys.unwrap_or_default(),
    }
}

impl Frame {
    fn step(&self) -> Option<Step> {
        match (self.mapping, &self.key) {
            (true, Some(key)) => Some(Step::Key(key.clone())),
            (true, None) => None,
            (false, _) => Some(Step::Item),
        }
    }
}

impl Walk<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while let Some(one) = self.written[at..].chars().next() {
            at = self.one(one, at);
        }
    }

    /// Reads what begins with a character; where to go on.
    fn one(&mut self, one: char, at: usize) -> usize {
        let rest = &self.written[at..];
        let next = at + one.len_utf8();
        match one {
            '"' | '\'' => return self.behind(at, 1, one.encode_utf8(&mut [0; 4])),
            '$' if rest.starts_with("${{") => return self.behind(at, 3, "}}"),
            '$' if rest.starts_with("$[[") => return self.behind(at, 3, "]]"),
            '{' | '[' => self.open(one == '{', next),
            '}' | ']' => {
                self.frames.pop();
                self.start = next;
            }
            ',' => self.comma(next),
            ':' if rest[1..].is_empty() || rest[1..].starts_with([' ', '\t', '\n']) => {
                self.colon(at);
            }
            _ => {}
        }
        next
    }

    /// The place behind a closer, or the end of the text.
    fn behind(&self, at: usize, opener: usize, closer: &str) -> usize {
        let from = at + opener;
        let found = self.written[from..].find(closer);
        found.map_or(self.written.len(), |found| from + found + closer.len())
    }

    fn open(&mut self, mapping: bool, next: usize) {
        self.frames.push(Frame {
            mapping,
            key: None,
            keys: Vec::new(),
        });
        self.start = next;
    }

    fn comma(&mut self, next: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.key = None;
        }
        self.start = next;
    }

    fn colon(&mut self, at: usize) {
        let name = self.written[self.start..at].trim();
        let name = name.trim_matches(['"', '\'']).to_owned();
        if let Some(frame) = self.frames.last_mut().filter(|frame| frame.mapping) {
            frame.keys.push(name.clone());
            frame.key = Some(name);
            self.start = at + 1;
        }
    }
}
