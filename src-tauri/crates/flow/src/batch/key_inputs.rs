//! What the key of a task is made of, and where two of them differ.

use indexmap::IndexMap;

use super::cache_key::{self, Json};
use super::results::TaskResult;
use crate::config::TaskConfig;

/// What the key of a task is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyInputs {
    /// The task.
    pub config: TaskConfig,
    /// The results it depends on, by id.
    pub needs: IndexMap<String, TaskResult>,
    /// The state it is given.
    pub state: IndexMap<String, String>,
}

/// A place in which two keys differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDifference {
    /// The names that lead to the place, such as `task`, `env`, `LR` or `needs`, `a`, `outputs`, `n`.
    pub path: Vec<String>,
    /// What was there; nothing if there was nothing.
    pub before: Option<String>,
    /// What is there; nothing if there is nothing.
    pub after: Option<String>,
}

impl KeyInputs {
    /// The key.
    #[must_use]
    pub fn key(&self) -> String {
        cache_key::key(&self.config, &self.needs(), &self.state)
    }

    /// Where it differs from an older one: everything that makes another key, and nothing else.
    #[must_use]
    pub fn differences(&self, older: &Self) -> Vec<KeyDifference> {
        let mut found = Vec::new();
        compare(
            &mut Vec::new(),
            Some(older.whole()),
            Some(self.whole()),
            &mut found,
        );
        found
    }

    fn needs(&self) -> IndexMap<&str, &TaskResult> {
        let needs = self.needs.iter();
        needs.map(|(id, result)| (id.as_str(), result)).collect()
    }

    fn whole(&self) -> Json<'_> {
        let needs = self.needs.iter();
        let needs = needs.map(|(id, result)| (id.as_str(), result)).collect();
        cache_key::whole(&self.config, &needs, &self.state)
    }
}

fn compare<'a>(
    path: &mut Vec<String>,
    before: Option<Json<'a>>,
    after: Option<Json<'a>>,
    found: &mut Vec<KeyDifference>,
) {
    if before == after {
        return;
    }
    match (before, after) {
        (Some(Json::Object(before)), Some(Json::Object(after))) => {
            entries(path, before, after, found);
        }
        (Some(Json::List(before)), Some(Json::List(after))) => lists(path, before, after, found),
        (before, after) => found.push(KeyDifference {
            path: path.clone(),
            before: before.and_then(text),
            after: after.and_then(text),
        }),
    }
}

fn entries<'a>(
    path: &mut Vec<String>,
    before: Vec<(&'a str, Json<'a>)>,
    after: Vec<(&'a str, Json<'a>)>,
    found: &mut Vec<KeyDifference>,
) {
    let mut before: IndexMap<&str, Json<'a>> = before.into_iter().collect();
    let mut one = |name: &str, before, after| {
        path.push(name.to_owned());
        compare(path, before, after, found);
        path.pop();
    };
    for (name, value) in after {
        one(name, before.shift_remove(name), Some(value));
    }
    for (name, value) in before {
        one(name, Some(value), None);
    }
}

/// Items that came and went, in pairs; of lists with the same items, their order.
fn lists<'a>(
    path: &[String],
    before: Vec<Json<'a>>,
    after: Vec<Json<'a>>,
    found: &mut Vec<KeyDifference>,
) {
    let mut gone: Vec<_> = before.iter().filter(|item| !after.contains(item)).collect();
    let mut come: Vec<_> = after.iter().filter(|item| !before.contains(item)).collect();
    let mut note = |before: Option<String>, after: Option<String>| {
        found.push(KeyDifference {
            path: path.to_vec(),
            before,
            after,
        });
    };
    if gone.is_empty() && come.is_empty() {
        return note(text(Json::List(before)), text(Json::List(after)));
    }
    let text = |item: &Json<'a>| text(item.clone());
    gone.reverse();
    come.reverse();
    loop {
        match (gone.pop(), come.pop()) {
            (None, None) => return,
            (gone, come) => note(gone.and_then(text), come.and_then(text)),
        }
    }
}

/// A value as people read it; nothing for what is not set.
fn text(value: Json<'_>) -> Option<String> {
    match value {
        Json::Null => None,
        Json::Text(text) => Some(text.to_owned()),
        other => {
            let mut text = String::new();
            other.write(&mut text);
            Some(text)
        }
    }
}
