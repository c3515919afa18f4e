//! Carries a request to the port of a job and the answer back, streaming both ways; WebSockets and
//! other upgrades become plain tunnels.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use futures_util::StreamExt as _;
use hyper::client::conn::http1;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::page::Page;
use crate::platform::Platform;

/// How long a port of this computer may take to accept.
const PATIENCE: Duration = Duration::from_secs(5);

/// Headers about one connection, not about the request.
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Where a request goes.
pub(super) struct Target {
    /// What people call the job.
    pub(super) job: String,
    pub(super) port: u16,
    /// The host that was asked for, with its port.
    pub(super) host: String,
}

/// Carries one request.
pub(super) async fn forward(
    platform: &Arc<Platform>,
    target: Target,
    mut request: Request,
) -> Result<Response, Page> {
    let Target { job, port, host } = target;
    if port == platform.port() {
        return Err(Page::OwnPort { port });
    }
    let closing = platform.closing.clone();
    let stream = match tokio::time::timeout(PATIENCE, connect(port)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(_)) => return Err(Page::NothingListens { job, port }),
        Err(_) => return Err(Page::TooSlow { job, port }),
    };
    let broken = |error: hyper::Error| {
        tracing::debug!(%error, job, port, "the server of a job broke off");
        Page::BrokeOff {
            job: job.clone(),
            port,
        }
    };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let driven = closing
        .clone()
        .run_until_cancelled_owned(connection.with_upgrades());
    tokio::spawn(driven);
    let client_side = prepare(&mut request, &host);
    let mut response = sender.send_request(request).await.map_err(broken)?;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        let job_side = hyper::upgrade::on(&mut response);
        if let Some(client_side) = client_side {
            tokio::spawn(closing.run_until_cancelled_owned(tunnel(client_side, job_side)));
        }
        return Ok(response.map(|_| Body::empty()));
    }
    clean(response.headers_mut());
    rewrite_location(response.headers_mut(), port, &host);
    Ok(response.map(|body| until_closing(Body::new(body), closing)))
}

/// Servers listen on either of the two loopback addresses.
async fn connect(port: u16) -> io::Result<TcpStream> {
    let old = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let new = SocketAddr::from((Ipv6Addr::LOCALHOST, port));
    let stream = match TcpStream::connect(old).await {
        Ok(stream) => stream,
        Err(error) => TcpStream::connect(new).await.map_err(|_| error)?,
    };
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Makes a request one from us to the job. If it asks for another protocol, the client's side of
/// that comes back.
fn prepare(request: &mut Request, host: &str) -> Option<OnUpgrade> {
    let wanted = wanted_protocol(request.headers());
    let client_side = wanted.is_some().then(|| hyper::upgrade::on(&mut *request));
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = path.map_or_else(Uri::default, Uri::from);
    *request.version_mut() = axum::http::Version::HTTP_11;
    let headers = request.headers_mut();
    clean(headers);
    headers.remove(header::EXPECT);
    if let Some(protocol) = wanted {
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, protocol);
    }
    // The job is told the name it is visited under: addresses it makes of that lead back to us.
    let Ok(name) = HeaderValue::from_str(host) else {
        return client_side;
    };
    headers.insert(header::HOST, name.clone());
    headers.remove(header::FORWARDED);
    let port = host.rsplit_once(':').map_or("80", |(_, port)| port);
    for (header, value) in [
        ("x-forwarded-host", Some(name)),
        ("x-forwarded-proto", Some(HeaderValue::from_static("http"))),
        ("x-forwarded-port", HeaderValue::from_str(port).ok()),
        (
            "x-forwarded-for",
            Some(HeaderValue::from_static("127.0.0.1")),
        ),
    ] {
        headers.remove(header);
        if let Some(value) = value {
            headers.insert(header, value);
        }
    }
    client_side
}

/// The protocol a client wants to change to.
fn wanted_protocol(headers: &HeaderMap) -> Option<HeaderValue> {
    let upgrade = connection_words(headers).any(|word| word.eq_ignore_ascii_case("upgrade"));
    headers.get(header::UPGRADE).filter(|_| upgrade).cloned()
}

fn connection_words(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

/// Removes what is about one connection.
fn clean(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = connection_words(headers)
        .filter_map(|word| word.parse().ok())
        // These would be missed further on; no honest sender calls them so.
        .filter(|name| *name != header::HOST && *name != header::CONTENT_LENGTH)
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers.remove("proxy-connection");
}

/// A redirect to where the job listens is one to where it is visited.
fn rewrite_location(headers: &mut HeaderMap, port: u16, host: &str) {
    let Some(location) = headers.get(header::LOCATION) else {
        return;
    };
    let Some(uri) = location
        .to_str()
        .ok()
        .and_then(|text| text.parse::<Uri>().ok())
    else {
        return;
    };
    let here = matches!(
        uri.host(),
        Some("127.0.0.1" | "localhost" | "0.0.0.0" | "[::1]")
    );
    let its_port = uri.port_u16().unwrap_or(80) == port;
    if here && its_port && uri.scheme_str() == Some("http") {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        if let Ok(value) = HeaderValue::from_str(&format!("http://{host}{path}")) {
            headers.insert(header::LOCATION, value);
        }
    }
}

/// A body that ends when the server does: some never end by themselves.
fn until_closing(body: Body, closing: CancellationToken) -> Body {
    let chunks = body.into_data_stream();
    Body::from_stream(chunks.take_until(closing.cancelled_owned()))
}

async fn tunnel(client: OnUpgrade, job: OnUpgrade) {
    let (Ok(client), Ok(job)) = (client.await, job.await) else {
        return;
    };
    let (mut client, mut job) = (TokioIo::new(client), TokioIo::new(job));
    // However it ends, both sides are closed then.
    let _ = tokio::io::copy_bidirectional(&mut client, &mut job).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_the_connection_go_and_those_it_names() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "keep-alive, X-Odd"),
            ("connection", "host"),
            ("keep-alive", "5"),
            ("transfer-encoding", "chunked"),
            ("x-odd", "1"),
            ("x-even", "2"),
            ("host", "h"),
        ] {
            headers.append(name, value.parse().unwrap());
        }
        clean(&mut headers);
        let mut left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["host", "x-even"]);
    }

    #[test]
    fn redirects_to_the_port_of_the_job_lead_back_to_its_page() {
        let of = |location: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::LOCATION, location.parse().unwrap());
            rewrite_location(&mut headers, 8888, "job.localhost:7471");
            headers[header::LOCATION].to_str().unwrap().to_owned()
        };
        assert_eq!(
            of("http://127.0.0.1:8888/tree?a"),
            "http://job.localhost:7471/tree?a"
        );
        assert_eq!(of("http://localhost:8888"), "http://job.localhost:7471/");
        for other in [
            "/tree",
            "http://127.0.0.1:9/x",
            "https://example.org/",
            "tree",
        ] {
            assert_eq!(of(other), other);
        }
    }
}
