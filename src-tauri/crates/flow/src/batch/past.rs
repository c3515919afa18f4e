//! What a task may know of the tasks it waits for.

use expression::{Dict, Record, Unknown, Value};
use indexmap::IndexMap;

use super::graph::{NeedLevel, Node};
use super::id::TaskId;
use super::level::need_record;
use super::results::{Outcome, Results, TaskResult};
use crate::eval::dict_of;

/// What a task may know of the tasks it waits for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Past<'r> {
    /// The results so far; what has not ended is not known.
    Told(&'r Results),
    /// Everything ended well; what it left behind is not known.
    Assumed,
}

impl<'r> Past<'r> {
    /// The context `needs`.
    pub(super) fn needs(self, node: &Node) -> Dict {
        let parent = node.id.parent();
        node.needs
            .iter()
            .filter(|(_, level)| **level == NeedLevel::Completed)
            .map(|(id, _)| (id.as_str(), self.need(&parent, id)))
            .collect()
    }

    fn need(self, parent: &TaskId, id: &str) -> Value {
        match self {
            Self::Told(results) => match results.get(&parent.child(id)) {
                Some(result) => Value::Record(need_record(result)),
                None => Value::Unknown(Unknown::task(id)),
            },
            Self::Assumed => {
                let record = Record::new("DepCtx")
                    .with("result", Outcome::Succeeded.word())
                    .with("outputs", Value::Unknown(Unknown::task(id)));
                Value::Record(record)
            }
        }
    }

    /// The context `state`.
    pub(super) fn state(self, node: &Node) -> Value {
        let result = match (self, &node.state_from) {
            (Self::Assumed, Some(main)) => return Value::Unknown(Unknown::task(main)),
            (Self::Told(results), Some(main)) => results.get(&node.id.parent().child(main)),
            (_, None) => None,
        };
        Value::Dict(
            result
                .map(|result| dict_of(&result.state))
                .unwrap_or_default(),
        )
    }

    /// The result whose state a post task is given.
    pub(super) fn left_behind(self, node: &Node) -> IndexMap<String, String> {
        let (Self::Told(results), Some(main)) = (self, &node.state_from) else {
            return IndexMap::new();
        };
        let result: Option<&TaskResult> = results.get(&node.id.parent().child(main));
        result
            .map(|result| result.state.clone())
            .unwrap_or_default()
    }
}
