//! Keys without `?`: places where one may have begun, until its `:` comes or can come no more.

use super::problem::Problem;
use super::scanner::{Scanned, Scanner};
use super::token::Mark;

/// A place where a key may have begun.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Number of the token that would be the key.
    pub(super) token: usize,
    /// Whether the block structure demands that it is one.
    required: bool,
    pub(super) mark: Mark,
}

/// A key without `?` may be this many characters long.
const LONGEST_KEY: usize = 1024;

impl Scanner {
    pub(super) fn save_candidate(&mut self) -> Scanned<()> {
        let required = self.flow_level == 0 && self.indent == self.mark.column as isize;
        if self.key_allowed {
            self.drop_candidate()?;
            let token = self.taken + self.tokens.len();
            self.candidates[self.flow_level] = Some(Candidate {
                token,
                required,
                mark: self.mark,
            });
        }
        Ok(())
    }

    pub(super) fn drop_candidate(&mut self) -> Scanned<()> {
        match self.candidates[self.flow_level].take() {
            Some(candidate) if candidate.required => Err(self.unfinished_key(&candidate)),
            _ => Ok(()),
        }
    }

    pub(super) fn drop_stale(&mut self) -> Scanned<()> {
        let (line, index) = (self.mark.line, self.mark.index);
        for level in 0..self.candidates.len() {
            let Some(candidate) = self.candidates[level] else {
                continue;
            };
            if candidate.mark.line == line && index - candidate.mark.index <= LONGEST_KEY {
                continue;
            }
            if candidate.required {
                return Err(self.unfinished_key(&candidate));
            }
            self.candidates[level] = None;
        }
        Ok(())
    }

    fn unfinished_key(&self, candidate: &Candidate) -> Problem {
        Problem::new(self.mark.byte, "the `:` of the key before is missing")
            .within(candidate.mark.byte, "this was taken for a key")
            .help("write `key: value`, or indent the line deeper if it continues the one before")
    }
}
