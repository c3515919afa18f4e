//! Logging in, and looking at what the tools then know.

use anyhow::Result;

use super::tour::{Tour, ends};

pub(super) fn tour(tour: &mut Tour) -> Result<()> {
    settings(tour)?;
    by_token(tour)?;
    by_passed_config(tour)?;
    by_code(tour)?;
    refusals(tour)
}

fn settings(tour: &mut Tour) -> Result<()> {
    let show = ["apolo", "config", "show"];
    tour.step(&show, ends(0).says("cpu-small").says("default-project"))?;
    let clusters = ["apolo", "config", "get-clusters"];
    tour.step(&clusters, ends(0).says("local").says("bakehouse"))?;
    let cluster = ["apolo", "config", "switch-cluster", "local"];
    tour.step(&cluster, ends(0))?;
    tour.step(&["apolo", "config", "switch-org", "bakehouse"], ends(0))?;
    let project = ["apolo", "config", "switch-project", "default-project"];
    tour.step(&project, ends(0))?;
    tour.step(&["apolo", "config", "aliases"], ends(0))?;
    let config = tour.api().get("config")?;
    let is_authorized = config["authorized"].clone();
    tour.same("the token is known", &true.into(), &is_authorized);
    Ok(())
}

fn by_token(tour: &mut Tour) -> Result<()> {
    let (url, token) = (tour.api().url.clone(), tour.api().token.clone());
    tour.with_config("config-of-token", |tour| {
        let login = ["apolo", "config", "login-with-token", &token, &url];
        tour.step(&login, ends(0).says("as user"))?;
        tour.step(&["apolo", "ps"], ends(0))?;
        let wrong = ["apolo", "config", "login-with-token", "e30.e30.x", &url];
        tour.step(&wrong, ends(70).says("Cannot authorize user"))?;
        Ok(())
    })
}

/// A job that was handed the configuration logs in with it.
fn by_passed_config(tour: &mut Tour) -> Result<()> {
    let script = "test -n \"$NEURO_PASSED_CONFIG\"; export APOLO_CONFIG=$PWD/config \
                  NEURO_CLI_DISABLE_PYPI_VERSION_CHECK=1; apolo ps | cat; echo logged in";
    let run = [
        "apolo",
        "run",
        "--pass-config",
        "--workdir",
        "/tmp",
        "-e",
        &path(),
        "ubuntu",
        "--",
        "bash",
        "-ec",
        script,
    ];
    let said = ends(0).says("logged in").says("job-");
    tour.step(&run, said)?;
    Ok(())
}

/// The programs of the tools, for jobs that see this computer.
fn path() -> String {
    format!("PATH={}", std::env::var("PATH").unwrap_or_default())
}

/// A code from a page that was never shown.
fn by_code(tour: &mut Tour) -> Result<()> {
    let url = tour.api().url.clone();
    tour.with_config("config-headless", |tour| {
        let login = ["apolo", "config", "login-headless", &url];
        let refused = ends(70).says("failed to get an access token");
        tour.typed(&login, "a code\n", refused)
    })?;
    Ok(())
}

fn refusals(tour: &mut Tour) -> Result<()> {
    tour.with_config("config-of-nobody", |tour| {
        tour.step(&["apolo", "ps"], ends(70).says("Please login"))?;
        let nowhere = ["apolo", "login", "http://127.0.0.1:9/api/v1"];
        tour.step(&nowhere, ends(74).says("Connection error"))?;
        Ok(())
    })
}
