//! Bakes: setting one up, executing it, stopping it, looking at it.
//!
//! What to do is decided by [`Machine`], which is pure; [`execute`] does it. All state that matters
//! is in the flow API, so another process can take up a bake where one left off.

mod absorb;
mod event;
mod machine;
mod pump;
mod recipe;
mod record;

#[cfg(test)]
mod tests;

pub use event::{Ending, Happened, Hit, Wanted};
pub use machine::Machine;
pub use recipe::{Problem, Recipe};
pub use record::Record;
