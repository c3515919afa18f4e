//! Three versions of a text become one: what only one side changed is taken over, what both changed
//! in different ways is a conflict. Lines are compared, as version control does it.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

use crate::newline::{Newline, unified};

/// A part of a merged text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergePiece {
    /// Lines about which there is nothing to decide.
    Agreed(String),
    /// Lines that both sides changed in different ways.
    Conflict {
        /// As it was.
        base: String,
        /// As the person changed it.
        mine: String,
        /// As the template changed it.
        theirs: String,
    },
}

/// Which side of a conflict is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// What the person has.
    Mine,
    /// What the template has now.
    Theirs,
    /// First what the person has, then what the template has.
    Both,
    /// What the person wrote in its place.
    Own(String),
}

/// A merged text with the conflicts that are left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Merged {
    /// The parts in order.
    pub pieces: Vec<MergePiece>,
}

impl Merged {
    /// Merges two changed versions of a text. Line ends follow `mine`.
    #[must_use]
    pub fn of(base: &str, mine: &str, theirs: &str) -> Self {
        let end = Newline::of(mine);
        let (base, mine, theirs) = (unified(base), unified(mine), unified(theirs));
        let texts = Texts {
            base: lines(&base),
            mine: lines(&mine),
            theirs: lines(&theirs),
        };
        let mut merged = Self::default();
        for step in texts.steps() {
            texts.settle(step, &mut merged);
        }
        merged.put_line_ends(end);
        merged
    }

    /// How many conflicts are left.
    #[must_use]
    pub fn conflicts(&self) -> usize {
        let is_conflict = |piece: &&MergePiece| matches!(piece, MergePiece::Conflict { .. });
        self.pieces.iter().filter(is_conflict).count()
    }

    /// The text, when no conflict is left.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        (self.conflicts() == 0).then(|| self.resolved(&[]))
    }

    /// The text with every conflict decided, in order; undecided ones stay as the person has them.
    #[must_use]
    pub fn resolved(&self, sides: &[Side]) -> String {
        let mut sides = sides.iter();
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                MergePiece::Agreed(text) => out.push_str(text),
                MergePiece::Conflict { mine, theirs, .. } => match sides.next() {
                    None | Some(Side::Mine) => out.push_str(mine),
                    Some(Side::Theirs) => out.push_str(theirs),
                    Some(Side::Both) => {
                        out.push_str(mine);
                        end_line(&mut out);
                        out.push_str(theirs);
                    }
                    Some(Side::Own(text)) => out.push_str(text),
                },
            }
        }
        out
    }

    /// The text with the conflicts marked as version control marks them.
    #[must_use]
    pub fn with_marks(&self, mine: &str, base: &str, theirs: &str) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                MergePiece::Agreed(text) => out.push_str(text),
                MergePiece::Conflict {
                    base: old,
                    mine: ours,
                    theirs: new,
                } => {
                    let parts = [
                        ("<<<<<<<", mine, ours),
                        ("|||||||", base, old),
                        ("=======", "", new),
                    ];
                    for (mark, label, text) in parts {
                        end_line(&mut out);
                        out.push_str(format!("{mark} {label}").trim_end());
                        out.push('\n');
                        out.push_str(text);
                    }
                    end_line(&mut out);
                    out.push_str(&format!(">>>>>>> {theirs}\n"));
                }
            }
        }
        out
    }

    fn agree(&mut self, text: String) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(MergePiece::Agreed(last)) => last.push_str(&text),
            _ => self.pieces.push(MergePiece::Agreed(text)),
        }
    }

    fn put_line_ends(&mut self, end: Newline) {
        for piece in &mut self.pieces {
            let texts = match piece {
                MergePiece::Agreed(text) => vec![text],
                MergePiece::Conflict { base, mine, theirs } => vec![base, mine, theirs],
            };
            for text in texts {
                *text = end.put(std::mem::take(text));
            }
        }
    }
}

/// Starts a new line unless one has just been started.
fn end_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with(['\n', '\r']) {
        out.push('\n');
    }
}

