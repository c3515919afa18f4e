//! Where templates come from and where projects go: what the pure `template` crate may not do.
//!
//! [`Store`] opens a [`Wanted`] template: bundled, folder, zip or git, with copies of what came over
//! the net. Everything blocks; a caller with an event loop puts it on a thread for that.
#![warn(missing_docs)]

mod archive;
mod cache;
mod chain;
mod contents;
mod credential;
mod digest;
mod download;
mod folder;
mod git;
mod git_source;
mod git_visit;
pub mod hook;
mod job;
mod limits;
mod memory;
mod network;
mod note;
mod open_error;
mod project_files;
mod reference;
mod snapshot;
mod store;
mod watch;
pub mod write;

pub use archive::ArchiveError;
pub use credential::{Answerer, Credential, Question, Secret, no_credentials};
pub use folder::FolderError;
pub use git::history::{Commit, History};
pub use git::versions::{Version, VersionError, Versions};
pub use limits::{Limits, TooLarge};
pub use memory::{CRUFT_FILE, Memory, MemoryError, Remembered, read_cruft, write_cruft};
pub use network::{Network, NetworkError};
pub use note::Note;
pub use open_error::OpenError;
pub use project_files::{read_files, read_project};
pub use reference::{GitAddress, Reading, Reference, ReferenceError};
pub use store::{Copied, Freshness, Opened, Pin, Store, Terms, Wanted};
pub use watch::{Ended, Progress, Stage, Stop, Watch};
