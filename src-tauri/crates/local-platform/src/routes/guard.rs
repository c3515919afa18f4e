//! Refuses what a web page could have sent: requests for another host name (DNS rebinding) and
//! requests that name a foreign page as their origin.

use axum::extract::{Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::job_http;
use crate::job_address::JobHost;
use crate::platform::Shared;
use crate::refusal::Refusal;

/// Lets a request through if it is for this computer and from it. What is for the host of a job
/// goes there, and nowhere else.
pub(super) async fn refuse_strangers(
    State(platform): Shared,
    request: Request,
    next: Next,
) -> Response {
    let host = asked_host(&request).map(str::to_owned);
    if let Some(host) = host
        && let Some(name) = JobHost::read(&host)
    {
        return job_http::answer(&platform, name, host, request).await;
    }
    if let Some(text) = strange(&request) {
        return Refusal::new(StatusCode::FORBIDDEN, text).into_response();
    }
    next.run(request).await
}

/// The host that a request is for.
fn asked_host(request: &Request) -> Option<&str> {
    text(request, header::HOST).or_else(|| request.uri().authority().map(|it| it.as_str()))
}

fn text(request: &Request, name: HeaderName) -> Option<&str> {
    let value = request.headers().get(name)?;
    value.to_str().ok()
}

/// What is strange about a request, if something is.
fn strange(request: &Request) -> Option<&'static str> {
    if asked_host(request).is_some_and(|host| !is_loopback(host)) {
        return Some("this platform answers only under 127.0.0.1 and localhost");
    }
    if text(request, header::ORIGIN).is_some_and(|origin| !is_own_origin(origin)) {
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