/// The lines of a text with their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Lines of one side that differ from lines of the other.
#[derive(Debug, Clone)]
pub(crate) struct Hunk {
    pub(crate) before: Range<usize>,
    pub(crate) after: Range<usize>,
}

/// Where two lists of lines differ.
pub(crate) fn hunks(before: &[&str], after: &[&str]) -> Vec<Hunk> {
    let mut input = InternedInput::default();
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let whole = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks()
        .map(|hunk| Hunk {
            before: whole(hunk.before),
            after: whole(hunk.after),
        })
        .collect()
}

/// How many lines have to go and to come to make one text of the other.
pub(crate) fn changed_lines(before: &str, after: &str) -> usize {
    let (before, after) = (unified(before), unified(after));
    hunks(&lines(&before), &lines(&after))
        .iter()
        .map(|hunk| hunk.before.len() + hunk.after.len())
        .sum()
}

struct Texts<'a> {
    base: Vec<&'a str>,
    mine: Vec<&'a str>,
    theirs: Vec<&'a str>,
}

/// Lines that belong together in the three versions.
struct Step {
    base: Range<usize>,
    mine: Range<usize>,
    theirs: Range<usize>,
}

impl Texts<'_> {
    /// Goes through the three versions: stretches all agree about, and stretches one changed.
    fn steps(&self) -> Vec<Step> {
        let mine = hunks(&self.base, &self.mine);
        let theirs = hunks(&self.base, &self.theirs);
        let (mut next_mine, mut next_theirs) = (mine.iter().peekable(), theirs.iter().peekable());
        let mut steps = Vec::new();
        let mut at = Step {
            base: 0..0,
            mine: 0..0,
            theirs: 0..0,
        };
        loop {
            let starts =
                [next_mine.peek(), next_theirs.peek()].map(|one| one.map(|hunk| hunk.before.start));
            let Some(start) = starts.into_iter().flatten().min() else {
                break;
            };
            at = at.equal_until(start, &mut steps);
            let (mut end, mut mine_end, mut theirs_end) = (start, None, None);
            loop {
                if let Some(hunk) = next_mine.next_if(|hunk| hunk.before.start <= end) {
                    end = end.max(hunk.before.end);
                    mine_end = Some(hunk.clone());
                } else if let Some(hunk) = next_theirs.next_if(|hunk| hunk.before.start <= end) {
                    end = end.max(hunk.before.end);
                    theirs_end = Some(hunk.clone());
                } else {
                    break;
                }
            }
            at = at.changed_until(end, (mine_end, theirs_end), &mut steps);
        }
        at.equal_until(self.base.len(), &mut steps);
        steps
    }

    fn settle(&self, step: Step, merged: &mut Merged) {
        let base = &self.base[step.base];
        let (mine, theirs) = (&self.mine[step.mine], &self.theirs[step.theirs]);
        if mine == theirs || base == theirs {
            merged.agree(mine.concat());
        } else if base == mine {
            merged.agree(theirs.concat());
        } else {
            let head = mine
                .iter()
                .zip(theirs)
                .take_while(|(one, other)| one == other)
                .count();
            let rest = mine[head..].iter().rev().zip(theirs[head..].iter().rev());
            let tail = rest.take_while(|(one, other)| one == other).count();
            merged.agree(mine[..head].concat());
            merged.pieces.push(MergePiece::Conflict {
                base: base.concat(),
                mine: mine[head..mine.len() - tail].concat(),
                theirs: theirs[head..theirs.len() - tail].concat(),
            });
            merged.agree(mine[mine.len() - tail..].concat());
        }
    }
}

impl Step {
    /// Moves over lines all three have, up to a line of the base.
    fn equal_until(self, base: usize, steps: &mut Vec<Self>) -> Self {
        let length = base - self.base.end;
        let ends = (base, self.mine.end + length, self.theirs.end + length);
        self.next(ends, steps)
    }

