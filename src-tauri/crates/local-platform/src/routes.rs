//! All routes, by service.

mod config;
mod guard;
mod job_stream;
mod jobs;
mod registry;
mod storage;
mod storage_file;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, Uri};

use crate::flow;
use crate::platform::Platform;
use crate::refusal::Refusal;

/// Largest JSON body. Files of the storage are streamed and have no limit.
const BODY_LIMIT: usize = 32 << 20;

/// The whole platform as one router.
pub(crate) fn all(platform: Arc<Platform>) -> Router {
    let api = Router::new()
        .merge(config::routes())
        .nest("/jobs", jobs::routes().merge(job_stream::routes()))
        .merge(storage::routes())
        .nest("/flow", flow::routes())
        .merge(users::routes());
    Router::new()
        .nest("/api/v1", api)
        .merge(registry::routes())
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(axum::middleware::from_fn(guard::refuse_strangers))
        .with_state(platform)
}

async fn unknown(method: Method, uri: Uri) -> Refusal {
    let path = uri.path();
    Refusal::new(
        StatusCode::NOT_FOUND,
        format!("the local platform has nothing at {method} {path}"),
    )
}
