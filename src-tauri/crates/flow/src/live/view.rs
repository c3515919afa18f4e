//! A live flow as it was written: what screens show without evaluating anything.

use std::sync::Arc;

use indexmap::IndexMap;
use source::{Diagnostic, Parsed, Span, Text};

use crate::action;
use crate::eval::constant_text;
use crate::mixins::Mixins;
use crate::read::{self, Document};
use crate::tree::{Block, List};

/// A live flow.
#[derive(Debug, Clone)]
pub struct LiveFlow {
    /// Its path in the project.
    pub path: String,
    /// Its text.
    pub text: Text,
    /// The id.
    pub id: String,
    /// What people see.
    pub title: String,
    /// The jobs by id, in the order of the file.
    pub jobs: IndexMap<String, JobView>,
    /// Whether it has no errors.
    pub sound: bool,
    /// The errors of reading it, for whoever needs all of it.
    pub(crate) problems: Vec<Diagnostic>,
    /// Its tree.
    pub tree: Block,
    /// Its mixins, and those of the project.
    pub mixins: Mixins,
    /// What is wrong with the mixins.
    pub(crate) mixin_problems: Vec<Diagnostic>,
}

/// A job as it was written, mixins applied.
#[derive(Debug, Clone, PartialEq)]
pub struct JobView {
    /// The id.
    pub id: String,
    /// The title, expressions and all.
    pub title: Option<String>,
    /// The image, expressions and all.
    pub image: Option<String>,
    /// The preset, expressions and all.
    pub preset: Option<String>,
    /// Whether it may run several times at once.
    pub multi: bool,
    /// Whether starting it does not wait for its output.
    pub detach: bool,
    /// Whether its web page opens.
    pub browse: bool,
    /// Ports to forward, expressions and all.
    pub port_forward: Vec<String>,
    /// The HTTP port, expressions and all.
    pub http_port: Option<String>,
    /// What can be given when it is started.
    pub params: Vec<ParamView>,
    /// What it calls, if it is a call.
    pub call: Option<String>,
    /// Where it is defined.
    pub span: Span,
    /// Where its id stands.
    pub key: Span,
    /// Whether no error lies inside its definition.
    pub sound: bool,
}

/// A parameter as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamView {
    /// Its name.
    pub name: String,
    /// Its default, expressions and all; without one, a value must be given.
    pub default: Option<String>,
    /// What it means.
    pub descr: Option<String>,
}

impl LiveFlow {
    /// Reads a live flow. `project` is the tree of the project file.
    #[must_use]
    pub fn read(name: &str, path: &str, text: Text, project: Option<&Block>) -> Parsed<Self> {
        let parsed = read::read(&text, Document::Live);
        let mut diagnostics = parsed.diagnostics;
        let problems = errors(&diagnostics);
        let tree = parsed.tree;
        let (mixins, mixin_problems) = Mixins::resolve(&tree, project);
        diagnostics.extend(mixin_problems.iter().chain(mixins.notes()).cloned());
        let mut jobs = IndexMap::new();
        for (id, named) in tree.blocks("jobs") {
            let block = match mixins.apply(&named.block) {
                Ok(block) => block,
                Err(found) => {
                    diagnostics.extend(found);
                    Arc::clone(&named.block)
                }
            };
            let view = JobView::new(id, named.key, &block, &diagnostics);
            jobs.insert(id.to_owned(), view);
        }
        let id = tree
            .constant("id")
            .unwrap_or_else(|| name.replace('-', "_"));
        let title = tree.constant("title").filter(|title| !title.is_empty());
        let flow = Self {
            path: path.to_owned(),
            title: title.unwrap_or_else(|| id.clone()),
            sound: !diagnostics.iter().any(Diagnostic::is_error),
            problems,
            text,
            id,
            jobs,
            tree,
            mixins,
            mixin_problems,
        };
        Parsed {
            tree: flow,
            diagnostics,
        }
    }
}

impl JobView {
    fn new(id: &str, key: Span, block: &Block, found: &[Diagnostic]) -> Self {
        let truth = |key: &str| {
            block
                .scalar(key)
                .and_then(|expr| expr.constant())
                .is_some_and(expression::Value::is_true)
        };
        let inside = |found: &&Diagnostic| {
            found.is_error()
                && found.text.name() == block.text.name()
                && block.span.touches(found.span.start)
        };
        Self {
            id: id.to_owned(),
            title: block.written("title"),
            image: block.written("image"),
            preset: block.written("preset"),
            multi: truth("multi"),
            detach: truth("detach"),
            browse: truth("browse"),
            port_forward: written_items(block, "port_forward"),
            http_port: block.written("http_port"),
            params: params(block),
            call: action::called(block),
            span: block.span,
            key,
            sound: found.iter().find(inside).is_none(),
        }
    }
}

/// The findings that keep something from being used.
pub(crate) fn errors(found: &[Diagnostic]) -> Vec<Diagnostic> {
    let errors = found.iter().filter(|found| found.is_error());
    errors.cloned().collect()
}

/// The items of a list as they were written; nothing for a list that is one expression.
fn written_items(block: &Block, key: &str) -> Vec<String> {
    match block.list(key) {
        Some(List::Items(items)) => items
            .iter()
            .filter_map(|item| constant_text(item).or_else(|| item.written()))
            .collect(),
        _ => Vec::new(),
    }
}

/// The parameters of a job or a batch.
pub(crate) fn params(block: &Block) -> Vec<ParamView> {
    block
        .blocks("params")
        .map(|(name, param)| ParamView {
            name: name.to_owned(),
            default: param.block.written("default"),
            descr: param.block.written("descr"),
        })
        .collect()
}
