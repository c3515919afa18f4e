//! The flow language: files, contexts, live jobs, batches and their graphs.
//!
//! Everything here is pure: files come through a [`Workspace`], facts about the platform through
//! a [`Session`], and what is found wrong leaves as [`source::Diagnostic`]s.
#![warn(clippy::disallowed_methods)]
#![warn(missing_docs)]

pub mod batch;
pub mod coercion;
pub mod config;
mod eval;
pub mod keys;
mod memory;
pub mod merge;
pub mod mixins;
mod outside;
mod python;
pub mod read;
mod session;
pub mod tag;
pub mod tree;
pub mod words;
mod workspace;
pub mod yaml;

pub use eval::{Trouble, Troubles};
pub use memory::MemoryWorkspace;
pub use session::{JobAnswer, JobQuery, Jobs, NoJobs, Platform, Session};
pub use workspace::{
    ActionError, ActionFile, Entry, EntryKind, GitInfo, ReadError, RemoteAction, Workspace,
    absolute,
};
