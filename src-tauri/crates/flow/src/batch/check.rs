//! Checks before a bake: what the official tools refuse before anything starts.

use std::collections::{HashMap, HashSet};

use indexmap::IndexSet;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use source::{Diagnostic, Severity};

use super::bake::Bake;
use super::graph::{Node, TaskGraph, TaskKind};
use super::images::{Definition, written};
use crate::order::false_circle;

/// Which check found something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Volumes with a local folder.
    Volumes,
    /// Tasks that wait for each other in a circle.
    Cycles,
    /// Local actions that wait for jobs of the platform.
    LocalNeeds,
    /// Names that no context has.
    Expressions,
    /// Images of one name built from different folders.
    Images,
}

/// Findings of one check.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Which check.
    pub stage: Stage,
    /// What it found.
    pub diagnostic: Diagnostic,
}

impl Bake {
    /// Everything that keeps the bake from being started, and warnings.
    #[must_use]
    pub fn check(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut add = |stage, list: Vec<Diagnostic>| {
            found.extend(
                list.into_iter()
                    .map(|diagnostic| Finding { stage, diagnostic }),
            );
        };
        add(Stage::Volumes, self.local_volumes());
        add(Stage::Cycles, circles(&self.graph));
        add(Stage::LocalNeeds, local_needs(&self.graph));
        add(Stage::Expressions, super::validate::validate(&self.graph));
        add(Stage::Images, self.images.troubles.clone().diagnostics());
        add(Stage::Images, self.image_conflicts());
        found
    }

    fn local_volumes(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for volume in self
            .contexts
            .volumes
            .values()
            .filter(|volume| volume.local.is_some())
        {
            let message = format!("a bake cannot sync the volume `{}` with `local`", volume.id);
            let block = self.flow.tree.named("volumes", &volume.id);
            let (text, span) = match block {
                Some(named) => (named.block.text.clone(), named.block.span),
                None => (self.flow.text.clone(), source::Span::at(0)),
            };
            let problem = Diagnostic::error("local-volume", &text, span, message);
            found.push(
                problem.help("remove `local` from the volume, or define it in live.yml only"),
            );
        }
        found
    }

    /// Images of one name that are built from different folders.
    fn image_conflicts(&self) -> Vec<Diagnostic> {
        let mut firsts: HashMap<&str, &Definition> = HashMap::new();
        let mut found = Vec::new();
        for definition in &self.images.definitions {
            let reference = definition.prepared.reference.as_str();
            if !reference.starts_with("image:") {
                continue;
            }
            let Some(first) = firsts.get(reference) else {
                firsts.insert(reference, definition);
                continue;
            };
            if differ(first, definition) {
                let message = format!("the image `{reference}` is built from different folders");
                let block = &definition.block;
                let problem = Diagnostic::error("image-conflict", &block.text, block.span, message);
                let problem =
                    problem.label(&first.block.text, first.block.span, "also defined here");
                found.push(problem.help("give one of them another name or tag"));
            }
        }
        found
    }
}

fn differ(first: &Definition, other: &Definition) -> bool {
    let (left, right) = (&first.prepared.build, &other.prepared.build);
    let evaluated = left.context != right.context || left.dockerfile != right.dockerfile;
    let source = ["context", "dockerfile"]
        .iter()
        .any(|key| written(&first.block, key) != written(&other.block, key));
    evaluated && source
}

/// What can be said of a graph alone.
pub(super) fn of_graph(graph: &TaskGraph) -> Vec<Diagnostic> {
    let mut found = circles(graph);
    found.extend(local_needs(graph));
    found.extend(super::validate::validate(graph));
    found
}

/// Circles; without any, what the official tools take for one.
fn circles(graph: &TaskGraph) -> Vec<Diagnostic> {
    let circles = cycles(graph);
    match circles.is_empty() {
        true => false_cycles(graph),
        false => circles,
    }
}

