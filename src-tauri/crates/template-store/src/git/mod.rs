//! Git without git: versions, fetching, trees read straight from objects, a first commit.

pub(crate) mod commit;
pub(crate) mod complaint;
pub(crate) mod copy;
pub(crate) mod history;
pub(crate) mod meter;
pub(crate) mod objects;
pub(crate) mod remote;
pub(crate) mod repository;
pub(crate) mod versions;
pub(crate) mod worker;
