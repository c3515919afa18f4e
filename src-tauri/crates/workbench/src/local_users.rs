//! The users of the local platform, beside the one of the login without a token.

use std::path::Path;
use std::time::Duration;

use contract::{Failure, FailureCode};
use jiff::SignedDuration;
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

/// A token that lets somebody into the local platform; the token itself is shown only when made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalToken {
    /// By which it is taken back.
    pub id: String,
    /// Whom it lets in.
    pub user: String,
    /// What it was made for.
    pub purpose: String,
    /// When it was made.
    pub created_at: String,
    /// When it ends by itself.
    pub expires_at: Option<String>,
}

/// Makes another token for a user, which ends by itself after `life`; nobody can be shown it again.
pub fn local_token_add(
    platform: &Path,
    user: &str,
    life: Option<Duration>,
) -> Result<String, Failure> {
    let life = life.map(SignedDuration::try_from).transpose();
    let life = life.map_err(|error| Failure::new(FailureCode::Invalid, format!("{error}.")))?;
    local_platform::new_token(platform, user, life).map_err(|error| refused(&error))
}

/// The tokens that people were given or logged in with.
pub fn local_token_list(platform: &Path) -> Result<Vec<LocalToken>, Failure> {
    let tokens = local_platform::tokens(platform);
    let tokens = tokens.map_err(|error| refused(&UserError::Data(error)))?;
    let shown = |token: local_platform::AccountToken| LocalToken {
        id: token.id,
        user: token.user,
        purpose: token.purpose,
        created_at: protocol::moment::text(token.created_at),
        expires_at: token.expires_at.map(protocol::moment::text),
    };
    Ok(tokens.into_iter().map(shown).collect())
}

/// Takes a token back; what came of a login with it ends as well.
pub fn local_token_revoke(platform: &Path, id: &str) -> Result<(), Failure> {
    let revoked = local_platform::revoke_token(platform, id);
    match revoked.map_err(|error| refused(&UserError::Data(error)))? {
        true => Ok(()),
        false => Err(Failure::new(
            FailureCode::NotFound,
            format!("There is no token with the id {id}. `bakehouse user tokens` lists them."),
        )),
    }
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
