//! Service accounts: identities for programs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A service account as the service shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAccount {
    /// `service-account-…`.
    pub id: String,
    /// Name, where it has one.
    #[serde(default)]
    pub name: Option<String>,
    /// Who made it.
    pub owner: String,
    /// Cluster its programs begin with.
    pub default_cluster: String,
    /// Project its programs begin with.
    pub default_project: String,
    /// Organisation its programs begin with.
    #[serde(default)]
    pub default_org: Option<String>,
    /// What permissions are granted to.
    pub role: String,
    /// When it was made.
    #[serde(with = "crate::moment")]
    pub created_at: jiff::Timestamp,
}

/// The body that makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewServiceAccount {
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// Cluster its programs begin with.
    pub default_cluster: String,
    /// Project its programs begin with.
    pub default_project: String,
    /// Organisation its programs begin with.
    #[serde(default)]
    pub default_org: Option<String>,
}

/// A new account with its token, which is told this once; it is never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAccountCreated {
    /// The account.
    #[serde(flatten)]
    pub account: ServiceAccount,
    /// Its token.
    pub token: String,
}

impl fmt::Debug for ServiceAccountCreated {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ServiceAccountCreated")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}
