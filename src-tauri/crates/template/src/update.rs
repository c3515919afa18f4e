//! What a newer version of a template changes in a project: a plan, file by file.
//!
//! Three lists of files go in: what the old version made, what the new one makes, and what the
//! person has. What the person did not touch follows the template; what both changed is merged; what
//! cannot be merged is told as data. What the person deleted stays deleted.

use std::collections::{BTreeMap, BTreeSet};

use crate::cruft::CRUFT_FILE;
use crate::files::{Files, Item};
use crate::merge::{Merged, changed_lines};
use crate::skip;

/// The three states of a project, and what is left alone.
#[derive(Debug, Clone, Copy)]
pub struct UpdateInput<'a> {
    /// What the version made that the project came from.
    pub old: &'a Files,
    /// What the new version makes.
    pub new: &'a Files,
    /// What the person has.
    pub mine: &'a Files,
    /// Paths and patterns that are left alone, as `.cruft.json` has them.
    pub skip: &'a [String],
}

/// What an update does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// The changes by path; files that stay as they are do not appear.
    pub changes: Vec<Change>,
}

/// What happens to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its path in the project.
    pub path: String,
    /// The path it moves away from, when the template moved it.
    pub from: Option<String>,
    /// What happens.
    pub kind: ChangeKind,
}

/// What can happen to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// The template has it anew.
    Add(Item),
    /// The template changed it and the person did not; also after a move without changes.
    Replace(Item),
    /// Both changed it, in different places.
    Merge(Item),
    /// Somebody has to decide.
    Conflict(Conflict),
    /// The template has it no more, and the person did not change it.
    Remove,
    /// Only the permission to execute changes.
    Mode {
        /// Whether it may be executed.
        executable: bool,
    },
    /// The template changed it, but the person deleted it: it stays deleted.
    StaysDeleted,
    /// The template changed it, but it is to be left alone.
    Skipped,
}

/// Why somebody has to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// Both changed the same lines.
    Text {
        /// The text with its conflicts.
        merged: Merged,
        /// Whether the file may be executed.
        executable: bool,
    },
    /// Both changed a file that is no text, or one of them made a link of it.
    Whole {
        /// As it was; `None` when both added it.
        base: Option<Item>,
        /// As the person has it.
        mine: Item,
        /// As the template has it now.
        theirs: Item,
    },
    /// The template has it no more, but the person changed it.
    RemovedThere {
        /// As the person has it.
        mine: Item,
    },
    /// The template has a file where the person has a folder, or the other way round.
    InTheWay {
        /// What the template has.
        theirs: Item,
        /// The path of the person's file or folder.
        path: String,
    },
}

impl Update {
    /// The changes that need a decision.
    pub fn conflicts(&self) -> impl Iterator<Item = &Change> {
        let is_open = |change: &&Change| matches!(change.kind, ChangeKind::Conflict(_));
        self.changes.iter().filter(is_open)
    }
}

/// What a newer version of a template changes in a project.
#[must_use]
pub fn update(input: &UpdateInput<'_>) -> Update {
    let moved = moves(input);
    let gone: BTreeSet<&str> = moved.values().map(String::as_str).collect();
    let paths: BTreeSet<&String> = input.old.keys().chain(input.new.keys()).collect();
    let mut changes = Vec::new();
    for path in paths {
        if path == CRUFT_FILE || gone.contains(path.as_str()) {
            continue;
        }
        let from = moved.get(path.as_str());
        let here = from.unwrap_or(path);
        let kind = kind(input, path, here);
        if let Some(kind) = kind {
            changes.push(Change {
                path: path.clone(),
                from: from.cloned(),
                kind,
            });
        }
    }
    Update { changes }
}

