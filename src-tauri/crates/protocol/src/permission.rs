//! Permissions and roles.

use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;

open_enum! {
    /// What a user may do with a resource; each includes those before it.
    Action {
        /// Nothing.
        Deny = "deny",
        /// See that it exists.
        List = "list",
        /// Read it.
        Read = "read",
        /// Change it.
        Write = "write",
        /// Share it.
        Manage = "manage",
    }
}

/// A permission of one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// The resource.
    pub uri: String,
    /// What is allowed.
    pub action: Action,
}

/// A permission the user has given to someone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// To whom.
    pub user: String,
    /// The resource.
    pub uri: String,
    /// What is allowed.
    pub action: Action,
}

/// The roles a user has made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Subroles {
    /// Their names.
    pub subroles: Vec<String>,
}

/// The body that makes a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRole {
    /// Its name, such as `alice/roles/readers`.
    pub name: String,
}
