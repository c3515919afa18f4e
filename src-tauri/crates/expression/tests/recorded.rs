//! Replays what the official tools answered, where the recording lies beside the repository.

use std::path::{Path, PathBuf};

/// The folder with the recording: `BAKEHOUSE_SHARED`, or `shared` beside the repository.
fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let folder = std::env::var_os("BAKEHOUSE_SHARED").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

#[test]
fn recorded_answers_of_the_official_tools_are_given_again() {
    let Some(folder) = shared() else {
        println!("skipped: no recording (set BAKEHOUSE_SHARED to its folder)");
        return;
    };
    let json = std::fs::read_to_string(folder.join("reference/verified-cases.json")).unwrap();
    let report = expression::conformance::run(&json).unwrap();
    for it in &report.failed {
        println!(
            "{} {}\n    expected {}\n    got      {}",
            it.id, it.input, it.expected, it.got
        );
    }
    println!(
        "passed {}, intended {}, failed {}",
        report.passed.len(),
        report.intended.len(),
        report.failed.len()
    );
    assert!(
        report.failed.is_empty(),
        "{} recorded cases differ",
        report.failed.len()
    );
    assert!(
        report.passed.len() > 500,
        "too few cases: is this the right recording?"
    );
}
