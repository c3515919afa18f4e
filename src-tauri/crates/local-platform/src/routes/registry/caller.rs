//! Who is calling; engines answer a refusal with a password only if it says how to send it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::Refused;
use crate::auth::Caller;
use crate::platform::Platform;

/// An authenticated user of the registry.
pub(super) struct RegistryCaller(pub(super) Caller);

impl FromRequestParts<Arc<Platform>> for RegistryCaller {
    type Rejection = Refused;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, Refused> {
        Ok(Self(Caller::from_request_parts(parts, platform).await?))
    }
}
