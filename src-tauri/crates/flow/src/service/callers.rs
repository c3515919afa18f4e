//! Who calls a file as a module, and so lends it its own names.

use super::Service;
use super::file::File;
use crate::action;
use crate::tree::Block;

/// A place that calls a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    /// The file it stands in.
    pub(super) file: String,
    /// The job it stands in, as `jobs.NAME`; empty for tasks.
    pub(super) owner: String,
    /// Who calls that file as a module in turn.
    pub(super) callers: Vec<Self>,
}

/// The places that call a file as a module; each place of a file that lends the same names once.
pub(super) fn callers(service: &Service<'_>, files: &[File], path: &str) -> Vec<Caller> {
    let search = Search { service, files };
    search.of(path, &mut Vec::new())
}

struct Search<'s> {
    service: &'s Service<'s>,
    files: &'s [File],
}

impl Search<'_> {
    fn of(&self, path: &str, above: &mut Vec<String>) -> Vec<Caller> {
        let target = self.files.iter().find(|file| file.path == path);
        if above.iter().any(|known| known == path) || !target.is_some_and(File::is_action) {
            return Vec::new();
        }
        above.push(path.to_owned());
        let mut found: Vec<Caller> = Vec::new();
        for file in self.files {
            for owner in self.calls(file, path) {
                let caller = Caller {
                    file: file.path.clone(),
                    owner,
                    callers: self.of(&file.path, above),
                };
                if !found.contains(&caller) {
                    found.push(caller);
                }
            }
        }
        above.pop();
        found
    }

    /// The owners in a file that call a path as a module.
    fn calls(&self, file: &File, path: &str) -> Vec<String> {
        let jobs = file.tree.blocks("jobs");
        let jobs = jobs.map(|(name, job)| (format!("jobs.{name}"), &*job.block));
        let tasks = file.tree.items("tasks").iter();
        let tasks = tasks.map(|task| (String::new(), &**task));
        let all = jobs.chain(tasks);
        all.filter(|(_, block)| self.is_call(block, path))
            .map(|(owner, _)| owner)
            .collect()
    }

    fn is_call(&self, block: &Block, path: &str) -> bool {
        let reference = block.constant("module");
        let called = reference
            .and_then(|reference| action::local_path(self.service.session.workspace, &reference));
        called.as_deref() == Some(path)
    }
}
