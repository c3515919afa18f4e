//! Projects from cookiecutter templates: questions, answers and a rendering plan, without Python.
//!
//! A [`Tree`] goes in (read from a folder, an archive or the binary itself by the caller); a
//! [`Form`] (the questions with their present answers) and a [`Plan`] (what would be written, byte
//! for byte, with the parts that came from answers) come out. Nothing here reads or writes a file,
//! runs a hook or asks the clock: all that belongs to the caller.
#![warn(clippy::disallowed_methods)]
#![warn(missing_docs)]

mod answers;
mod assembly;
mod binary;
pub mod bundled;
mod context;
mod cruft;
mod effect;
mod explain;
mod files;
mod finding;
mod form;
mod hook;
mod jinja;
mod lint;
mod mark;
mod matrix;
mod merge;
mod name;
mod newline;
mod overrides;
mod pattern;
mod plan;
mod project_folder;
mod python_json;
mod replay;
mod schema;
mod setting;
mod skip;
mod template;
mod tree;
mod update;
mod user_config;
mod walk;

pub use answers::Answers;
pub use cruft::{CRUFT_FILE, Cruft, CruftError};
pub use effect::{Effect, EffectKind};
pub use explain::{Explanation, Reason, ReasonKind};
pub use files::{Files, Item};
pub use form::{Choice, Field, FieldKind, Form};
pub use hook::{Hook, HookMoment};
pub use mark::Mark;
pub use merge::{MergePiece, Merged, Side};
pub use name::shown as shown_name;
pub use plan::{Content, Entry, Pieces, Plan};
pub use replay::{Replay, ReplayError};
pub use schema::{Rule, Schema, Variable, VariableKind};
pub use setting::{Randomness, Setting};
pub use template::{NestedTemplate, ReadError, Template};
pub use tree::{Node, Tree, TreeError};
pub use update::{Change, ChangeKind, Conflict, Distance, Update, UpdateInput, distance, update};
pub use user_config::{Surroundings, UserConfig, UserConfigError};
