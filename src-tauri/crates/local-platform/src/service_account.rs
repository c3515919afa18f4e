//! Service accounts: identities for programs. Each is a role of its owner with a token of its own,
//! and may do what is granted to that role.

use jiff::Timestamp;
use protocol::moment;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::auth::Caller;
use crate::refusal::Refusal;
use crate::store::{doc, docs, text};
use crate::token::{self, NewToken};
use crate::{DataError, role};

/// A service account as the service shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServiceAccount {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) owner: String,
    pub(crate) default_cluster: String,
    pub(crate) default_project: String,
    pub(crate) default_org: Option<String>,
    /// What permissions are granted to.
    pub(crate) role: String,
    #[serde(with = "moment")]
    pub(crate) created_at: Timestamp,
}

/// The body that makes one.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct NewServiceAccount {
    #[serde(default)]
    name: Option<String>,
    default_cluster: String,
    default_project: String,
    #[serde(default)]
    default_org: Option<String>,
}

/// Makes an account and its token, which is shown only this once.
pub(crate) fn add(
    connection: &Connection,
    owner: &str,
    new: NewServiceAccount,
) -> Result<(ServiceAccount, String), Refusal> {
    let id = format!("service-account-{}", uuid::Uuid::new_v4());
    let called = new.name.as_ref().unwrap_or(&id);
    if called.contains('/') {
        let text = format!("`{called}` is no name for a service account: it has a slash");
        return Err(Refusal::bad_request(text));
    }
    let role = format!("{owner}/service-accounts/{called}");
    let account = ServiceAccount {
        role: role::name(&role).map_err(Refusal::bad_request)?,
        id,
        name: new.name,
        owner: owner.to_owned(),
        default_cluster: new.default_cluster,
        default_project: new.default_project,
        default_org: new.default_org,
        created_at: Timestamp::now(),
    };
    if !role::add(connection, &account.role, owner)? {
        let name = account.name.as_deref().unwrap_or_default();
        let taken = format!("there is a service account `{name}` already");
        let mut refusal = Refusal::unique(taken.clone());
        refusal.body.error = Some(taken);
        return Err(refusal);
    }
    connection
        .execute(
            "INSERT INTO service_accounts (id, name, owner, doc) VALUES (?1, ?2, ?3, ?4)",
            params![account.id, account.name, owner, text(&account)?],
        )
        .map_err(DataError::from)?;
    let token = token::mint(connection, &NewToken::new(&account.role, "service account"))?;
    Ok((account, token))
}

/// The accounts a caller sees: the own ones, or all for those who manage the platform.
pub(crate) fn list(
    connection: &Connection,
    caller: &Caller,
) -> Result<Vec<ServiceAccount>, DataError> {
    docs(
        connection,
        "SELECT doc FROM service_accounts WHERE ?2 OR owner = ?1 ORDER BY rowid",
        params![caller.user, caller.manager],
    )
}

/// The account of an id or name that a caller sees; an own one comes first.
pub(crate) fn find(
    connection: &Connection,
    caller: &Caller,
    id_or_name: &str,
) -> Result<Option<ServiceAccount>, DataError> {
    let sql = "SELECT doc FROM service_accounts WHERE (?2 OR owner = ?1) AND (id = ?3 OR name = ?3)
        ORDER BY owner = ?1 DESC, rowid LIMIT 1";
    doc(
        connection,
        sql,
        params![caller.user, caller.manager, id_or_name],
    )
}

/// Removes an account with its tokens and all that was granted to it.
pub(crate) fn remove(connection: &Connection, account: &ServiceAccount) -> Result<(), DataError> {
    connection.execute(
        "DELETE FROM service_accounts WHERE id = ?1",
        params![account.id],
    )?;
    connection.execute(
        "DELETE FROM tokens WHERE identity = ?1",
        params![account.role],
    )?;
    role::remove(connection, &account.role)?;
    Ok(())
}
