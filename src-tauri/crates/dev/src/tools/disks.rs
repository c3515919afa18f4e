//! Disks: made, listed, used by jobs, removed.

use anyhow::Result;
use serde_json::json;

use super::tour::{Tour, ends};

pub(super) fn tour(tour: &mut Tour) -> Result<()> {
    let mut create = vec!["apolo", "disk", "create", "--name", "tour-disk"];
    create.extend(["--timeout-unused", "1d", "64M"]);
    tour.step(&create, ends(0).says("tour-disk").says("disk-"))?;
    tour.step(&["apolo", "disk", "ls"], ends(0).says("disk-"))?;
    tour.step(
        &["apolo", "disk", "ls", "--long-format"],
        ends(0).says("tour-disk"),
    )?;
    tour.step(
        &["apolo", "disk", "get", "tour-disk"],
        ends(0).says("tour-disk"),
    )?;
    let disks = tour
        .api()
        .list("disk?org_name=bakehouse&project_name=default-project")?;
    let ours = disks.into_iter().find(|disk| disk["name"] == "tour-disk");
    let wanted = json!({"storage": 64_000_000, "owner": "user", "project_name": "default-project"});
    tour.fields("the disk is stored", &wanted, &ours.unwrap_or_default());
    in_jobs(tour)?;
    tour.step(&create, ends(65))?;
    tour.step(&["apolo", "disk", "rm", "tour-disk"], ends(0))?;
    tour.step(&["apolo", "disk", "ls"], ends(0).never_says("disk-"))?;
    Ok(())
}

/// What one job leaves on the disk, another finds.
fn in_jobs(tour: &mut Tour) -> Result<()> {
    let run = |script: &'static str| {
        let mut words = vec![
            "apolo",
            "run",
            "--no-tty",
            "-v",
            "disk:tour-disk:/mnt/disk:rw",
        ];
        words.extend(["ubuntu", "--", "bash", "-ec", script]);
        words
    };
    tour.step(&run("echo left here > /mnt/disk/note"), ends(0))?;
    tour.step(&run("cat /mnt/disk/note"), ends(0).says("left here"))?;
    Ok(())
}
