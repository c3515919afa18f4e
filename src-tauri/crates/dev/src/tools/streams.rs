//! What goes on between a running job and its user: attach, exec, ports, top, pages.

use std::net::TcpListener;

use anyhow::{Context as _, Result};

use super::api;
use super::tour::{Tour, ends};

pub(super) fn tour(tour: &mut Tour) -> Result<()> {
    let port = free_port()?.to_string();
    start(tour, &port)?;
    exec(tour)?;
    attach(tour)?;
    ports(tour, &port)?;
    top(tour)?;
    page(tour)?;
    tour.step(&["apolo", "kill", "busy"], ends(0))?;
    let over = ["apolo", "exec", "--no-tty", "busy", "--", "true"];
    tour.step(&over, ends(72).says("not running"))?;
    Ok(())
}

/// A job that serves its folder and talks.
fn start(tour: &mut Tour, port: &str) -> Result<()> {
    let script = format!(
        "cd $(mktemp -d); echo a page of the job > page; \
         python3 -m http.server --bind 127.0.0.1 {port} & \
         while true; do echo still here; sleep 0.3; done"
    );
    let mut run = vec![
        "apolo",
        "run",
        "--detach",
        "--name",
        "busy",
        "--http-port",
        port,
    ];
    run.extend(["--env", "FRUIT=plum", "ubuntu", "--", "bash", "-c", &script]);
    tour.step(&run, ends(0))?;
    drop(tour.follow(&["apolo", "logs", "busy"], "still here")?);
    Ok(())
}

fn exec(tour: &mut Tour) -> Result<()> {
    let exec = |script: &'static str| {
        vec![
            "apolo", "exec", "--no-tty", "busy", "--", "bash", "-c", script,
        ]
    };
    let both = exec("echo to out; echo to error >&2; exit 5");
    tour.step(&both, ends(5).says("to out").says("to error"))?;
    tour.step(
        &exec("echo $FRUIT $NEURO_JOB_NAME"),
        ends(0).says("plum busy"),
    )?;
    // The tool passes on what is typed only where it has a terminal itself.
    let head = "apolo exec --no-tty busy -- head -n1";
    let cat = ["script", "-qec", head, "/dev/null"];
    tour.typed(&cat, "typed words\n", ends(0).says("typed words"))?;
    let terminal = "apolo exec --tty busy -- bash -c 'test -t 0 && test -t 1 && echo a terminal'";
    let in_terminal = ["script", "-qec", terminal, "/dev/null"];
    tour.step(&in_terminal, ends(0).says("a terminal"))?;
    let missing = ["apolo", "exec", "--no-tty", "busy", "--", "no-such-program"];
    tour.step(&missing, ends(127))?;
    Ok(())
}

fn attach(tour: &mut Tour) -> Result<()> {
    drop(tour.follow(&["apolo", "attach", "busy"], "still here")?);
    let run = [
        "apolo",
        "run",
        "--no-tty",
        "ubuntu",
        "--",
        "bash",
        "-c",
        "sleep 1; echo over; exit 6",
    ];
    tour.step(&run, ends(6).says("over"))?;
    let terminal =
        "apolo run --tty ubuntu -- bash -c 'test -t 0 && test -t 1 && echo a terminal; sleep 1'";
    let in_terminal = ["script", "-qec", terminal, "/dev/null"];
    tour.step(&in_terminal, ends(0).says("a terminal"))?;
    Ok(())
}

fn ports(tour: &mut Tour, port: &str) -> Result<()> {
    let local = free_port()?;
    let pair = format!("{local}:{port}");
    let forward = tour.follow(
        &["apolo", "port-forward", "busy", &pair],
        "Press ^C to stop",
    )?;
    let (status, body) = api::get(&format!("http://127.0.0.1:{local}/page"), None)?;
    let got = format!("{status} {}", String::from_utf8_lossy(&body).trim());
    tour.same(
        "the port leads into the job",
        &"200 a page of the job",
        &got.as_str(),
    );
    drop(forward);
    Ok(())
}

fn top(tour: &mut Tour) -> Result<()> {
    let top = ["apolo", "top", "--timeout", "15", "busy"];
    tour.step(&top, ends(124).says("busy").says("CPU").says("MEMORY"))?;
    Ok(())
}

/// The page under the address that the job has, which holds its key.
fn page(tour: &mut Tour) -> Result<()> {
    let job = tour.job("busy")?;
    let address = job["http_url_named"]
        .as_str()
        .context("the job has an address")?;
    let browse = ["apolo", "job", "browse", "busy"];
    tour.step(
        &browse,
        ends(0).says(address.split('?').next().unwrap_or_default()),
    )?;
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
