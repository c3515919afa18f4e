//! From where a client speaks: short names are completed with it.

/// Who we are on a platform, and where we work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Cluster.
    pub cluster: String,
    /// Organisation.
    pub org: String,
    /// Project of those who name none.
    pub project: String,
    /// Name of the user.
    pub user: String,
}
