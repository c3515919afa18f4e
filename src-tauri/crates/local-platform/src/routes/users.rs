//! Users and permissions: everybody on this computer may do everything with their own place.

use std::sync::Arc;

use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use protocol::{Action, Grant, Permission, Subroles};

use crate::auth::Caller;
use crate::place::{CLUSTER, ORG};
use crate::platform::Platform;

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/users/{user}/permissions", get(permissions))
        .route("/users/{user}/permissions/shared", get(shared))
        .route("/users/{user}/subroles", get(subroles))
}

async fn permissions(_: Caller, Path(_): Path<String>) -> Json<Vec<Permission>> {
    let schemes = ["storage", "job", "image", "flow"];
    let all = schemes.map(|scheme| Permission {
        uri: format!("{scheme}://{CLUSTER}/{ORG}"),
        action: Action::Manage,
    });
    Json(all.into())
}

async fn shared(_: Caller, Path(_): Path<String>) -> Json<Vec<Grant>> {
    Json(Vec::new())
}

async fn subroles(_: Caller, Path(_): Path<String>) -> Json<Subroles> {
    Json(Subroles::default())
}
