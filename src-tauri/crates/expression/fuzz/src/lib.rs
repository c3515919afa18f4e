//! What the fuzz targets share: the contexts and the checks of the tests.
#![allow(dead_code, reason = "the tests use more of it")]

#[path = "../../tests/bench.rs"]
pub mod bench;
#[path = "../../tests/held/mod.rs"]
pub mod held;
