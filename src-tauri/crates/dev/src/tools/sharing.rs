//! Permissions: roles, grants, and what a second user may do.

use std::process::Command;

use anyhow::{Context as _, Result};

use super::tour::{Tour, ends};

const FOLDER: &str = "storage://local/bakehouse/default-project/shared";

pub(super) fn tour(tour: &mut Tour) -> Result<()> {
    let token = second_user(tour)?;
    tour.step(&["apolo", "mkdir", "-p", FOLDER], ends(0))?;
    std::fs::write(tour.project().join("note.txt"), "for you\n")?;
    let note = format!("{FOLDER}/note.txt");
    tour.step(&["apolo", "cp", "note.txt", &note], ends(0))?;
    let url = tour.api().url.clone();
    as_second(tour, |tour| {
        let login = ["apolo", "config", "login-with-token", &token, &url];
        tour.step(&login, ends(0).says("as tour-guest"))?;
        tour.step(&["apolo", "ls", FOLDER], ends(77))
    })?;
    tour.step(
        &["apolo", "acl", "grant", FOLDER, "tour-guest", "read"],
        ends(0),
    )?;
    let shared = ["apolo", "acl", "ls", "--shared"];
    tour.step(&shared, ends(0).says("tour-guest").says("shared"))?;
    as_second(tour, |tour| {
        tour.step(&["apolo", "acl", "ls"], ends(0).says("shared"))?;
        tour.step(&["apolo", "ls", FOLDER], ends(0).says("note.txt"))?;
        tour.step(&["apolo", "rm", &note], ends(77))
    })?;
    tour.step(&["apolo", "acl", "revoke", FOLDER, "tour-guest"], ends(0))?;
    as_second(tour, |tour| tour.step(&["apolo", "ls", FOLDER], ends(77)))?;
    roles(tour)
}

fn roles(tour: &mut Tour) -> Result<()> {
    let role = "team/readers";
    tour.step(&["apolo", "acl", "add-role", role], ends(0))?;
    tour.step(&["apolo", "acl", "list-roles"], ends(0).says("readers"))?;
    tour.step(&["apolo", "acl", "grant", FOLDER, role, "read"], ends(0))?;
    let uri = format!("role://{role}");
    tour.step(
        &["apolo", "acl", "grant", &uri, "tour-guest", "read"],
        ends(0),
    )?;
    as_second(tour, |tour| {
        tour.step(&["apolo", "ls", FOLDER], ends(0).says("note.txt"))
    })?;
    tour.step(&["apolo", "acl", "remove-role", role], ends(0))?;
    as_second(tour, |tour| tour.step(&["apolo", "ls", FOLDER], ends(77)))?;
    Ok(())
}

fn as_second<T>(tour: &mut Tour, steps: impl FnOnce(&mut Tour) -> Result<T>) -> Result<T> {
    tour.with_config("config-of-guest", steps)
}

/// Makes a second user with our own command; answers the token, which is printed this once.
fn second_user(tour: &mut Tour) -> Result<String> {
    let (exe, data) = tour.server().program();
    let made = Command::new(exe)
        .args(["user", "add", "tour-guest", "--data"])
        .arg(data)
        .env("BAKEHOUSE_HOME", tour.scratch().join("home"))
        .output()?;
    let said = String::from_utf8_lossy(&made.stdout).into_owned();
    let code = made.status.code().unwrap_or(-1);
    tour.same("bakehouse user add tour-guest", &0, &code);
    let token = said
        .split_whitespace()
        .find(|word| word.matches('.').count() == 2);
    token.map(ToOwned::to_owned).context("it prints a token")
}
