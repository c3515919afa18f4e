//! A batch as it was written: what screens show without evaluating anything.

use source::{Diagnostic, Parsed, Span, Text};

use crate::action;
use crate::live::ParamView;
use crate::mixins::Mixins;
use crate::read::{self, Document};
use crate::tree::Block;

/// A batch.
#[derive(Debug, Clone)]
pub struct BatchFlow {
    /// The name it is baked by: its file without the suffix.
    pub name: String,
    /// Its path in the project.
    pub path: String,
    /// Its text.
    pub text: Text,
    /// The id.
    pub id: String,
    /// What people see.
    pub title: String,
    /// What can be given when a bake is started.
    pub params: Vec<ParamView>,
    /// The entries of `tasks`.
    pub tasks: Vec<TaskView>,
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

/// An entry of `tasks`; with a matrix it becomes several tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskView {
    /// The id, expressions and all.
    pub id: Option<String>,
    /// The title, expressions and all.
    pub title: Option<String>,
    /// The image, expressions and all.
    pub image: Option<String>,
    /// What it calls, if it is a call.
    pub call: Option<String>,
    /// Whether it has a matrix.
    pub matrix: bool,
    /// Where it is defined.
    pub span: Span,
}

impl BatchFlow {
    /// Reads a batch. `project` is the tree of the project file.
    #[must_use]
    pub fn read(name: &str, path: &str, text: Text, project: Option<&Block>) -> Parsed<Self> {
        let parsed = read::read(&text, Document::Batch);
        Self::from_block((name, path), text, parsed, project)
    }

    /// A batch whose text was read before; `project` is the tree of the project file.
    pub(crate) fn from_block(
        (name, path): (&str, &str),
        text: Text,
        parsed: Parsed<Block>,
        project: Option<&Block>,
    ) -> Parsed<Self> {
        let mut diagnostics = parsed.diagnostics;
        let problems = crate::live::errors(&diagnostics);
        let tree = parsed.tree;
        let (mixins, mixin_problems) = Mixins::resolve(&tree, project);
        diagnostics.extend(mixin_problems.iter().chain(mixins.notes()).cloned());
        diagnostics.extend(useless_mixin_keys(&tree));
        let mut tasks = Vec::new();
        for block in tree.items("tasks") {
            match mixins.apply(block) {
                Ok(mixed) => tasks.push(TaskView::new(&mixed)),
                Err(found) => {
                    diagnostics.extend(found);
                    tasks.push(TaskView::new(block));
                }
            }
        }
        let id = tree
            .constant("id")
            .unwrap_or_else(|| name.replace('-', "_"));
        let title = tree.constant("title").filter(|title| !title.is_empty());
        let flow = Self {
            name: name.to_owned(),
            path: path.to_owned(),
            title: title.unwrap_or_else(|| id.clone()),
            params: crate::live::params(&tree),
            sound: !diagnostics.iter().any(Diagnostic::is_error),
            problems,
            text,
            id,
            tasks,
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

impl TaskView {
    fn new(block: &Block) -> Self {
        Self {
            id: block.written("id"),
            title: block.written("title"),
            image: block.written("image"),
            call: action::called(block),
            matrix: block
                .block("strategy")
                .is_some_and(|strategy| strategy.has("matrix")),
            span: block.span,
        }
    }
}

/// Keys that may be written in a mixin of a batch but have no effect there.
const USELESS: [&str; 4] = ["needs", "strategy", "enable", "cache"];

fn useless_mixin_keys(tree: &Block) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, mixin) in tree.blocks("mixins") {
        for key in USELESS {
            if let Some(field) = mixin.block.fields.get(key) {
                let message = format!("`{key}` has no effect in a mixin");
                let text = &mixin.block.text;
                found.push(
                    Diagnostic::warning("ignored-key", text, field.key, message)
                        .help("write it in each task"),
                );
            }
        }
    }
    found
}
