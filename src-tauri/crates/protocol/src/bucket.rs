//! Buckets and the credentials to reach what is in them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A bucket as the service shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// `bucket-…`.
    pub id: String,
    /// Name, where it has one.
    #[serde(default)]
    pub name: Option<String>,
    /// Who made it.
    pub owner: String,
    /// Organisation.
    #[serde(default)]
    pub org_name: Option<String>,
    /// Project.
    #[serde(default)]
    pub project_name: Option<String>,
    /// Where its contents lie: `aws`, `minio`, `azure`, `gcp`, …
    pub provider: String,
    /// When it was made.
    #[serde(with = "crate::moment")]
    pub created_at: jiff::Timestamp,
    /// True if it was there before the platform knew it.
    #[serde(default)]
    pub imported: bool,
    /// True if everybody may read it.
    #[serde(default)]
    pub public: bool,
}

/// The body that makes a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewBucket {
    /// Name.
    pub name: Option<String>,
    /// Organisation.
    pub org_name: String,
    /// Project.
    pub project_name: String,
}

/// The body that changes a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketChange {
    /// Whether everybody may read it.
    pub public: bool,
}

/// Credentials of a provider, by the names that the provider gives them; their values are never
/// printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderCredentials(
    /// Name and value.
    pub std::collections::BTreeMap<String, serde_json::Value>,
);

impl fmt::Debug for ProviderCredentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.0.keys()).finish()
    }
}

/// Credentials for one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketAccess {
    /// Which bucket.
    pub bucket_id: String,
    /// Where its contents lie.
    pub provider: String,
    /// Whether nothing can be changed with them.
    #[serde(default)]
    pub read_only: bool,
    /// The credentials.
    pub credentials: ProviderCredentials,
}

/// The body that makes credentials that last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewBucketCredentials {
    /// Name.
    pub name: Option<String>,
    /// For which buckets.
    pub bucket_ids: Vec<String>,
    /// Whether nothing can be changed with them.
    pub read_only: bool,
}

/// Credentials that last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketCredentials {
    /// Their id.
    pub id: String,
    /// Name, where they have one.
    #[serde(default)]
    pub name: Option<String>,
    /// Who made them.
    pub owner: String,
    /// Whether nothing can be changed with them.
    #[serde(default)]
    pub read_only: bool,
    /// Those of each bucket.
    #[serde(default)]
    pub credentials: Vec<BucketAccess>,
}

/// The body that asks for an address of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedAddressAsk {
    /// The object.
    pub key: String,
    /// For how many seconds.
    pub expires_in_sec: u64,
}

/// An address that opens one object to whoever has it; never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedAddress {
    /// The address.
    pub url: String,
}

impl fmt::Debug for SignedAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SignedAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_of_a_bucket_are_read_and_never_printed() {
        let text = r#"{"bucket_id": "bucket-1", "provider": "aws", "read_only": true,
            "credentials": {"bucket_name": "b", "secret_access_key": "crumb"}}"#;
        let access: BucketAccess = serde_json::from_str(text).unwrap();
        assert_eq!(access.credentials.0["secret_access_key"], "crumb");
        let shown = format!("{access:?}");
        assert!(
            shown.contains("secret_access_key") && !shown.contains("crumb"),
            "{shown}"
        );
    }
}
