//! Whole files and whole projects in, results out.
#![allow(clippy::disallowed_methods, reason = "tests read the corpus from disk")]

mod baking;
mod broken;
mod corpus;
mod folder;
mod found;
mod held;
mod hostile;
mod hostile_bytes;
mod hostile_sizes;
mod jobs;
mod large;
mod printed;
mod scalars;
mod schema;
mod service;
