//! Bakes: setting one up, executing it, stopping it, looking at it.
//!
//! What to do is decided by [`Machine`], which is pure; [`execute`] does it. All state that matters
//! is in the flow API, so another process can take up a bake where one left off.

mod absorb;
mod agenda;
mod cached;
mod cancel_watch;
mod create;
mod driver;
mod event;
mod explain;
mod forecast;
mod history;
mod image;
mod image_gate;
mod local_run;
mod look;
mod machine;
mod observed;
mod once;
mod order;
mod outlook;
mod overlay;
mod pump;
mod reason;
mod recipe;
mod record;
mod reopen;
mod restart;
mod selection;
mod start;
mod start_key;
mod stop;
mod store;
mod taken_up;
mod unrecorded;
mod watch;

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod verified;

pub use cached::is_fresh;
pub use create::{CreateError, Created, Setup, create, record_flow, upload_contexts};
pub use driver::execute;
pub use event::{Ending, Happened, Hit, Wanted};
pub use forecast::{Baked, Forecast, forecast};
pub use look::{Inspected, LookError, attempt, find, inspect, is_bake_id};
pub use machine::Machine;
pub use observed::FilesRead;
pub use order::{Change, ExecuteError, Order};
pub use outlook::{Ask, Outlook};
pub use reason::{BakeRef, Cause, CauseKind, Reason, Step, Verdict};
pub use recipe::{Problem, Recipe};
pub use record::Record;
pub use reopen::{ReopenError, reopen, stored_files};
pub use restart::{BeginError, Begun, Edit, NewBakeReason, Restart, RestartError, Retry};
pub use selection::{Again, ChoiceError, Selection};
pub use start_key::own_tags;
pub use stop::{CancelError, cancel, cancel_local};
pub use store::patiently;
