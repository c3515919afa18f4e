//! The batch of a name. One in a folder inside the config folder is named with that folder, such
//! as `sub/nightly`: it can be baked, but no list of the project's batches has it.

use std::sync::Arc;

use super::view::BatchFlow;
use crate::file;
use crate::project::Project;
use crate::session::Session;

/// The batch of a name, if there is one.
#[must_use]
pub fn named(project: &Project, session: &Session<'_>, name: &str) -> Option<Arc<BatchFlow>> {
    let listed = project.batch(name).cloned();
    listed.or_else(|| in_folder(project, session, name))
}

fn in_folder(project: &Project, session: &Session<'_>, name: &str) -> Option<Arc<BatchFlow>> {
    let folder = project.config_dir.as_deref()?;
    let mut parts = name.split('/');
    let plain = parts.all(|part| !matches!(part, "" | "." | ".."));
    if !plain || !name.contains('/') {
        return None;
    }
    let paths = ["yml", "yaml"].map(|ending| format!("{folder}/{name}.{ending}"));
    let is_file = |path: &&String| {
        let kind = session.workspace.kind(path);
        kind.is_some_and(|kind| !kind.is_folder())
    };
    let path = paths.iter().find(is_file)?;
    let text = file::text(session.workspace, path).ok()?.text;
    Some(Arc::new(
        BatchFlow::read(name, path, text, project.tree()).tree,
    ))
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::batch::prepare;
    use crate::memory::MemoryWorkspace;
    use crate::session::{NoJobs, Platform};

    const BATCH: &str = "kind: batch\ntasks:\n- id: a\n  image: ${{ images.base.ref }}\n";

    fn session<'a>(workspace: &'a MemoryWorkspace, platform: &'a Platform) -> Session<'a> {
        Session {
            workspace,
            platform,
            jobs: &NoJobs,
        }
    }

    #[test]
    fn a_batch_in_a_folder_is_found_again_among_the_files_that_are_stored_with_it() {
        let workspace = MemoryWorkspace::new("/home/ada/rye")
            .file(".apolo/project.yml", "id: rye\nimages: {base: {ref: i}}\n")
            .file(".apolo/sub/b-1.yml", BATCH);
        let platform = Platform {
            user: "ada".to_owned(),
            cluster: "local".to_owned(),
            org: None,
            project: "p".to_owned(),
        };
        let project = crate::open(&workspace).tree;
        assert!(project.batches.is_empty(), "no list has it");
        let params = IndexMap::new();
        let here = session(&workspace, &platform);
        let bake = prepare(&project, &here, "sub/b-1", &params).expect("it is ready");
        assert_eq!(bake.flow.id, "sub/b_1");
        let files = bake.config_files();
        assert_eq!(files.batch_name(), "sub/b-1");
        let stored = files.workspace();
        let project = crate::open_in(&stored, &files.config_dir()).tree;
        let here = session(&stored, &platform);
        let again = prepare(&project, &here, files.batch_name(), &params).expect("it is ready");
        assert_eq!(again.graph.graphs(), bake.graph.graphs());
        assert_eq!(again.flow.id, bake.flow.id);
        for none in ["sub/c", "../b", "sub//b-1", "sub/", "/sub/b-1"] {
            assert!(named(&project, &here, none).is_none(), "{none}");
        }
    }
}
