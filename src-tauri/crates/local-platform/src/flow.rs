//! The flow API: one file per kind of object, each with its queries and its routes.

mod attempts;
mod bake_images;
mod bakes;
mod body;
mod cache_entries;
mod config_files;
mod flows;
mod kept;
mod live_jobs;
mod parent;
mod tasks;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::platform::Platform;

pub(crate) use parent::permit_bake;

pub(crate) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/ping", get(async || "Pong"))
        .nest("/projects", flows::routes())
        .nest("/live_jobs", live_jobs::routes())
        .nest("/bakes", bakes::routes())
        .nest("/attempts", attempts::routes())
        .nest("/tasks", tasks::routes())
        .nest("/config_files", config_files::routes())
        .nest("/cache_entries", cache_entries::routes())
        .nest("/bake_images", bake_images::routes())
}

/// A new id: the prefix and a random UUID.
fn new_id(prefix: &str) -> String {
    format!("{prefix}-{}", uuid::Uuid::new_v4())
}
