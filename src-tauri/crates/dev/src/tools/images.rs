//! Images: built by the platform, listed, described, removed.

use anyhow::Result;

use super::tour::{Tour, ends};

pub(super) fn tour(tour: &mut Tour) -> Result<()> {
    tour.step(&["apolo", "image", "ls"], ends(0).never_says("tour-image"))?;
    tour.step(&["apolo", "image", "tags", "image:tour-image"], ends(72))?;
    let size = ["apolo", "image", "size", "image:tour-image:v1"];
    tour.step(&size, ends(72))?;
    Ok(())
}
