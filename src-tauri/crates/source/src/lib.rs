//! Texts, spans and diagnostics: what every language of Bakehouse says about a place in a file.
//!
//! Nothing here knows a language, a file system or a screen. A [`Diagnostic`] is data; printing it
//! is the business of the command line and of the window.
#![warn(clippy::disallowed_methods)]
#![warn(missing_docs)]

mod diagnostic;
mod nearest;
mod span;
mod text;

pub use diagnostic::{Diagnostic, Label, Parsed, Severity};
pub use nearest::{nearest, within_reach};
pub use span::Span;
pub use text::{Position, Text};
