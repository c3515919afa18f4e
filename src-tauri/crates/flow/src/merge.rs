//! Inheritance between blocks: what a block takes over from its defaults or mixins.

use std::sync::Arc;

use crate::keys;
use crate::tree::{Block, Field, FieldValue, List, Map};

/// The child with everything taken over that the parent wrote and the child may have.
///
/// Lists are joined (the child's items first), mappings are merged (the child's entries win), and
/// every other value of the child stays, even an explicit nothing.
#[must_use]
pub fn merged(child: &Block, parent: &Block) -> Block {
    let mut result = child.clone();
    for (key, inherited) in &parent.fields {
        if *key == "mixins" || keys::find(child.kind, key).is_none() {
            continue;
        }
        match child.fields.get(key) {
            None => {
                result.fields.insert(key, Arc::clone(inherited));
            }
            Some(own) => {
                if let Some(value) = joined(&own.value, &inherited.value) {
                    result.fields.insert(
                        key,
                        Arc::new(Field {
                            key: own.key,
                            value,
                        }),
                    );
                }
            }
        }
    }
    result
}

fn joined(own: &FieldValue, inherited: &FieldValue) -> Option<FieldValue> {
    match (own, inherited) {
        (FieldValue::List(own), FieldValue::List(inherited)) => {
            let mut lists = match own {
                List::Joined(lists) => lists.clone(),
                own => vec![own.clone()],
            };
            lists.push(inherited.clone());
            Some(FieldValue::List(List::Joined(lists)))
        }
        (FieldValue::Map(own), FieldValue::Map(inherited)) => {
            let parent = Box::new(inherited.clone());
            Some(FieldValue::Map(Map::Joined(parent, Box::new(own.clone()))))
        }
        _ => None,
    }
}
