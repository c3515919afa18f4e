//! Two texts without a common ancestor, made one: what only one of them has is taken, what both
//! have differently is marked.

use similar::{DiffTag, TextDiff};

/// Two texts made one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The text, with marks at conflicts.
    pub text: String,
    /// How many places are marked.
    pub conflicts: usize,
}

/// Makes one text of what is there and what a template brings.
#[must_use]
pub fn two_way(mine: &str, theirs: &str) -> Merged {
    let difference = TextDiff::configure()
        .timeout(std::time::Duration::from_secs(2))
        .diff_lines(mine, theirs);
    let (old, new) = (difference.old_slices(), difference.new_slices());
    let mut merged = Merged {
        text: String::with_capacity(mine.len() + theirs.len()),
        conflicts: 0,
    };
    let ending = if mine.contains("\r\n") { "\r\n" } else { "\n" };
    for step in difference.ops() {
        let (mine, theirs) = (&old[step.old_range()], &new[step.new_range()]);
        match step.tag() {
            DiffTag::Equal | DiffTag::Delete => merged.text.extend(mine.iter().copied()),
            DiffTag::Insert => merged.lines(theirs, ending),
            DiffTag::Replace => {
                merged.conflicts += 1;
                merged.line("<<<<<<< yours", ending);
                merged.lines(mine, ending);
                merged.line("=======", ending);
                merged.lines(theirs, ending);
                merged.line(">>>>>>> template", ending);
            }
        }
    }
    merged
}

impl Merged {
    fn lines(&mut self, lines: &[&str], ending: &str) {
        self.fresh(ending);
        self.text.extend(lines.iter().copied());
    }

    fn line(&mut self, line: &str, ending: &str) {
        self.fresh(ending);
        self.text.push_str(line);
        self.text.push_str(ending);
    }

    /// A last line without an end gets one, before anything follows it.
    fn fresh(&mut self, ending: &str) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push_str(ending);
        }
    }
}
