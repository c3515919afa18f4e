//! A bake of many small tasks through the local platform, with every state of it stored, beside
//! programs that run commands without a platform.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::measure::{Bench, Note, Subject, in_turn};
use super::peers;

/// Tasks that need nothing; one more needs all of them.
const TASKS: usize = 200;
/// How they are run; the first is compared with the peers.
const RUNNERS: [&str; 2] = ["process", "sandbox"];
/// What each of them runs, wherever it runs.
const COMMAND: &str = "bash -euo pipefail -c true";

/// What the peer without a program of its own runs.
const DAGSTER: &str = include_str!("engine_peer.py");
/// How its size grows.
const SIZES: [usize; 3] = [500, 2_000, 5_000];
/// How often the memory of a bake is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Measures `bakehouse bake` beside programs that run commands, on as many processors as there are.
pub(super) fn engine(ours: &Path, (peers, work): (&Path, &Path), runs: u32) -> Result<Bench> {
    let processors = std::thread::available_parallelism()?;
    let mut subjects = Vec::new();
    for runner in RUNNERS {
        let name = format!("bakehouse bake, {TASKS} + 1 tasks, {runner}");
        let command = bakehouse(ours, work, (runner, TASKS))?;
        subjects.push(Subject { name, command });
    }
    for (tool, file, arguments) in [
        ("ninja", "build.ninja", format!("-j{processors}")),
        ("snakemake", "Snakefile", format!("-c{processors} -q")),
    ] {
        let program = peers::tool(peers, tool)?;
        let folder = work.join(tool);
        fs::create_dir_all(&folder)?;
        let text = match tool {
            "ninja" => ninja(),
            _ => snakefile(),
        };
        fs::write(folder.join(file), text)?;
        let script = format!(
            "rm -rf out .ninja_log .ninja_deps .snakemake && mkdir out && exec {} {arguments}",
            quoted(&program)
        );
        let mut command = Command::new("bash");
        command.args(["-c", &script]).current_dir(&folder);
        subjects.push(Subject {
            name: format!("{tool} {arguments}"),
            command,
        });
    }
    subjects.push(dagster(peers, work)?);
    let mut figures = in_turn(&mut subjects, runs)?;
    let peers = figures.split_off(RUNNERS.len());
    let mut notes = Vec::new();
    for peer in &peers {
        let ratio = figures[1].median().as_secs_f64() / peer.median().as_secs_f64();
        let what = format!("{} / {}", RUNNERS[1], peer.name);
        notes.push(Note { what, value: ratio });
    }
    for size in SIZES {
        grown(bakehouse(ours, work, (RUNNERS[0], size))?, size, &mut notes)?;
    }
    Ok(Bench {
        name: "engine",
        ours: figures,
        peers,
        notes,
    })
}

/// One bake of another size: how long each of its tasks took, and the most memory.
fn grown(mut command: Command, size: usize, notes: &mut Vec<Note>) -> Result<()> {
    let begin = Instant::now();
    let mut process = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut memory = 0.0;
    let status = loop {
        if let Some(status) = process.try_wait()? {
            break status;
        }
        memory = most_memory(process.id()).unwrap_or(memory);
        std::thread::sleep(LOOK);
    };
    if !status.success() {
        bail!("a bake of {size} tasks ended with {status}");
    }
    let milliseconds = begin.elapsed().as_secs_f64() * 1000.0;
    let tasks = u32::try_from(size + 1)?;
    notes.push(Note {
        what: format!("{size} tasks, each (ms)"),
        value: milliseconds / f64::from(tasks),
    });
    notes.push(Note {
        what: format!("{size} tasks, most memory (MiB)"),
        value: memory,
    });
    Ok(())
}

/// The most memory that a process ever had, in MiB, where the system tells.
fn most_memory(process: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let number: f64 = line.trim().trim_end_matches(" kB").trim().parse().ok()?;
    Some(number / 1024.0)
}

/// A bake from the start of the program to its end. Every run has a parameter of its own, so that
/// nothing comes from the cache.
fn bakehouse(ours: &Path, work: &Path, (runner, tasks): (&str, usize)) -> Result<Command> {
    let project = work.join(format!("engine-{tasks}"));
    fs::create_dir_all(project.join(".apolo"))?;
    fs::write(project.join(".apolo").join("many.yml"), batch(tasks))?;
    let home = work.join(format!("home-{runner}"));
    fs::create_dir_all(home.join("config"))?;
    fs::write(
        home.join("config").join("settings.yml"),
        format!("local:\n  runner: {runner}\n"),
    )?;
    let script = format!(
        "exec {} --credentials session --platform-port 0 bake many --param run=$(date +%s%N)",
        quoted(ours)
    );
    let mut command = Command::new("bash");
    command
        .args(["-c", &script])
        .current_dir(&project)
        .env("BAKEHOUSE_HOME", home);
    Ok(command)
}

/// Dagster in one process, with its records in a folder of its own.
fn dagster(peers: &Path, work: &Path) -> Result<Subject> {
    peers::tool(peers, "dagster")?;
    let folder = work.join("dagster");
    fs::create_dir_all(&folder)?;
    let script = folder.join("engine_peer.py");
    fs::write(&script, DAGSTER)?;
    let mut command = Command::new(peers::python(peers)?);
    command
        .arg(&script)
        .arg(TASKS.to_string())
        .current_dir(&folder)
        .env("DAGSTER_HOME", &folder);
    Ok(Subject {
        name: "dagster in process".to_owned(),
        command,
    })
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

fn batch(tasks: usize) -> String {
    let places = std::thread::available_parallelism().map_or(1, |count| 2 * count.get());
    let mut text = format!(
        "kind: batch\nparams:\n  run: ''\ndefaults:\n  max_parallel: {}\n  \
         env:\n    RUN: ${{{{ params.run }}}}\ntasks:\n",
        places.max(8)
    );
    let mut all = Vec::new();
    for number in 0..tasks {
        all.push(format!("t{number}"));
        // Writing to memory cannot fail.
        let _ = write!(
            text,
            "- id: t{number}\n  image: any\n  needs: []\n  bash: 'true'\n"
        );
    }
    let _ = write!(
        text,
        "- id: last\n  image: any\n  needs: [{}]\n  bash: 'true'\n",
        all.join(", ")
    );
    text
}

fn ninja() -> String {
    let mut text = format!("rule run\n  command = {COMMAND} && touch $out\n");
    let mut all = Vec::new();
    for number in 0..TASKS {
        all.push(format!("out/t{number}"));
        let _ = writeln!(text, "build out/t{number}: run");
    }
    let _ = write!(
        text,
        "build out/last: run {}\ndefault out/last\n",
        all.join(" ")
    );
    text
}

fn snakefile() -> String {
    format!(
        "rule last:\n    input: expand('out/t{{n}}', n=range({TASKS}))\n    \
         output: 'out/last'\n    shell: '{COMMAND} && touch {{output}}'\n\n\
         rule task:\n    output: 'out/t{{n}}'\n    shell: '{COMMAND} && touch {{output}}'\n"
    )
}
