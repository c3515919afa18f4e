//! Bakes.

use jiff::Timestamp;
use protocol::flow::{Bake, NewBake};
use protocol::{Query, moment};
use reqwest::Method;

use super::{Part, query};
use crate::error::ClientError;

/// Bakes.
pub struct Bakes<'client>(pub(super) Part<'client>);

/// Which bakes are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BakeFilter {
    /// Exactly this name.
    pub name: Option<String>,
    /// All of these tags.
    pub tags: Vec<String>,
    /// Made at this time or later.
    pub since: Option<Timestamp>,
    /// Made at this time or earlier.
    pub until: Option<Timestamp>,
    /// Newest first.
    pub newest_first: bool,
}

impl BakeFilter {
    fn query(&self, project_id: &str) -> Query {
        let mut query = query(&[("project_id", project_id), ("fetch_last_attempt", "1")]);
        query.push_some("name", self.name.as_deref());
        query.push_all("tags", self.tags.iter());
        query.push_some("since", self.since.map(moment::text));
        query.push_some("until", self.until.map(moment::text));
        if self.newest_first {
            query.push("reverse", "true");
        }
        query
    }
}

const WITH_ATTEMPT: (&str, &str) = ("fetch_last_attempt", "1");

impl Bakes<'_> {
    /// The bakes of a flow, each with its newest attempt.
    pub async fn list(
        &self,
        project_id: &str,
        filter: &BakeFilter,
    ) -> Result<Vec<Bake>, ClientError> {
        self.0.list(&filter.query(project_id)).await
    }

    /// Records a bake.
    pub async fn create(&self, bake: &NewBake) -> Result<Bake, ClientError> {
        self.0.send(Method::POST, &[], bake).await
    }

    /// Records a bake under a key. Our own platform does that once, however often it is asked.
    pub async fn create_once(&self, bake: &NewBake, key: &str) -> Result<Bake, ClientError> {
        self.0.send_once((Method::POST, key), &[], bake).await
    }

    /// One bake with its newest attempt.
    pub async fn get(&self, bake_id: &str) -> Result<Bake, ClientError> {
        self.0.get(&[bake_id], &query(&[WITH_ATTEMPT])).await
    }

    /// The newest bake with this name, with its newest attempt.
    pub async fn find_by_name(
        &self,
        project_id: &str,
        name: &str,
    ) -> Result<Option<Bake>, ClientError> {
        let pairs = [("project_id", project_id), ("name", name), WITH_ATTEMPT];
        self.0.find(&["by_name"], &query(&pairs)).await
    }
}
