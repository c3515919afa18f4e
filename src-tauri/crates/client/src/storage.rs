//! The storage service of a cluster: files and folders.
//!
//! Places are `storage:` URIs. Writing at an offset may be repeated without harm, so the pieces of
//! a large file are sent again when a connection breaks.

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use protocol::{
    DiskUsage, FileStatus, FileStatusLine, Listing, PlatformUri, Query, Removed, Scheme,
};
use reqwest::Method;
use url::Url;

use crate::error::{ClientError, Failure, if_found};
use crate::lines::ListDocument;
use crate::transport::{Request, Transport, accepts_lines, network};

/// The contents of a file, in pieces.
pub type ByteStream = BoxStream<'static, Result<Bytes, ClientError>>;

/// The storage of one cluster.
#[derive(Clone, Copy)]
pub struct Storage<'client> {
    pub(crate) transport: &'client Transport,
    base: &'client Url,
}

impl ListDocument<FileStatusLine> for Listing {
    fn into_items(self) -> Vec<FileStatusLine> {
        let wrap = |status| FileStatusLine { status };
        self.statuses.entries.into_iter().map(wrap).collect()
    }
}

impl<'client> Storage<'client> {
    pub(crate) fn new(transport: &'client Transport, base: &'client Url) -> Self {
        Self { transport, base }
    }

    /// What is at this place, if anything is.
    pub async fn stat(&self, place: &PlatformUri) -> Result<Option<FileStatus>, ClientError> {
        let request = self.request(Method::GET, place, "GETFILESTATUS")?;
        let found: Result<FileStatusLine, _> = self.transport.read(request).await;
        Ok(if_found(found)?.map(|line| line.status))
    }

    /// The entries of a folder; their `path` is the base name.
    pub async fn list(&self, folder: &PlatformUri) -> Result<Vec<FileStatus>, ClientError> {
        let request = self.request(Method::GET, folder, "LISTSTATUS")?;
        let lines = self
            .transport
            .list::<FileStatusLine, Listing>(request)
            .await?;
        Ok(lines.into_iter().map(|line| line.status).collect())
    }

    /// Makes a folder and its parents; it may exist already.
    pub async fn mkdir(&self, folder: &PlatformUri) -> Result<(), ClientError> {
        let request = self.request(Method::PUT, folder, "MKDIRS")?;
        // Making it twice does no harm.
        self.transport
            .patiently(|| async { self.transport.send(&request).await.map(drop) })
            .await
    }

    /// Writes a whole file, in place of what was there.
    pub async fn create(
        &self,
        file: &PlatformUri,
        content: impl Into<Bytes>,
    ) -> Result<(), ClientError> {
        let mut request = self.request(Method::PUT, file, "CREATE")?;
        request.body = content.into();
        self.transport
            .patiently(|| async { self.transport.send(&request).await.map(drop) })
            .await
    }

    /// Writes a piece of an existing file at an offset.
    pub async fn write(
        &self,
        file: &PlatformUri,
        offset: u64,
        piece: impl Into<Bytes>,
    ) -> Result<(), ClientError> {
        let piece = piece.into();
        if piece.is_empty() {
            return Ok(());
        }
        let last = offset + piece.len() as u64 - 1;
        let mut request = self
            .request(Method::PATCH, file, "WRITE")?
            .header("content-type", "application/octet-stream")
            .header("content-range", format!("bytes {offset}-{last}/*"));
        request.body = piece;
        self.transport
            .patiently(|| async { self.transport.send(&request).await.map(drop) })
            .await
    }

    /// Reads a file from an offset to its end.
    pub async fn open(&self, file: &PlatformUri, offset: u64) -> Result<ByteStream, ClientError> {
        // Offsets count the bytes of the file, not those of a compressed answer.
        let mut request = self
            .request(Method::GET, file, "OPEN")?
            .header("accept-encoding", "identity");
        if offset > 0 {
            request = request.header("range", format!("bytes={offset}-"));
        }
        let response = self
            .transport
            .patiently(|| async { self.transport.send(&request).await })
            .await?;
        if offset > 0 && !starts_at(&response, offset) {
            return Err(request.failed(Failure::Unreadable {
                reason: format!("asked from byte {offset}, it answers with another part"),
            }));
        }
        let pieces = response.bytes_stream();
        Ok(pieces
            .map(move |piece| piece.map_err(|error| request.failed(network(&error))))
            .boxed())
    }

    /// Removes a file, or a folder with all it holds; answers what was removed.
    pub async fn delete(
        &self,
        place: &PlatformUri,
        recursive: bool,
    ) -> Result<Vec<Removed>, ClientError> {
        let mut request = self.request(Method::DELETE, place, "DELETE")?;
        let recursive = if recursive { "true" } else { "false" };
        request
            .url
            .query_pairs_mut()
            .append_pair("recursive", recursive);
        self.transport.change_lines(accepts_lines(request)).await
    }

    /// Moves or renames within the same cluster.
    pub async fn rename(&self, from: &PlatformUri, to: &PlatformUri) -> Result<(), ClientError> {
        let mut request = self.request(Method::POST, from, "RENAME")?;
        let destination: String = to.segments().map(|part| format!("/{part}")).collect();
        request
            .url
            .query_pairs_mut()
            .append_pair("destination", &destination);
        self.transport.command(request).await
    }

    /// How full the storage is.
    pub async fn usage(&self, place: &PlatformUri) -> Result<DiskUsage, ClientError> {
        let request = self.request(Method::GET, place, "GETDISKUSAGE")?;
        self.transport.read(request).await
    }

    fn request(
        &self,
        method: Method,
        place: &PlatformUri,
        operation: &str,
    ) -> Result<Request, ClientError> {
        let mut url = self.base.clone();
        let path = format!("{}{}", url.path().trim_end_matches('/'), place.path());
        url.set_path(&path);
        let mut query = Query::new();
        query.push("op", operation);
        let request = Request::new(method, url).query(&query);
        if place.scheme() == Scheme::Storage {
            return Ok(request);
        }
        Err(request.failed(Failure::Senseless {
            reason: format!("{place} is no place in the storage"),
        }))
    }
}

fn starts_at(response: &reqwest::Response, offset: u64) -> bool {
    let range = response.headers().get("content-range");
    let range = range
        .and_then(|range| range.to_str().ok())
        .unwrap_or_default();
    response.status() == 206 && range.starts_with(&format!("bytes {offset}-"))
}
