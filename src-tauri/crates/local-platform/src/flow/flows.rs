//! Flows, which the wire calls projects.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use protocol::flow::{NewProject, Project};
use protocol::{Action, Scheme};
use rusqlite::{Connection, params};

use super::body::{Asked, Strict, run};
use super::kept::{self, Key};
use super::new_id;
use super::parent::{self, Parent, permit};
use crate::auth::Caller;
use crate::ndjson;
use crate::place::ORG;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::store::{docs, know_project, text};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/", get(list).post(create))
        .route("/by_name", get(by_name))
        .route("/{id}", get(kept::show::<Project>).delete(delete))
}

async fn list(
    State(platform): Shared,
    caller: Caller,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, Refusal> {
    let access = platform.access(&caller).await?;
    let mut flows: Vec<Project> = platform
        .store
        .read(|connection| docs(connection, "SELECT doc FROM flows ORDER BY rowid", []))
        .await?;
    flows.retain(|flow| parent::may(&access, &caller, &Action::Read, flow));
    let wanted = |key: &str, value: &str| asked.get(key).is_none_or(|wanted| wanted == value);
    flows.retain(|flow| {
        wanted("name", &flow.name)
            && wanted("cluster", &flow.cluster)
            && wanted("owner", &flow.owner)
            && wanted("project_name", &flow.project_name)
            && wanted("org_name", flow.org_name.as_deref().unwrap_or_default())
    });
    Ok(ndjson::list(&headers, &flows))
}

async fn create(
    State(platform): Shared,
    caller: Caller,
    Strict(new): Strict<NewProject>,
) -> Result<(StatusCode, Json<Project>), Refusal> {
    let project = new.project_name.as_ref().unwrap_or(&caller.user);
    let place = (new.org_name.as_deref().unwrap_or(ORG), project.as_str());
    let resource = Resource::in_project(Scheme::Flow, place, &new.name)?;
    platform
        .permit_resource(&caller, Action::Write, resource)
        .await?;
    let flow = Project {
        id: new_id("projects"),
        name: new.name,
        project_name: new.project_name.unwrap_or_else(|| caller.user.clone()),
        owner: caller.user,
        cluster: new.cluster,
        org_name: new.org_name,
    };
    let flow = platform
        .store
        .write(move |connection| insert(connection, flow))
        .await?;
    Ok((StatusCode::CREATED, Json(flow)))
}

fn insert(connection: &Connection, flow: Project) -> Result<Project, Refusal> {
    know_project(connection, &flow.project_name)?;
    let inserted = run(
        connection,
        "INSERT OR IGNORE INTO flows (id, name, owner, project_name, cluster, org_name, doc)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            flow.id,
            flow.name,
            flow.owner,
            flow.project_name,
            flow.cluster,
            flow.org_name,
            text(&flow)?
        ],
    )?;
    if inserted == 0 {
        return Err(Refusal::unique(
            "Project with such name, project_name, cluster, org_name already exists",
        ));
    }
    Ok(flow)
}

async fn by_name(
    State(platform): Shared,
    caller: Caller,
    asked: Asked,
) -> Result<Json<Project>, Refusal> {
    let (name, cluster) = (asked.need("name")?, asked.need("cluster")?);
    let project_name = asked.need("project_name")?;
    let owner = asked.get("owner");
    let org_name = asked.get("org_name").filter(|name| !name.is_empty());
    let by_name = "SELECT doc FROM flows WHERE name = ?1 AND cluster = ?2 AND project_name = ?3
         AND org_name IS ?4 AND owner = ifnull(?5, owner)";
    let keys: Vec<Key> = vec![
        Box::new(name),
        Box::new(cluster),
        Box::new(project_name),
        Box::new(org_name),
        Box::new(owner),
    ];
    kept::one(&platform, caller, by_name, keys).await
}

async fn delete(
    State(platform): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let deleted: usize = platform
        .store
        .write(move |connection| {
            permit(connection, &caller, &Action::Write, Parent::Flow(&id))?;
            let delete = "DELETE FROM flows WHERE id = ?1";
            run(connection, delete, params![id]).map_err(Refusal::from)
        })
        .await?;
    if deleted == 0 {
        Err(Refusal::not_found())
    } else {
        Ok(StatusCode::NO_CONTENT)
    }
}