/// What happens to a file that lay at `here` before.
fn kind(input: &UpdateInput<'_>, path: &str, here: &str) -> Option<ChangeKind> {
    let (old, mine) = (input.old.get(here), input.mine.get(here));
    let new = input.new.get(path);
    let is_changed = old != new || here != path;
    if is_changed && skip::is_skipped(input.skip, path) {
        return Some(ChangeKind::Skipped);
    }
    match (old, new, mine) {
        (_, None, None) => None,
        (Some(old), Some(new), None) => (old != new).then_some(ChangeKind::StaysDeleted),
        (None, Some(new), None) => Some(added(input.mine, path, new)),
        (Some(old), None, Some(mine)) if old.holds_same(mine) => Some(ChangeKind::Remove),
        (_, None, Some(mine)) => Some(ChangeKind::Conflict(Conflict::RemovedThere {
            mine: mine.clone(),
        })),
        (old, Some(new), Some(mine)) => three(old, new, mine, here != path),
    }
}

fn added(mine: &Files, path: &str, new: &Item) -> ChangeKind {
    let above = path
        .match_indices('/')
        .map(|(at, _)| &path[..at])
        .find(|above| mine.contains_key(*above));
    let prefix = format!("{path}/");
    let below = mine
        .range(prefix.clone()..)
        .next()
        .filter(|(other, _)| other.starts_with(&prefix));
    match above.or(below.map(|_| path)) {
        Some(in_the_way) => ChangeKind::Conflict(Conflict::InTheWay {
            theirs: new.clone(),
            path: in_the_way.to_owned(),
        }),
        None => ChangeKind::Add(new.clone()),
    }
}

fn three(old: Option<&Item>, new: &Item, mine: &Item, moved: bool) -> Option<ChangeKind> {
    let executable = program(old, new, mine);
    if new.holds_same(mine) || old.is_some_and(|old| old.holds_same(new)) {
        return match (moved, executable == mine.is_program()) {
            (true, _) => Some(ChangeKind::Replace(mine.with_program(executable))),
            (false, true) => None,
            (false, false) => Some(ChangeKind::Mode { executable }),
        };
    }
    if old.is_some_and(|old| old.holds_same(mine)) {
        return Some(ChangeKind::Replace(new.with_program(executable)));
    }
    let base = old.map_or(Some(""), Item::text);
    let (Some(base), Some(my_text), Some(their_text)) = (base, mine.text(), new.text()) else {
        return Some(ChangeKind::Conflict(Conflict::Whole {
            base: old.cloned(),
            mine: mine.clone(),
            theirs: new.clone(),
        }));
    };
    let merged = Merged::of(base, my_text, their_text);
    Some(match merged.text() {
        Some(text) if text == my_text && executable == mine.is_program() && !moved => return None,
        Some(text) => ChangeKind::Merge(Item::file(executable, text.into_bytes())),
        None => ChangeKind::Conflict(Conflict::Text { merged, executable }),
    })
}

/// Whether the file may be executed: the template's change is taken over, else the person's stays.
fn program(old: Option<&Item>, new: &Item, mine: &Item) -> bool {
    match old {
        Some(old) if old.is_program() != new.is_program() => new.is_program(),
        _ => mine.is_program(),
    }
}

