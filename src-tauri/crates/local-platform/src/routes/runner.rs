//! `GET /runner`: how jobs run here. The protocol of the cloud has no such route.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use protocol::LocalRunner;

use crate::auth::Caller;
use crate::platform::{Platform, Shared};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new().route("/runner", get(show))
}

async fn show(State(platform): Shared, _: Caller) -> Json<LocalRunner> {
    let engine = platform.engine_for_jobs().await;
    Json(LocalRunner {
        uses_images: platform.runners.uses_images(&engine),
        description: platform.runners.description(&engine),
    })
}
