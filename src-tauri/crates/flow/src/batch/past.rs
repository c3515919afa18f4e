//! What a task may know of the tasks it waits for.

use std::collections::BTreeSet;

use expression::{Dict, Record, Unknown, Value};
use indexmap::IndexMap;

use super::graph::Node;
use super::id::TaskId;
use super::level::{completed_needs, need_record};
use super::results::{Outcome, Results, TaskResult};
use crate::eval::dict_of;

/// What a task may know of the tasks it waits for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Past<'r> {
    /// The results so far; what has not ended is not known.
    Told(&'r Results),
    /// Everything ended well; what it left behind is not known.
    Assumed,
    /// The results so far, and tasks of which it is assumed that they end well; of all others
    /// nothing is known.
    Partly(&'r Results, &'r BTreeSet<TaskId>),
}

impl<'r> Past<'r> {
    /// The context `needs`.
    pub(super) fn needs(self, node: &Node) -> Dict {
        let parent = node.id.parent();
        node.needs
            .keys()
            .filter(|id| node.reads(id))
            .map(|id| (id.as_str(), self.need(&parent, id)))
            .collect()
    }

    fn need(self, parent: &TaskId, id: &str) -> Value {
        match self {
            Self::Told(results) => match results.get(&parent.child(id)) {
                Some(result) => Value::Record(need_record(result)),
                None => Value::Unknown(Unknown::task(id)),
            },
            Self::Assumed => ends_well(id),
            Self::Partly(results, assumed) => {
                let need = parent.child(id);
                match (results.get(&need), assumed.contains(&need)) {
                    (Some(result), _) => Value::Record(need_record(result)),
                    (None, true) => ends_well(id),
                    (None, false) => Value::Unknown(Unknown::task(id)),
                }
            }
        }
    }

    /// The context `state`.
    pub(super) fn state(self, node: &Node) -> Value {
        let result = match (self, &node.state_from) {
            (Self::Assumed, Some(main)) => return Value::Unknown(Unknown::task(main)),
            (Self::Told(results), Some(main)) => results.get(&node.id.parent().child(main)),
            (Self::Partly(results, _), Some(main)) => {
                match results.get(&node.id.parent().child(main)) {
                    None => return Value::Unknown(Unknown::task(main)),
                    known => known,
                }
            }
            (_, None) => None,
        };
        Value::Dict(
            result
                .map(|result| dict_of(&result.state))
                .unwrap_or_default(),
        )
    }

    /// The state a post task is given.
    pub(super) fn left_behind(self, node: &Node) -> IndexMap<String, String> {
        let (Self::Told(results) | Self::Partly(results, _), Some(main)) = (self, &node.state_from)
        else {
            return IndexMap::new();
        };
        let result: Option<&TaskResult> = results.get(&node.id.parent().child(main));
        result
            .map(|result| result.state.clone())
            .unwrap_or_default()
    }

    /// The results the key of a task depends on; nothing if one of them is not known.
    pub(super) fn key_needs<'n>(self, node: &'n Node) -> Option<IndexMap<&'n str, &'r TaskResult>> {
        let parent = node.id.parent();
        let mut read = node.needs.keys().filter(|id| node.reads(id));
        match self {
            Self::Told(results) => Some(completed_needs(node, results)),
            Self::Partly(results, _) => {
                let mut whole = read.chain(&node.state_from);
                whole
                    .all(|id| results.contains_key(&parent.child(id)))
                    .then(|| completed_needs(node, results))
            }
            Self::Assumed => {
                (read.next().is_none() && node.state_from.is_none()).then(IndexMap::new)
            }
        }
    }
}

/// The entry of a task that ends well and leaves behind what is not known yet.
fn ends_well(id: &str) -> Value {
    let record = Record::new("DepCtx")
        .with("result", Outcome::Succeeded.word())
        .with("outputs", Value::Unknown(Unknown::task(id)));
    Value::Record(record)
}
