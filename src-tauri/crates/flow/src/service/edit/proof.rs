//! The proof that an edit changed one place and nothing else: the file is read again and compared.

use std::collections::HashSet;
use std::sync::Arc;

use source::Text;

use super::{At, Edit, EditError, apply, find, is_named};
use crate::yaml::{self, Node, NodeKind, Pair};

/// The edits, if the file reads after them, and differs only in a key or an item under a path.
pub(super) fn alone(
    text: &Text,
    path: &[At],
    at: &At,
    edits: Vec<Edit>,
) -> Result<Vec<Edit>, EditError> {
    let after = Text::new(text.name(), apply(text.content(), &edits));
    let (before, after) = (yaml::read(text).tree, yaml::read(&after));
    let mut comparison = Comparison::default();
    let same = match (&before, &after.tree) {
        (Some(before), Some(after)) => comparison.apart_from(before, after, path, at),
        _ => false,
    };
    match same && after.diagnostics.is_empty() {
        true => Ok(edits),
        false => Err(EditError::Entangled {
            file: text.name().to_owned(),
            what: match at {
                At::Key(key) => format!("`{key}`"),
                At::Item(at) => format!("item {at}"),
            },
        }),
    }
}

/// Whether a key under a path has a value, as it reads alone.
pub(super) fn holds(text: &Text, path: &[At], (key, value): (&str, &str)) -> bool {
    let value = value.trim_end_matches('\n').replace('\n', "\n  ");
    let wanted = yaml::read(&Text::new("value", format!("key: {value}\n"))).tree;
    let read = yaml::read(text).tree;
    let block = find(read.as_ref(), path).map(|(_, block)| block);
    let found = block.and_then(|block| block.get(key));
    let wanted = wanted.as_ref().and_then(|whole| whole.get("key"));
    let both = found.zip(wanted);
    both.is_some_and(|(found, wanted)| Comparison::default().nodes(found, wanted))
}

/// Trees compared without their places.
#[derive(Default)]
struct Comparison {
    /// Shared nodes that were found to be the same: aliases could repeat them endlessly.
    same: HashSet<(*const Node, *const Node)>,
}

impl Comparison {
    fn apart_from(&mut self, before: &Node, after: &Node, path: &[At], at: &At) -> bool {
        match (&before.kind, &after.kind) {
            (NodeKind::Mapping(old), NodeKind::Mapping(new)) => {
                let step = path.first().unwrap_or(at);
                let At::Key(name) = step else { return false };
                let (found, old) = taken(old, name);
                let (other, new) = taken(new, name);
                self.pairs(&old, &new) && self.below(found.zip(other), path, at)
            }
            (NodeKind::Sequence(old), NodeKind::Sequence(new)) => {
                match path.first().unwrap_or(at) {
                    At::Item(at) if path.is_empty() => self.items_but(old, new, *at),
                    At::Item(here) => {
                        let found = old.get(*here).zip(new.get(*here));
                        let others = |items: &[Arc<Node>]| {
                            let all = items.iter().enumerate();
                            let others = all.filter(|(number, _)| number != here);
                            others.map(|(_, item)| Arc::clone(item)).collect::<Vec<_>>()
                        };
                        self.items(&others(old), &others(new)) && self.below(found, path, at)
                    }
                    At::Key(_) => false,
                }
            }
            // Under a key without a value a block began.
            (NodeKind::Scalar(old), NodeKind::Mapping(_) | NodeKind::Sequence(_)) => {
                path.is_empty() && (old.value.is_empty() || &*old.value == "~")
            }
            _ => false,
        }
    }

    fn below(&mut self, found: Option<(&Arc<Node>, &Arc<Node>)>, path: &[At], at: &At) -> bool {
        match (path.split_first(), found) {
            (None, _) => true,
            (Some((_, rest)), Some((before, after))) => self.apart_from(before, after, rest, at),
            (Some(_), None) => false,
        }
    }

    /// Whether one list is the other with one item more at that place.
    fn items_but(&mut self, old: &[Arc<Node>], new: &[Arc<Node>], at: usize) -> bool {
        let (short, long) = if old.len() < new.len() {
            (old, new)
        } else {
            (new, old)
        };
        let at = at.min(long.len().saturating_sub(1));
        long.len() == short.len() + 1
            && self.items(&short[..at], &long[..at])
            && self.items(&short[at..], &long[at + 1..])
    }

