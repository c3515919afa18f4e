//! The flow API: where flows, bakes, attempts and tasks are kept.

mod attempts;
mod bake_images;
mod bakes;
mod cache_entries;
mod config_files;
mod live_jobs;
mod projects;
mod tasks;

use protocol::Query;
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

pub use attempts::Attempts;
pub use bake_images::BakeImages;
pub use bakes::{BakeFilter, Bakes};
pub use cache_entries::CacheEntries;
pub use config_files::ConfigFiles;
pub use live_jobs::LiveJobs;
pub use projects::Projects;
pub use tasks::Tasks;

use crate::error::{ClientError, if_found};
use crate::transport::{ONCE, Request, Transport};

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
        Part {
            transport: self.transport,
            base: crate::at(&self.base, &[name]),
        }
    }
}

/// One kind of object of the flow API.
struct Part<'client> {
    transport: &'client Transport,
    base: Url,
}

impl Part<'_> {
    fn request(&self, method: Method, path: &[&str]) -> Request {
        Request::new(method, crate::at(&self.base, path))
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &Query,
    ) -> Result<T, ClientError> {
        let request = self.request(Method::GET, path).query(query);
        self.transport.read(request).await
    }

    async fn find<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &Query,
    ) -> Result<Option<T>, ClientError> {
        if_found(self.get(path, query).await)
    }

    async fn list<T: DeserializeOwned>(&self, query: &Query) -> Result<Vec<T>, ClientError> {
        let request = self.request(Method::GET, &[]).query(query);
        self.transport.list::<T, Vec<T>>(request).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let request = self.request(method, path).json(body)?;
        self.transport.change(request).await
    }

    /// The same, under a key by which a server that knows such keys does it only once.
    async fn send_once<T: DeserializeOwned>(
        &self,
        (method, key): (Method, &str),
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let request = self.request(method, path).json(body)?;
        self.transport.change(request.header(ONCE, key)).await
    }

    async fn delete(&self, path: &[&str], query: &Query) -> Result<(), ClientError> {
        let request = self.request(Method::DELETE, path).query(query);
        self.transport.command(request).await
    }
}

/// A query of these pairs.
fn query(pairs: &[(&str, &str)]) -> Query {
    let mut query = Query::new();
    for (key, value) in pairs {
        query.push(key, *value);
    }
    query
}
