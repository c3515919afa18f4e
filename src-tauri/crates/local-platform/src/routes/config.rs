//! `GET /config` and the pings.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::routing::get;
use axum::{Json, Router};
use protocol::{Cluster, OrgAccess, ProjectAccess, ServerConfig};
use std::sync::Arc;

use crate::auth::{self, Caller};
use crate::place::{CLUSTER, ORG};
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::store;

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
    let (sent, user) = match token {
        Some(token) => (true, platform.caller_of(token).await?),
        None => (false, None),
    };
    let authorized = user.is_some();
    let open = authorized || (!sent && platform.tool_tokens);
    let names = if open {
        platform.store.read(store::projects).await?
    } else {
        Vec::new()
    };
    let oauth = |path: &str| format!("{}/oauth/{path}", platform.origin);
    Ok(Json(ServerConfig {
        authorized,
        auth_url: oauth("authorize"),
        token_url: oauth("token"),
        logout_url: oauth("logout"),
        client_id: "bakehouse".to_owned(),
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
        projects: names.into_iter().map(access).collect(),
        orgs: if open { vec![member()] } else { Vec::new() },
    }))
}

fn member() -> OrgAccess {
    OrgAccess {
        name: ORG.to_owned(),
        role: "manager".to_owned(),
    }
}

fn access(name: String) -> ProjectAccess {
    ProjectAccess {
        name,
        cluster_name: CLUSTER.to_owned(),
        org_name: Some(ORG.to_owned()),
        role: "manager".to_owned(),
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
