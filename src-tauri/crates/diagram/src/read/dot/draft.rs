//! What the parser has read so far: names replaced by numbers, attributes as they came.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use super::{DotProblem, attribute::Attributes};

/// More nodes, arrows or groups than these are refused.
pub(super) const MOST_NODES: usize = 200_000;
pub(super) const MOST_EDGES: usize = 1_000_000;
pub(super) const MOST_GROUPS: usize = 50_000;
/// How many members of subgraphs may be walked over for arrows between subgraphs.
const MOST_STEPS: usize = 8_000_000;

/// A graph as it is written.
#[derive(Debug, Default)]
pub(super) struct Draft<'t> {
    pub(super) name: Cow<'t, str>,
    pub(super) strict: bool,
    pub(super) directed: bool,
    pub(super) nodes: Vec<DraftNode<'t>>,
    pub(super) edges: Vec<DraftEdge<'t>>,
    /// The first one is the whole graph.
    pub(super) parts: Vec<Part<'t>>,
    /// Whether another graph follows in the file.
    pub(super) more: bool,
    node_names: HashMap<Cow<'t, str>, usize>,
    part_names: HashMap<Cow<'t, str>, usize>,
    pairs: HashMap<(usize, usize), usize>,
    steps: usize,
}

#[derive(Debug)]
pub(super) struct DraftNode<'t> {
    pub(super) name: Cow<'t, str>,
    pub(super) attributes: Attributes<'t>,
    /// The part it lies in: the innermost cluster that names it, the first of several.
    pub(super) part: usize,
    /// Whether a cluster elsewhere names it, too.
    pub(super) torn: bool,
}

#[derive(Debug)]
pub(super) struct DraftEdge<'t> {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) attributes: Attributes<'t>,
}

/// The graph or a subgraph.
#[derive(Debug, Default)]
pub(super) struct Part<'t> {
    pub(super) name: Option<Cow<'t, str>>,
    pub(super) parent: Option<usize>,
    pub(super) attributes: Attributes<'t>,
    members: Vec<usize>,
    known: HashSet<usize>,
    inner: Vec<usize>,
}

impl Part<'_> {
    /// Whether the part is drawn as a frame.
    pub(super) fn is_cluster(&self) -> bool {
        let named = self
            .name
            .as_deref()
            .is_some_and(|name| name.starts_with("cluster"));
        self.parent.is_some() && (named || self.attributes.yes(super::attribute::Key::Cluster))
    }
}

impl<'t> Draft<'t> {
    /// The node of this name in this part; made with `defaults` where it is new.
    pub(super) fn node(
        &mut self,
        name: Cow<'t, str>,
        part: usize,
        defaults: &Attributes<'t>,
    ) -> Result<usize, DotProblem> {
        let node = match self.node_names.get(&name) {
            Some(node) => *node,
            None => {
                let node = self.nodes.len();
                if node == MOST_NODES {
                    return Err(too_many(MOST_NODES, "nodes"));
                }
                self.node_names.insert(name.clone(), node);
                self.nodes.push(DraftNode {
                    name,
                    attributes: defaults.clone(),
                    part: 0,
                    torn: false,
                });
                node
            }
        };
        if self.parts[part].known.insert(node) {
            self.parts[part].members.push(node);
            self.settle(node, part);
        }
        Ok(node)
    }

    /// Lets the node lie in the innermost cluster that names it.
    fn settle(&mut self, node: usize, part: usize) {
        let cluster = self.cluster_of(part);
        let now = self.nodes[node].part;
        if cluster == now || self.lies_in(now, cluster) {
            return;
        }
        if self.lies_in(cluster, now) {
            self.nodes[node].part = cluster;
        } else {
            self.nodes[node].torn = true;
        }
    }

    /// The cluster around the part, the part itself included; 0 outside of all.
    pub(super) fn cluster_of(&self, part: usize) -> usize {
        self.walk(part)
            .find(|part| self.parts[*part].is_cluster())
            .unwrap_or(0)
    }

    fn lies_in(&self, inner: usize, outer: usize) -> bool {
        self.walk(inner).skip(1).any(|part| part == outer)
    }

    /// The part, the one around it, and so on.
    pub(super) fn walk(&self, part: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(part), |part| self.parts[*part].parent)
    }

    /// The subgraph of this name, made inside `parent` where it is new.
    pub(super) fn part(
        &mut self,
        name: Option<Cow<'t, str>>,
        parent: usize,
    ) -> Result<usize, DotProblem> {
        if let Some(part) = name.as_ref().and_then(|name| self.part_names.get(name)) {
            return Ok(*part);
        }
        let part = self.parts.len();
        if part > MOST_GROUPS {
            return Err(too_many(MOST_GROUPS, "subgraphs"));
        }
        if let Some(name) = &name {
            self.part_names.insert(name.clone(), part);
        }
        self.parts.push(Part {
            name,
            parent: Some(parent),
            ..Part::default()
        });
        self.parts[parent].inner.push(part);
        Ok(part)
    }

    pub(super) fn part_named(&self, name: &str) -> Option<usize> {
        self.part_names.get(name).copied()
    }

    /// All nodes of a part and of what lies in it, each once.
    pub(super) fn members(&mut self, part: usize) -> Result<Vec<usize>, DotProblem> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut open = vec![part];
        while let Some(part) = open.pop() {
            let part = &self.parts[part];
            self.steps += part.members.len() + 1;
            found.extend(
                part.members
                    .iter()
                    .copied()
                    .filter(|node| seen.insert(*node)),
            );
            open.extend(part.inner.iter().rev());
            if self.steps > MOST_STEPS {
                return Err(too_many(MOST_EDGES, "arrows between subgraphs"));
            }
        }
        Ok(found)
    }

    /// An arrow; in a strict graph the same one only once, with all its attributes.
    pub(super) fn edge(
        &mut self,
        (from, to): (usize, usize),
        attributes: &Attributes<'t>,
    ) -> Result<(), DotProblem> {
        self.steps += 1;
        if self.edges.len() == MOST_EDGES || self.steps > MOST_STEPS {
            return Err(too_many(MOST_EDGES, "arrows"));
        }
        if self.strict {
            let turned = !self.directed && to < from;
            let pair = if turned { (to, from) } else { (from, to) };
            let next = self.edges.len();
            let edge = *self.pairs.entry(pair).or_insert(next);
            if edge != next {
                self.edges[edge].attributes.set_all(attributes);
                return Ok(());
            }
        }
        self.edges.push(DraftEdge {
            from,
            to,
            attributes: attributes.clone(),
        });
        Ok(())
    }
}

fn too_many(most: usize, things: &'static str) -> DotProblem {
    DotProblem::TooMany { most, things }
}
