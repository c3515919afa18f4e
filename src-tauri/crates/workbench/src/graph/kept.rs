//! Layouts that were made before: a layout hangs on structure alone, and a picture is drawn again
//! with every change of a state.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashSet, VecDeque};
use std::hash::{Hash as _, Hasher as _};
use std::mem::discriminant;
use std::sync::{Arc, Mutex, PoisonError};

use contract::{Failure, GraphDirection};
use diagram::{Graph, Layout};

use super::{laid_out, near, towards};

/// So many pictures are kept: a few bakes in both directions, folded and open.
const KEPT: usize = 12;

/// The layouts of the latest pictures.
#[derive(Default)]
pub(crate) struct KeptLayouts {
    latest: Mutex<VecDeque<(u128, Arc<Layout>)>>,
}

/// Of so many boxes of the smaller picture, in hundredths, both must have most for
/// one to follow the other.
const ALIKE: usize = 80;

impl KeptLayouts {
    /// The layout of a graph, made only if none of the same structure is kept. After a small
    /// change, such as a folded group or a new task, everything else stays where it was.
    pub(crate) fn laid_out(
        &self,
        graph: &Graph,
        direction: GraphDirection,
    ) -> Result<Arc<Layout>, Failure> {
        let key = structure(graph, direction);
        if let Some(known) = self.take(key) {
            self.keep(key, &known);
            return Ok(known);
        }
        let made = match self.alike(graph, direction) {
            Some(before) => near(graph, &before)?,
            None => laid_out(graph, direction)?,
        };
        let made = Arc::new(made);
        self.keep(key, &made);
        Ok(made)
    }

    fn take(&self, key: u128) -> Option<Arc<Layout>> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let at = latest.iter().position(|(known, _)| *known == key)?;
        latest.remove(at).map(|(_, layout)| layout)
    }

    /// The latest layout of nearly the same boxes.
    fn alike(&self, graph: &Graph, direction: GraphDirection) -> Option<Arc<Layout>> {
        let names: HashSet<&str> = graph.nodes.iter().map(|node| node.id.as_str()).collect();
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let mut layouts = latest.iter().map(|(_, layout)| layout);
        let found = layouts.find(|layout| {
            let shared = layout.nodes.iter();
            let shared = shared
                .filter(|node| names.contains(node.id.as_str()))
                .count();
            let smaller = names.len().min(layout.nodes.len());
            layout.direction == towards(direction) && shared > 2 && shared * 100 >= smaller * ALIKE
        });
        found.cloned()
    }

    fn keep(&self, key: u128, layout: &Arc<Layout>) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.push_front((key, Arc::clone(layout)));
        latest.truncate(KEPT);
    }
}

/// A number for everything that a layout hangs on.
fn structure(graph: &Graph, direction: GraphDirection) -> u128 {
    let half = |seed: u64| {
        let mut hasher = DefaultHasher::new();
        (seed, discriminant(&direction)).hash(&mut hasher);
        for node in &graph.nodes {
            (&node.id, &node.group, discriminant(&node.kind)).hash(&mut hasher);
        }
        for group in &graph.groups {
            (&group.id, &group.parent, group.kind.word()).hash(&mut hasher);
        }
        for edge in &graph.edges {
            (&edge.from, &edge.to, edge.kind).hash(&mut hasher);
        }
        hasher.finish()
    };
    u128::from(half(1)) << 64 | u128::from(half(2))
}

#[cfg(test)]
mod tests {
    use diagram::{Edge, Node, NodeState};

    use super::*;

    fn pair() -> Graph {
        Graph {
            nodes: vec![Node::task("a", "a"), Node::task("b", "b")],
            edges: vec![Edge::completed("a", "b")],
            groups: Vec::new(),
        }
    }

    #[test]
    fn a_change_of_a_state_takes_the_layout_that_is_kept() {
        let kept = KeptLayouts::default();
        let first = kept.laid_out(&pair(), GraphDirection::Right);
        let mut later = pair();
        later.nodes[0].state = NodeState::Failed;
        later.nodes[0].second_line = "Failed (137)".to_owned();
        let second = kept.laid_out(&later, GraphDirection::Right);
        assert!(Arc::ptr_eq(
            &first.expect("first"),
            &second.expect("second")
        ));
    }

    #[test]
    fn after_a_new_task_the_others_stay_where_they_were() {
        let name = |number: usize| format!("task-{number}");
        let fan = |count: usize| Graph {
            nodes: (0..=count)
                .map(|number| Node::task(name(number), "x"))
                .collect(),
            edges: (1..=count)
                .map(|number| Edge::completed(name(0), name(number)))
                .collect(),
            groups: Vec::new(),
        };
        let kept = KeptLayouts::default();
        let before = kept
            .laid_out(&fan(6), GraphDirection::Right)
            .expect("before");
        let mut graph = fan(6);
        graph.nodes.insert(1, Node::task("new", "new"));
        graph.edges.push(Edge::completed("task-3", "new"));
        let after = kept.laid_out(&graph, GraphDirection::Right).expect("after");
        let others = after.nodes.iter().filter(|node| node.id != "new");
        assert!(
            before
                .nodes
                .iter()
                .zip(others)
                .all(|(was, is)| was.rect == is.rect)
        );
    }

    #[test]
    fn another_direction_or_another_arrow_is_another_layout() {
        let graph = pair();
        let here = structure(&graph, GraphDirection::Right);
        assert_ne!(here, structure(&graph, GraphDirection::Down));
        let mut other = pair();
        other.edges.clear();
        assert_ne!(here, structure(&other, GraphDirection::Right));
    }
}