    /// Moves over lines one or both changed, up to a line of the base; the last hunk of each side
    /// tells how its lines are counted from there.
    fn changed_until(
        self,
        base: usize,
        (mine, theirs): (Option<Hunk>, Option<Hunk>),
        steps: &mut Vec<Self>,
    ) -> Self {
        let end = |last: Option<Hunk>, before: &Range<usize>| match last {
            Some(hunk) => hunk.after.end + (base - hunk.before.end),
            None => before.end + (base - self.base.end),
        };
        let ends = (base, end(mine, &self.mine), end(theirs, &self.theirs));
        self.next(ends, steps)
    }

    fn next(self, (base, mine, theirs): (usize, usize, usize), steps: &mut Vec<Self>) -> Self {
        let step = || Self {
            base: self.base.end..base,
            mine: self.mine.end..mine,
            theirs: self.theirs.end..theirs,
        };
        steps.push(step());
        step()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn merged(base: &str, mine: &str, theirs: &str) -> String {
        Merged::of(base, mine, theirs).with_marks("mine", "base", "theirs")
    }

    #[test]
    fn changes_in_different_places_are_both_taken() {
        let base = "a\nb\nc\nd\ne\n";
        let found = Merged::of(base, "a\nB\nc\nd\ne\n", "a\nb\nc\nd\nE\nf\n");
        assert_eq!(found.text().as_deref(), Some("a\nB\nc\nd\nE\nf\n"));
        let same = Merged::of(base, "a\nx\nc\nd\ne\n", "a\nx\nc\nd\ne\n");
        assert_eq!(same.text().as_deref(), Some("a\nx\nc\nd\ne\n"));
    }

    #[test]
    fn changes_in_one_place_are_a_conflict_without_the_lines_both_have() {
        insta::assert_snapshot!(
            merged("a\nb\nc\n", "a\nmine\nboth\nc\n", "a\ntheirs\nboth\nc\n"),
            @r#"
            a
            <<<<<<< mine
            mine
            ||||||| base
            b
            =======
            theirs
            >>>>>>> theirs
            both
            c
            "#
        );
        let found = Merged::of("a\nb\nc\n", "a\nmine\nc\n", "a\nb2\nc\n");
        assert_eq!(found.resolved(&[]), "a\nmine\nc\n");
        assert_eq!(found.resolved(&[Side::Theirs]), "a\nb2\nc\n");
        assert_eq!(found.resolved(&[Side::Both]), "a\nmine\nb2\nc\n");
        assert_eq!(found.resolved(&[Side::Own("x\n".to_owned())]), "a\nx\nc\n");
    }

    #[test]
    fn line_ends_of_the_person_stay() {
        let found = Merged::of("a\nb\nc\n", "a\r\nb\r\nc\r\n", "a\nb\nC\n");
        assert_eq!(found.text().as_deref(), Some("a\r\nb\r\nC\r\n"));
    }

    #[test]
    fn a_last_line_without_an_end_is_kept_apart_from_marks() {
        insta::assert_snapshot!(merged("a", "b", "c"), @r#"
        <<<<<<< mine
        b
        ||||||| base
        a
        =======
        c
        >>>>>>> theirs
        "#);
    }

    fn text() -> impl Strategy<Value = String> {
        proptest::collection::vec("[abc]", 0..9).prop_map(|lines| lines.join("\n"))
    }

    proptest! {
        #[test]
        fn an_unchanged_side_gives_way(base in text(), other in text()) {
            prop_assert_eq!(Merged::of(&base, &base, &other).text(), Some(other.clone()));
            prop_assert_eq!(Merged::of(&base, &other, &base).text(), Some(other.clone()));
            prop_assert_eq!(Merged::of(&base, &other, &other).text(), Some(other));
        }

        #[test]
        fn each_side_can_be_had_back_where_all_conflicts_are_its(base in text(), mine in text(), theirs in text()) {
            let found = Merged::of(&base, &mine, &theirs);
            let back = Merged::of(&base, &theirs, &mine);
            prop_assert_eq!(found.conflicts(), back.conflicts());
            let swapped = vec![Side::Theirs; back.conflicts()];
            prop_assert_eq!(found.resolved(&[]), back.resolved(&swapped));
        }
    }
}
