//! Where findings lie that concern one job or task.

use source::{Diagnostic, Severity, Span, Text};

use crate::action::{self, CallSite};
use crate::mixins::{Mixins, uses};
use crate::read::{self, Document};
use crate::tree::Block;
use crate::workspace::Workspace;

/// Parts of files.
#[derive(Debug, Clone, Default)]
pub(super) struct Areas {
    parts: Vec<(String, Span)>,
}

impl Areas {
    /// A block with the mixins it uses, and those they use.
    pub(super) fn block(mut self, block: &Block, mixins: Option<&Mixins>) -> Self {
        let part = (block.text.name().to_owned(), block.span);
        if self.parts.contains(&part) {
            return self;
        }
        self.parts.push(part);
        let Some(mixins) = mixins else {
            return self;
        };
        let used = uses(block).into_iter();
        used.filter_map(|(name, _)| mixins.get(&name))
            .fold(self, |areas, block| areas.block(block, Some(mixins)))
    }

    /// A part of a file.
    pub(super) fn part(mut self, text: &Text, span: Span) -> Self {
        self.parts.push((text.name().to_owned(), span));
        self
    }

    /// A whole file.
    pub(super) fn file(self, text: &Text) -> Self {
        self.part(text, Span::new(0, text.content().len()))
    }

    /// A file without the items under one of its keys: what all of them share.
    pub(super) fn shared(self, tree: &Block, items: &str) -> Self {
        let fields = tree.fields.iter().filter(|(key, _)| **key != items);
        fields.fold(self, |areas, (_, field)| {
            let end = tree
                .fields
                .values()
                .map(|other| other.key.start)
                .filter(|start| *start > field.key.start)
                .min()
                .unwrap_or(tree.span.end);
            areas.part(&tree.text, Span::new(field.key.start, end))
        })
    }

    /// The same with the matrix and the limits of each item: they are read while a graph is made.
    pub(super) fn making(self, tree: &Block, items: &str) -> Self {
        let strategies = tree
            .items(items)
            .iter()
            .filter_map(|item| item.block("strategy"));
        let areas = self.shared(tree, items);
        strategies.fold(areas, |areas, strategy| areas.block(strategy, None))
    }

    /// What is said about these parts that the official tools do otherwise.
    pub(super) fn notes<'d>(
        &self,
        found: impl IntoIterator<Item = &'d Diagnostic>,
    ) -> Vec<Diagnostic> {
        found
            .into_iter()
            .filter(|found| found.severity == Severity::Portability && self.hold(found))
            .cloned()
            .collect()
    }

    fn hold(&self, found: &Diagnostic) -> bool {
        self.parts.iter().any(|(file, span)| {
            file == found.text.name()
                && span.start <= found.span.start
                && found.span.end <= span.end
        })
    }
}

/// What is said about the file a block calls, and about the call, that the official tools do
/// otherwise.
pub(super) fn called(workspace: &dyn Workspace, block: &Block) -> Vec<Diagnostic> {
    let module = block.has("module");
    let expr = block.scalar(if module { "module" } else { "action" });
    let (Some(reference), Some(name)) = (expr, action::called(block)) else {
        return Vec::new();
    };
    let site = CallSite {
        reference,
        block,
        module,
    };
    let Ok(action) = action::load(workspace, &name, &site) else {
        return Vec::new();
    };
    let found = read::read(&action.text, Document::Action).diagnostics;
    let mut notes = Areas::default().file(&action.text).notes(&found);
    notes.extend(crate::inputs::defaults_without_args(&action, block));
    notes
}
