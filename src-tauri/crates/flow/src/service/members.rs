//! What can be read from a context at a place: names with what is known of each.

use expression::{Absent, Shape, Value};
use indexmap::{IndexMap, IndexSet};

use super::Service;
use super::file::File;
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

impl Service<'_> {
    /// The names below a path of names; below nothing, the contexts themselves.
    pub(super) fn members(
        &self,
        (file, owner): (&File, &Owner),
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
        let mut shape = value.map(|_| self.shape((file, owner), first));
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
    fn shape(&self, (file, owner): (&File, &Owner), context: &str) -> Shape {
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
            "needs" => self.needs(file, owner),
            _ => Shape::map(),
        }
    }

    /// The names of a kind in a file and, for flows, in the project.
    pub(super) fn names(&self, file: &File, key: &str) -> Vec<String> {
        let project = self.project.tree().filter(|_| !file.is_action());
        let trees = [&file.tree].into_iter().chain(project);
        let mut found: Vec<String> = Vec::new();
        for (name, _) in trees.flat_map(|tree| tree.blocks(key)) {
            if !found.iter().any(|known| known == name) {
                found.push(name.to_owned());
            }
        }
        found
    }

    fn params(&self, file: &File, owner: &Owner) -> Shape {
        let block = match owner {
            Owner::Job(job) if file.kind() == Kind::LiveFlow => job,
            _ => &file.tree,
        };
        let names = block.blocks("params").map(|(name, _)| name.to_owned());
        keys(names.collect(), &Shape::Any)
    }

    fn needs(&self, file: &File, owner: &Owner) -> Shape {
        let names = match owner {
            Owner::Task(task) => super::surroundings::written_needs(task),
            Owner::Outputs => task_ids(&file.tree),
            _ => Vec::new(),
        };
        let mut shape = Shape::needs(names.iter().map(String::as_str));
        if let Shape::Keys { entries, .. } = &mut shape {
            for (name, entry) in entries {
                let outputs = self.outputs(file, name);
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
        let preparation = Preparation::new(self.project, &self.session, flow.clone()).ok()?;
        Some(preparation.sketch().1)
    }

    /// The outputs of a task that calls an action of the project.
    fn outputs(&self, file: &File, task: &str) -> Vec<String> {
        let mut tasks = file.tree.items("tasks").iter();
        let task = tasks.find(|block| block.constant("id").as_deref() == Some(task));
        let called = task.and_then(|task| self.called(task));
        let outputs = called.map(|action| action.tree.blocks("outputs"));
        let names = outputs.into_iter().flatten();
        names.map(|(name, _)| name.to_owned()).collect()
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

fn matrix_names(task: &Block) -> Vec<String> {
    let matrix = task.block("strategy").and_then(|it| it.get("matrix"));
    let Some(FieldValue::Matrix(matrix)) = matrix else {
        return Vec::new();
    };
    let added = matrix.include.iter().flatten().map(|item| &item.name);
    let mut names: Vec<String> = matrix.products.keys().chain(added).cloned().collect();
    names.push("ORDINAL".to_owned());
    names.dedup();
    names
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
