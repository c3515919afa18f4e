//! What mistakes in a file leave unknown, so that nothing is blamed for the mistakes of another.
//!
//! A file with mistakes is still evaluated as far as possible: everything wrong is told at once.
//! But where a definition cannot be read, whoever uses it would be told that it does not exist.

use std::collections::HashMap;
use std::sync::Arc;

use source::{Diagnostic, Span};

use super::places::Places;
use crate::yaml::{self, Node, NodeKind};

/// Keys of a file, and of `defaults`, whose values are read in other places.
const OF_FILE: [&str; 11] = [
    "defaults", "env", "images", "inputs", "jobs", "mixins", "outputs", "params", "tags", "tasks",
    "volumes",
];

/// Keys of a job or task that the rest of it is made from.
const OF_JOB: [&str; 9] = [
    "action", "args", "matrix", "mixins", "module", "needs", "params", "post", "strategy",
];

/// Keys of a task that other tasks read.
const OF_TASK: [&str; 3] = ["id", "matrix", "strategy"];

/// The keys under which jobs and tasks lie.
const UNITS: [&str; 5] = ["jobs", "tasks", "job", "main", "post"];

/// After so many mistakes nothing about names is certain any more.
const MOST: usize = 1_000;

/// Mistakes found while files were read.
pub(super) struct Damage {
    places: Places,
    /// Jobs and tasks in which something cannot be known.
    units: Places,
    /// Jobs and tasks whose image cannot be known.
    images: Places,
    /// Whether something cannot be known anywhere.
    everywhere: bool,
}

/// How far the consequences of a mistake reach.
enum Extent {
    Nowhere,
    Image(Span),
    Unit(Span),
    Everywhere,
}

impl Damage {
    /// What the findings of reading leave unknown.
    pub(super) fn new(read: &[Diagnostic]) -> Self {
        let mut trees: HashMap<&str, Option<Arc<Node>>> = HashMap::new();
        let (mut units, mut images) = (Vec::new(), Vec::new());
        let mut everywhere = false;
        for (number, found) in read.iter().filter(|found| found.is_error()).enumerate() {
            if everywhere || number == MOST {
                everywhere = true;
                break;
            }
            let tree = trees
                .entry(found.text.name())
                .or_insert_with(|| yaml::read(&found.text).tree);
            match tree.as_deref().map(|tree| extent(found, tree)) {
                Some(Extent::Nowhere) => {}
                Some(Extent::Image(span)) => images.push((found.text.name().to_owned(), span)),
                Some(Extent::Unit(span)) => units.push((found.text.name().to_owned(), span)),
                Some(Extent::Everywhere) | None => everywhere = true,
            }
        }
        let places = read.iter().filter(|found| found.is_error());
        let place = |found: &Diagnostic| (found.text.name().to_owned(), found.span);
        Self {
            places: Places::new(places.map(place)),
            units: Places::new(units),
            images: Places::new(images),
            everywhere,
        }
    }

    /// Whether a finding of evaluation may only be a consequence of mistakes told already.
    pub(super) fn explains(&self, found: &Diagnostic) -> bool {
        found.code == "broken-value"
            || self.places.touch(found)
            || about_names(found) && (self.everywhere || self.units.touch(found))
            || found.code == "no-image" && self.images.touch(found)
    }
}

/// Whether a finding says that something is missing which may stand in a part that was not read.
fn about_names(found: &Diagnostic) -> bool {
    matches!(found.code, "expression" | "no-image")
        || found.code.starts_with("unknown-")
        || found.code.starts_with("missing-")
}

/// How far the consequences of a mistake reach: keys whose values others read make them far.
fn extent(found: &Diagnostic, tree: &Node) -> Extent {
    if matches!(found.code, "yaml-syntax" | "not-text") {
        return Extent::Everywhere;
    }
    let mut path = Path::default();
    path.follow(tree, found.span.start);
    // A key that is not known leaves out what it was meant to be, and nothing else.
    let keys: Vec<&str> = match found.code {
        "unknown-key" => found.candidates.iter().map(String::as_str).collect(),
        _ => path.keys,
    };
    let among = |list: &[&str]| keys.iter().any(|key| list.contains(key));
    match path.unit {
        None if among(&OF_FILE) || found.code != "unknown-key" => Extent::Everywhere,
        None => Extent::Nowhere,
        Some(_) if among(&OF_TASK) && !path.named => Extent::Everywhere,
        Some(unit) if among(&OF_JOB) || found.code == "wrong-shape" => Extent::Unit(unit),
        Some(unit) if among(&["image"]) => Extent::Image(unit),
        Some(_) => Extent::Nowhere,
    }
}

/// The way to a place: the job or task it lies in, and the keys inside that, or inside the file.
#[derive(Default)]
struct Path<'n> {
    unit: Option<Span>,
    /// Whether the unit has its name outside, so that no other unit reads its keys.
    named: bool,
    keys: Vec<&'n str>,
}

impl<'n> Path<'n> {
    fn follow(&mut self, node: &'n Node, at: usize) {
        match &node.kind {
            NodeKind::Scalar(_) => {}
            NodeKind::Sequence(items) => {
                if let Some(item) = items.iter().find(|item| item.span.touches(at)) {
                    self.follow(item, at);
                }
            }
            NodeKind::Mapping(pairs) => {
                let pair = pairs
                    .iter()
                    .find(|(key, value)| Span::new(key.span.start, value.span.end).touches(at));
                if let Some((key, value)) = pair {
                    self.step(key.scalar().map_or("", |scalar| &scalar.value), value, at);
                }
            }
        }
    }

    fn step(&mut self, key: &'n str, value: &'n Node, at: usize) {
        let inside = value.span.touches(at);
        if self.unit.is_some() || !UNITS.contains(&key) || !inside {
            self.keys.push(key);
            return self.follow(value, at);
        }
        match (&value.kind, key) {
            (NodeKind::Sequence(items), _) => {
                let item = items.iter().find(|item| item.span.touches(at));
                self.unit = item.map(|item| item.span);
                item.into_iter().for_each(|item| self.follow(item, at));
            }
            (NodeKind::Mapping(pairs), "jobs") => {
                self.named = true;
                let pair = pairs
                    .iter()
                    .find(|(key, value)| Span::new(key.span.start, value.span.end).touches(at));
                if let Some((key, value)) = pair {
                    self.unit = Some(Span::new(key.span.start, value.span.end));
                    self.follow(value, at);
                }
            }
            _ => {
                self.named = true;
                self.unit = Some(value.span);
                self.follow(value, at);
            }
        }
    }
}
