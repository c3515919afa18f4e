//! Putting an image that holds nothing into the registry of a platform.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::tools::api::Api;

const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const PATIENCE: Duration = Duration::from_secs(30);

/// Puts an image without contents under a reference of the form `image:NAME[:TAG]`.
pub(super) fn put(api: &Api, place: &str, reference: &str) -> Result<()> {
    let rest = reference
        .strip_prefix("image:")
        .context("an image of the platform")?;
    let (name, tag) = rest.split_once(':').unwrap_or((rest, "latest"));
    let config =
        br#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"#;
    let digest = format!("sha256:{}", hex::encode(Sha256::digest(config)));
    let repository = format!("/v2/{place}/{name}");
    let blob = format!("{repository}/blobs/uploads/?digest={digest}");
    send(api, ("POST", &blob), (CONFIG_TYPE, config))?;
    let manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": MANIFEST_TYPE, "layers": [],
        "config": {"mediaType": CONFIG_TYPE, "digest": digest, "size": config.len()},
    });
    let manifest = manifest.to_string();
    let path = format!("{repository}/manifests/{tag}");
    send(api, ("PUT", &path), (MANIFEST_TYPE, manifest.as_bytes()))
}

fn send(api: &Api, (method, path): (&str, &str), (kind, body): (&str, &[u8])) -> Result<()> {
    let rest = api.url.strip_prefix("http://").context("a plain address")?;
    let host = rest.split('/').next().unwrap_or(rest);
    let mut socket = TcpStream::connect(host)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    write!(
        socket,
        "{method} {path} HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        api.token,
        body.len()
    )?;
    socket.write_all(body)?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split_whitespace().nth(1).unwrap_or_default();
    if !status.starts_with('2') {
        bail!("{method} {path}: {answer}");
    }
    Ok(())
}