    fn items(&mut self, old: &[Arc<Node>], new: &[Arc<Node>]) -> bool {
        old.len() == new.len() && old.iter().zip(new).all(|(old, new)| self.nodes(old, new))
    }

    fn pairs(&mut self, old: &[&Pair], new: &[&Pair]) -> bool {
        let mut both = old.iter().zip(new);
        old.len() == new.len()
            && both.all(|(old, new)| self.nodes(&old.0, &new.0) && self.nodes(&old.1, &new.1))
    }

    fn nodes(&mut self, old: &Arc<Node>, new: &Arc<Node>) -> bool {
        let ids = (Arc::as_ptr(old), Arc::as_ptr(new));
        if self.same.contains(&ids) {
            return true;
        }
        let same = old.tag == new.tag
            && match (&old.kind, &new.kind) {
                (NodeKind::Scalar(old), NodeKind::Scalar(new)) => {
                    // Whether the last line of a file has an end is no part of the last value.
                    let content = |value: &str| value.trim_end_matches('\n').to_owned();
                    old.style == new.style && content(&old.value) == content(&new.value)
                }
                (NodeKind::Sequence(old), NodeKind::Sequence(new)) => self.items(old, new),
                (NodeKind::Mapping(old), NodeKind::Mapping(new)) => {
                    let (old, new) = (
                        old.iter().collect::<Vec<_>>(),
                        new.iter().collect::<Vec<_>>(),
                    );
                    self.pairs(&old, &new)
                }
                _ => false,
            };
        if same {
            self.same.insert(ids);
        }
        same
    }
}

/// The value of the pair of a name that counts, and all other pairs.
fn taken<'p>(pairs: &'p [Pair], name: &str) -> (Option<&'p Arc<Node>>, Vec<&'p Pair>) {
    let at = pairs.iter().rposition(|(key, _)| is_named(key, name));
    let value = at.map(|at| &pairs[at].1);
    let all = pairs.iter().enumerate();
    let others = all.filter(|(number, _)| Some(*number) != at);
    (value, others.map(|(_, pair)| pair).collect())
}

#[cfg(test)]
mod tests {
    use source::Text;

    use crate::service::edit::{At, EditError, append, apply, remove, set};

    fn key(name: &str) -> [At; 1] {
        [At::Key(name.to_owned())]
    }

    #[test]
    fn what_an_alias_repeats_is_not_changed_in_one_of_its_places() {
        let text = Text::new("f.yml", "a: &a {x: 1, y: []}\nb: *a\n");
        let entangled =
            |result: Result<Vec<_>, EditError>| matches!(result, Err(EditError::Entangled { .. }));
        assert!(entangled(set(&text, &key("b"), "x", "2")));
        assert!(entangled(remove(&text, &key("a"), "x")));
        let list = [At::Key("a".to_owned()), At::Key("y".to_owned())];
        assert!(entangled(append(&text, &list, "1")));
        assert!(set(&text, &[], "c", "2").is_ok());
        assert!(remove(&text, &[], "b").is_ok());
    }

    #[test]
    fn a_comment_behind_the_old_value_does_not_become_a_part_of_the_new_one() {
        let script = "|\none\ntwo\n";
        for (before, after) in [
            ("a:\n  x: 1 # c\nb: 2\n", "a: | # c\n  one\n  two\nb: 2\n"),
            ("a: # d\n  x: 1 # c\n", "a: | # d # c\n  one\n  two\n"),
            ("a: 'x\n  y' # c\n", "a: | # c\n  one\n  two\n"),
            ("a: x # c\n", "a: | # c\n  one\n  two\n"),
        ] {
            let text = Text::new("f.yml", before);
            let edits = set(&text, &[], "a", script).expect("the value fits");
            assert_eq!(apply(before, &edits), after);
        }
        let text = Text::new("f.yml", "a:\n  # this would be swallowed\nb: 1\n");
        assert!(matches!(
            set(&text, &[], "a", script),
            Err(EditError::Unfit { .. })
        ));
    }

    #[test]
    fn a_key_is_not_removed_from_lines_that_an_editor_does_not_see() {
        let text = Text::new("f.yml", "a:\n  x: i\r  y: j\r  z: k\n");
        let removed = remove(&text, &key("a"), "x");
        assert!(
            matches!(removed, Err(EditError::Entangled { .. })),
            "{removed:?}"
        );
    }
}
