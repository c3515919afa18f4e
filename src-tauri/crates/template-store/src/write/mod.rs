//! Projects come into being as a whole or not at all, and can be taken back.
//!
//! A [`Draft`] is filled beside its target; hooks and a first commit happen there. It is then put in
//! place with a [`Journal`] that survives a loss of power and remembers what to undo.

mod draft;
mod edit;
mod error;
mod first_commit;
mod journal;
mod meeting;
mod merge;
mod place;
mod recovery;
mod step;
mod undo;

pub use crate::git::commit::Author;
pub use draft::Draft;
pub(crate) use draft::set_mode;
pub use edit::{Edit, Edits, edit};
pub use error::WriteError;
pub use first_commit::{CommitError, FirstCommit, Person};
pub use journal::{Journal, JournalError, Written};
pub(crate) use meeting::beyond;
pub use meeting::{Decision, Decisions, Meeting, MeetingKind, meetings};
pub use merge::{Merged, two_way};
pub use recovery::{Recovered, Recovery};
pub use undo::{Kept, Undone};
