//! Readers: graphs as other programs write them.
//!
//! They take text and return a graph; the caller reads the file.

mod dot;

pub use dot::{DotDrawing, DotError, DotProblem, Place, dot};
