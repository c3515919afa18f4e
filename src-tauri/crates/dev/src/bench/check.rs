//! A batch of chained tasks: read, checked, evaluated.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::measure::{Bench, Subject, in_turn};
use super::peers;

/// What the official tool does before a bake, and then for each task; it has no command for it.
const PEER: &str = include_str!("check_peer.py");

/// Sizes of the batch for ours; the first is also that of the peer.
const SIZES: [usize; 3] = [1_000, 10_000, 50_000];

/// Measures `bakehouse check` beside the official tool.
pub(super) fn check(ours: &Path, (peers, work): (&Path, &Path), runs: u32) -> Result<Bench> {
    let python = peers::python(peers)?;
    std::fs::create_dir_all(work)?;
    let script = work.join("check_peer.py");
    std::fs::write(&script, PEER)?;
    let mut subjects = Vec::new();
    for size in SIZES {
        let project = work.join(format!("chain_{size}"));
        std::fs::create_dir_all(project.join(".apolo"))?;
        std::fs::write(project.join(".apolo").join("chain.yml"), chain(size))?;
        let mut command = Command::new(ours);
        command.arg("check").arg(&project);
        let name = format!("bakehouse check, {size} tasks");
        subjects.push(Subject { name, command });
    }
    let project = work.join(format!("chain_{}", SIZES[0]));
    let mut command = Command::new(python);
    command.arg(&script).arg(project.join(".apolo"));
    let name = format!("apolo-flow, {} tasks", SIZES[0]);
    subjects.push(Subject { name, command });
    let mut figures = in_turn(&mut subjects, runs)?;
    let peers = figures.split_off(SIZES.len());
    Ok(Bench {
        name: "check",
        ours: figures,
        peers,
        notes: Vec::new(),
    })
}

/// A batch whose tasks each need the one before, with expressions in their fields.
fn chain(tasks: usize) -> String {
    let mut text = String::from(
        "kind: batch\n\
         params:\n  rate: '0.1'\n\
         defaults:\n  env:\n    RUN: ${{ flow.flow_id }}\n\
         volumes:\n  data:\n    remote: storage:data\n    mount: /data\n\
         tasks:\n",
    );
    for number in 0..tasks {
        let needs = match number {
            0 => String::new(),
            _ => format!("t{}", number - 1),
        };
        let read = match number {
            0 => "first".to_owned(),
            _ => format!("${{{{ needs.t{}.outputs.path }}}}", number - 1),
        };
        // Writing to memory cannot fail.
        let _ = write!(
            text,
            "- id: t{number}\n  needs: [{needs}]\n  image: python:3\n  \
             volumes:\n  - ${{{{ volumes.data.ref_rw }}}}\n  \
             env:\n    STEP: ${{{{ 'step' + '-{number}' }}}}\n  \
             cmd: run --rate ${{{{ params.rate }}}} {read} ${{{{ env.RUN }}}}\n"
        );
    }
    text
}
