//! Buckets: clearly not here.

use anyhow::Result;

use super::tour::{Tour, ends};

const WHY: &str = "a local platform has no buckets; its answer says so and names the storage";

pub(super) fn tour(tour: &mut Tour) -> Result<()> {
    let none = || {
        ends(65)
            .says("use storage:")
            .never_says("Traceback")
            .intended(WHY)
    };
    tour.step(&["apolo", "blob", "lsbucket"], none())?;
    tour.step(&["apolo", "blob", "mkbucket", "--name", "tour"], none())?;
    tour.step(&["apolo", "blob", "ls", "blob:tour"], none())?;
    Ok(())
}
