//! The image registry under `/v2`, as container engines and the tools speak to it.

mod address;
mod blobs;
mod caller;
mod lists;
mod manifests;
mod refused;
mod uploads;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use protocol::{Action, Query};
use serde_json::json;

use crate::auth::Caller;
use crate::platform::{Platform, Shared};
use crate::registry::{RegistryError, RepositoryName};
use address::Address;
use caller::RegistryCaller;
use refused::Refused;

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/v2", get(version))
        .route("/v2/", get(version))
        .route("/v2/{*address}", any(answer))
}

/// A request to the registry, whose sender is known.
struct Asked {
    platform: Arc<Platform>,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
}

impl Asked {
    /// Refuses unless the sender may do this with a repository.
    async fn permit(&self, action: Action, name: &RepositoryName) -> Result<(), Refused> {
        let permitted = self
            .platform
            .permit_resource(&self.caller, action, name.resource());
        Ok(permitted.await?)
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

async fn version(RegistryCaller(_): RegistryCaller) -> Response {
    with_version(Json(json!({})).into_response())
}

async fn answer(
    State(platform): Shared,
    Path(address): Path<String>,
    RegistryCaller(caller): RegistryCaller,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let asked = Asked {
        platform,
        caller,
        query: Query::parse(parts.uri.query().unwrap_or_default()),
        headers: parts.headers,
    };
    let method = parts.method;
    with_version(match dispatch((&method, &address), &asked, body).await {
        Ok(response) => response,
        Err(refused) => refused.into_response(),
    })
}

async fn dispatch(
    (method, address): (&Method, &str),
    asked: &Asked,
    body: Body,
) -> Result<Response, Refused> {
    use Address::{Blob, Catalog, Manifest, Tags, Upload, Uploads};
    let address: Address = address.parse()?;
    match (method.as_str(), address) {
        ("GET" | "HEAD", Catalog) => lists::catalog(asked).await,
        ("GET" | "HEAD", Tags(name)) => lists::tags(asked, name).await,
        ("GET" | "HEAD", Manifest(image)) => manifests::get(asked, image).await,
        ("PUT", Manifest(image)) => manifests::put(asked, image, body).await,
        ("DELETE", Manifest(image)) => manifests::delete(asked, image).await,
        ("GET" | "HEAD", Blob(name, digest)) => blobs::get(asked, method, name, digest).await,
        ("POST", Uploads(name)) => uploads::begin(asked, name, body).await,
        ("GET" | "HEAD", Upload(name, id)) => uploads::status(asked, name, &id).await,
        ("PATCH", Upload(name, id)) => uploads::append(asked, name, &id, body).await,
        ("PUT", Upload(name, id)) => uploads::finish(asked, name, &id, body).await,
        ("DELETE", Upload(name, id)) => uploads::cancel(asked, name, &id).await,
        _ => Err(RegistryError::Unsupported {
            what: "this method at this address",
        }
        .into()),
    }
}

/// Engines ask for this header before they take us for a registry.
fn with_version(mut response: Response) -> Response {
    response.headers_mut().insert(
        HeaderName::from_static("docker-distribution-api-version"),
        HeaderValue::from_static("registry/2.0"),
    );
    response
}

/// Sets a header whose value we have made ourselves.
fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
