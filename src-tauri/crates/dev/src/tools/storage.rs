//! The storage: copying, listing, moving, removing.

use anyhow::Result;

use super::tour::{Tour, ends};

pub(super) fn tour(tour: &mut Tour) -> Result<()> {
    files(tour)?;
    folders(tour)?;
    refusals(tour)
}

fn files(tour: &mut Tour) -> Result<()> {
    let big: Vec<u8> = (0..5_000_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    std::fs::write(tour.project().join("big"), &big)?;
    let deep = ["apolo", "mkdir", "--parents", "storage:tour/deep/er"];
    tour.step(&deep, ends(0))?;
    tour.step(&["apolo", "cp", "big", "storage:tour/deep/big"], ends(0))?;
    tour.step(&["apolo", "cp", "storage:tour/deep/big", "back"], ends(0))?;
    let back = std::fs::read(tour.project().join("back")).unwrap_or_default();
    tour.same("the file comes back as it was", &true, &(back == big));
    let path = "storage/bakehouse/default-project/tour/deep/big?op=GETFILESTATUS";
    let length = tour.api().get(path)?["FileStatus"]["length"].clone();
    tour.same("all of it is stored", &big.len().into(), &length);
    let resumed = ["apolo", "cp", "--continue", "storage:tour/deep/big", "back"];
    tour.step(&resumed, ends(0))?;
    let moved = ["apolo", "mv", "storage:tour/deep/big", "storage:tour/moved"];
    tour.step(&moved, ends(0))?;
    tour.step(
        &["apolo", "ls", "storage:tour"],
        ends(0).says("moved").says("deep"),
    )?;
    let long = [
        "apolo",
        "storage",
        "ls",
        "-l",
        "--human-readable",
        "storage:tour",
    ];
    tour.step(&long, ends(0).says("5.0 M"))?;
    Ok(())
}

fn folders(tour: &mut Tour) -> Result<()> {
    let tree = ["apolo", "storage", "tree", "storage:tour"];
    tour.step(&tree, ends(0).says("deep").says("er"))?;
    let glob = ["apolo", "storage", "glob", "storage:tour/m*"];
    tour.step(&glob, ends(0).says("moved").never_says("deep"))?;
    let folder = tour.project().join("many");
    std::fs::create_dir_all(folder.join("in ner"))?;
    for number in 0..30 {
        std::fs::write(
            folder.join(format!("in ner/{number}.txt")),
            number.to_string(),
        )?;
    }
    let up = ["apolo", "cp", "--recursive", "many", "storage:tour/many"];
    tour.step(&up, ends(0))?;
    let changed = folder.join("in ner/7.txt");
    std::fs::write(&changed, "another")?;
    let update = [
        "apolo",
        "cp",
        "-r",
        "--update",
        "-T",
        "many",
        "storage:tour/many",
    ];
    tour.step(&update, ends(0))?;
    let down = ["apolo", "cp", "-r", "-T", "storage:tour/many", "copied"];
    tour.step(&down, ends(0))?;
    let count = std::fs::read_dir(tour.project().join("copied/in ner")).map_or(0, Iterator::count);
    tour.same("every file is copied", &30, &count);
    tour.step(&["apolo", "storage", "df"], ends(0).says("Total"))?;
    Ok(())
}

fn refusals(tour: &mut Tour) -> Result<()> {
    tour.step(
        &["apolo", "rm", "storage:tour"],
        ends(72).says("is a folder"),
    )?;
    tour.step(&["apolo", "mkdir", "storage:no/such/parent"], ends(72))?;
    tour.step(&["apolo", "rm", "-r", "storage:tour"], ends(0))?;
    tour.step(&["apolo", "ls", "storage:tour"], ends(72))?;
    tour.step(&["apolo", "cp", "storage:tour/none", "none"], ends(72))?;
    Ok(())
}
