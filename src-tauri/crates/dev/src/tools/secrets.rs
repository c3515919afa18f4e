//! Secrets: kept, listed without their values, given to jobs.

use anyhow::Result;

use super::tour::{Tour, ends};

pub(super) fn tour(tour: &mut Tour) -> Result<()> {
    let add = ["apolo", "secret", "add", "tour-key", "s3cret words"];
    tour.step(&add, ends(0))?;
    std::fs::write(tour.project().join("value.txt"), "from a file\n")?;
    tour.step(
        &["apolo", "secret", "add", "tour-file", "@value.txt"],
        ends(0),
    )?;
    let listed = ends(0)
        .says("tour-key")
        .says("tour-file")
        .never_says("s3cret");
    tour.step(&["apolo", "secret", "ls"], listed)?;
    tour.step(
        &["apolo", "secret", "get", "tour-key"],
        ends(0).says("s3cret words"),
    )?;
    in_jobs(tour)?;
    let replaced = ["apolo", "secret", "add", "tour-key", "another"];
    tour.step(&replaced, ends(0))?;
    tour.step(
        &["apolo", "secret", "get", "tour-key"],
        ends(0).says("another"),
    )?;
    tour.step(&["apolo", "secret", "rm", "tour-key"], ends(0))?;
    tour.step(
        &["apolo", "secret", "rm", "tour-key"],
        ends(72).says("tour-key"),
    )?;
    tour.step(&["apolo", "secret", "ls"], ends(0).never_says("tour-key"))?;
    Ok(())
}

fn in_jobs(tour: &mut Tour) -> Result<()> {
    let mut run = vec!["apolo", "run", "--no-tty", "-e", "KEY=secret:tour-key"];
    run.extend(["-v", "secret:tour-file:/keys/file"]);
    run.extend([
        "ubuntu",
        "--",
        "bash",
        "-c",
        "echo \"<$KEY>\"; cat /keys/file",
    ]);
    tour.step(&run, ends(0).says("<s3cret words>").says("from a file"))?;
    let jobs = tour
        .api()
        .list("jobs?status=succeeded&limit=1&reverse=true")?;
    let stored = jobs.first().map(ToString::to_string).unwrap_or_default();
    tour.same(
        "the value is not stored with the job",
        &false,
        &stored.contains("s3cret"),
    );
    let missing = [
        "apolo",
        "run",
        "-e",
        "KEY=secret:none-such",
        "ubuntu",
        "--",
        "true",
    ];
    tour.step(&missing, ends(65).says("none-such"))?;
    Ok(())
}
