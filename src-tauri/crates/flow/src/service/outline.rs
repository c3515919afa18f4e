//! The names a file defines, in its order.

use source::Span;

use super::Service;
use super::occurrence::SymbolKind;
use crate::tree::{Block, FieldValue};

/// A name that a file defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The name; a task without an id has its number.
    pub name: String,
    /// What it stands for.
    pub kind: SymbolKind,
    /// A few words beside it: a title, an image, what is called.
    pub detail: String,
    /// Everything that belongs to it.
    pub span: Span,
    /// Where the name stands.
    pub key: Span,
    /// What is defined inside it: the parameters of a job.
    pub children: Vec<Self>,
}

impl Service<'_> {
    /// The outline of a file.
    #[must_use]
    pub fn outline(&self, path: &str) -> Vec<Symbol> {
        let file = self.file(path);
        file.map(|file| symbols(&file.tree)).unwrap_or_default()
    }
}

fn symbols(block: &Block) -> Vec<Symbol> {
    let mut found = Vec::new();
    for (key, field) in &block.fields {
        match (&field.value, SymbolKind::under(key)) {
            (FieldValue::Blocks(blocks), Some(kind)) => {
                for (name, named) in blocks {
                    found.push(Symbol {
                        name: name.clone(),
                        kind,
                        detail: detail(&named.block),
                        span: named.key.to(named.block.span),
                        key: named.key,
                        children: symbols(&named.block),
                    });
                }
            }
            (FieldValue::Items(tasks), _) => {
                found.extend(tasks.iter().enumerate().map(|(at, it)| task(at, it)));
            }
            _ => {}
        }
    }
    found.sort_by_key(|symbol| symbol.key);
    found
}

fn task(at: usize, block: &Block) -> Symbol {
    let id = block.scalar("id");
    let name = id.and_then(|id| id.written());
    Symbol {
        name: name.unwrap_or_else(|| format!("task-{}", at + 1)),
        kind: SymbolKind::Task,
        detail: detail(block),
        span: block.span,
        key: id.map_or(Span::at(block.span.start), |id| id.span),
        children: Vec::new(),
    }
}

fn detail(block: &Block) -> String {
    let keys = [
        "title", "action", "module", "image", "ref", "remote", "default", "value", "descr",
    ];
    let mut written = keys.into_iter().filter_map(|key| block.written(key));
    written.next().unwrap_or_default()
}
