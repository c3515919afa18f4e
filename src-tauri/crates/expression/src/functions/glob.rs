//! Which paths fit a pattern: `*`, `?`, `[ab]`, `[!ab]`, and `**` for any number of folders.

use std::collections::{BTreeMap, HashSet};

use super::world_fault;
use crate::error::Fault;
use crate::value::{normal, quoted};
use crate::world::{EntryKind, World};

/// No pattern may find more paths.
const MOST: usize = 1_000_000;
/// Folders nested deeper are not looked into.
const DEEPEST: usize = 128;

/// The paths below a root that fit a pattern, ordered by their steps, each once.
pub(crate) fn find(
    world: &mut dyn World,
    root: &str,
    pattern: &str,
) -> Result<Vec<(String, EntryKind)>, Fault> {
    if pattern.is_empty() {
        return Err(Fault::new(format!(
            "Unacceptable pattern: {}",
            quoted(pattern)
        )));
    }
    if pattern.starts_with('/') {
        return Err(Fault::new("Non-relative patterns are unsupported"));
    }
    let tidy = normal(pattern);
    if tidy == "." {
        return Err(Fault::new(format!(
            "Unacceptable pattern: {}",
            quoted(pattern)
        )));
    }
    let mut steps: Vec<&str> = tidy.split('/').collect();
    steps.dedup_by(|later, first| *later == "**" && *first == "**");
    if steps
        .iter()
        .any(|step| step.contains("**") && *step != "**")
    {
        let message = "Invalid pattern: '**' can only be an entire path component";
        return Err(Fault::new(message));
    }
    let only_folders = pattern.ends_with('/');
    let mut search = Search {
        only_folders,
        world,
        found: BTreeMap::new(),
        seen: HashSet::new(),
    };
    let root = Spot {
        trail: Vec::new(),
        path: root.to_owned(),
        kind: EntryKind::Folder,
    };
    search.descend(root, &steps)?;
    Ok(search.found.into_values().collect())
}

struct Search<'w> {
    world: &'w mut dyn World,
    only_folders: bool,
    found: BTreeMap<Vec<String>, (String, EntryKind)>,
    /// Paths with the number of steps that were left there: several `**` lead to the same place
    /// in very many ways.
    seen: HashSet<(String, usize)>,
}

/// A path on the way down: the steps below the root, the path itself, and what it is.
struct Spot {
    trail: Vec<String>,
    path: String,
    kind: EntryKind,
}

impl Spot {
    fn inside(&self, name: &str, kind: EntryKind) -> Self {
        let mut trail = self.trail.clone();
        trail.push(name.to_owned());
        Self {
            trail,
            path: join(&self.path, name),
            kind,
        }
    }

    fn has_inside(&self) -> bool {
        self.kind.is_folder() && self.trail.len() <= DEEPEST
    }
}

impl Search<'_> {
    /// Matches the steps that are left against what lies below a spot.
    fn descend(&mut self, spot: Spot, steps: &[&str]) -> Result<(), Fault> {
        let Some((step, rest)) = steps.split_first() else {
            return self.keep(spot);
        };
        if !spot.has_inside() || !self.seen.insert((spot.path.clone(), steps.len())) {
            return Ok(());
        }
        if *step == "**" {
            return self.any_depth(&spot, rest);
        }
        if !step.contains(['*', '?', '[']) {
            let kind = self
                .world
                .kind(&join(&spot.path, step))
                .map_err(world_fault)?;
            return kind.map_or(Ok(()), |kind| self.descend(spot.inside(step, kind), rest));
        }
        for entry in self.world.entries(&spot.path).map_err(world_fault)? {
            if fits(step, &entry.name) {
                self.descend(spot.inside(&entry.name, entry.kind), rest)?;
            }
        }
        Ok(())
    }

    /// `**`: this folder and all real folders below; links to folders are not followed.
    fn any_depth(&mut self, spot: &Spot, rest: &[&str]) -> Result<(), Fault> {
        let here = Spot {
            trail: spot.trail.clone(),
            path: spot.path.clone(),
            kind: spot.kind,
        };
        self.descend(here, rest)?;
        if !spot.has_inside() {
            return Ok(());
        }
        for entry in self.world.entries(&spot.path).map_err(world_fault)? {
            if entry.kind == EntryKind::Folder {
                self.any_depth(&spot.inside(&entry.name, entry.kind), rest)?;
            }
        }
        Ok(())
    }

    fn keep(&mut self, spot: Spot) -> Result<(), Fault> {
        if self.only_folders && !spot.kind.is_folder() {
            return Ok(());
        }
        if self.found.len() >= MOST {
            return Err(Fault::new(format!(
                "the pattern finds more than {MOST} paths"
            )));
        }
        self.found.insert(spot.trail, (spot.path, spot.kind));
        Ok(())
    }
}

fn join(folder: &str, name: &str) -> String {
    match folder {
        "." => name.to_owned(),
        folder if folder.ends_with('/') => format!("{folder}{name}"),
        folder => format!("{folder}/{name}"),
    }
}

/// Whether a name fits one step of a pattern.
fn fits(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            p += 1;
            retry = Some((p, n));
        } else if let Some(next) = one(&pattern, p, name[n]) {
            p = next;
            n += 1;
        } else if let Some((back, from)) = retry {
            p = back;
            n = from + 1;
            retry = Some((back, n));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Matches one character; answers where the pattern goes on.
fn one(pattern: &[char], at: usize, c: char) -> Option<usize> {
    match pattern.get(at)? {
        '?' => Some(at + 1),
        '[' => match class(pattern, at) {
            Some((members, inverted, end)) => (holds(members, c) != inverted).then_some(end),
            None => (c == '[').then_some(at + 1),
        },
        plain => (*plain == c).then_some(at + 1),
    }
}

/// The members of a `[…]`, whether it is inverted, and where it ends; none if it is not closed.
fn class(pattern: &[char], at: usize) -> Option<(&[char], bool, usize)> {
    let inverted = pattern.get(at + 1) == Some(&'!');
    let start = at + 1 + usize::from(inverted);
    let close = (start + 1..pattern.len()).find(|end| pattern[*end] == ']')?;
    Some((&pattern[start..close], inverted, close + 1))
}

fn holds(members: &[char], c: char) -> bool {
    let mut at = 0;
    while at < members.len() {
        if members.get(at + 1) == Some(&'-') && at + 2 < members.len() {
            if members[at] <= c && c <= members[at + 2] {
                return true;
            }
            at += 3;
        } else {
            if members[at] == c {
                return true;
            }
            at += 1;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn names_fit_patterns_as_in_a_shell_and_hidden_names_do_too() {
        for (pattern, name, answer) in [
            ("*.txt", "a.txt", true),
            ("*", ".hidden", true),
            ("?.txt", "ab.txt", false),
            ("[ab].txt", "a.txt", true),
            ("[!a]*.txt", "empty.txt", true),
            ("[!a]*.txt", "a.txt", false),
            ("[a-c]", "b", true),
            ("[]]", "]", true),
            ("[", "[", true),
            ("a*b*c", "aXbXbc", true),
            ("A", "a", false),
        ] {
            assert_eq!(fits(pattern, name), answer, "{pattern} {name}");
        }
    }
}
