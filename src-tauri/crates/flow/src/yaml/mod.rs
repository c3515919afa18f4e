//! YAML 1.1 as the official tools read it: positions, anchors, and scalars with their types.
//!
//! Why an own reader: see `src-tauri/decisions/0003-yaml-parser.md`.

mod brackets;
mod candidate;
mod compose;
mod node;
mod number;
mod problem;
mod properties;
mod resolve;
mod scalars;
mod scanner;
mod timestamp;
mod token;

pub use compose::read;
pub use node::{Node, NodeKind, Offsets, Pair, Scalar, Style};
pub use resolve::{ScalarProblem, value};
