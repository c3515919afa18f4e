//! Opening a WebSocket of the platform: token, certificates, patience, and what a refusal says.

use std::sync::Arc;
use std::time::Duration;

use protocol::ErrorBody;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config,
    connect_async_tls_with_config,
};
use url::Url;

use crate::error::{Call, ClientError, Failure};
use crate::token::Token;
use crate::transport::{Transport, retry_after};
use crate::tunnel;

/// A connection that is open.
pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Connects to an address with `http` or `https` at its beginning.
pub(crate) async fn connect(transport: &Transport, url: &Url) -> Result<Socket, ClientError> {
    match timeout(CONNECT_LIMIT, handshake(transport, url)).await {
        Ok(answer) => answer.map_err(|failure| failed(url, failure)),
        Err(_) => Err(failed(
            url,
            Failure::Unreachable {
                reason: "no answer in time".to_owned(),
            },
        )),
    }
}

/// The error of a call to this address.
pub(crate) fn failed(url: &Url, failure: Failure) -> ClientError {
    ClientError {
        call: Call {
            method: "WS",
            address: url.to_string(),
        },
        failure,
    }
}

async fn handshake(transport: &Transport, url: &Url) -> Result<Socket, Failure> {
    let senseless = |reason: String| Failure::Senseless { reason };
    let mut address = url.clone();
    let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
    address
        .set_scheme(scheme)
        .map_err(|()| senseless(format!("`{url}` is no address of a WebSocket")))?;
    let request = address
        .as_str()
        .into_client_request()
        .map_err(|error| senseless(error.to_string()))?;
    let token = transport.token().await?;
    match open(transport, url, (request.clone(), &token)).await {
        Err(Failure::Refused { status: 401, .. }) if transport.renewed(&token).await => {
            let token = transport.token().await?;
            open(transport, url, (request, &token)).await
        }
        answer => answer,
    }
}

async fn open(
    transport: &Transport,
    url: &Url,
    (mut request, token): (Request, &Token),
) -> Result<Socket, Failure> {
    let senseless = |reason: &str| Failure::Senseless {
        reason: reason.to_owned(),
    };
    let bearer = HeaderValue::from_str(&token.bearer())
        .map_err(|_| senseless("the token has letters that cannot be sent"))?;
    request.headers_mut().insert("authorization", bearer);
    let connector = match url.scheme() {
        "https" => Some(Connector::Rustls(Arc::clone(&transport.wires.tls))),
        _ => None,
    };
    let connected = match transport.wires.tunnel(url) {
        Some(through) => {
            let stream = tunnel::open(&through, url).await?;
            client_async_tls_with_config(request, stream, None, connector).await
        }
        None => connect_async_tls_with_config(request, None, true, connector).await,
    };
    connected.map(|(socket, _)| socket).map_err(refused)
}

/// A refused handshake tells its reason in a header, because its body is not read.
fn refused(error: Error) -> Failure {
    match error {
        Error::Http(answer) => {
            let said = answer.headers().get("x-error");
            let said = said.and_then(|said| said.to_str().ok()).unwrap_or_default();
            Failure::Refused {
                status: answer.status().as_u16(),
                body: Box::new(ErrorBody::read(said)),
                retry_after: retry_after(answer.headers()),
            }
        }
        other => Failure::Unreachable {
            reason: other.to_string(),
        },
    }
}