/// Files the template moved, new path to old path: gone there, new here, and alike.
fn moves(input: &UpdateInput<'_>) -> BTreeMap<String, String> {
    /// More pairs than this are not looked at line by line.
    const MOST_PAIRS: usize = 2_000;
    let gone: Vec<(&String, &Item)> = input
        .old
        .iter()
        .filter(|(path, _)| !input.new.contains_key(*path) && input.mine.contains_key(*path))
        .collect();
    let come: Vec<(&String, &Item)> = input
        .new
        .iter()
        .filter(|(path, _)| !input.old.contains_key(*path) && !input.mine.contains_key(*path))
        .collect();
    let look_closely = gone.len() * come.len() <= MOST_PAIRS;
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut taken: BTreeSet<&String> = BTreeSet::new();
    for (to, new) in &come {
        let best = gone
            .iter()
            .filter(|(from, _)| !taken.contains(from))
            .map(|(from, old)| {
                (
                    likeness(old, new, look_closely),
                    name(from) == name(to),
                    *from,
                )
            })
            .filter(|(alike, ..)| *alike >= 60)
            .max_by_key(|(alike, same_name, _)| (*alike, *same_name));
        if let Some((_, _, from)) = best {
            taken.insert(from);
            found.insert((*to).clone(), from.clone());
        }
    }
    found
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// How much of two files is the same, in hundredths.
fn likeness(old: &Item, new: &Item, look_closely: bool) -> usize {
    let is_empty = |item: &Item| matches!(item, Item::File { bytes, .. } if bytes.is_empty());
    if is_empty(old) || is_empty(new) {
        return 0;
    }
    if old.holds_same(new) {
        return 100;
    }
    let (Some(old), Some(new)) = (old.text(), new.text()) else {
        return 0;
    };
    let (one, other) = (old.lines().count(), new.lines().count());
    let lines = one + other;
    if !look_closely || one.min(other) * 100 < one.max(other) * 60 || lines < 4 {
        return 0;
    }
    100 - (changed_lines(old, new) * 100 / lines).min(100)
}

/// How far a project is from what a version of a template makes. The smallest is the closest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Distance {
    /// Lines that differ; all lines of files that are missing.
    pub lines: usize,
    /// Files the project does not have.
    pub missing: usize,
    /// Files that differ.
    pub changed: usize,
}

