//! Attempts at bakes.

use protocol::Query;
use protocol::flow::{Attempt, NewAttempt};
use reqwest::Method;

use super::{Part, query};
use crate::error::ClientError;

/// Attempts at bakes.
pub struct Attempts<'client>(pub(super) Part<'client>);

impl Attempts<'_> {
    /// All attempts at a bake.
    pub async fn list(&self, bake_id: &str) -> Result<Vec<Attempt>, ClientError> {
        self.0.list(&query(&[("bake_id", bake_id)])).await
    }

    /// Records an attempt.
    pub async fn create(&self, attempt: &NewAttempt) -> Result<Attempt, ClientError> {
        self.0.send(Method::POST, &[], attempt).await
    }

    /// Changes the result and the executor of an attempt; all else stays.
    pub async fn replace(&self, attempt: &NewAttempt) -> Result<Attempt, ClientError> {
        self.0.send(Method::PUT, &["replace"], attempt).await
    }

    /// One attempt.
    pub async fn get(&self, attempt_id: &str) -> Result<Attempt, ClientError> {
        self.0.get(&[attempt_id], &Query::new()).await
    }

    /// The attempt with this number, if there is one.
    pub async fn find(&self, bake_id: &str, number: i64) -> Result<Option<Attempt>, ClientError> {
        let pairs = [("bake_id", bake_id), ("number", &number.to_string())];
        self.0.find(&["by_number"], &query(&pairs)).await
    }

    /// The newest attempt, if there is one.
    pub async fn newest(&self, bake_id: &str) -> Result<Option<Attempt>, ClientError> {
        self.find(bake_id, -1).await
    }
}
