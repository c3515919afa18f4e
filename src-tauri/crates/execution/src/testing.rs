//! What the tests of this crate have in common.

pub(crate) mod sim;

use std::sync::Arc;

use flow::{MemoryWorkspace, NoJobs, Platform, Session};
use indexmap::IndexMap;

use crate::bake::Recipe;
use crate::place::Place;

/// The place of the verified cases.
pub(crate) fn place() -> Place {
    Place {
        cluster: "cl".into(),
        org: "org".into(),
        project: "proj".into(),
        user: "user".into(),
        registry: "registry.cl.example.com".into(),
        first_preset: Some("cpu-small".into()),
    }
}

/// Who evaluates in the verified cases.
pub(crate) fn platform() -> Platform {
    Platform {
        user: "user".into(),
        cluster: "cl".into(),
        org: Some("org".into()),
        project: "proj".into(),
    }
}

/// The recipe of the batch `b` of a project with these files.
pub(crate) fn recipe(files: &[(String, String)]) -> Recipe {
    let mut workspace = MemoryWorkspace::new("/ws-proj");
    for (path, text) in files {
        workspace = workspace.file(path, text.as_str());
    }
    let parsed = flow::open(&workspace);
    let platform = platform();
    let session = Session {
        workspace: &workspace,
        platform: &platform,
        jobs: &NoJobs,
    };
    let bake = flow::batch::prepare(&parsed.tree, &session, "b", &IndexMap::new());
    let bake = bake.unwrap_or_else(|troubles| panic!("{files:?}: {:?}", troubles.diagnostics()));
    Recipe::new(bake, "bake-1", Arc::new(workspace), platform)
}
