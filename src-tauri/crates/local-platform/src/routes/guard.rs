//! Refuses what a web page could have sent: requests for another host name (DNS rebinding) and
//! requests that name a foreign page as their origin.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::refusal::Refusal;

/// Lets a request through if it is for this computer and from it.
pub(super) async fn refuse_strangers(request: Request, next: Next) -> Response {
    if let Some(text) = strange(&request) {
        return Refusal::new(StatusCode::FORBIDDEN, text).into_response();
    }
    next.run(request).await
}

/// What is strange about a request, if something is.
fn strange(request: &Request) -> Option<&'static str> {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let host = header(header::HOST).or_else(|| request.uri().authority().map(|it| it.as_str()));
    if host.is_some_and(|host| !is_loopback(host)) {
        return Some("this platform answers only under 127.0.0.1 and localhost");
    }
    if header(header::ORIGIN).is_some_and(|origin| !is_own_origin(origin)) {
        return Some("this platform does not answer to web pages of other origins");
    }
    None
}

fn is_own_origin(origin: &str) -> bool {
    origin
        .split_once("://")
        .is_some_and(|(_, host)| is_loopback(host))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_computer_are_let_in() {
        for good in ["127.0.0.1:7471", "localhost", "[::1]:80", "localhost:1"] {
            assert!(is_loopback(good), "{good}");
        }
        for bad in [
            "evil.example:7471",
            "127.0.0.1.evil.example",
            "",
            "localhost:x",
        ] {
            assert!(!is_loopback(bad), "{bad}");
        }
        assert!(is_own_origin("http://localhost:5173"));
        assert!(!is_own_origin("https://evil.example"));
        assert!(!is_own_origin("null"));
    }
}
