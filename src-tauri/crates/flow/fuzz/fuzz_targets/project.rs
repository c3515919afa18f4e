//! Any four texts as the files of a project, checked as a whole.
#![no_main]

use flow::{MemoryWorkspace, NoJobs, Platform, Session};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|texts: (&str, &str, &str, &str)| {
    let (live, batch, project, action) = texts;
    let workspace = MemoryWorkspace::new("/rye")
        .file(".apolo/live.yml", live)
        .file(".apolo/batch.yml", batch)
        .file(".apolo/project.yml", project)
        .file("a.yml", action);
    let platform = Platform {
        user: "ada".to_owned(),
        cluster: "local".to_owned(),
        org: None,
        project: "rye".to_owned(),
    };
    let session = Session {
        workspace: &workspace,
        platform: &platform,
        jobs: &NoJobs,
    };
    let opened = flow::open(&workspace);
    let _ = flow::check(&opened.tree, &opened.diagnostics, &session);
});
