//! What can be read from a context at a place: names with what is known of each.

use expression::{Absent, Shape, Value};
use indexmap::{IndexMap, IndexSet};

use super::Service;
use super::callers::{Caller, callers};
use super::file::File;
use super::outputs::saved_states;
use super::surroundings::{Owner, Surroundings};
use crate::action;
use crate::batch::{Preparation, TaskGraph};
use crate::keys::Kind;
use crate::tree::{Block, FieldValue};

/// A name that can be read, with its value as far as it is known.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) value: Option<Value>,
}

/// A place in a file at which something is read.
#[derive(Clone, Copy)]
pub(super) struct Here<'h> {
    pub(super) file: &'h File,
    pub(super) owner: &'h Owner,
    pub(super) offset: usize,
}

impl Service<'_> {
    /// The names below a path of names; below nothing, the contexts themselves.
    pub(super) fn members(
        &self,
        here: Here<'_>,
        around: &Surroundings,
        path: &[&str],
    ) -> Vec<Member> {
        let Some((first, steps)) = path.split_first() else {
            let names = around.values.iter();
            return names
                .filter_map(|(name, value)| Member::new(name.as_str()?, Some(value)))
                .collect();
        };
        let mut value = around.values.get(first);
        let mut shape = value.map(|_| self.shape(here, first));
        for step in steps {
            value = value.and_then(|value| child(value, step));
            shape = shape.and_then(|shape| below(&shape, step));
        }
        let mut found: IndexMap<String, Option<Value>> = IndexMap::new();
        for name in shape.iter().flat_map(Shape::names) {
            found.insert(name.to_owned(), None);
        }
        for (name, value) in value.into_iter().flat_map(children) {
            found.insert(name, Some(value));
        }
        let members = found.into_iter();
        members
            .map(|(name, value)| Member { name, value })
            .collect()
    }

    /// What is known about a context without its value.
    fn shape(&self, here: Here<'_>, context: &str) -> Shape {
        let Here { file, owner, .. } = here;
        match context {
            "project" => Shape::project(),
            "git" => Shape::git(),
            "strategy" => Shape::strategy(),
            "multi" => Shape::multi(),
            "tags" => Shape::tags(),
            "flow" => Shape::record(
                "FlowCtx",
                ["flow_id", "project_id", "workspace", "title", "username"],
            ),
            "images" => keys(self.names(file, "images"), &Shape::image()),
            "volumes" => keys(self.names(file, "volumes"), &Shape::volume()),
            "params" => self.params(file, owner),
            "matrix" => match owner {
                Owner::Task(task) => keys(matrix_names(task), &Shape::Any),
                _ => Shape::map(),
            },
            "needs" => self.needs(here),
            "state" => keys(saved_states(file), &Shape::Any),
            _ => Shape::map(),
        }
    }

    /// The names of a kind in a file and, for flows, in the project; a module also knows those of
    /// its callers.
    pub(super) fn names(&self, file: &File, key: &str) -> Vec<String> {
        let mut found = IndexSet::new();
        self.add_names(file, key, &mut found);
        if file.is_action() && (key != "images" || file.kind() == Kind::LiveAction) {
            let files = self.files();
            let callers = callers(self, &files, &file.path);
            for lender in lenders(&files, &callers) {
                self.add_names(lender.0, key, &mut found);
            }
        }
        found.into_iter().collect()
    }

    fn add_names(&self, file: &File, key: &str, found: &mut IndexSet<String>) {
        let project = self.project.tree().filter(|_| !file.is_action());
        let trees = [&file.tree].into_iter().chain(project);
        let names = trees.flat_map(|tree| tree.blocks(key));
        found.extend(names.map(|(name, _)| name.to_owned()));
    }

    fn params(&self, file: &File, owner: &Owner) -> Shape {
        let own = match owner {
            Owner::Job(job) if file.kind() == Kind::LiveFlow => names_of(job, "params"),
            _ => names_of(&file.tree, "params"),
        };
        let mut found: IndexSet<String> = own.into_iter().collect();
        if file.is_action() {
            let files = self.files();
            let callers = callers(self, &files, &file.path);
            for (lender, job) in lenders(&files, &callers) {
                found.extend(names_of(job.unwrap_or(&lender.tree), "params"));
            }
        }
        keys(found.into_iter().collect(), &Shape::Any)
    }

    fn needs(&self, here: Here<'_>) -> Shape {
        let names = match here.owner {
            Owner::Task(task) => super::surroundings::written_needs(task),
            Owner::Outputs => task_ids(&here.file.tree),
            _ => Vec::new(),
        };
        let mut shape = Shape::needs(names.iter().map(String::as_str));
        if let Shape::Keys { entries, .. } = &mut shape {
            for (name, entry) in entries {
                let outputs = self.outputs(here, name);
                if let Shape::Record { fields, .. } = entry
                    && !outputs.is_empty()
                {
                    fields.insert("outputs".to_owned(), keys(outputs, &Shape::Any));
                }
            }
        }
        shape
    }

    /// The ids of the tasks of a file: those that are written, and those a matrix makes.
    pub(super) fn task_names(&self, file: &File) -> Vec<String> {
        let written: IndexSet<String> = task_ids(&file.tree).into_iter().collect();
        let graph = self.graph(&file.path).unwrap_or_default();
        let made = graph.nodes.into_values().filter_map(|node| node.user_id);
        written
            .into_iter()
            .chain(made)
            .collect::<IndexSet<_>>()
            .into_iter()
            .collect()
    }

    /// The graph of a batch as far as it can be made.
    pub(super) fn graph(&self, path: &str) -> Option<TaskGraph> {
        let mut batches = self.project.batches.iter();
        let flow = batches.find(|flow| flow.path == path)?;
        let session = &self.session;
        let preparation = Preparation::whatever_is_wrong(self.project, session, flow.clone());
        Some(preparation.sketch().1)
    }

    /// The action of the project a block calls.
    pub(super) fn called(&self, block: &Block) -> Option<&action::Action> {
        let reference = action::called(block)?;
        let path = action::local_path(self.session.workspace, &reference)?;
        let mut actions = self.project.actions.iter();
        actions
            .find(|action| action.path == path)
            .map(|action| &**action)
    }
}

