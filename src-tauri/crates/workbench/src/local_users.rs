//! The users of the local platform, beside the one of the login without a token.

use std::path::Path;

use contract::{Failure, FailureCode};
use local_platform::UserError;

use crate::view::failure;

/// A user of the local platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalUser {
    /// Name.
    pub name: String,
    /// Whether the user manages the whole platform.
    pub manager: bool,
    /// When the account was made.
    pub created_at: String,
}

/// Makes a user of the platform in a folder; answers the token, which nobody can be shown again.
pub fn local_user_add(platform: &Path, name: &str) -> Result<String, Failure> {
    local_platform::add_user(platform, name).map_err(|error| refused(&error))
}

/// Removes a user; what the user owns stays.
pub fn local_user_remove(platform: &Path, name: &str) -> Result<(), Failure> {
    local_platform::remove_user(platform, name).map_err(|error| refused(&error))
}

/// All users.
pub fn local_user_list(platform: &Path) -> Result<Vec<LocalUser>, Failure> {
    let users = local_platform::users(platform);
    let users = users.map_err(|error| refused(&UserError::Data(error)))?;
    let shown = |user: local_platform::LocalUser| LocalUser {
        name: user.name,
        manager: user.manager,
        created_at: protocol::moment::text(user.created_at),
    };
    Ok(users.into_iter().map(shown).collect())
}

fn refused(error: &UserError) -> Failure {
    let code = match error {
        UserError::Name { .. } => FailureCode::Invalid,
        UserError::Taken { .. } => FailureCode::Conflict,
        UserError::Unknown { .. } => FailureCode::NotFound,
        UserError::Data(_) => FailureCode::Unreachable,
        _ => FailureCode::Refused,
    };
    Failure::new(code, format!("{}.", failure::capital(error)))
}
