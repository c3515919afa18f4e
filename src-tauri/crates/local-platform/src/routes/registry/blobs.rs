//! Contents: whether they are here, and reading them whole or in part.

use std::io::SeekFrom;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use protocol::Action;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::refused::Refused;
use super::{Asked, CONTENT_DIGEST, set};
use crate::byte_range::ByteRange;
use crate::registry::{Digest, RegistryError, RepositoryName};

/// Size of the pieces a content is sent in.
const PIECE: usize = 256 * 1024;

pub(super) async fn get(
    asked: &Asked,
    method: &Method,
    name: RepositoryName,
    digest: Digest,
) -> Result<Response, Refused> {
    asked.permit(Action::Read, &name).await?;
    let images = &asked.platform.images;
    let found = images.blob(&name, &digest).await?;
    let size = found.ok_or_else(|| RegistryError::BlobUnknown {
        digest: digest.clone(),
    })?;
    let part = asked
        .header(&header::RANGE)
        .and_then(|text| ByteRange::read(text, size).transpose())
        .transpose();
    let Ok(part) = part else {
        let refused = Refused::from(RegistryError::OutOfOrder { written: size });
        return Err(refused.with(header::CONTENT_RANGE, &format!("bytes */{size}")));
    };
    let whole = ByteRange {
        start: 0,
        length: size,
    };
    let range = part.unwrap_or(whole);
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        let path = images.blob_path(&digest);
        let mut file = File::open(path).await.map_err(RegistryError::from)?;
        let sought = file.seek(SeekFrom::Start(range.start)).await;
        sought.map_err(RegistryError::from)?;
        Body::from_stream(ReaderStream::with_capacity(file.take(range.length), PIECE))
    };
    let mut response = body.into_response();
    set(
        &mut response,
        header::CONTENT_TYPE,
        "application/octet-stream",
    );
    set(
        &mut response,
        header::CONTENT_LENGTH,
        &range.length.to_string(),
    );
    set(&mut response, header::ACCEPT_RANGES, "bytes");
    set(&mut response, header::ETAG, &format!("\"{digest}\""));
    set(&mut response, CONTENT_DIGEST, &digest.to_string());
    if part.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        set(
            &mut response,
            header::CONTENT_RANGE,
            &range.content_range(size),
        );
    }
    Ok(response)
}