/// The ids of the tasks of a file that are written without expressions.
pub(super) fn task_ids(tree: &Block) -> Vec<String> {
    let tasks = tree.items("tasks").iter();
    tasks.filter_map(|task| task.constant("id")).collect()
}

/// The files whose names a module may use, with the job that calls it.
fn lenders<'f>(files: &'f [File], callers: &[Caller]) -> Vec<(&'f File, Option<&'f Block>)> {
    let mut found = Vec::new();
    for caller in callers {
        let Some(file) = files.iter().find(|file| file.path == caller.file) else {
            continue;
        };
        let job = caller.owner.strip_prefix("jobs.");
        let job = job.and_then(|name| file.tree.named("jobs", name));
        found.push((file, job.map(|job| &*job.block)));
        found.extend(lenders(files, &caller.callers));
    }
    found
}

pub(super) fn names_of(block: &Block, key: &str) -> Vec<String> {
    block.blocks(key).map(|(name, _)| name.to_owned()).collect()
}

/// The dimensions of the matrix of a task, and the number of its row.
pub(super) fn matrix_names(task: &Block) -> Vec<String> {
    let matrix = task.block("strategy").and_then(|it| it.get("matrix"));
    let Some(FieldValue::Matrix(matrix)) = matrix else {
        return Vec::new();
    };
    let added = matrix.include.iter().flatten().map(|item| &item.name);
    let names: IndexSet<&String> = matrix.products.keys().chain(added).collect();
    let names = names.into_iter().cloned();
    names.chain(["ORDINAL".to_owned()]).collect()
}

fn keys(names: Vec<String>, entry: &Shape) -> Shape {
    let entries = names.into_iter().map(|name| (name, entry.clone()));
    Shape::Keys {
        absent: Absent::Key,
        entries: entries.collect(),
    }
}

fn below(shape: &Shape, step: &str) -> Option<Shape> {
    match shape {
        Shape::Any => Some(Shape::Any),
        Shape::Map(inner) => Some((**inner).clone()),
        Shape::Record { fields, .. } => fields.get(step).cloned(),
        Shape::Keys { entries, .. } => entries.get(step).cloned(),
        _ => None,
    }
}

fn child<'v>(value: &'v Value, step: &str) -> Option<&'v Value> {
    match value {
        Value::Dict(dict) => dict.get(step),
        Value::Record(record) => record.get(step),
        _ => None,
    }
}

fn children(value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::Dict(dict) => {
            let entries = dict.iter();
            entries
                .filter_map(|(name, value)| Some((name.as_str()?.to_owned(), value.clone())))
                .collect()
        }
        Value::Record(record) => {
            let names = record.fields().iter().map(|field| field.name.to_string());
            names
                .filter_map(|name| record.get(&name).cloned().map(|value| (name, value)))
                .collect()
        }
        _ => Vec::new(),
    }
}

impl Member {
    fn new(name: &str, value: Option<&Value>) -> Option<Self> {
        Some(Self {
            name: name.to_owned(),
            value: value.cloned(),
        })
    }

    /// What is known of it, in a few words.
    pub(super) fn detail(&self) -> String {
        match &self.value {
            Some(value) => super::value::brief(value),
            None => String::new(),
        }
    }
}
