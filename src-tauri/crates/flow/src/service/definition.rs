//! From a name to the place that defines it, and to the places that use it.

use source::Span;

use super::occurrence::{Occurrence, SymbolKind};
use super::{Location, Service};

impl Service<'_> {
    /// Where the name under an offset is defined.
    #[must_use]
    pub fn definition(&self, path: &str, offset: usize) -> Option<Location> {
        let here = self.occurrence_at(path, offset)?;
        if here.identity.kind == SymbolKind::Action {
            return Some(Location {
                file: here.identity.name,
                span: Span::at(0),
            });
        }
        let all = self.occurrences().into_iter();
        let mut defined = all.filter(|one| one.definition && one.identity == here.identity);
        defined
            .next()
            .map(Location::from)
            .or_else(|| self.expanded_task(path, &here))
    }

    /// All places of the name under an offset, its definition first.
    #[must_use]
    pub fn references(&self, path: &str, offset: usize) -> Vec<Location> {
        let Some(here) = self.occurrence_at(path, offset) else {
            return Vec::new();
        };
        let mut found = self.occurrences();
        found.retain(|one| one.identity == here.identity);
        found.sort_by_key(|one| (!one.definition, one.file.clone(), one.span));
        found.into_iter().map(Location::from).collect()
    }

    /// The entry of `tasks` that a task comes from whose id is made by a matrix.
    fn expanded_task(&self, path: &str, here: &Occurrence) -> Option<Location> {
        if here.identity.kind != SymbolKind::Task {
            return None;
        }
        let graph = self.graph(path)?;
        let node = graph.nodes.get(&here.identity.name)?;
        Some(Location {
            file: path.to_owned(),
            span: node.span,
        })
    }
}

impl From<Occurrence> for Location {
    fn from(one: Occurrence) -> Self {
        Self {
            file: one.file,
            span: one.span,
        }
    }
}
