//! Whole files and whole projects in, results out.
#![allow(clippy::disallowed_methods, reason = "tests read the corpus from disk")]

mod corpus;
mod folder;
