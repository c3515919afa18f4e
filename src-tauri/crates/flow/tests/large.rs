//! Large flows are checked as a whole. How long it takes is measured by the benches.

use std::fmt::Write as _;

use crate::printed::{ada, folder, session};

fn chained(tasks: usize) -> String {
    let mut text = String::from("kind: batch\ntasks:\n");
    for number in 0..tasks {
        let needs = match number {
            0 => String::from("[]"),
            _ => format!("[t{}]", number - 1),
        };
        writeln!(
            text,
            "- id: t{number}\n  image: python\n  needs: {needs}\n  cmd: run ${{{{ matrix.ORDINAL if False else {number} }}}}"
        )
        .expect("memory");
    }
    text
}

#[test]
fn a_chain_of_ten_thousand_tasks_is_checked_and_foreseen() {
    let text = chained(10_000);
    let workspace = folder(&[(".apolo/b.yml", &text)]);
    let platform = ada();
    let session = session(&workspace, &platform);
    let opened = flow::open(&workspace);
    let checked = flow::check(&opened.tree, &opened.diagnostics, &session);
    assert!(checked.findings.is_empty());
    assert_eq!(checked.batches["b"].tasks.len(), 10_000);
}
