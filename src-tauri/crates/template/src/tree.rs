//! The files of a template, as the caller found them: paths, modes, bytes and links.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What lies at a path of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A folder with its permission bits.
    Folder {
        /// Permission bits.
        mode: u32,
    },
    /// A file.
    File {
        /// Permission bits.
        mode: u32,
        /// The content.
        bytes: Arc<[u8]>,
    },
    /// A symbolic link.
    Link {
        /// Where it points to, as written in the link.
        target: String,
    },
}

/// Why a list of files is no template tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// A path that is absolute, empty or climbs out.
    #[error("the template has an entry `{path}` that does not lie inside it")]
    Outside {
        /// The path as given.
        path: String,
    },
    /// A file and a folder in the same place.
    #[error("the template has both a file and a folder at `{path}`")]
    Clash {
        /// The path.
        path: String,
    },
}

/// The files of a template. Cheap to clone; a sub-tree shares the whole.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    nodes: Arc<BTreeMap<String, Node>>,
    base: String,
}

impl Tree {
    /// Takes the files in; paths are relative, parts separated by `/`. Missing parents are added.
    ///
    /// # Errors
    /// Refuses paths that do not lie inside the tree, and files that are folders too.
    pub fn new(nodes: impl IntoIterator<Item = (String, Node)>) -> Result<Self, TreeError> {
        let mut all = BTreeMap::new();
        for (path, node) in nodes {
            let tidy = tidy(&path).ok_or(TreeError::Outside { path })?;
            all.insert(tidy, node);
        }
        let parents: BTreeSet<String> = all
            .keys()
            .flat_map(|path| parents(path).map(str::to_owned))
            .collect();
        for parent in parents {
            match all.entry(parent).or_insert(Node::Folder { mode: 0o755 }) {
                Node::Folder { .. } => {}
                _ => {
                    return Err(TreeError::Clash {
                        path: first_clash(&all),
                    });
                }
            }
        }
        Ok(Self {
            nodes: Arc::new(all),
            base: String::new(),
        })
    }

    /// The node at a path; the empty path is the tree itself.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Node> {
        self.nodes.get(&self.full(path))
    }

    /// The bytes of a file, through links that stay inside the whole tree.
    #[must_use]
    pub fn bytes(&self, path: &str) -> Option<&Arc<[u8]>> {
        match self.resolve(path)? {
            Node::File { bytes, .. } => Some(bytes),
            _ => None,
        }
    }

    /// The node at a path after following links; `None` when one leads nowhere or out.
    #[must_use]
    pub fn resolve(&self, path: &str) -> Option<&Node> {
        let at = self.resolved_path(&self.full(path))?;
        self.nodes.get(&at)
    }

    /// Names of what lies directly in a folder, sorted by code point.
    #[must_use]
    pub fn children(&self, folder: &str) -> Vec<&str> {
        self.below(folder)
            .filter(|rest| !rest.contains('/'))
            .collect()
    }

    /// Paths of everything below a folder, relative to it, sorted.
    pub fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = &'a str> {
        let full = self.full(folder);
        let prefix = if full.is_empty() { full } else { full + "/" };
        let length = prefix.len();
        self.nodes
            .range(prefix.clone()..)
            .take_while(move |(path, _)| path.starts_with(&prefix))
            .map(move |(path, _)| &path[length..])
    }

    /// The tree that begins at a folder, `None` if there is no such folder.
    #[must_use]
    pub fn folder(&self, folder: &str) -> Option<Self> {
        let base = tidy(&self.full(folder)).unwrap_or_default();
        let known = base.is_empty() || matches!(self.nodes.get(&base)?, Node::Folder { .. });
        known.then(|| Self {
            nodes: Arc::clone(&self.nodes),
            base,
        })
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.below("").count()
    }

    /// Whether nothing lies in the tree.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.below("").next().is_none()
    }

    fn full(&self, path: &str) -> String {
        match (self.base.is_empty(), path.is_empty()) {
            (true, _) => path.to_owned(),
            (false, true) => self.base.clone(),
            (false, false) => format!("{}/{path}", self.base),
        }
    }

    fn resolved_path(&self, full: &str) -> Option<String> {
        let mut at = full.to_owned();
        for _ in 0..40 {
            let Some((link, target)) = self.first_link(&at) else {
                return Some(at);
            };
            let rest = at[link.len()..].trim_start_matches('/').to_owned();
            let parent = link.rsplit_once('/').map_or("", |(parent, _)| parent);
            let moved = join(parent, target)?;
            at = if rest.is_empty() {
                moved
            } else {
                format!("{moved}/{rest}")
            };
        }
        None
    }

    fn first_link<'a>(&'a self, path: &'a str) -> Option<(&'a str, &'a str)> {
        let mut stages: Vec<&str> = parents(path).collect();
        stages.reverse();
        stages.push(path);
        stages
            .into_iter()
            .find_map(|stage| match self.nodes.get(stage) {
                Some(Node::Link { target }) => Some((stage, target.as_str())),
                _ => None,
            })
    }
}

