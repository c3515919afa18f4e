//! Groups folded into one box each.

use std::collections::{BTreeSet, HashMap};

use crate::graph::{Edge, EdgeKind, Graph, GroupKind, Node, NodeKind, NodeState};

/// Which groups are folded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Fold {
    /// None.
    #[default]
    Nothing,
    /// All; of groups in each other the outermost.
    All,
    /// These, by id or label.
    Groups(BTreeSet<String>),
}

/// The graph with groups as boxes. Arrows that become one are drawn once, those within a
/// folded group not at all.
pub fn fold(graph: &Graph, fold: &Fold) -> Graph {
    let folder = Folder::new(graph, fold);
    if folder.holder.iter().all(Option::is_none) {
        return graph.clone();
    }
    Graph {
        nodes: folder.nodes(),
        edges: folder.edges(),
        groups: graph
            .groups
            .iter()
            .enumerate()
            .filter(|(number, _)| folder.holder[*number].is_none())
            .map(|(_, group)| group.clone())
            .collect(),
    }
}

struct Folder<'a> {
    graph: &'a Graph,
    /// The outermost folded group around each group, itself included.
    holder: Vec<Option<usize>>,
    numbers: HashMap<&'a str, usize>,
}

impl<'a> Folder<'a> {
    fn new(graph: &'a Graph, fold: &Fold) -> Self {
        let numbers: HashMap<&str, usize> = graph
            .groups
            .iter()
            .enumerate()
            .map(|(number, group)| (group.id.as_str(), number))
            .collect();
        let folded = |number: usize| match fold {
            Fold::Nothing => false,
            Fold::All => true,
            Fold::Groups(names) => {
                let group = &graph.groups[number];
                names.contains(&group.id) || names.contains(&group.label)
            }
        };
        let holder = (0..graph.groups.len()).map(|number| {
            let mut around = Some(number);
            let mut outermost = None;
            // groups in a ring are no graph; the walk ends all the same
            for _ in 0..=graph.groups.len() {
                let Some(group) = around else { break };
                if folded(group) {
                    outermost = Some(group);
                }
                let parent = graph.groups[group].parent.as_deref();
                around = parent.and_then(|id| numbers.get(id).copied());
            }
            outermost
        });
        Self {
            holder: holder.collect(),
            graph,
            numbers,
        }
    }

    /// The folded group around the group of this name.
    fn around(&self, group: &str) -> Option<usize> {
        self.holder[*self.numbers.get(group)?]
    }

    fn of_node(&self, node: &Node) -> Option<usize> {
        self.around(node.group.as_deref()?)
    }

    fn nodes(&self) -> Vec<Node> {
        let mut members: HashMap<usize, Vec<NodeState>> = HashMap::new();
        for node in &self.graph.nodes {
            if let Some(group) = self.of_node(node) {
                let states = members.entry(group).or_default();
                match &node.kind {
                    NodeKind::Matrix { cells } => states.extend(cells),
                    NodeKind::Task | NodeKind::Action => states.push(node.state),
                }
            }
        }
        let mut nodes = Vec::new();
        for node in &self.graph.nodes {
            match self.of_node(node) {
                None => nodes.push(node.clone()),
                // the box stands where the first of its tasks stood
                Some(group) => {
                    nodes.extend(
                        members
                            .remove(&group)
                            .map(|states| self.folded(group, states)),
                    );
                }
            }
        }
        nodes
    }

    fn folded(&self, number: usize, states: Vec<NodeState>) -> Node {
        let group = &self.graph.groups[number];
        let plain = states.iter().all(|state| *state == NodeState::Plain);
        Node {
            state: together(&states),
            second_line: match (plain, states.len()) {
                (true, 1) => "1 task".to_owned(),
                (true, count) => format!("{count} tasks"),
                (false, _) => crate::draw::counts(&states),
            },
            kind: match group.kind {
                GroupKind::Matrix => NodeKind::Matrix { cells: states },
                GroupKind::Action => NodeKind::Action,
            },
            group: group.parent.clone(),
            tint: group.tint,
            ..Node::task(&group.id, &group.label)
        }
    }

    fn edges(&self) -> Vec<Edge> {
        let of_node: HashMap<&str, usize> = self
            .graph
            .nodes
            .iter()
            .filter_map(|node| Some((node.id.as_str(), self.of_node(node)?)))
            .collect();
        let end = |id: &'a String| -> &'a str {
            let group = of_node.get(id.as_str()).copied();
            let group = group.or_else(|| self.around(id));
            group.map_or(id, |group| &self.graph.groups[group].id)
        };
        let mut known: HashMap<(&str, &str), usize> = HashMap::new();
        let mut edges: Vec<Edge> = Vec::new();
        for edge in &self.graph.edges {
            let (from, to) = (end(&edge.from), end(&edge.to));
            let moved = from != edge.from || to != edge.to;
            if moved && from == to {
                continue;
            }
            match known.get(&(from, to)) {
                // the stricter one is what counts
                Some(at) if moved => {
                    if edge.kind == EdgeKind::Completed {
                        edges[*at].kind = EdgeKind::Completed;
                    }
                    edges[*at].label = None;
                }
                _ => {
                    known.insert((from, to), edges.len());
                    edges.push(Edge {
                        from: from.to_owned(),
                        to: to.to_owned(),
                        ..edge.clone()
                    });
                }
            }
        }
        edges
    }
}

/// The state of several tasks as one: what goes on first, then what is wrong, then what is done.
fn together(states: &[NodeState]) -> NodeState {
    let has = |state: &NodeState| states.contains(state);
    let all = |wanted: NodeState| states.iter().all(|state| *state == wanted);
    let first = [
        NodeState::Running,
        NodeState::Failed,
        NodeState::Cancelled,
        NodeState::Unknown,
        NodeState::Pending,
    ];
    if let Some(state) = first.into_iter().find(has) {
        return state;
    }
    let same = [
        NodeState::Waiting,
        NodeState::Skipped,
        NodeState::Cached,
        NodeState::Plain,
    ];
    if let Some(state) = same.into_iter().find(|state| all(*state)) {
        return state;
    }
    if has(&NodeState::Waiting) {
        NodeState::Pending
    } else {
        NodeState::Succeeded
    }
}
