//! Batches of the repository's own: few and quick, for the tests.

use std::path::Path;

use anyhow::Result;

use super::corpus::Batch;

/// Names in the project of the tour of the tools.
const NAMES: [&str; 3] = ["steps", "broken", "called"];

pub(super) fn batches() -> Result<Vec<Batch>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/real-tools/flow");
    let root = root.canonicalize()?;
    let batch = |name: &str| Batch {
        project: "tour".to_owned(),
        root: root.clone(),
        batch: name.to_owned(),
        params: Vec::new(),
        id: "tour_flow".to_owned(),
        images: Vec::new(),
    };
    Ok(NAMES.map(batch).into())
}
