//! What window and backend say to each other: requests, answers, events, failures, and the table
//! of commands.
//!
//! This crate knows nothing of the platform, of flows or of Tauri. Domain types are turned into
//! these views in the workbench, so that a change inside the backend does not change the wire.
//! Names on the wire: commands `snake_case`, fields and kinds `camelCase`.
//!
//! Adding a command: request and answer here, a line in the table, the use case in the workbench,
//! `cargo dev bindings`, then the interface. The compiler names each step that was forgotten.
#![warn(clippy::disallowed_methods)]
#![warn(missing_docs)]

/// Derives what every type on the wire has: serde in camel case, and TypeScript in tests.
macro_rules! wire {
    ($($item:item)*) => {
        $(
            #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
            #[serde(rename_all = "camelCase")]
            #[cfg_attr(test, derive(ts_rs::TS), ts(export))]
            $item
        )*
    };
}

mod account;
mod adopt;
mod answers;
mod app;
mod bake;
mod bake_image;
mod bake_moved;
mod check;
mod comparison;
mod diagnostic;
mod drawing;
mod editor;
mod event;
mod failure;
mod forecast;
mod forward;
mod graph;
mod hook;
mod job;
mod live;
mod log;
mod making;
mod meeting;
mod project;
mod readiness;
mod replay;
mod secret;
mod table;
mod template;
mod template_source;
mod template_text;
mod terminal;
mod update;
mod volume;
mod work;

pub use account::*;
pub use adopt::*;
pub use answers::*;
pub use app::*;
pub use bake::*;
pub use bake_image::*;
pub use bake_moved::*;
pub use check::*;
pub use comparison::*;
pub use diagnostic::*;
pub use drawing::*;
pub use editor::*;
pub use event::*;
pub use failure::*;
pub use forecast::*;
pub use forward::*;
pub use graph::*;
pub use hook::*;
pub use job::*;
pub use live::*;
pub use log::*;
pub use making::*;
pub use meeting::*;
pub use project::*;
pub use readiness::*;
pub use replay::*;
pub use secret::*;
pub use template::*;
pub use template_source::*;
pub use template_text::*;
pub use terminal::*;
pub use update::*;
pub use volume::*;
pub use work::*;

#[cfg(test)]
mod typescript;
