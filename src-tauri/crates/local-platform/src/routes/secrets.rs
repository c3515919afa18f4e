//! The secrets service.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::{Action, NewSecret, Query, Scheme, Secret};
use zeroize::Zeroizing;

use crate::auth::Caller;
use crate::place::ORG;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::secret_store::{self, SecretName};
use crate::store::know_project;

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/secrets", get(list).post(put))
        .route("/secrets/{key}", get(show).delete(remove))
}

fn resource(name: &SecretName) -> Result<Resource, Refusal> {
    let place = (name.org.as_str(), name.project.as_str());
    Ok(Resource::in_project(Scheme::Secret, place, &name.key)?)
}

/// The secret that a path and its query name.
fn named(key: String, query: Option<String>) -> Result<SecretName, Refusal> {
    let query = Query::parse(&query.unwrap_or_default());
    let project = query.get("project_name");
    Ok(SecretName {
        org: query.get("org_name").unwrap_or(ORG).to_owned(),
        project: project
            .ok_or_else(|| Refusal::bad_request("the query lacks `project_name`"))?
            .to_owned(),
        key,
    })
}

fn missing(name: &SecretName) -> Refusal {
    let SecretName { project, key, .. } = name;
    let text = format!("there is no secret {key} in the project {project}");
    Refusal::new(StatusCode::NOT_FOUND, text)
}

/// Names only; those that the caller may not list are left out.
async fn list(
    State(platform): Shared,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Vec<Secret>>, Refusal> {
    let query = Query::parse(&query.unwrap_or_default());
    let org = query.get("org_name").unwrap_or(ORG).to_owned();
    let project = query.get("project_name").map(str::to_owned);
    let mut names = platform
        .store
        .read(move |connection| secret_store::list(connection, &org, project.as_deref()))
        .await?;
    let access = platform.access(&caller).await?;
    names.retain(|name| resource(name).is_ok_and(|secret| access.may(&Action::List, &secret)));
    Ok(Json(secret_store::shown(&names)))
}

async fn put(
    State(platform): Shared,
    caller: Caller,
    body: axum::body::Bytes,
) -> Result<(StatusCode, Json<Secret>), Refusal> {
    // What is wrong is told without the text: it may hold the value.
    let new: NewSecret = serde_json::from_slice(&body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Refusal::bad_request(format!(
            "the secret could not be read ({place}): it needs `key`, `value`, `project_name`, `org_name`"
        ))
    })?;
    if let Some(bad) = secret_store::bad_key(&new.key) {
        return Err(Refusal::bad_request(bad));
    }
    let value = STANDARD
        .decode(&new.value)
        .map_err(|_| Refusal::bad_request("`value` must be base64"))?;
    let value = Zeroizing::new(value);
    if value.len() > secret_store::LARGEST {
        return Err(Refusal::bad_request(format!(
            "the value has {} bytes; a secret has at most {}",
            value.len(),
            secret_store::LARGEST
        )));
    }
    let name = SecretName {
        org: new.org_name.unwrap_or_else(|| ORG.to_owned()),
        project: new.project_name,
        key: new.key,
    };
    platform
        .permit_resource(&caller, Action::Write, resource(&name)?)
        .await?;
    let key = platform.secrets.sealing(&platform.store).await?;
    let place = platform.secrets.place();
    let write = move |connection: &rusqlite::Connection| {
        know_project(connection, &name.project)?;
        secret_store::put(connection, &name, &value, (place, &key))
    };
    let kept = platform.store.write(write).await?;
    Ok((StatusCode::CREATED, Json(kept)))
}

async fn show(
    State(platform): Shared,
    caller: Caller,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Secret>, Refusal> {
    let name = named(key, query)?;
    platform
        .permit_resource(&caller, Action::Read, resource(&name)?)
        .await?;
    let value = platform.secret_value(&name).await?;
    let value = value.ok_or_else(|| missing(&name))?;
    let mut shown = secret_store::shown(std::slice::from_ref(&name));
    let mut secret = shown.remove(0);
    secret.value = Some(STANDARD.encode(&*value));
    Ok(Json(secret))
}

async fn remove(
    State(platform): Shared,
    caller: Caller,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, Refusal> {
    let name = named(key, query)?;
    platform
        .permit_resource(&caller, Action::Write, resource(&name)?)
        .await?;
    let removed = name.clone();
    let removed: bool = platform
        .store
        .write(move |connection| secret_store::remove(connection, &removed))
        .await?;
    if removed {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(missing(&name))
    }
}
