//! The names of the one place this platform has.

/// Name of the only cluster.
pub const CLUSTER: &str = "local";
/// Name of the only organisation.
pub const ORG: &str = "bakehouse";
/// The project that is always there.
pub const DEFAULT_PROJECT: &str = "default-project";
/// The user that the command-line tools are when they log in without a token.
pub const TOOL_USER: &str = "user";
