//! Whole graphs in, pictures out.

#![allow(missing_docs, reason = "tests are documented by their names")]

mod hostile;
mod properties;
mod sample;
mod snapshots;
mod tools;
