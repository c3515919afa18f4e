//! A bake of many small tasks through the local platform, with every state of it stored, beside
//! programs that run commands without a platform.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::measure::{Bench, Subject, in_turn};
use super::peers;

/// Tasks that need nothing; one more needs all of them.
const TASKS: usize = 200;
/// What each of them runs, wherever it runs.
const COMMAND: &str = "bash -euo pipefail -c true";

/// Measures `bakehouse bake` beside ninja and snakemake, on as many processors as there are.
pub(super) fn engine(ours: &Path, (peers, work): (&Path, &Path), runs: u32) -> Result<Bench> {
    let processors = std::thread::available_parallelism()?;
    let mut figures = {
        let mut subjects = vec![bakehouse(ours, work)?];
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
        in_turn(&mut subjects, runs)?
    };
    let peers = figures.split_off(1);
    Ok(Bench {
        name: "engine",
        ours: figures,
        peers,
    })
}

/// A bake from the start of the program to its end. Every run has a parameter of its own, so that
/// nothing comes from the cache.
fn bakehouse(ours: &Path, work: &Path) -> Result<Subject> {
    let project = work.join("engine");
    fs::create_dir_all(project.join(".apolo"))?;
    fs::write(project.join(".apolo").join("many.yml"), batch())?;
    let script = format!(
        "exec {} --credentials session --platform-port 0 bake many --param run=$(date +%s%N)",
        quoted(ours)
    );
    let mut command = Command::new("bash");
    command
        .args(["-c", &script])
        .current_dir(&project)
        .env("BAKEHOUSE_HOME", work.join("home"));
    Ok(Subject {
        name: format!("bakehouse bake, {TASKS} + 1 tasks"),
        command,
    })
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

fn batch() -> String {
    let places = std::thread::available_parallelism().map_or(1, |count| 2 * count.get());
    let mut text = format!(
        "kind: batch\nparams:\n  run: ''\ndefaults:\n  max_parallel: {}\n  \
         env:\n    RUN: ${{{{ params.run }}}}\ntasks:\n",
        places.max(8)
    );
    let mut all = Vec::new();
    for number in 0..TASKS {
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
