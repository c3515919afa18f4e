//! The buckets service, of which there is none: bucket data lies with a provider in the cloud, so
//! every request is answered with what to use instead.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;

use crate::auth::Caller;
use crate::platform::Platform;
use crate::refusal::Refusal;

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/buckets", any(none))
        .route("/buckets/", any(none))
        .route("/buckets/{*rest}", any(none))
}

async fn none(_: Caller) -> Refusal {
    Refusal::new(
        StatusCode::NOT_IMPLEMENTED,
        "this platform has no buckets; use storage: instead of blob:, for example \
         apolo cp FILE storage:FILE",
    )
}
