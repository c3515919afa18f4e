//! What an editor asks about a place in a file: completions, explanations, definitions, new
//! names, an outline, and edits that keep comments and layout.
//!
//! The files come through the project that was opened; an editor with unsaved text opens the
//! project over a [`Workspace`](crate::Workspace) that answers with that text. Offsets count the
//! bytes of a text without its byte order mark.

mod brackets;
mod callers;
mod collector;
mod complete;
mod context;
mod cursor;
mod definition;
pub mod edit;
mod file;
mod hover;
mod level;
mod line;
mod members;
mod occurrence;
mod outline;
mod outputs;
mod place;
mod rename;
mod said;
mod surroundings;
mod value;
pub(crate) mod walk;

use source::Span;

use crate::project::Project;
use crate::session::Session;

pub use complete::{Completion, CompletionKind};
pub use edit::{Edit, apply};
pub use hover::Hover;
pub use occurrence::SymbolKind;
pub use outline::Symbol;
pub use rename::{Renamable, RenameError};
pub use value::{Input, ValueAt};

/// A place in a file of the project.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The path of the file.
    pub file: String,
    /// The place in it.
    pub span: Span,
}

/// Answers questions about a project.
#[derive(Clone, Copy)]
pub struct Service<'a> {
    project: &'a Project,
    session: Session<'a>,
    presets: &'a [String],
}

impl<'a> Service<'a> {
    /// Makes a service for a project that was opened.
    #[must_use]
    pub fn new(project: &'a Project, session: Session<'a>) -> Self {
        Self {
            project,
            session,
            presets: &[],
        }
    }

    /// Adds the presets of the platform, to be offered where one is written.
    #[must_use]
    pub fn with_presets(self, presets: &'a [String]) -> Self {
        Self { presets, ..self }
    }
}
