//! Who is calling: a bearer token in one of the places the protocol allows.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use base64::Engine as _;
use protocol::Query;

use crate::place::TOOL_USER;
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::{token, user};

/// An authenticated user.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) user: String,
    /// True for those who manage the whole platform.
    pub(crate) manager: bool,
}

impl Caller {
    /// The user that the tools are when they come without a token of ours.
    pub(crate) fn of_tools() -> Self {
        Self {
            user: TOOL_USER.to_owned(),
            manager: true,
        }
    }
}

impl FromRequestParts<Arc<Platform>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, Refusal> {
        let token = presented(&parts.headers, &parts.uri)?.ok_or_else(Refusal::unauthorized)?;
        platform
            .caller_of(&token)?
            .ok_or_else(Refusal::unauthorized)
    }
}

/// The token a request presents; a scheme we do not know is a bad request.
pub(crate) fn presented(headers: &HeaderMap, uri: &Uri) -> Result<Option<String>, Refusal> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(value) = text(header::AUTHORIZATION) {
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        return match scheme.to_ascii_lowercase().as_str() {
            "bearer" => Ok(Some(token.trim().to_owned())),
            "basic" => Ok(basic(token)),
            _ => Err(Refusal::bad_request("Bad Request")),
        };
    }
    let query = Query::parse(uri.query().unwrap_or_default());
    if let Some(token) = query.get("neuro-auth-token") {
        return Ok(Some(token.to_owned()));
    }
    let protocols = text(header::SEC_WEBSOCKET_PROTOCOL).unwrap_or_default();
    let mut words = protocols.split(',').map(str::trim);
    Ok(words
        .find_map(|word| word.strip_prefix("bearer.apolo.us-"))
        .map(str::to_owned))
}

/// The registry's form: base64 of `user:token`.
fn basic(encoded: &str) -> Option<String> {
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(encoded.trim())
        .ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.split_once(':').map(|(_, token)| token.to_owned())
}

/// Whose token this is, if it is anybody's.
pub(crate) fn caller_of(
    connection: &rusqlite::Connection,
    presented: &str,
    tool_tokens: bool,
) -> Result<Option<Caller>, Refusal> {
    let own = if tool_tokens {
        token::tool_user(presented)
    } else {
        None
    };
    let user = match own {
        Some(user) => Some(user),
        None => token::owner(connection, presented)?,
    };
    let Some(user) = user else {
        return Ok(None);
    };
    let manager = user::is_manager(connection, &user)?;
    Ok(Some(Caller { user, manager }))
}
