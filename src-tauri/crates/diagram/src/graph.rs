//! What is drawn: boxes, arrows and the groups around boxes.
//!
//! The graph knows tasks and their states, nothing of pixels. Ids are the
//! caller's words and come back in the layout and in the display list.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::display::Color;

/// Boxes, arrows and groups, in the order in which the caller names them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    /// The boxes. Their order decides ties, so the same order gives the same picture.
    pub nodes: Vec<Node>,
    /// The arrows, from what is needed to what needs it.
    #[serde(default)]
    pub edges: Vec<Edge>,
    /// The frames around boxes and other frames.
    #[serde(default)]
    pub groups: Vec<Group>,
}

/// The name of a group; groups and nodes share one space of names.
pub type GroupId = String;

/// One box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Unique among nodes and groups, for example `prepare.split`.
    pub id: String,
    /// The first line; usually the last part of the id.
    pub label: String,
    /// What the box stands for.
    #[serde(default)]
    pub kind: NodeKind,
    /// Decides shape, icon and colour, never the place.
    #[serde(default)]
    pub state: NodeState,
    /// The second line; where empty, the word of the state stands there.
    #[serde(default)]
    pub second_line: String,
    /// The innermost frame around the box.
    #[serde(default)]
    pub group: Option<GroupId>,
    /// A longer text for the tip of an exported picture.
    #[serde(default)]
    pub note: Option<String>,
    /// The done part of running work, 0 to 1, where an estimate exists.
    #[serde(default)]
    pub progress: Option<f32>,
    /// Where a click in an exported file leads.
    #[serde(default)]
    pub link: Option<String>,
    /// A colour that somebody chose; shown where there is no state.
    #[serde(default)]
    pub tint: Option<Color>,
}

impl Node {
    /// A task without a group, waiting for its turn.
    pub fn task(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            kind: NodeKind::Task,
            state: NodeState::Waiting,
            second_line: String::new(),
            group: None,
            note: None,
            progress: None,
            link: None,
            tint: None,
        }
    }

    /// The second line as it is drawn: the given one, or the word of the state.
    pub fn second_line(&self) -> &str {
        if self.second_line.is_empty() {
            self.state.word()
        } else {
            &self.second_line
        }
    }
}

/// What a box stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeKind {
    /// One task.
    #[default]
    Task,
    /// The call of an action, drawn folded into one box.
    Action,
    /// All tasks of a matrix, drawn as one stacked card.
    Matrix {
        /// The state of each task, in their order.
        cells: Vec<NodeState>,
    },
}

/// The nine states of a task, and the absence of one.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum NodeState {
    /// Not started: something it needs is not done.
    #[default]
    Waiting,
    /// Handed over, not yet running.
    Pending,
    /// At work.
    Running,
    /// Done.
    Succeeded,
    /// Ended with an error.
    Failed,
    /// Stopped by somebody.
    Cancelled,
    /// Left out on purpose.
    Skipped,
    /// Not run, because an earlier result is still good.
    Cached,
    /// The platform says nothing, or something nobody knows.
    Unknown,
    /// No state: a plan or a text in an editor.
    Plain,
}

impl NodeState {
    /// All of them, in the order of a legend.
    pub const ALL: [Self; 10] = [
        Self::Waiting,
        Self::Pending,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
        Self::Skipped,
        Self::Cached,
        Self::Unknown,
        Self::Plain,
    ];

    /// The word for people; empty where there is no state.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Skipped => "Skipped",
            Self::Cached => "Cached",
            Self::Unknown => "Unknown",
            Self::Plain => "",
        }
    }
}

/// One arrow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// The id of a node or a group: what is needed.
    pub from: String,
    /// The id of a node or a group: what needs it.
    pub to: String,
    /// What has to be true before the second may start.
    #[serde(default)]
    pub kind: EdgeKind,
    /// A few words beside the line, where there is room for them.
    #[serde(default)]
    pub label: Option<String>,
    /// A colour that somebody chose.
    #[serde(default)]
    pub tint: Option<Color>,
}

impl Edge {
    /// An arrow without words.
    pub fn new(from: impl Into<String>, to: impl Into<String>, kind: EdgeKind) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            kind,
            label: None,
            tint: None,
        }
    }

    /// An arrow that waits for the end of `from`.
    pub fn completed(from: impl Into<String>, to: impl Into<String>) -> Self {
        Self::new(from, to, EdgeKind::Completed)
    }

    /// An arrow that waits only until `from` runs.
    pub fn running(from: impl Into<String>, to: impl Into<String>) -> Self {
        Self::new(from, to, EdgeKind::Running)
    }
}

/// What an arrow waits for.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    /// The first is done: a solid line with a filled arrow.
    #[default]
    Completed,
    /// The first is running: a dashed line with an open arrow.
    Running,
}

/// A frame around boxes and other frames. A frame without boxes is not drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Unique among nodes and groups.
    pub id: GroupId,
    /// The name at the top left.
    pub label: String,
    /// What the frame stands for.
    #[serde(default)]
    pub kind: GroupKind,
    /// A few quiet words behind the name, such as `action · ws:prepare`.
    #[serde(default)]
    pub note: Option<String>,
    /// The frame around this frame.
    #[serde(default)]
    pub parent: Option<GroupId>,
    /// A colour that somebody chose.
    #[serde(default)]
    pub tint: Option<Color>,
}

impl Group {
    /// A frame with a name, outside of all others.
    pub fn new(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            kind: GroupKind::Action,
            note: None,
            parent: None,
            tint: None,
        }
    }
}

/// What a frame stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupKind {
    /// The tasks of one action call.
    #[default]
    Action,
    /// The tasks of one matrix.
    Matrix,
}

