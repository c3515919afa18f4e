//! The key of something that must not be done twice, however often it arrives.

use axum::http::HeaderMap;

use crate::refusal::Refusal;

/// The key of a request. The tools send none.
pub(crate) fn of(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match key.to_str() {
        Ok(key) if (1..=256).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Refusal::bad_request(
            "`Idempotency-Key` must be 1 to 256 letters",
        )),
    }
}
