//! Tokens: made at random, handed out once, kept only as a SHA-256.

use std::path::Path;

use protocol::{Claims, moment};
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use crate::DataError;
use crate::data_folder::DataFolder;
use crate::place::TOOL_USER;
use crate::store::Store;

/// The key with which the command-line tools sign the token they make for a server that lists its
/// clusters without a login. It is public knowledge: such a token proves nothing.
const TOOL_KEY: &[u8] = b"neuro";

/// Makes a token for `identity`. It is returned this once; the data folder keeps its hash.
/// Works beside a running server.
pub fn mint_token(data_dir: &Path, identity: &str) -> Result<String, DataError> {
    let folder = DataFolder::create(data_dir)?;
    let store = Store::open(&folder.database())?;
    let connection = store.lock();
    mint(&connection, identity)
}

/// The same on an open database.
pub(crate) fn mint(connection: &Connection, identity: &str) -> Result<String, DataError> {
    let mut random = [0; 32];
    random[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    random[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    let token = Claims::token(identity, &random);
    connection.execute(
        "INSERT INTO tokens (hash, identity, created_at) VALUES (?1, ?2, ?3)",
        params![hash(&token), identity, moment::text(jiff::Timestamp::now())],
    )?;
    Ok(token)
}

/// The user of a token we made.
pub(crate) fn owner(connection: &Connection, token: &str) -> Result<Option<String>, DataError> {
    let found = connection
        .prepare_cached("SELECT identity FROM tokens WHERE hash = ?1")?
        .query_row(params![hash(token)], |row| row.get(0))
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
    (user == TOOL_USER && given.ok()? == expected).then_some(user)
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// HMAC for a key no longer than a block.
fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
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
