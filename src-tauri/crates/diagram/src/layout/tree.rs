//! Groups as a tree: which groups lie around each node, and an order of all
//! nodes in which no arrow goes back.

use std::collections::BTreeSet;

use crate::graph::{Graph, Index, Thing};

use super::layered::acyclic;

/// The graph's groups and arrows, ready to be laid out.
#[derive(Debug)]
pub(super) struct Tree {
    /// The groups around each node, from outside.
    pub(super) around: Vec<Vec<usize>>,
    /// The arrows that have a line, in their order.
    pub(super) arrows: Vec<Arrow>,
    /// The place of each node in an order in which no arrow goes back.
    topological: Vec<usize>,
}

/// An arrow in the direction in which it is laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrow {
    pub(super) edge: usize,
    pub(super) from: Tip,
    pub(super) to: Tip,
    /// Whether it is laid out against its direction, to break a ring.
    pub(super) turned: bool,
}

impl Arrow {
    /// The same arrow, laid out the other way.
    pub(super) fn turn(self) -> Self {
        Self {
            from: self.to,
            to: self.from,
            turned: !self.turned,
            ..self
        }
    }
}

/// The end of an arrow: the thing, and a node that stands for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tip {
    pub(super) thing: Thing,
    pub(super) node: usize,
}

impl Tree {
    pub(super) fn new(graph: &Graph, index: &Index) -> Self {
        let around: Vec<Vec<usize>> = index
            .node_group
            .iter()
            .map(|group| path(*group, &index.group_parent))
            .collect();
        let members = members(graph, &around);
        let mut tree = Self {
            around,
            arrows: Vec::with_capacity(index.ends.len()),
            topological: Vec::new(),
        };
        tree.topological = tree.sorted_nodes(index);
        for (edge, (from, to)) in index.ends.iter().enumerate() {
            let last = tree.tip(*from, &members, usize::cmp);
            let first = tree.tip(*to, &members, |a, b| b.cmp(a));
            let (Some(from), Some(to)) = (last, first) else {
                continue;
            };
            if !tree.is_inside(from, to) && !tree.is_inside(to, from) {
                let arrow = Arrow {
                    edge,
                    from,
                    to,
                    turned: false,
                };
                tree.arrows.push(tree.forwards(arrow));
            }
        }
        tree
    }

    /// The arrow, turned where it would go back between two nodes.
    fn forwards(&self, arrow: Arrow) -> Arrow {
        let nodes = matches!(
            (arrow.from.thing, arrow.to.thing),
            (Thing::Node(_), Thing::Node(_))
        );
        if nodes && self.topological[arrow.from.node] > self.topological[arrow.to.node] {
            arrow.turn()
        } else {
            arrow
        }
    }

    /// The last of the members by `compare`, for a group; for a node itself.
    fn tip(
        &self,
        thing: Thing,
        members: &[Vec<usize>],
        compare: impl Fn(&usize, &usize) -> std::cmp::Ordering,
    ) -> Option<Tip> {
        let node = match thing {
            Thing::Node(node) => Some(node),
            Thing::Group(group) => members[group]
                .iter()
                .copied()
                .max_by(|a, b| compare(&self.topological[*a], &self.topological[*b])),
        };
        node.map(|node| Tip { thing, node })
    }

    /// Whether the first is the second or lies within it.
    fn is_inside(&self, inner: Tip, outer: Tip) -> bool {
        match (inner.thing, outer.thing) {
            (inner, outer) if inner == outer => true,
            (Thing::Node(node), Thing::Group(group)) => self.around[node].contains(&group),
            (Thing::Group(small), Thing::Group(large)) => {
                let around = &self.around[inner.node];
                let depth = |group| around.iter().position(|other| *other == group);
                depth(large).is_some_and(|large| depth(small).is_some_and(|small| large < small))
            }
            _ => false,
        }
    }

    /// The nodes so that no arrow goes back, those of one group together as far
    /// as possible.
    fn sorted_nodes(&self, index: &Index) -> Vec<usize> {
        let count = self.around.len();
        let arcs: Vec<(usize, usize)> = index
            .ends
            .iter()
            .filter_map(|ends| match ends {
                (Thing::Node(from), Thing::Node(to)) if from != to => Some((*from, *to)),
                _ => None,
            })
            .collect();
        let turned = acyclic(count, &arcs);
        let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut missing = vec![0; count];
        for ((from, to), turned) in arcs.into_iter().zip(turned) {
            let (from, to) = if turned { (to, from) } else { (from, to) };
            after[from].push(to);
            missing[to] += 1;
        }
        self.walk(&after, missing)
    }

    fn walk(&self, after: &[Vec<usize>], mut missing: Vec<usize>) -> Vec<usize> {
        let groups = self
            .around
            .iter()
            .flatten()
            .max()
            .map_or(0, |last| last + 1);
        let home = |node: usize| self.around[node].last().copied().unwrap_or(groups);
        let mut ready = Ready::new(groups + 1);
        for node in (0..missing.len()).filter(|node| missing[*node] == 0) {
            ready.push(node, home(node));
        }
        let mut places = vec![0; missing.len()];
        let mut next_place = 0;
        while let Some(node) = ready.pop() {
            places[node] = next_place;
            next_place += 1;
            for &other in &after[node] {
                missing[other] -= 1;
                if missing[other] == 0 {
                    ready.push(other, home(other));
                }
            }
        }
        places
    }

    /// The nodes in an order in which no arrow goes back.
    pub(super) fn in_order(&self, nodes: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut sorted: Vec<usize> = nodes.collect();
        sorted.sort_by_key(|node| self.topological[*node]);
        sorted
    }
}

/// Nodes that may come next.
struct Ready {
    of_group: Vec<Vec<usize>>,
    all: BTreeSet<(usize, usize)>,
    /// The group of the last node; the next one comes from it, if there is one.
    last: usize,
}

impl Ready {
    fn new(groups: usize) -> Self {
        Self {
            of_group: vec![Vec::new(); groups],
            all: BTreeSet::new(),
            last: 0,
        }
    }

    fn push(&mut self, node: usize, group: usize) {
        self.of_group[group].push(node);
        self.all.insert((node, group));
    }

    fn pop(&mut self) -> Option<usize> {
        if self.of_group[self.last].is_empty() {
            self.last = self.all.first()?.1;
        }
        let node = self.of_group[self.last].pop()?;
        self.all.remove(&(node, self.last));
        Some(node)
    }
}

fn path(group: Option<usize>, parents: &[Option<usize>]) -> Vec<usize> {
    let mut path: Vec<usize> = std::iter::successors(group, |group| parents[*group]).collect();
    path.reverse();
    path
}

fn members(graph: &Graph, around: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); graph.groups.len()];
    for (node, groups) in around.iter().enumerate() {
        for &group in groups {
            members[group].push(node);
        }
    }
    members
}