/// How far a project is from what a version of a template makes; files of its own do not count.
/// This is how the version is found that a project was once made from.
#[must_use]
pub fn distance(made: &Files, mine: &Files) -> Distance {
    let mut found = Distance::default();
    for (path, item) in made.iter().filter(|(path, _)| *path != CRUFT_FILE) {
        match (mine.get(path), item.text()) {
            (Some(mine), _) if mine.holds_same(item) => {}
            (Some(mine), text) => {
                found.changed += 1;
                found.lines += match (text, mine.text()) {
                    (Some(text), Some(mine)) => changed_lines(text, mine),
                    _ => 1,
                };
            }
            (None, text) => {
                found.missing += 1;
                found.lines += text.map_or(1, |text| text.lines().count().max(1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(all: &[(&str, &str)]) -> Files {
        all.iter()
            .map(|(path, text)| {
                let executable = text.starts_with("#!");
                ((*path).to_owned(), Item::file(executable, text.as_bytes()))
            })
            .collect()
    }

    fn told(old: &Files, new: &Files, mine: &Files, skip: &[&str]) -> String {
        let skip: Vec<String> = skip.iter().map(|one| (*one).to_owned()).collect();
        let input = UpdateInput {
            old,
            new,
            mine,
            skip: &skip,
        };
        let line = |change: &Change| {
            let what = match &change.kind {
                ChangeKind::Add(item) => format!("add {:?}", item.text().unwrap_or("binary")),
                ChangeKind::Replace(item) => {
                    format!("replace {:?}", item.text().unwrap_or("binary"))
                }
                ChangeKind::Merge(item) => format!("merge {:?}", item.text().unwrap_or("binary")),
                ChangeKind::Conflict(Conflict::Text { merged, .. }) => {
                    format!("conflict {:?}", merged.with_marks("m", "b", "t"))
                }
                ChangeKind::Conflict(Conflict::InTheWay { path, .. }) => {
                    format!("in the way {path}")
                }
                ChangeKind::Conflict(Conflict::Whole { .. }) => "whole conflict".to_owned(),
                ChangeKind::Conflict(Conflict::RemovedThere { .. }) => "removed there".to_owned(),
                ChangeKind::Mode { executable } => format!("mode {executable}"),
                other => format!("{other:?}"),
            };
            let from = change
                .from
                .as_ref()
                .map_or(String::new(), |from| format!(" from {from}"));
            format!("{}{from}: {what}", change.path)
        };
        update(&input)
            .changes
            .iter()
            .map(line)
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn every_way_a_file_can_change_is_told() {
        let old = files(&[
            ("added-by-both", "-"),
            ("bin", "a\0"),
            ("conflict", "a\nb\nc\n"),
            ("dead", "1\n"),
            ("deleted-here", "x\n"),
            ("dropped", "y\n"),
            ("dropped-but-mine", "z\n"),
            ("merge", "a\nb\nc\nd\n"),
            ("mode", "#!x\n"),
            ("same", "s\n"),
            ("skipped/a", "1\n"),
            ("taken", "old\n"),
        ]);
        let mut old = old;
        old.remove("added-by-both");
        let new = files(&[
            ("added-by-both", "theirs\n"),
            ("added-same", "same\n"),
            ("bin", "b\0"),
            ("conflict", "a\nB\nc\n"),
            ("deleted-here", "xx\n"),
            ("folder/x", "f\n"),
            ("merge", "a\nb\nc\nD\n"),
            ("mode", "x\n"),
            ("new", "n\n"),
            ("same", "s\n"),
            ("skipped/a", "2\n"),
            ("taken", "new\n"),
        ]);
        let mine = files(&[
            ("added-by-both", "mine\n"),
            ("added-same", "same\n"),
            ("bin", "c\0"),
            ("conflict", "a\nm\nc\n"),
            ("dropped", "y\n"),
            ("dropped-but-mine", "Z\n"),
            ("folder", "a file\n"),
            ("merge", "A\nb\nc\nd\n"),
            ("mode", "#!x\n"),
            ("own", "o\n"),
            ("same", "changed\n"),
            ("skipped/a", "1\n"),
            ("taken", "old\n"),
        ]);
        insta::assert_snapshot!(told(&old, &new, &mine, &["skipped"]), @r#"
        added-by-both: conflict "<<<<<<< m\nmine\n||||||| b\n=======\ntheirs\n>>>>>>> t\n"
        bin: whole conflict
        conflict: conflict "a\n<<<<<<< m\nm\n||||||| b\nb\n=======\nB\n>>>>>>> t\nc\n"
        deleted-here: StaysDeleted
        dropped: Remove
        dropped-but-mine: removed there
        folder/x: in the way folder
        merge: merge "A\nb\nc\nD\n"
        mode: replace "x\n"
        new: add "n\n"
        skipped/a: Skipped
        taken: replace "new\n"
        "#);
    }

    #[test]
    fn a_file_the_template_moved_takes_the_persons_changes_along() {
        let body = "one\ntwo\nthree\nfour\nfive\n";
        let old = files(&[("a.txt", body), ("b.txt", "other\nlines\nhere\nnow\n")]);
        let new = files(&[
            ("src/a.txt", "one\ntwo\nthree\nfour\nFIVE\n"),
            ("c.txt", "other\nlines\nhere\nnow\n"),
        ]);
        let mine = files(&[
            ("a.txt", "ONE\ntwo\nthree\nfour\nfive\n"),
            ("b.txt", "other\nlines\nhere\nnow\n"),
        ]);
        insta::assert_snapshot!(told(&old, &new, &mine, &[]), @r#"
        c.txt from b.txt: replace "other\nlines\nhere\nnow\n"
        src/a.txt from a.txt: merge "ONE\ntwo\nthree\nfour\nFIVE\n"
        "#);
    }

    #[test]
    fn the_closest_version_has_the_smallest_distance() {
        let mine = files(&[("a", "1\n2\n3\n"), ("own", "x")]);
        let near = distance(&files(&[("a", "1\n2\n4\n")]), &mine);
        let far = distance(&files(&[("a", "1\n2\n4\n"), ("b", "1\n2\n")]), &mine);
        assert_eq!((near.lines, near.changed, near.missing), (2, 1, 0));
        assert_eq!((far.lines, far.missing), (4, 1));
        assert!(near < far);
        assert_eq!(
            distance(&files(&[("a", "1\n2\n3\n")]), &mine),
            Distance::default()
        );
    }
}
