//! A way through a proxy for what is not plain HTTP: the method CONNECT.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::error::Failure;
use crate::network::Tunnel;

/// No proxy has more to say before the tunnel is open.
const LONGEST_ANSWER: usize = 16 * 1024;

/// Opens the tunnel to the host of an address.
pub(crate) async fn open(tunnel: &Tunnel, url: &Url) -> Result<TcpStream, Failure> {
    let away = |reason: String| Failure::Unreachable {
        reason: format!("the proxy {}:{}: {reason}", tunnel.host, tunnel.port),
    };
    let broken = |error: std::io::Error| away(error.to_string());
    let address = (tunnel.host.as_str(), tunnel.port);
    let mut stream = TcpStream::connect(address).await.map_err(broken)?;
    let (host, port) = (
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or(443),
    );
    let mut asked = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
    if let Some(authorization) = &tunnel.authorization {
        asked.push_str(&format!("Proxy-Authorization: {authorization}\r\n"));
    }
    asked.push_str("\r\n");
    stream.write_all(asked.as_bytes()).await.map_err(broken)?;
    let mut answer = Vec::new();
    // Byte by byte, so that nothing of what comes through the tunnel is taken away.
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() == LONGEST_ANSWER {
            return Err(away("its answer has no end".to_owned()));
        }
        answer.push(stream.read_u8().await.map_err(broken)?);
    }
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split_whitespace().nth(1).unwrap_or_default();
    match status {
        "200" => Ok(stream),
        "407" => Err(away("it wants a name and a password".to_owned())),
        _ => Err(away(format!(
            "it refused with {}",
            answer.lines().next().unwrap_or_default()
        ))),
    }
}
