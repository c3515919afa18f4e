//! Remembered results of tasks.

use protocol::flow::{CacheEntry, NewCacheEntry};
use reqwest::Method;

use super::{Part, query};
use crate::error::ClientError;

/// Remembered results of tasks.
pub struct CacheEntries<'client>(pub(super) Part<'client>);

impl CacheEntries<'_> {
    /// Remembers a result, in place of an older one with the same key.
    pub async fn create(&self, entry: &NewCacheEntry) -> Result<CacheEntry, ClientError> {
        self.0.send(Method::POST, &[], entry).await
    }

    /// The result of a task under a key, if one is remembered.
    pub async fn find(
        &self,
        project_id: &str,
        (batch, task_id): (&str, &str),
        key: &str,
    ) -> Result<Option<CacheEntry>, ClientError> {
        let pairs = [
            ("project_id", project_id),
            ("task_id", task_id),
            ("batch", batch),
            ("key", key),
        ];
        self.0.find(&["by_key"], &query(&pairs)).await
    }

    /// Forgets the results of a flow, or of one batch, or of one task of it.
    pub async fn clear(
        &self,
        project_id: &str,
        batch: Option<&str>,
        task_id: Option<&str>,
    ) -> Result<(), ClientError> {
        let mut query = query(&[("project_id", project_id)]);
        query.push_some("batch", batch);
        query.push_some("task_id", task_id);
        self.0.delete(&[], &query).await
    }
}
