//! What was recorded beside what we made.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::case::{Case, Hooks};
use super::known;
use super::made::Made;
use super::run::comparable;
use crate::count::Count;

/// How a case came out.
pub(crate) enum Verdict {
    Same,
    Failed(String),
    Intended(String, &'static str),
}

impl Verdict {
    /// Prints the outcome of a case; a known difference that is none fails.
    pub(crate) fn tell(self, id: &str, verbose: bool) -> Count {
        let mut count = Count::default();
        match (self, known::case(id)) {
            (Self::Same, Some(why)) => {
                println!("FAILED {id}: agrees, but is listed as different: {why}");
                count.failed = 1;
            }
            (Self::Same, None) => {
                println!("same {id}");
                count.passed = 1;
            }
            (Self::Failed(what), Some(why)) | (Self::Intended(what, why), _) => {
                println!("intended {id}: {why}");
                if verbose {
                    println!("{what}");
                }
                count.intended = 1;
            }
            (Self::Failed(what), None) => {
                println!("FAILED {id}\n{what}");
                count.failed = 1;
            }
        }
        count
    }
}

/// Compares a recorded result with ours.
pub(crate) fn compare(case: &Case, theirs: &Value, ours: &Made) -> Verdict {
    if let Some(crash) = theirs["crash"].as_str() {
        return Verdict::Failed(format!("    the real tool gave no result: {crash}"));
    }
    let mut differences = Vec::new();
    refusals(theirs, ours, &mut differences);
    let mut aside = None;
    let refused_here = ours.refusal.is_some() && theirs["error"].is_null();
    if !refused_here {
        entries(theirs, ours, (&mut differences, &mut aside));
    }
    if theirs["error"].is_null() && !refused_here {
        let project = theirs["project_dir"].as_str().map(str::to_owned);
        differ(
            "project folder",
            &json!(project),
            &json!(ours.project),
            &mut differences,
        );
        contexts(theirs, ours, &mut differences);
    }
    if case.hooks == Hooks::Rendered && theirs["error"].is_null() && !refused_here {
        hooks(theirs, ours, &mut differences);
    }
    match (differences.is_empty(), known::rule(theirs, ours), aside) {
        (true, _, Some(why)) => Verdict::Intended(String::new(), why),
        (true, _, None) => Verdict::Same,
        (false, Some(why), _) => Verdict::Intended(differences.join("\n"), why),
        (false, None, _) => Verdict::Failed(differences.join("\n")),
    }
}

fn differ(what: &str, theirs: &Value, ours: &Value, found: &mut Vec<String>) {
    if theirs != ours {
        found.push(format!("    {what}: expected {theirs}, got {ours}"));
    }
}

fn refusals(theirs: &Value, ours: &Made, found: &mut Vec<String>) {
    let error = theirs.get("error").filter(|error| !error.is_null());
    match (error, &ours.refusal) {
        (None, None) => {}
        (None, Some(refusal)) => {
            found.push(format!("    made there, refused here: {}", refusal.ours));
        }
        (Some(error), None) => found.push(format!("    refused there, made here: {error}")),
        (Some(error), Some(refusal)) => {
            let class = error["class"].as_str().unwrap_or_default();
            if known::is_handled(class) && class != refusal.class {
                found.push(format!(
                    "    refusal: expected {error}, got {}",
                    refusal.ours
                ));
            } else if let (true, Some(message)) = (class == refusal.class, &refusal.message)
                && error["message"].as_str() != Some(message)
            {
                found.push(format!("    message: expected {error}, got {message}"));
            }
        }
    }
}

fn entries(
    theirs: &Value,
    ours: &Made,
    (found, aside): (&mut Vec<String>, &mut Option<&'static str>),
) {
    let by_path = |list: &[Value]| -> BTreeMap<String, Value> {
        list.iter()
            .map(|one| {
                (
                    one["path"].as_str().unwrap_or_default().to_owned(),
                    one.clone(),
                )
            })
            .collect()
    };
    let empty = Vec::new();
    let theirs = by_path(theirs["entries"].as_array().unwrap_or(&empty));
    let mine = by_path(&ours.entries);
    for path in theirs.keys().filter(|path| !mine.contains_key(*path)) {
        found.push(format!("    missing {path}"));
    }
    for (path, mine) in &mine {
        let Some(theirs) = theirs.get(path) else {
            found.push(format!("    extra {path}"));
            continue;
        };
        let fields: Vec<&str> = ["type", "mode", "sha256", "target"]
            .into_iter()
            .filter(|field| theirs[field] != mine[field])
            .collect();
        if fields == ["sha256"] && known::is_unrendered(theirs, ours) {
            *aside = Some("a text that is taken for binary there is rendered");
        } else if fields == ["mode"] && ours.archive {
            *aside = Some("permissions in an archive are kept");
        } else if !fields.is_empty() {
            found.push(format!("    different {path} ({})", fields.join(", ")));
        }
    }
}

fn contexts(theirs: &Value, ours: &Made, found: &mut Vec<String>) {
    let (Some(theirs), Some(ours)) = (theirs["context"].as_object(), &ours.context) else {
        return;
    };
    let (theirs, ours) = (comparable(theirs), comparable(ours));
    for (name, value) in &theirs {
        match ours.get(name) {
            Some(mine) if same(mine, value) => {}
            mine => found.push(format!(
                "    answer `{name}`: expected {value}, got {mine:?}"
            )),
        }
    }
    for name in ours.keys().filter(|name| !theirs.contains_key(*name)) {
        found.push(format!("    answer `{name}` is not there"));
    }
}

/// Whether two values are the same to Python: `1` and `1.0` are.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(one, other)| same(one, other))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, one)| right.get(key).is_some_and(|other| same(one, other)))
        }
        _ => left == right,
    }
}

fn hooks(theirs: &Value, ours: &Made, found: &mut Vec<String>) {
    let empty = Map::new();
    let theirs = theirs["hooks"].as_object().unwrap_or(&empty);
    for (name, hook) in theirs {
        match ours.hooks.get(name) {
            None => found.push(format!("    the hook {name} was not found")),
            Some(sum) => differ(&format!("hook {name}"), &hook["sha256"], sum, found),
        }
    }
    for name in ours.hooks.keys().filter(|name| !theirs.contains_key(*name)) {
        found.push(format!("    the hook {name} is none"));
    }
}