impl GroupKind {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Matrix => "matrix",
        }
    }
}

/// Why a graph cannot be laid out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GraphError {
    /// Two things have one name.
    #[error("`{id}` names two things: ids of nodes and groups must differ")]
    SameId {
        /// The name.
        id: String,
    },
    /// An arrow begins or ends nowhere.
    #[error(
        "the arrow from `{from}` to `{to}` names `{missing}`, and no node or group is called so"
    )]
    UnknownEnd {
        /// Where the arrow begins.
        from: String,
        /// Where it ends.
        to: String,
        /// The end that is missing.
        missing: String,
    },
    /// A node or group lies in a group that does not exist.
    #[error("`{id}` lies in the group `{group}`, and no group is called so")]
    UnknownGroup {
        /// The node or group.
        id: String,
        /// The missing group.
        group: GroupId,
    },
    /// Groups lie in each other.
    #[error("the group `{id}` lies in itself")]
    GroupInItself {
        /// One of the groups of the ring.
        id: GroupId,
    },
}

/// The end of an arrow or the owner of a box, as an index into the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Thing {
    Node(usize),
    Group(usize),
}

/// The graph with names replaced by indices.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) node_group: Vec<Option<usize>>,
    pub(crate) group_parent: Vec<Option<usize>>,
    pub(crate) ends: Vec<(Thing, Thing)>,
}

impl Graph {
    /// Says whether the graph can be laid out, and if not, why.
    ///
    /// # Errors
    /// Names the first thing that is called twice, missing, or inside itself.
    pub fn check(&self) -> Result<(), GraphError> {
        self.index().map(|_| ())
    }

    pub(crate) fn index(&self) -> Result<Index, GraphError> {
        let things = self.things()?;
        let group_of = |id: &str, group: &Option<GroupId>| match group {
            None => Ok(None),
            Some(name) => match things.get(name.as_str()) {
                Some(Thing::Group(index)) => Ok(Some(*index)),
                _ => Err(GraphError::UnknownGroup {
                    id: id.to_owned(),
                    group: name.clone(),
                }),
            },
        };
        let node_group = self
            .nodes
            .iter()
            .map(|node| group_of(&node.id, &node.group))
            .collect::<Result<Vec<_>, _>>()?;
        let group_parent = self
            .groups
            .iter()
            .map(|group| group_of(&group.id, &group.parent))
            .collect::<Result<Vec<_>, _>>()?;
        self.no_group_in_itself(&group_parent)?;
        let ends = self
            .edges
            .iter()
            .map(|edge| ends_of(edge, &things))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Index {
            node_group,
            group_parent,
            ends,
        })
    }

    fn things(&self) -> Result<HashMap<&str, Thing>, GraphError> {
        let nodes = self.nodes.iter().enumerate();
        let groups = self.groups.iter().enumerate();
        let named = nodes
            .map(|(index, node)| (node.id.as_str(), Thing::Node(index)))
            .chain(groups.map(|(index, group)| (group.id.as_str(), Thing::Group(index))));
        let mut things = HashMap::new();
        for (id, thing) in named {
            if things.insert(id, thing).is_some() {
                return Err(GraphError::SameId { id: id.to_owned() });
            }
        }
        Ok(things)
    }

    fn no_group_in_itself(&self, parents: &[Option<usize>]) -> Result<(), GraphError> {
        let mut safe = vec![false; parents.len()];
        for start in 0..parents.len() {
            let mut walked = vec![start];
            let mut next = parents[start];
            while let Some(group) = next.filter(|group| !safe[*group]) {
                if walked.contains(&group) {
                    return Err(GraphError::GroupInItself {
                        id: self.groups[group].id.clone(),
                    });
                }
                walked.push(group);
                next = parents[group];
            }
            for group in walked {
                safe[group] = true;
            }
        }
        Ok(())
    }
}

fn ends_of(edge: &Edge, things: &HashMap<&str, Thing>) -> Result<(Thing, Thing), GraphError> {
    let end = |id: &String| {
        things
            .get(id.as_str())
            .copied()
            .ok_or_else(|| GraphError::UnknownEnd {
                from: edge.from.clone(),
                to: edge.to.clone(),
                missing: id.clone(),
            })
    };
    Ok((end(&edge.from)?, end(&edge.to)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> Graph {
        Graph {
            nodes: vec![Node::task("a", "a"), Node::task("b", "b")],
            edges: vec![Edge::completed("a", "b")],
            groups: Vec::new(),
        }
    }

    fn group(id: &str, parent: Option<&str>) -> Group {
        Group {
            parent: parent.map(str::to_owned),
            ..Group::new(id, id)
        }
    }

    #[test]
    fn an_arrow_to_nowhere_is_named() {
        let mut graph = pair();
        graph.edges.push(Edge::completed("a", "gone"));
        let error = graph.check().unwrap_err();
        assert!(error.to_string().contains("`gone`"), "{error}");
    }

    #[test]
    fn a_node_and_a_group_cannot_share_a_name() {
        let mut graph = pair();
        graph.groups.push(group("a", None));
        assert_eq!(
            graph.check(),
            Err(GraphError::SameId { id: "a".to_owned() })
        );
    }

    #[test]
    fn groups_in_a_ring_are_refused() {
        let mut graph = pair();
        graph.groups = vec![group("g", Some("h")), group("h", Some("g"))];
        assert!(matches!(
            graph.check(),
            Err(GraphError::GroupInItself { .. })
        ));
    }

    #[test]
    fn a_missing_group_is_named() {
        let mut graph = pair();
        graph.nodes[0].group = Some("nowhere".to_owned());
        assert!(matches!(
            graph.check(),
            Err(GraphError::UnknownGroup { .. })
        ));
    }
}
