//! Uploads: in one request or in pieces, with breaks; and taking contents over from another
//! repository.

use axum::body::Body;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use protocol::Action;

use super::refused::Refused;
use super::{Asked, CONTENT_DIGEST, set};
use crate::registry::{Digest, RegistryError, RepositoryName, Upload};

const UPLOAD_ID: HeaderName = HeaderName::from_static("docker-upload-uuid");

/// Begins an upload, or does all of it if the digest is named at once.
pub(super) async fn begin(
    asked: &Asked,
    name: RepositoryName,
    body: Body,
) -> Result<Response, Refused> {
    asked.permit(Action::Write, &name).await?;
    if let Some(response) = mount(asked, &name).await? {
        return Ok(response);
    }
    let images = asked.platform.images.clone();
    let digest: Option<Digest> = asked.query.get("digest").map(str::parse).transpose()?;
    let mut upload = images.begin_upload(&name).await?;
    let Some(digest) = digest else {
        return Ok(under_way(StatusCode::ACCEPTED, &name, &upload));
    };
    upload.append(body.into_data_stream()).await?;
    images.finish_upload(upload, &name, digest.clone()).await?;
    Ok(created(&name, &digest))
}

/// Takes the content over from another repository, if the caller may read it there and it has it.
async fn mount(asked: &Asked, name: &RepositoryName) -> Result<Option<Response>, Refused> {
    let query = &asked.query;
    let (Some(digest), Some(from)) = (query.get("mount"), query.get("from")) else {
        return Ok(None);
    };
    let digest: Digest = digest.parse()?;
    // Whatever is wrong with the other repository: the content can still be uploaded.
    let Ok(from) = from.parse::<RepositoryName>() else {
        return Ok(None);
    };
    if asked.permit(Action::Read, &from).await.is_err() {
        return Ok(None);
    }
    let mounted = asked.platform.images.mount(&from, name, &digest).await?;
    Ok(mounted.then(|| created(name, &digest)))
}

pub(super) async fn status(
    asked: &Asked,
    name: RepositoryName,
    id: &str,
) -> Result<Response, Refused> {
    asked.permit(Action::Write, &name).await?;
    let upload = asked.platform.images.upload(&name, id).await?;
    Ok(under_way(StatusCode::NO_CONTENT, &name, &upload))
}

pub(super) async fn append(
    asked: &Asked,
    name: RepositoryName,
    id: &str,
    body: Body,
) -> Result<Response, Refused> {
    asked.permit(Action::Write, &name).await?;
    let mut upload = asked.platform.images.upload(&name, id).await?;
    in_order(asked, &name, &upload)?;
    receive(&mut upload, body).await?;
    Ok(under_way(StatusCode::ACCEPTED, &name, &upload))
}

pub(super) async fn finish(
    asked: &Asked,
    name: RepositoryName,
    id: &str,
    body: Body,
) -> Result<Response, Refused> {
    asked.permit(Action::Write, &name).await?;
    let digest: Digest = asked.query.get("digest").unwrap_or_default().parse()?;
    let images = asked.platform.images.clone();
    let mut upload = images.upload(&name, id).await?;
    in_order(asked, &name, &upload)?;
    receive(&mut upload, body).await?;
    images.finish_upload(upload, &name, digest.clone()).await?;
    Ok(created(&name, &digest))
}

pub(super) async fn cancel(
    asked: &Asked,
    name: RepositoryName,
    id: &str,
) -> Result<Response, Refused> {
    asked.permit(Action::Write, &name).await?;
    let images = &asked.platform.images;
    let upload = images.upload(&name, id).await?;
    images.cancel_upload(upload).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn receive(upload: &mut Upload, body: Body) -> Result<(), RegistryError> {
    upload.append(body.into_data_stream()).await
}

/// Pieces that say where they belong must come in order.
fn in_order(asked: &Asked, name: &RepositoryName, upload: &Upload) -> Result<(), Refused> {
    let Some(range) = asked.header(&header::CONTENT_RANGE) else {
        return Ok(());
    };
    if content_start(range) == Some(upload.written()) {
        return Ok(());
    }
    let refused = Refused::from(RegistryError::OutOfOrder {
        written: upload.written(),
    });
    Err(refused
        .with(header::LOCATION, &location(name, upload))
        .with(header::RANGE, &received(upload)))
}

/// Where a piece begins: the registry's protocol writes `0-99`, others `bytes 0-99/*`.
fn content_start(text: &str) -> Option<u64> {
    let text = text.strip_prefix("bytes").unwrap_or(text);
    let text = text.trim_start_matches(['=', ' ']);
    text.split_once('-')?.0.trim().parse().ok()
}

fn location(name: &RepositoryName, upload: &Upload) -> String {
    format!("/v2/{name}/blobs/uploads/{}", upload.id())
}

/// What was received; nothing is written as `0-0`, as others do.
fn received(upload: &Upload) -> String {
    format!("0-{}", upload.written().saturating_sub(1))
}

fn under_way(status: StatusCode, name: &RepositoryName, upload: &Upload) -> Response {
    let mut response = status.into_response();
    set(&mut response, header::LOCATION, &location(name, upload));
    set(&mut response, header::RANGE, &received(upload));
    set(&mut response, UPLOAD_ID, upload.id());
    response
}

fn created(name: &RepositoryName, digest: &Digest) -> Response {
    let mut response = StatusCode::CREATED.into_response();
    let location = format!("/v2/{name}/blobs/{digest}");
    set(&mut response, header::LOCATION, &location);
    set(&mut response, CONTENT_DIGEST, &digest.to_string());
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_piece_says_where_it_begins() {
        assert_eq!(content_start("0-9"), Some(0));
        assert_eq!(content_start("bytes 5-9/*"), Some(5));
        assert_eq!(content_start("bytes=5-9"), Some(5));
        assert_eq!(content_start("x"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = content_start(&text);
        }
    }
}
