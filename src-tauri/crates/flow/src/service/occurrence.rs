//! Where names are defined and used: the index that definitions and new names are found by.

use indexmap::IndexSet;
use source::{Span, Text};

use super::Service;
use super::collector;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SymbolKind {
    /// A live job.
    Job,
    /// A task of a batch or of an action.
    Task,
    /// An image.
    Image,
    /// A volume.
    Volume,
    /// A parameter of a job or of a batch.
    Param,
    /// An input of an action.
    Input,
    /// An output of an action or of a task.
    Output,
    /// A mixin.
    Mixin,
    /// A file that is called.
    Action,
}

impl SymbolKind {
    /// What messages call it.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Task => "task",
            Self::Image => "image",
            Self::Volume => "volume",
            Self::Param => "parameter",
            Self::Input => "input",
            Self::Output => "output",
            Self::Mixin => "mixin",
            Self::Action => "action",
        }
    }

    /// What is defined by the names under a key.
    pub(super) fn under(key: &str) -> Option<Self> {
        Some(match key {
            "jobs" => Self::Job,
            "images" => Self::Image,
            "volumes" => Self::Volume,
            "params" => Self::Param,
            "inputs" => Self::Input,
            "outputs" => Self::Output,
            "mixins" => Self::Mixin,
            _ => return None,
        })
    }

    /// What the members of a context stand for.
    pub(super) fn of_context(name: &str) -> Option<Self> {
        Some(match name {
            "images" => Self::Image,
            "volumes" => Self::Volume,
            "params" => Self::Param,
            "inputs" => Self::Input,
            "needs" => Self::Task,
            _ => return None,
        })
    }
}

/// A name with the place it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Identity {
    pub(super) kind: SymbolKind,
    pub(super) name: String,
    /// The file, or the job, mixin or task of a file, in which the name is unique.
    pub(super) home: String,
}

/// One place where a name is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Occurrence {
    pub(super) file: String,
    pub(super) span: Span,
    pub(super) identity: Identity,
    pub(super) definition: bool,
}

impl Service<'_> {
    /// All places of all names of the project.
    pub(super) fn occurrences(&self) -> Vec<Occurrence> {
        let mut found: IndexSet<Occurrence> = IndexSet::new();
        let files = self.files();
        for file in &files {
            found.extend(collector::names(self, &files, file));
        }
        found.into_iter().collect()
    }

    /// The name under an offset.
    pub(super) fn occurrence_at(&self, path: &str, offset: usize) -> Option<Occurrence> {
        let here = |one: &Occurrence| one.file == path && one.span.touches(offset);
        let found = self.occurrences().into_iter().filter(here);
        found.min_by_key(|one| one.span.len())
    }
}

/// The text of a place.
pub(super) fn written<'t>(text: &'t Text, occurrence: &Occurrence) -> &'t str {
    text.slice(occurrence.span)
}
