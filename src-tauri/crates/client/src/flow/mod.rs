//! The flow API: where flows, bakes, attempts and tasks are kept.

mod attempts;
mod bake_images;
mod bakes;
mod cache_entries;
mod config_files;
mod live_jobs;
mod projects;
mod tasks;

use url::Url;

pub use attempts::Attempts;
pub use bake_images::BakeImages;
pub use bakes::{BakeFilter, Bakes};
pub use cache_entries::CacheEntries;
pub use config_files::ConfigFiles;
pub use live_jobs::LiveJobs;
pub use projects::Projects;
pub use tasks::Tasks;

use crate::service::{Service as Part, query};
use crate::transport::Transport;

/// The flow API.
pub struct Flow<'client> {
    transport: &'client Transport,
    base: Url,
}

impl<'client> Flow<'client> {
    pub(crate) fn new(transport: &'client Transport, base: Url) -> Self {
        Self { transport, base }
    }

    /// Flows, which the wire calls projects.
    pub fn projects(&self) -> Projects<'client> {
        Projects(self.part("projects"))
    }

    /// Records of live jobs.
    pub fn live_jobs(&self) -> LiveJobs<'client> {
        LiveJobs(self.part("live_jobs"))
    }

    /// Bakes.
    pub fn bakes(&self) -> Bakes<'client> {
        Bakes(self.part("bakes"))
    }

    /// Attempts at bakes.
    pub fn attempts(&self) -> Attempts<'client> {
        Attempts(self.part("attempts"))
    }

    /// Tasks of attempts.
    pub fn tasks(&self) -> Tasks<'client> {
        Tasks(self.part("tasks"))
    }

    /// Files that a bake was made from.
    pub fn config_files(&self) -> ConfigFiles<'client> {
        ConfigFiles(self.part("config_files"))
    }

    /// Remembered results of tasks.
    pub fn cache_entries(&self) -> CacheEntries<'client> {
        CacheEntries(self.part("cache_entries"))
    }

    /// Images that a bake needs.
    pub fn bake_images(&self) -> BakeImages<'client> {
        BakeImages(self.part("bake_images"))
    }

    fn part(&self, name: &str) -> Part<'client> {
        Part::new(self.transport, crate::at(&self.base, &[name]))
    }
}
