//! Files that a bake was made from.

use protocol::Query;
use protocol::flow::{ConfigFile, NewConfigFile};
use reqwest::Method;

use super::Part;
use crate::error::ClientError;

/// Files that a bake was made from.
pub struct ConfigFiles<'client>(pub(super) Part<'client>);

impl ConfigFiles<'_> {
    /// Keeps a file with a bake.
    pub async fn create(&self, file: &NewConfigFile) -> Result<ConfigFile, ClientError> {
        self.0.send(Method::POST, &[], file).await
    }

    /// One kept file.
    pub async fn get(&self, file_id: &str) -> Result<ConfigFile, ClientError> {
        self.0.get(&[file_id], &Query::new()).await
    }
}
