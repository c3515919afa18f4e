//! Tasks of attempts.

use protocol::flow::{NewTask, Task};
use reqwest::Method;

use super::{Part, query};
use crate::error::ClientError;

/// Tasks of attempts.
pub struct Tasks<'client>(pub(super) Part<'client>);

impl Tasks<'_> {
    /// The tasks of an attempt, in no particular order.
    pub async fn list(&self, attempt_id: &str) -> Result<Vec<Task>, ClientError> {
        self.0.list(&query(&[("attempt_id", attempt_id)])).await
    }

    /// Records a task.
    pub async fn create(&self, task: &NewTask) -> Result<Task, ClientError> {
        self.0.send(Method::POST, &[], task).await
    }

    /// Replaces job, outputs, state and statuses of a task.
    pub async fn replace(&self, task: &NewTask) -> Result<Task, ClientError> {
        self.0.send(Method::PUT, &["replace"], task).await
    }

    /// The task with this full id, if it is recorded.
    pub async fn find(&self, attempt_id: &str, yaml_id: &str) -> Result<Option<Task>, ClientError> {
        let pairs = [("attempt_id", attempt_id), ("yaml_id", yaml_id)];
        self.0.find(&["by_yaml_id"], &query(&pairs)).await
    }
}
