//! Real projects of other people: each opens and shows its jobs or says what is wrong.

use std::path::{Path, PathBuf};

use contract::ProjectAsk;
use workbench::commands;

use crate::desk::TestDesk;

/// The folder of real projects, where it is at hand: `BAKEHOUSE_SHARED`, or beside the repository.
fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let shared = std::env::var_os("BAKEHOUSE_SHARED").map_or_else(beside, PathBuf::from);
    Some(shared.join("corpus/flows")).filter(|flows| flows.is_dir())
}

#[tokio::test]
async fn every_real_project_opens_and_shows_jobs_batches_or_a_diagnostic() {
    let Some(corpus) = corpus() else {
        println!("skipped: the corpus of real projects is not at hand");
        return;
    };
    let test = TestDesk::open().await;
    let (mut opened, mut with_jobs) = (0, 0);
    for entry in std::fs::read_dir(&corpus).expect("the corpus can be listed") {
        let folder = entry.expect("an entry").path();
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !folder.is_dir() || name == "expected" || name == "_gh" {
            continue;
        }
        let ask = ProjectAsk {
            project: folder.display().to_string(),
        };
        let view = commands::project_open(&test.desk, ask).await;
        let view = view.unwrap_or_else(|failure| panic!("{name} opens: {failure:?}"));
        let shows = view.jobs.len() + view.batches.len() + view.diagnostics.len();
        assert!(shows > 0, "{name} shows nothing");
        with_jobs += usize::from(!view.jobs.is_empty());
        opened += 1;
    }
    assert!(opened > 50, "the corpus has {opened} projects");
    assert!(with_jobs > 40, "{with_jobs} of them show live jobs");
}
