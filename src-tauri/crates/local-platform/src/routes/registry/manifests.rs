//! Manifests: pushing, pulling and removing images.

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use protocol::Action;

use super::refused::Refused;
use super::{Asked, CONTENT_DIGEST, set};
use crate::registry::{ImageName, LARGEST_MANIFEST, Manifest, RegistryError};

pub(super) async fn get(asked: &Asked, image: ImageName) -> Result<Response, Refused> {
    asked.permit(Action::Read, &image.repository).await?;
    let found = asked.platform.images.manifest(&image).await?;
    let manifest = found.ok_or_else(|| unknown(&image))?;
    let digest = manifest.digest().to_string();
    let length = manifest.content.len().to_string();
    let mut response = manifest.content.into_response();
    set(&mut response, header::CONTENT_TYPE, &manifest.media_type);
    set(&mut response, header::CONTENT_LENGTH, &length);
    set(&mut response, header::ETAG, &format!("\"{digest}\""));
    set(&mut response, CONTENT_DIGEST, &digest);
    Ok(response)
}

pub(super) async fn put(asked: &Asked, image: ImageName, body: Body) -> Result<Response, Refused> {
    asked.permit(Action::Write, &image.repository).await?;
    let content_type = asked.header(&header::CONTENT_TYPE).map(str::to_owned);
    let content = whole(body).await?;
    let manifest = Manifest::pushed(content, content_type.as_deref())?;
    let digest = asked.platform.images.put_manifest(&image, manifest).await?;
    let mut response = StatusCode::CREATED.into_response();
    let location = format!("/v2/{}/manifests/{digest}", image.repository);
    set(&mut response, header::LOCATION, &location);
    set(&mut response, CONTENT_DIGEST, &digest.to_string());
    Ok(response)
}

async fn whole(body: Body) -> Result<Bytes, RegistryError> {
    axum::body::to_bytes(body, LARGEST_MANIFEST)
        .await
        .map_err(|error| RegistryError::ManifestInvalid {
            reason: format!("it is larger than {LARGEST_MANIFEST} bytes, or came in part: {error}"),
        })
}

pub(super) async fn delete(asked: &Asked, image: ImageName) -> Result<Response, Refused> {
    asked.permit(Action::Write, &image.repository).await?;
    if !asked.platform.images.remove(&image).await? {
        return Err(unknown(&image).into());
    }
    let images = asked.platform.images.clone();
    tokio::spawn(async move { images.sweep_now().await });
    Ok(StatusCode::ACCEPTED.into_response())
}

fn unknown(image: &ImageName) -> RegistryError {
    RegistryError::ManifestUnknown {
        name: image.to_string(),
    }
}
