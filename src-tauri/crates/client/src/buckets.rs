//! Buckets of a project, and the credentials to reach what is in them. Their contents never pass
//! through the platform.

use protocol::{
    Bucket, BucketAccess, BucketChange, BucketCredentials, NewBucket, NewBucketCredentials,
    SignedAddress, SignedAddressAsk,
};
use reqwest::Method;

use crate::error::ClientError;
use crate::service::{ProjectService, query};

/// The buckets of one project.
pub struct Buckets<'client> {
    within: ProjectService<'client>,
}

impl<'client> Buckets<'client> {
    pub(crate) fn new(within: ProjectService<'client>) -> Self {
        Self { within }
    }

    /// The buckets there are.
    pub async fn list(&self) -> Result<Vec<Bucket>, ClientError> {
        self.within
            .service
            .list_at(&["buckets"], &self.within.scope())
            .await
    }

    /// Makes a bucket.
    pub async fn create(&self, name: Option<&str>) -> Result<Bucket, ClientError> {
        let new = NewBucket {
            name: name.map(str::to_owned),
            org_name: self.within.org.to_owned(),
            project_name: self.within.project.to_owned(),
        };
        self.within
            .service
            .send(Method::POST, &["buckets"], &new)
            .await
    }

    /// One bucket, by its id or its name.
    pub async fn find(&self, bucket: &str) -> Result<Option<Bucket>, ClientError> {
        self.within
            .service
            .find(&["buckets", bucket], &self.within.scope())
            .await
    }

    /// The bucket that a path `ORG/PROJECT/BUCKET[/KEY]` lies in.
    pub async fn find_by_path(&self, path: &str) -> Result<Option<Bucket>, ClientError> {
        let asked = query(&[("path", path)]);
        let parts = ["buckets", "find", "by_path"];
        self.within.service.find(&parts, &asked).await
    }

    /// Lets everybody read a bucket, or not.
    pub async fn publish(&self, bucket: &str, public: bool) -> Result<Bucket, ClientError> {
        let mut request = self
            .within
            .service
            .request(Method::PATCH, &["buckets", bucket]);
        request = request
            .query(&self.within.scope())
            .json(&BucketChange { public })?;
        self.within.service.change(request).await
    }

    /// Removes a bucket.
    pub async fn remove(&self, bucket: &str) -> Result<(), ClientError> {
        self.within
            .service
            .delete(&["buckets", bucket], &self.within.scope())
            .await
    }

    /// Credentials for a while, to reach the contents of a bucket at its provider.
    pub async fn credentials(&self, bucket: &str) -> Result<BucketAccess, ClientError> {
        let path = ["buckets", bucket, "make_tmp_credentials"];
        self.within
            .service
            .change(self.within.service.request(Method::POST, &path))
            .await
    }

    /// An address under which one object can be fetched without signing in, for so many seconds.
    pub async fn sign(
        &self,
        bucket: &str,
        key: &str,
        seconds: u64,
    ) -> Result<SignedAddress, ClientError> {
        let ask = SignedAddressAsk {
            key: key.to_owned(),
            expires_in_sec: seconds,
        };
        let path = ["buckets", bucket, "sign_blob_url"];
        self.within.service.send(Method::POST, &path, &ask).await
    }

    /// Credentials that last.
    pub async fn lasting_credentials(&self) -> Result<Vec<BucketCredentials>, ClientError> {
        let path = ["persistent_credentials"];
        self.within
            .service
            .list_at(&path, &self.within.scope())
            .await
    }

    /// Makes credentials that last, for some buckets.
    pub async fn make_lasting_credentials(
        &self,
        new: &NewBucketCredentials,
    ) -> Result<BucketCredentials, ClientError> {
        let path = ["persistent_credentials"];
        self.within.service.send(Method::POST, &path, new).await
    }

    /// Takes credentials that last away.
    pub async fn remove_lasting_credentials(&self, id: &str) -> Result<(), ClientError> {
        let path = ["persistent_credentials", id];
        self.within
            .service
            .delete(&path, &self.within.scope())
            .await
    }
}
