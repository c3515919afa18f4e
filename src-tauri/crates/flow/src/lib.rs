//! The flow language: files, contexts, live jobs, batches and their graphs.
//!
//! Everything here is pure: files come through a [`Workspace`], facts about the platform through
//! a [`Session`], and what is found wrong leaves as [`source::Diagnostic`]s.
#![warn(clippy::disallowed_methods)]
#![warn(missing_docs)]

mod action;
pub mod batch;
mod check;
pub mod coercion;
pub mod config;
pub mod conformance;
mod contexts;
mod defaults;
mod eval;
mod exec;
mod file;
mod image;
mod inputs;
pub mod keys;
pub mod live;
mod memory;
pub mod merge;
pub mod mixins;
mod order;
mod outside;
mod params;
mod preview;
mod project;
pub mod read;
pub mod schema;
pub mod service;
mod session;
pub mod tag;
pub mod tree;
mod volume;
pub mod words;
mod workspace;
pub mod yaml;

pub use action::{Action, remote_action};
pub use check::{Checked, CheckedBatch, check};
pub use contexts::{Contexts, FlowFacts};
pub use defaults::Defaults;
pub use eval::{Trouble, Troubles};
pub use image::{Image, ImagePlace};
pub use memory::MemoryWorkspace;
pub use preview::Preview;
pub use project::{Project, ProjectFile, open, open_in};
pub use session::{JobAnswer, JobQuery, Jobs, NoJobs, Platform, Session};
pub use volume::Volume;
pub use workspace::{
    ActionError, ActionFile, Entry, EntryKind, GitInfo, ReadError, RemoteAction, Workspace,
    absolute, without_parents,
};
