//! `GET /config` and the pings.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::routing::get;
use axum::{Json, Router};
use protocol::{Action, Cluster, OrgAccess, ProjectAccess, Scheme, ServerConfig};
use std::sync::Arc;

use crate::auth::{self, Caller};
use crate::permission::{self, Access};
use crate::place::{CLUSTER, DEFAULT_PROJECT, ORG};
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::store;

/// What tools call themselves at a login.
pub(super) const CLIENT_ID: &str = "bakehouse";

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/config", get(config))
        .route("/ping", get(async || "Pong"))
        .route("/secured-ping", get(async |_: Caller| "Secured Pong"))
}

/// Always an answer: a bad token is told by `authorized`. Without a token the clusters are listed
/// too if the tools may log in without one, because that is how they know.
async fn config(
    State(platform): Shared,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<ServerConfig>, Refusal> {
    let token = auth::presented(&headers, &uri).unwrap_or(None);
    let (sent, caller) = match token {
        Some(token) => (true, platform.caller_of(&token)?),
        None => (false, None),
    };
    let authorized = caller.is_some();
    let open = authorized || (!sent && platform.tool_tokens);
    // Without a token the tools will come as their own user, who manages everything.
    let caller = caller.or_else(|| open.then(Caller::of_tools));
    let projects = match &caller {
        Some(caller) => projects(&platform, caller).await?,
        None => Vec::new(),
    };
    let oauth = |path: &str| format!("{}/oauth/{path}", platform.origin);
    Ok(Json(ServerConfig {
        authorized,
        auth_url: oauth("authorize"),
        token_url: oauth("token"),
        logout_url: oauth("logout"),
        client_id: CLIENT_ID.to_owned(),
        audience: "bakehouse".to_owned(),
        headless_callback_url: oauth("code"),
        callback_urls: Vec::new(),
        success_redirect_url: None,
        admin_url: None,
        clusters: if open {
            vec![cluster(&platform)]
        } else {
            Vec::new()
        },
        projects,
        orgs: caller.iter().map(member).collect(),
    }))
}

fn member(caller: &Caller) -> OrgAccess {
    OrgAccess {
        name: ORG.to_owned(),
        role: if caller.manager { "manager" } else { "user" }.to_owned(),
    }
}

/// The projects in which the caller may see anything. The default project is always there: without
/// any project the tools do nothing at all, and could not say what is missing.
pub(super) async fn projects(
    platform: &Platform,
    caller: &Caller,
) -> Result<Vec<ProjectAccess>, Refusal> {
    let access = platform.access(caller).await?;
    let names: Vec<String> = platform.store.read(store::projects).await?;
    let seen = names.into_iter().filter_map(|name| {
        let most = most(&access, &name);
        let shown = most != Action::Deny || name == DEFAULT_PROJECT;
        shown.then(|| project(name, &most))
    });
    Ok(seen.collect())
}

/// The most that may be done with anything in a project.
fn most(access: &Access, project: &str) -> Action {
    let places = Scheme::ALL
        .into_iter()
        .filter_map(|scheme| Resource::in_project(scheme, (ORG, project), "").ok());
    places
        .map(|place| access.action(&place))
        .max_by_key(permission::rank)
        .unwrap_or(Action::Deny)
}

/// A project in the words of the platform.
pub(super) fn project(name: String, most: &Action) -> ProjectAccess {
    let role = match most {
        Action::Manage => "manager",
        Action::Write => "writer",
        _ => "reader",
    };
    ProjectAccess {
        name,
        cluster_name: CLUSTER.to_owned(),
        org_name: Some(ORG.to_owned()),
        role: role.to_owned(),
    }
}

fn cluster(platform: &Platform) -> Cluster {
    let service = |path: &str| format!("{}/api/v1{path}", platform.origin);
    Cluster {
        name: CLUSTER.to_owned(),
        orgs: vec![ORG.to_owned()],
        registry_url: platform.origin.clone(),
        storage_url: service("/storage"),
        users_url: service(""),
        monitoring_url: service("/jobs"),
        secrets_url: service("/secrets"),
        disks_url: service("/disk"),
        buckets_url: service("/buckets"),
        resource_pool_types: Vec::new(),
        resource_presets: platform.presets.clone(),
    }
}
