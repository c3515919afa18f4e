//! Domain → contract: how things look on the wire.

pub(crate) mod bake;
pub(crate) mod check;
pub(crate) mod diagnostic;
pub(crate) mod difference;
pub(crate) mod drawing;
pub(crate) mod failure;
pub(crate) mod folds;
pub(crate) mod forecast;
pub(crate) mod graph;
pub(crate) mod job;
pub(crate) mod tally;
pub(crate) mod task;
pub(crate) mod union;
