//! Tokens: made at random, handed out once, kept only as a SHA-256.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use protocol::{Claims, moment};
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::DataError;
use crate::data_folder::DataFolder;
use crate::place::TOOL_USER;
use crate::store::Store;
use crate::user;

/// The key with which the command-line tools sign the token they make for a server that lists its
/// clusters without a login. It is public knowledge: such a token proves nothing.
const TOOL_KEY: &[u8] = b"neuro";

/// Makes a token for `identity`, who manages the platform unless the account exists with fewer
/// rights. It is returned this once; the data folder keeps its hash. Works beside a running server.
pub fn mint_token(data_dir: &Path, identity: &str) -> Result<String, DataError> {
    let folder = DataFolder::create(data_dir)?;
    let store = Store::open(&folder.database())?;
    let connection = store.lock();
    mint_for_manager(&connection, identity)
}

/// The same on an open database.
pub(crate) fn mint_for_manager(
    connection: &Connection,
    identity: &str,
) -> Result<String, DataError> {
    user::know_manager(connection, identity)?;
    mint(connection, &NewToken::new(identity, "application"))
}

/// A token to be made.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewToken {
    /// Whose it is.
    pub(crate) identity: String,
    /// What it is for, as it is listed.
    pub(crate) purpose: String,
    /// The job it is good for: it ends with it.
    pub(crate) job: Option<String>,
    /// When it ends.
    pub(crate) expires: Option<Timestamp>,
    /// The login it came of: it ends with it.
    pub(crate) parent: Option<String>,
}

impl NewToken {
    pub(crate) fn new(identity: &str, purpose: &str) -> Self {
        Self {
            identity: identity.to_owned(),
            purpose: purpose.to_owned(),
            ..Self::default()
        }
    }

    /// A token that a job gets to act for its owner.
    pub(crate) fn of_job(owner: &str, id: &str) -> Self {
        Self {
            job: Some(id.to_owned()),
            ..Self::new(owner, "job")
        }
    }
}

/// Makes a token.
pub(crate) fn mint(connection: &Connection, new: &NewToken) -> Result<String, DataError> {
    let token = Claims::token(&new.identity, &random());
    connection.execute(
        "INSERT INTO tokens (hash, identity, created_at, id, purpose, job_id, expires_at, parent)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            hash(&token),
            new.identity,
            moment::text(Timestamp::now()),
            format!("token-{}", uuid::Uuid::new_v4()),
            new.purpose,
            new.job,
            new.expires.map(Timestamp::as_second),
            new.parent,
        ],
    )?;
    Ok(token)
}

/// How long a token of a login is good; a tool renews it in time.
pub(crate) const LIFE_OF_LOGIN: SignedDuration = SignedDuration::from_hours(24 * 7);
/// What marks a token that lets nobody in, but is exchanged for such tokens.
const LOGIN: &str = "login";

/// What a tool gets when somebody logs in with it.
#[derive(Debug)]
pub(crate) struct Login {
    /// Lets the user in.
    pub(crate) access: String,
    /// Is exchanged for the next one; only at the beginning.
    pub(crate) refresh: Option<String>,
}

/// Begins a login.
pub(crate) fn begin_login(connection: &Connection, user: &str) -> Result<Login, DataError> {
    let refresh = mint(connection, &NewToken::new(user, LOGIN))?;
    let login = renew_login(connection, &refresh)?;
    let access = login.map(|login| login.access).unwrap_or_default();
    Ok(Login {
        access,
        refresh: Some(refresh),
    })
}

/// The next token of a login; `None` if it was ended.
pub(crate) fn renew_login(
    connection: &Connection,
    refresh: &str,
) -> Result<Option<Login>, DataError> {
    let found: Option<(String, String)> = connection
        .prepare_cached("SELECT id, identity FROM tokens WHERE hash = ?1 AND purpose = ?2")?
        .query_row(params![hash(refresh), LOGIN], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((id, user)) = found else {
        return Ok(None);
    };
    let now = Timestamp::now();
    let over = "DELETE FROM tokens WHERE expires_at <= ?1";
    connection.execute(over, params![now.as_second()])?;
    let new = NewToken {
        expires: now.checked_add(LIFE_OF_LOGIN).ok(),
        parent: Some(id),
        ..NewToken::new(&user, "of a login")
    };
    let access = mint(connection, &new)?;
    Ok(Some(Login {
        access,
        refresh: None,
    }))
}

/// 244 random bits.
pub(crate) fn random() -> [u8; 32] {
    let mut random = [0; 32];
    random[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    random[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    random
}

/// The user of a token we made. A token is looked up by its hash, so how long that takes says
/// nothing about the token.
pub(crate) fn owner(connection: &Connection, token: &str) -> Result<Option<String>, DataError> {
    let good = "SELECT identity FROM tokens WHERE hash = ?1 AND purpose <> 'login'
        AND (expires_at IS NULL OR expires_at > ?2)
        AND (job_id IS NULL OR EXISTS (SELECT 1 FROM jobs WHERE jobs.id = job_id AND tended = 1))";
    let now = Timestamp::now().as_second();
    let found = connection
        .prepare_cached(good)?
        .query_row(params![hash(token), now], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// The user of a token the tools made for themselves.
pub(crate) fn tool_user(token: &str) -> Option<String> {
    let (signed, signature) = token.rsplit_once('.')?;
    let user = Claims::read(token).ok()?.user().ok()?.to_owned();
    let expected = hmac_sha256(TOOL_KEY, signed.as_bytes());
    let given = base64::Engine::decode(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
        signature.trim_end_matches('='),
    );
    let good = bool::from(given.ok()?.ct_eq(&expected));
    (user == TOOL_USER && good).then_some(user)
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// HMAC for a key no longer than a block of 64 bytes.
pub(crate) fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 64;
    let mut block = [0; BLOCK];
    block[..key.len()].copy_from_slice(key);
    let pad = |byte: u8| block.map(|of_key| of_key ^ byte);
    let inner = Sha256::new()
        .chain_update(pad(0x36))
        .chain_update(text)
        .finalize();
    Sha256::new()
        .chain_update(pad(0x5c))
        .chain_update(inner)
        .finalize()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_agrees_with_the_published_example() {
        let mac = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(
            hex::encode(mac),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn a_minted_token_is_known_by_its_hash_only() {
        let folder = tempfile::tempdir().unwrap();
        let token = mint_token(folder.path(), "alice").unwrap();
        let store = Store::open(&folder.path().join("platform.sqlite")).unwrap();
        assert_eq!(
            owner(&store.lock(), &token).unwrap().as_deref(),
            Some("alice")
        );
        assert_eq!(owner(&store.lock(), "e30.e30.x").unwrap(), None);
        let bytes = std::fs::read(folder.path().join("platform.sqlite")).unwrap();
        let signature = token.rsplit('.').next().unwrap();
        assert!(
            !bytes
                .windows(signature.len())
                .any(|part| part == signature.as_bytes())
        );
    }
}