/// Tasks that wait for each other, in every graph; each circle once.
fn cycles(graph: &TaskGraph) -> Vec<Diagnostic> {
    let mut needs: DiGraph<(), ()> = DiGraph::new();
    let places: Vec<NodeIndex> = graph.nodes.iter().map(|_| needs.add_node(())).collect();
    for (from, node) in graph.nodes.values().enumerate() {
        for to in needed(graph, node) {
            needs.add_edge(places[from], places[to], ());
        }
    }
    let mut rings: Vec<Vec<usize>> = kosaraju_scc(&needs)
        .into_iter()
        .map(|ring| ring.into_iter().map(NodeIndex::index).collect())
        .filter_map(|ring: Vec<usize>| ring_within(graph, &ring))
        .collect();
    rings.sort_unstable();
    let mut found: Vec<Diagnostic> = rings.iter().map(|ring| cycle(graph, ring)).collect();
    for node in graph.nodes.values() {
        found.extend(node.inner.iter().flat_map(cycles));
    }
    found
}

/// The places of the tasks that a task needs.
fn needed<'a>(graph: &'a TaskGraph, node: &'a Node) -> impl Iterator<Item = usize> + 'a {
    node.needs
        .keys()
        .filter_map(|id| graph.nodes.get_index_of(id))
}

/// A ring of tasks inside tasks that can all reach each other: from the first one along needs
/// until a task comes again. A single task that does not need itself is no ring.
fn ring_within(graph: &TaskGraph, members: &[usize]) -> Option<Vec<usize>> {
    let inside: HashSet<usize> = members.iter().copied().collect();
    let mut met: IndexSet<usize> = IndexSet::new();
    let mut at = members.iter().copied().min()?;
    while met.insert(at) {
        let (_, node) = graph.nodes.get_index(at)?;
        at = needed(graph, node).find(|next| inside.contains(next))?;
    }
    let first = met.get_index_of(&at)?;
    Some(met.into_iter().skip(first).collect())
}

fn cycle(graph: &TaskGraph, steps: &[usize]) -> Diagnostic {
    let nodes: Vec<&Node> = steps
        .iter()
        .filter_map(|step| graph.nodes.get_index(*step))
        .map(|(_, node)| node)
        .collect();
    let mut names: Vec<String> = nodes.iter().map(|node| node.id.to_string()).collect();
    names.extend(names.first().cloned());
    let message = match nodes.as_slice() {
        [one] => format!("the task `{}` needs itself", one.id),
        _ => format!("tasks need each other in a circle: {}", names.join(" → ")),
    };
    let first = nodes[0];
    let mut found = Diagnostic::error("task-cycle", &first.text, first.span, message);
    for node in &nodes[1..] {
        found = found.label(&node.text, node.span, "part of the circle");
    }
    found.help("remove one of these needs")
}

/// What the official tools take for a circle, at each level.
fn false_cycles(graph: &TaskGraph) -> Vec<Diagnostic> {
    let nodes = graph.nodes.values();
    let needs: Vec<Vec<usize>> = nodes.map(|node| needed(graph, node).collect()).collect();
    let own = false_circle(&needs).and_then(|at| graph.nodes.get_index(at));
    let inner = graph.nodes.values().flat_map(|node| &node.inner);
    let own = own.map(|(_, node)| false_cycle(node));
    own.into_iter()
        .chain(inner.flat_map(false_cycles))
        .collect()
}

fn false_cycle(node: &Node) -> Diagnostic {
    let message = "the official tools take the needs of this task for a circle";
    let severity = Severity::Portability;
    let found = Diagnostic::new(severity, "order-of-tasks", &node.text, node.span, message);
    found.help("write tasks after those they need")
}

/// Local actions that wait for jobs of the platform.
fn local_needs(graph: &TaskGraph) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for node in graph.nodes.values() {
        if node.kind == TaskKind::Local {
            found.extend(remote_need(graph, node));
        }
        found.extend(node.inner.iter().flat_map(local_needs));
    }
    found
}

fn remote_need(graph: &TaskGraph, node: &Node) -> Option<Diagnostic> {
    let remote = node
        .needs
        .keys()
        .filter_map(|need| graph.nodes.get(need))
        .find_map(first_remote)?;
    let message = format!(
        "the local action `{}` waits for `{}`, which runs on the platform",
        node.id, remote.id
    );
    let found = Diagnostic::error("local-needs-remote", &node.text, node.span, message);
    Some(
        found.help("local actions run before the platform is asked: let it need none of its tasks"),
    )
}

fn first_remote(node: &Node) -> Option<&Node> {
    match &node.inner {
        Some(inner) => inner.nodes.values().find_map(first_remote),
        None => node.kind.is_remote().then_some(node),
    }
}
