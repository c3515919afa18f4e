//! The disks service.

use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use protocol::{Action, Disk, NewDisk, Query, Scheme};
use rusqlite::Connection;

use crate::auth::Caller;
use crate::permission::{self, Access};
use crate::place::ORG;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::store::{know_project, run_blocking};
use crate::{disk_folder, disk_store, submission};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/disk", get(list).post(create))
        .route("/disk/{disk}", get(show).delete(remove))
}

/// True if the disk may be used so: by its id, by its name, or because it is the caller's own.
fn may(access: &Access, caller: &Caller, action: &Action, disk: &Disk) -> bool {
    disk.owner == caller.user
        || disk_store::resources(disk)
            .iter()
            .any(|resource| access.may(action, resource))
}

async fn list(
    State(platform): Shared,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Vec<Disk>>, Refusal> {
    let query = Query::parse(&query.unwrap_or_default());
    let org = query.get("org_name").unwrap_or(ORG).to_owned();
    let project = query.get("project_name").map(str::to_owned);
    let mut disks: Vec<Disk> = platform
        .store
        .read(move |connection| disk_store::list(connection, &org, project.as_deref()))
        .await?;
    let access = platform.access(&caller).await?;
    disks.retain(|disk| may(&access, &caller, &Action::Read, disk));
    Ok(Json(disk_folder::measure(&platform, disks).await))
}

async fn create(
    State(platform): Shared,
    caller: Caller,
    body: axum::body::Bytes,
) -> Result<(StatusCode, Json<Disk>), Refusal> {
    let new: NewDisk = serde_json::from_slice(&body)
        .map_err(|error| Refusal::bad_request(format!("the disk could not be read: {error}")))?;
    check(&new)?;
    let org = new.org_name.clone().unwrap_or_else(|| ORG.to_owned());
    let place = Resource::in_project(Scheme::Disk, (&org, &new.project_name), "")?;
    platform
        .permit_resource(&caller, Action::Write, place)
        .await?;
    let disk = Disk {
        id: format!("disk-{}", uuid::Uuid::new_v4()),
        storage: new.storage,
        owner: caller.user,
        status: "Ready".to_owned(),
        name: new.name,
        org_name: Some(org),
        project_name: Some(new.project_name),
        created_at: Timestamp::now(),
        last_usage: None,
        life_span: new.life_span,
        used_bytes: Some(0),
    };
    make_folder(&platform, &disk.id).await?;
    let made = disk.clone();
    let written = platform.store.write(move |connection| {
        know_project(connection, made.project_name.as_deref().unwrap_or_default())?;
        disk_store::insert(connection, &made)
    });
    if let Err(refused) = written.await {
        disk_folder::remove(&platform, &disk.id).await?;
        return Err(refused);
    }
    Ok((StatusCode::CREATED, Json(disk)))
}

fn check(new: &NewDisk) -> Result<(), Refusal> {
    submission::place_name("project_name", &new.project_name)?;
    if let Some(name) = &new.name {
        submission::given_name("disk", name)?;
    }
    if new.storage == 0 {
        return Err(Refusal::bad_request("`storage` must be above 0"));
    }
    match new.life_span {
        Some(span) if span <= 0.0 => Err(Refusal::bad_request("`life_span` must be above 0")),
        _ => Ok(()),
    }
}

async fn make_folder(platform: &Arc<Platform>, id: &str) -> Result<(), Refusal> {
    let folder = platform.disk_folder(id);
    let made = run_blocking(move || {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(folder)
    });
    made.await.map_err(|error| {
        let text = format!("the folder of the disk could not be made: {error}");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, text)
    })
}

/// The disk that a path and its query name, for somebody who may do this with it.
async fn permitted(
    platform: &Platform,
    caller: &Caller,
    action: Action,
    (id, query): (String, Option<String>),
) -> Result<Disk, Refusal> {
    let query = Query::parse(&query.unwrap_or_default());
    let org = query.get("org_name").unwrap_or(ORG).to_owned();
    let project = query
        .get("project_name")
        .ok_or_else(|| Refusal::bad_request("the query lacks `project_name`"))?
        .to_owned();
    let resource = Resource::in_project(Scheme::Disk, (&org, &project), &id)?;
    let caller = caller.clone();
    let read = move |connection: &Connection| {
        permission::allow(connection, &caller, &action, &resource)?;
        let found = disk_store::find(connection, (&org, &project), &id)?;
        found.ok_or_else(|| {
            let text = format!("there is no disk {id} in the project {project}");
            Refusal::new(StatusCode::NOT_FOUND, text)
        })
    };
    platform.store.read(read).await
}

async fn show(
    State(platform): Shared,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Disk>, Refusal> {
    let disk = permitted(&platform, &caller, Action::Read, (id, query)).await?;
    let mut measured = disk_folder::measure(&platform, vec![disk]).await;
    Ok(Json(measured.remove(0)))
}

async fn remove(
    State(platform): Shared,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, Refusal> {
    let disk = permitted(&platform, &caller, Action::Write, (id, query)).await?;
    let id = disk.id.clone();
    platform
        .store
        .write(move |connection| disk_store::remove(connection, &disk))
        .await?;
    disk_folder::remove(&platform, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