/// A relative path without `.` and empty parts; `None` when it is absolute, empty or climbs out.
pub(crate) fn tidy(path: &str) -> Option<String> {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if path.starts_with('/') || path.contains('\0') || (drive && cfg!(windows)) {
        return None;
    }
    let tidy = join("", path)?;
    (!tidy.is_empty()).then_some(tidy)
}

/// A path below a folder with `.` and `..` worked out; `None` when it leaves the tree.
fn join(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folders above a path, nearest first.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.rmatch_indices('/').map(|(at, _)| &path[..at])
}

fn first_clash(all: &BTreeMap<String, Node>) -> String {
    let clash = |path: &&String| {
        parents(path).any(|parent| !matches!(all.get(parent), None | Some(Node::Folder { .. })))
    };
    let path = all.keys().find(clash).map_or("", String::as_str);
    parents(path)
        .find(|parent| {
            matches!(
                all.get(*parent),
                Some(Node::File { .. } | Node::Link { .. })
            )
        })
        .unwrap_or(path)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Node {
        Node::File {
            mode: 0o644,
            bytes: text.as_bytes().into(),
        }
    }

    fn tree(nodes: &[(&str, Node)]) -> Tree {
        Tree::new(
            nodes
                .iter()
                .map(|(path, node)| ((*path).to_owned(), node.clone())),
        )
        .unwrap()
    }

    #[test]
    fn parents_are_added_and_children_are_sorted() {
        let tree = tree(&[("b/x", file("1")), ("a", file("2")), ("b-c", file("3"))]);
        assert_eq!(tree.children(""), ["a", "b", "b-c"]);
        assert_eq!(tree.children("b"), ["x"]);
        assert!(matches!(tree.get("b"), Some(Node::Folder { mode: 0o755 })));
    }

    #[test]
    fn paths_that_leave_the_tree_are_refused() {
        for bad in ["../a", "/a", "a/../../b", "", ".", "a\0b"] {
            let made = Tree::new([(bad.to_owned(), file(""))]);
            assert!(matches!(made, Err(TreeError::Outside { .. })), "{bad:?}");
        }
        let clash = Tree::new([("a".to_owned(), file("")), ("a/b".to_owned(), file(""))]);
        assert_eq!(
            clash.unwrap_err(),
            TreeError::Clash {
                path: "a".to_owned()
            }
        );
    }

    #[test]
    fn links_are_followed_inside_the_whole_tree_only() {
        let link = |target: &str| Node::Link {
            target: target.to_owned(),
        };
        let tree = tree(&[
            ("shared/text", file("x")),
            ("one/inner/text", link("../../shared/text")),
            ("one/folder", link("../shared")),
            ("one/out", link("../../etc/passwd")),
            ("one/loop", link("loop")),
        ]);
        let one = tree.folder("one").unwrap();
        assert_eq!(
            one.bytes("inner/text").map(|bytes| &**bytes),
            Some(&b"x"[..])
        );
        assert_eq!(
            one.bytes("folder/text").map(|bytes| &**bytes),
            Some(&b"x"[..])
        );
        assert!(one.resolve("out").is_none());
        assert!(one.resolve("loop").is_none());
    }
}
