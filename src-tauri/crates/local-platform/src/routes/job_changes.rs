//! `GET jobs/{id}/changed`: a job as soon as it is other than its asker knows. The tools have no
//! such call; our own executor has, so that nobody needs to ask again and again.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use axum::routing::get;
use axum::{Json, Router};
use protocol::{Job, Query};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::jobs::found;
use crate::auth::Caller;
use crate::platform::{Platform, PlatformEvent, Shared};
use crate::refusal::Refusal;

/// How long an answer may take: less than clients wait for one.
const LONGEST: Duration = Duration::from_secs(25);

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new().route("/{job}/changed", get(changed))
}

/// Waits until the job has had more than `known` statuses or has ended.
async fn changed(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Job>, Refusal> {
    let query = Query::parse(&query.unwrap_or_default());
    let known = query.get("known").and_then(|text| text.parse().ok());
    let known: usize = known.ok_or_else(|| {
        Refusal::bad_request("`known` must say how many statuses of the job are known")
    })?;
    // Listening before looking, so that nothing happens in between.
    let mut events = platform.events.subscribe();
    let mut job = found(&platform, &caller, job).await?;
    let until = tokio::time::sleep(LONGEST);
    tokio::pin!(until);
    while job.statuses.len() <= known && !job.status.is_finished() {
        tokio::select! {
            () = &mut until => break,
            () = platform.closing.cancelled() => break,
            () = told_of(&mut events, &job.id) => job = found(&platform, &caller, job.id).await?,
        }
    }
    Ok(Json(job))
}

/// Waits for an event of the job, or for more events than could be kept.
async fn told_of(events: &mut Receiver<PlatformEvent>, job: &str) {
    loop {
        match events.recv().await {
            Ok(PlatformEvent::JobChanged { id, .. }) if id == job => return,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
