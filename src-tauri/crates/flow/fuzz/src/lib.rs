//! What the fuzz targets share: the checks of the tests, and flows made of parts.
#![allow(clippy::disallowed_methods)]

pub mod built;
#[path = "../../tests/held/mod.rs"]
pub mod held;
