//! Images of a bake: their names are settled before it starts, what they are built from is
//! uploaded.

use std::collections::VecDeque;

use expression::{Dict, Scope as _};
use indexmap::IndexMap;

use super::graph::{Node, TaskGraph};
use super::id::TaskId;
use super::level::Level;
use crate::coercion::Home;
use crate::contexts::{Contexts, Sources};
use crate::eval::{Evaluator, Trouble, Troubles};
use crate::image::{Build, ImagePlace, Prepared};
use crate::outside::Outside;
use crate::session::Session;
use crate::tree::{Block, Expr};

use super::body::Body;

/// One definition of an image.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    /// Where it is defined: the call, then the id of the image.
    pub(crate) place: TaskId,
    pub(crate) prepared: Prepared,
    /// The block, for messages.
    pub(crate) block: Block,
}

/// An image as the flow API keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BakeImage {
    /// Its name on the platform.
    pub reference: String,
    /// Everything that defines it: calls, then the id of the image.
    pub definitions: Vec<TaskId>,
    /// The folder it is built from, on this machine: it has to be uploaded.
    pub local_context: Option<String>,
    /// The folder it is built from, on storage.
    pub context_on_storage: Option<String>,
    /// The Dockerfile inside the folder.
    pub dockerfile_rel: Option<String>,
}

/// All images of a bake.
#[derive(Debug, Clone, Default)]
pub struct BakeImages {
    pub(crate) definitions: Vec<Definition>,
    /// What is wrong with images inside actions.
    pub(crate) troubles: Troubles,
    storage: String,
}

impl BakeImages {
    /// Collects the images of a flow, breadth first.
    pub(super) fn collect(
        session: &Session<'_>,
        contexts: &Contexts,
        (graph, level): (&TaskGraph, &Level),
        sources: &Sources<'_>,
    ) -> Self {
        let facts = &contexts.facts;
        let storage = format!("storage:/{}/.flow/{}", facts.project_name, facts.project_id);
        let mut images = Self {
            definitions: Vec::new(),
            troubles: Troubles::default(),
            storage,
        };
        for (id, block) in sources.images() {
            let Some(image) = contexts.images.get(id) else {
                continue;
            };
            let build = Build {
                context: image.context.clone(),
                dockerfile: image.dockerfile.clone(),
                dockerfile_rel: image.dockerfile_rel.clone(),
            };
            let prepared = Prepared {
                reference: image.reference.clone(),
                build,
            };
            let place = TaskId::top(id);
            images.definitions.push(Definition {
                place,
                prepared,
                block: block.clone(),
            });
        }
        let mut levels = VecDeque::from([graph]);
        while let Some(graph) = levels.pop_front() {
            for node in graph.nodes.values() {
                let (Some(inner), Body::Call(call)) = (&node.inner, &node.body) else {
                    continue;
                };
                levels.push_back(inner);
                let scope = early_scope(level, node);
                for (id, named) in call.action.tree.blocks("images") {
                    let scope = (&scope, level.home.as_ref());
                    images.inside(session, scope, node.id.child(id), &named.block);
                }
            }
        }
        images
    }

    /// An image inside an action: what depends on inputs is settled when the action runs.
    fn inside(
        &mut self,
        session: &Session<'_>,
        (scope, home): (&Dict, Option<&Home>),
        place: TaskId,
        block: &Block,
    ) {
        let mut outside = Outside::new(*session);
        let mut evaluator = Evaluator::new(scope, &mut outside, home);
        let reference = evaluator.text(block, "ref");
        let mut troubles = std::mem::take(&mut evaluator.troubles);
        let build = Build::evaluate(&mut evaluator, session, block).unwrap_or_default();
        let mut of_build = evaluator.troubles;
        if of_build.list.iter().any(names_what_comes_later) {
            of_build.list.clear();
        }
        let whole = of_build.list.is_empty();
        self.troubles.list.append(&mut troubles.list);
        self.troubles.list.append(&mut of_build.list);
        if let Some(reference) = reference.filter(|_| whole) {
            let prepared = Prepared { reference, build };
            self.definitions.push(Definition {
                place,
                prepared,
                block: block.clone(),
            });
        }
    }

