//! Work grows with the size of a flow, not faster.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use indexmap::IndexMap;

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

fn time_to_check(tasks: usize) -> Duration {
    let text = chained(tasks);
    let workspace = folder(&[(".apolo/b.yml", &text)]);
    let platform = ada();
    let session = session(&workspace, &platform);
    let start = Instant::now();
    let opened = flow::open(&workspace);
    let bake = flow::batch::prepare(&opened.tree, &session, "b", &IndexMap::new());
    let bake = bake.expect("the chain is sound");
    assert!(bake.check().is_empty());
    assert_eq!(bake.graph.nodes.len(), tasks);
    start.elapsed()
}

#[test]
fn ten_times_the_tasks_take_about_ten_times_as_long() {
    let small = time_to_check(1_000);
    let large = time_to_check(10_000);
    println!("1,000 tasks: {small:?}, 10,000 tasks: {large:?}");
    assert!(
        large < small * 40 + Duration::from_secs(1),
        "{small:?} → {large:?}"
    );
}
