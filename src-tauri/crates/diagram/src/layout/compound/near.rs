//! What is known from a layout before: where nodes and frames were. New ones wish
//! to be near to what they stand for, or to what they are joined to.

use std::collections::HashMap;

use super::{Direction, Layout, Spot};
use crate::{
    graph::{Graph, Index},
    layout::tree::Tree,
    shape::Rect,
};

/// Where things were: where they began along the main axis, and their middles
/// along the cross axis.
#[derive(Debug, Default)]
pub(super) struct Before {
    pub(super) nodes: Vec<Option<Spot>>,
    groups: Vec<Option<Spot>>,
    /// The frame around each node, for each group.
    frames: HashMap<(usize, usize), Spot>,
}

impl Before {
    pub(super) fn nothing(graph: &Graph) -> Self {
        Self {
            nodes: vec![None; graph.nodes.len()],
            groups: vec![None; graph.groups.len()],
            frames: HashMap::new(),
        }
    }

    /// By the names of nodes and frames. A folded group and its frame have one name.
    pub(super) fn new(graph: &Graph, before: &Layout) -> Self {
        let spot = |rect: &Rect| match before.direction {
            Direction::LeftToRight => (rect.x, rect.centre().y),
            Direction::TopDown => (rect.y, rect.centre().x),
        };
        let mut known: HashMap<&str, Option<Spot>> = HashMap::new();
        for frame in &before.groups {
            // of a group in several frames nobody knows which is which
            let entry = known.entry(frame.id.as_str());
            entry
                .and_modify(|known| *known = None)
                .or_insert(Some(spot(&frame.rect)));
        }
        let boxes = before.nodes.iter();
        known.extend(boxes.map(|node| (node.id.as_str(), Some(spot(&node.rect)))));
        let find = |id: &str| known.get(id).copied().flatten();
        let nodes: HashMap<&str, usize> = numbers(graph.nodes.iter().map(|node| &node.id));
        let groups: HashMap<&str, usize> = numbers(graph.groups.iter().map(|group| &group.id));
        let mut frames = HashMap::new();
        for frame in &before.groups {
            let Some(&group) = groups.get(frame.id.as_str()) else {
                continue;
            };
            let members = frame
                .members
                .iter()
                .filter_map(|node| before.nodes.get(*node));
            let members = members.filter_map(|node| nodes.get(node.id.as_str()));
            frames.extend(members.map(|node| ((group, *node), spot(&frame.rect))));
        }
        Self {
            frames,
            nodes: graph.nodes.iter().map(|node| find(&node.id)).collect(),
            groups: graph.groups.iter().map(|group| find(&group.id)).collect(),
        }
    }

    /// Where the frame around these nodes was, or the box that stood for it.
    pub(super) fn frame(&self, group: usize, nodes: &[usize]) -> Option<Spot> {
        let mut nodes = nodes.iter();
        let found = nodes.find_map(|node| self.frames.get(&(group, *node)));
        found.copied().or(self.groups[group])
    }

    /// The wished middle of every node along the cross axis. What was folded wishes
    /// to be where its box was; in the order in which it would be without groups.
    pub(super) fn wishes(&self, index: &Index, tree: &Tree, flat: &[f32]) -> Vec<f32> {
        let found = self.nodes.iter().zip(&index.node_group).enumerate();
        let found = found.map(|(node, (spot, group))| {
            let mut around = std::iter::successors(*group, |group| index.group_parent[*group]);
            let unfolded = around.find_map(|group| self.groups[group]);
            let slightly = flat.get(node).copied().unwrap_or(0.0) / 1e4;
            spot.map(|spot| spot.1)
                .or_else(|| unfolded.map(|spot| spot.1 + slightly))
        });
        near_to_neighbours(found.collect(), tree)
    }
}

fn numbers<'a>(ids: impl Iterator<Item = &'a String>) -> HashMap<&'a str, usize> {
    ids.zip(0..)
        .map(|(id, number)| (id.as_str(), number))
        .collect()
}

/// How many new nodes may follow each other for all to find their place.
const CHAIN: usize = 8;

/// New nodes between their neighbours; those that have none at the end.
fn near_to_neighbours(mut found: Vec<Option<f32>>, tree: &Tree) -> Vec<f32> {
    let last = found.iter().flatten().copied().fold(0.0, f32::max);
    for _ in 0..CHAIN {
        if found.iter().all(Option::is_some) {
            break;
        }
        let mut sums = vec![(0.0, 0.0_f32); found.len()];
        for arrow in &tree.arrows {
            let (from, to) = (arrow.from.node, arrow.to.node);
            for (own, other) in [(from, to), (to, from)] {
                if let (None, Some(place)) = (found[own], found[other]) {
                    sums[own].0 += place;
                    sums[own].1 += 1.0;
                }
            }
        }
        for (wish, (sum, count)) in found.iter_mut().zip(sums) {
            if wish.is_none() && count > 0.0 {
                *wish = Some(sum / count);
            }
        }
    }
    let wishes = found.into_iter();
    wishes.map(|wish| wish.unwrap_or(last + 1.0)).collect()
}
