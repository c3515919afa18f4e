//! Who may speak to the bridge: pages of this computer only.
//!
//! A page from the network can send requests to 127.0.0.1 too. Its `Origin` gives it away, and
//! where a name was made to point here, the `Host` does.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Port of the development server of the interface.
const DEVELOPMENT_PORT: u16 = 5173;

/// Origins of the development server.
pub(crate) fn development_origins() -> [HeaderValue; 2] {
    [
        HeaderValue::from_static("http://localhost:5173"),
        HeaderValue::from_static("http://127.0.0.1:5173"),
    ]
}

/// Refuses requests that do not come from this computer's own pages.
pub(crate) async fn only_this_computer(
    State(port): State<u16>,
    request: Request,
    next: Next,
) -> Response {
    if is_from_here(request.headers(), port) {
        return next.run(request).await;
    }
    let text = "The bridge answers only to pages of this computer.\n";
    (StatusCode::FORBIDDEN, text).into_response()
}

fn is_from_here(headers: &HeaderMap, port: u16) -> bool {
    let text = |name: HeaderName| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or("?").to_ascii_lowercase())
    };
    let host = text(header::HOST).is_some_and(|host| is_loopback(&host, &[port]));
    let origin = text(header::ORIGIN).is_none_or(|origin| {
        let ports = [port, DEVELOPMENT_PORT];
        let host = origin.strip_prefix("http://");
        host.is_some_and(|host| is_loopback(host, &ports))
    });
    host && origin
}

fn is_loopback(host: &str, ports: &[u16]) -> bool {
    host.rsplit_once(':').is_some_and(|(name, port)| {
        let name_is_ours = ["127.0.0.1", "localhost", "[::1]"].contains(&name);
        name_is_ours && port.parse().is_ok_and(|port: u16| ports.contains(&port))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(host: &'static str, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        is_from_here(&headers, 7480)
    }

    #[test]
    fn pages_of_this_computer_pass() {
        assert!(passes("127.0.0.1:7480", None));
        assert!(passes("localhost:7480", Some("http://localhost:7480")));
        assert!(passes("127.0.0.1:7480", Some("http://localhost:5173")));
    }

    #[test]
    fn a_name_that_was_made_to_point_here_is_refused() {
        assert!(!passes("evil.example:7480", None));
        assert!(!passes("127.0.0.1.evil.example:7480", None));
        assert!(!passes("127.0.0.1", None));
        assert!(!is_from_here(&HeaderMap::new(), 7480));
    }

    #[test]
    fn a_page_from_elsewhere_is_refused() {
        assert!(!passes("127.0.0.1:7480", Some("https://evil.example")));
        assert!(!passes("127.0.0.1:7480", Some("http://localhost:3000")));
        assert!(!passes("127.0.0.1:7480", Some("null")));
    }
}
