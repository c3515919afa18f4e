//! What a running job uses, once a second.

use std::sync::Arc;

use axum::Router;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use futures_util::StreamExt as _;
use protocol::Action;

use super::job_socket::{Deaf, bounded, running, talk};
use crate::auth::Caller;
use crate::job_usage;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new().route("/{job}/top", get(top))
}

async fn top(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refusal> {
    let job = running(&platform, &caller, job, Action::Read).await?;
    let readings = job_usage::readings(&platform, &job).await;
    let readings = readings.map_err(|reason| {
        let text = format!("what job '{}' uses cannot be read: {reason}", job.id);
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, text)
    })?;
    let closing = platform.closing.clone();
    Ok(bounded(upgrade).on_upgrade(async move |socket| {
        let lines = readings.map(|usage| Message::text(usage.json().to_string()));
        talk(socket, closing, lines, &mut Deaf).await;
    }))
}
