//! Whole graphs in, pictures out.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests are documented by their names, fail by unwrapping and say what they skip"
)]

mod dot_reader;
mod hostile;
mod printing;
mod properties;
mod sample;
mod snapshots;
mod stability;
mod tools;
