//! Programs that templates want to run: found, judged, trusted, rehearsed in a copy, replaced by
//! native ones where they are known. Nothing runs but what [`Rehearsal::run`] is called for.

pub(crate) mod difference;
mod environment;
mod interpreter;
mod native;
mod plan_edit;
mod process;
pub(crate) mod rehearsal;
mod sandbox;
mod template_copy;
mod trust;

pub use difference::{ChangeKind, FileChange, unified};
pub use interpreter::{Interpreter, NoInterpreter};
pub use native::{Complaint, NativeHooks};
pub use process::{Ending, Line, Stream};
pub use rehearsal::{HookError, HookRun, Rehearsal};
pub use sandbox::Sandbox;
pub use template_copy::TemplateCopy;
pub use trust::{Identity, Trust, TrustError, Trusted};
