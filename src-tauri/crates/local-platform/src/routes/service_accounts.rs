//! The service accounts service.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use protocol::PassedConfig;
use rusqlite::Connection;
use serde::Serialize;

use crate::auth::Caller;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::service_account::{self, NewServiceAccount, ServiceAccount};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/service_accounts", get(list).post(create))
        .route("/service_accounts/{account}", get(show).delete(remove))
}

/// An account with its token, as it is shown once.
#[derive(Serialize)]
struct Created {
    #[serde(flatten)]
    account: ServiceAccount,
    /// A whole configuration for the tools, with the token in it.
    token: String,
}

async fn list(
    State(platform): Shared,
    caller: Caller,
) -> Result<Json<Vec<ServiceAccount>>, Refusal> {
    let read = move |connection: &Connection| service_account::list(connection, &caller);
    Ok(Json(platform.store.read(read).await?))
}

async fn create(
    State(platform): Shared,
    caller: Caller,
    body: Bytes,
) -> Result<(StatusCode, Json<Created>), Refusal> {
    let new: NewServiceAccount = serde_json::from_slice(&body).map_err(|error| {
        Refusal::bad_request(format!("the service account could not be read: {error}"))
    })?;
    let write = move |connection: &Connection| service_account::add(connection, &caller.user, new);
    let (account, token) = platform.store.write(write).await?;
    let config = PassedConfig {
        token,
        cluster: account.default_cluster.clone(),
        url: format!("{}/api/v1", platform.origin),
        org_name: account.default_org.clone(),
        project_name: Some(account.default_project.clone()),
    };
    let token = config.encode();
    Ok((StatusCode::CREATED, Json(Created { account, token })))
}

fn found(
    connection: &Connection,
    caller: &Caller,
    id_or_name: &str,
) -> Result<ServiceAccount, Refusal> {
    let found = service_account::find(connection, caller, id_or_name)?;
    found.ok_or_else(|| {
        let text = format!("there is no service account {id_or_name}");
        Refusal::new(StatusCode::NOT_FOUND, text)
    })
}

async fn show(
    State(platform): Shared,
    caller: Caller,
    Path(account): Path<String>,
) -> Result<Json<ServiceAccount>, Refusal> {
    let read = move |connection: &Connection| found(connection, &caller, &account);
    Ok(Json(platform.store.read(read).await?))
}

async fn remove(
    State(platform): Shared,
    caller: Caller,
    Path(account): Path<String>,
) -> Result<StatusCode, Refusal> {
    let write = move |connection: &Connection| {
        let account = found(connection, &caller, &account)?;
        service_account::remove(connection, &account)?;
        Ok::<_, Refusal>(StatusCode::NO_CONTENT)
    };
    platform.store.write(write).await
}
