//! All routes, by service.

mod attach;
mod buckets;
mod config;
mod disks;
mod exec;
mod guard;
mod html;
mod job_changes;
mod job_http;
mod job_socket;
mod job_stream;
mod jobs;
mod oauth;
mod port_forward;
mod registry;
mod runner;
mod save;
mod secrets;
mod service_accounts;
mod storage;
mod storage_file;
mod storage_removal;
mod top;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::flow;
use crate::platform::Platform;
use crate::refusal::Refusal;

pub(crate) use jobs::end_job;

/// Largest JSON body. Files of the storage are streamed and have no limit.
const BODY_LIMIT: usize = 32 << 20;

/// The whole platform as one router.
pub(crate) fn all(platform: Arc<Platform>) -> Router {
    let api = Router::new()
        .merge(config::routes())
        .merge(runner::routes())
        .nest("/jobs", job_routes())
        .merge(storage::routes())
        .nest("/flow", flow::routes())
        .merge(secrets::routes())
        .merge(disks::routes())
        .merge(buckets::routes())
        .merge(service_accounts::routes())
        .merge(users::routes());
    Router::new()
        .nest("/api/v1", api)
        .merge(oauth::routes())
        .merge(registry::routes())
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(axum::middleware::from_fn(finish_what_was_begun))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&platform),
            guard::refuse_strangers,
        ))
        .with_state(platform)
}

fn job_routes() -> Router<Arc<Platform>> {
    jobs::routes()
        .merge(job_changes::routes())
        .merge(job_stream::routes())
        .merge(attach::routes())
        .merge(exec::routes())
        .merge(port_forward::routes())
        .merge(save::routes())
        .merge(top::routes())
}

/// Carries a request that changes something to its end even if the client hangs up meanwhile:
/// otherwise a job could be on record and never start, or be called cancelled and go on.
async fn finish_what_was_begun(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "a request failed");
            let text = "the local platform failed on this request; its log says more";
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
        }
    }
}

async fn unknown(method: Method, uri: Uri) -> Refusal {
    let path = uri.path();
    Refusal::new(
        StatusCode::NOT_FOUND,
        format!("the local platform has nothing at {method} {path}"),
    )
}