    /// The images by their names, in the order of their first definition.
    #[must_use]
    pub fn list(&self) -> Vec<BakeImage> {
        let mut found: IndexMap<&str, BakeImage> = IndexMap::new();
        for definition in &self.definitions {
            let prepared = &definition.prepared;
            let entry = found
                .entry(&prepared.reference)
                .or_insert_with(|| self.image(prepared));
            entry.definitions.push(definition.place.clone());
        }
        found.into_values().collect()
    }

    fn image(&self, prepared: &Prepared) -> BakeImage {
        let (local, storage) = match &prepared.build.context {
            Some(ImagePlace::Local(path)) => (
                Some(path.clone()),
                Some(self.upload_place(&prepared.reference)),
            ),
            Some(ImagePlace::Storage(uri)) => (None, Some(uri.to_string())),
            None => (None, None),
        };
        BakeImage {
            reference: prepared.reference.clone(),
            definitions: Vec::new(),
            local_context: local,
            context_on_storage: storage,
            dockerfile_rel: prepared.build.dockerfile_rel.clone(),
        }
    }

    /// Where a local context is uploaded to.
    fn upload_place(&self, reference: &str) -> String {
        let mut path = reference.replace(':', "/");
        while path.contains("//") {
            path = path.replace("//", "/");
        }
        let place = format!("{}/{path}", self.storage);
        expression::Uri::parse(&place).map_or(place, |uri| uri.to_string())
    }

    /// The images of one level as they are known before it runs: uploaded, names settled.
    pub(crate) fn prepared(&self, level: &[String]) -> IndexMap<String, Prepared> {
        let mut found = IndexMap::new();
        for definition in &self.definitions {
            let steps = definition.place.steps();
            if &steps[..steps.len() - 1] == level {
                found.insert(
                    definition.place.name().to_owned(),
                    self.uploaded(definition),
                );
            }
        }
        found
    }

    fn uploaded(&self, definition: &Definition) -> Prepared {
        let Prepared { reference, build } = &definition.prepared;
        let first = self
            .definitions
            .iter()
            .find(|other| other.prepared.reference == *reference);
        let build = first.map_or(build, |first| &first.prepared.build);
        let Some(context) = &build.context else {
            return definition.prepared.clone();
        };
        let storage = match context {
            ImagePlace::Local(_) => self.upload_place(reference),
            ImagePlace::Storage(uri) => uri.to_string(),
        };
        let place = |text: &str| expression::Uri::parse(text).ok().map(ImagePlace::Storage);
        let dockerfile = build
            .dockerfile_rel
            .as_ref()
            .map(|relative| format!("{storage}/{relative}"));
        Prepared {
            reference: reference.clone(),
            build: Build {
                context: place(&storage),
                dockerfile: dockerfile.as_deref().and_then(place),
                dockerfile_rel: build.dockerfile_rel.clone(),
            },
        }
    }
}

/// Whether a value names a context that is there only when the action runs.
fn names_what_comes_later(trouble: &Trouble) -> bool {
    trouble
        .diagnostic
        .message
        .ends_with("context is not available")
}

/// The contexts images of an action may use before its inputs are known.
fn early_scope(level: &Level, node: &Node) -> Dict {
    let mut dict = Dict::new();
    for name in ["git", "flow"] {
        if let expression::Found::Known(value) = level.find(name) {
            dict.insert(name, value.into_owned());
        }
    }
    let strategy = super::level::strategy_record(node.strategy);
    dict.insert("strategy", expression::Value::Record(strategy));
    dict
}

/// A value as it was written, for comparing definitions.
pub(super) fn written(block: &Block, key: &str) -> Option<String> {
    block.scalar(key).and_then(Expr::written)
}
