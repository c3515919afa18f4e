//! Login in a browser: a page on which a person shows a token of this platform, and the exchange of
//! the code that the page gives to the tool.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderName};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use protocol::Query;
use rusqlite::Connection;
use serde::Serialize;

use super::config::CLIENT_ID;
use super::html::escaped;
use crate::login::{LoginError, LoginRequest};
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::token::{self, Login};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/oauth/authorize", get(ask).post(answer))
        .route("/oauth/token", post(exchange))
        .route("/oauth/code", get(show_code))
        .route("/oauth/logout", get(logged_out))
}

/// Pages load nothing, are framed by nobody and stay in no cache.
const SAFE: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self' http://127.0.0.1:* http://localhost:*",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

fn page(status: StatusCode, title: &str, inner: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;\
         max-width:34rem;margin:12vh auto;padding:0 1rem}}input,button{{font:inherit;padding:.5rem;\
         width:100%;box-sizing:border-box;margin:.25rem 0}}.wrong{{color:#c0392b}}\
         code{{overflow-wrap:anywhere}}</style><h1>{title}</h1>{inner}</html>"
    );
    (status, SAFE, Html(html)).into_response()
}

fn headless(platform: &Platform) -> String {
    format!("{}/oauth/code", platform.origin)
}

/// The page that asks for a token.
async fn ask(State(platform): Shared, RawQuery(query): RawQuery) -> Response {
    let query = Query::parse(&query.unwrap_or_default());
    match LoginRequest::read(&query, &headless(&platform)) {
        Ok(_) => form(&query, ""),
        Err(error) => refused(&error),
    }
}

fn refused(error: &LoginError) -> Response {
    let text = format!("<p class=\"wrong\">{}.</p>", escaped(&error.to_string()));
    page(StatusCode::BAD_REQUEST, "This login cannot work", &text)
}

fn form(query: &Query, wrong: &str) -> Response {
    use std::fmt::Write as _;
    let mut inner = format!(
        "<p>A program on this computer wants to use the local platform in your name. \
         Paste your token to let it.</p>{wrong}<form method=\"post\" action=\"/oauth/authorize\">"
    );
    for (name, value) in query.pairs().iter().filter(|(name, _)| name != "token") {
        write!(
            inner,
            "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
            escaped(name),
            escaped(value)
        )
        .expect("writing to a string cannot fail");
    }
    inner.push_str(
        "<label>Token<input type=\"password\" name=\"token\" autocomplete=\"off\" required autofocus>\
         </label><button>Log in</button></form><p>No token? Whoever runs the platform makes one with \
         <code>bakehouse user add NAME</code>.</p>",
    );
    let status = if wrong.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNAUTHORIZED
    };
    page(status, "Log in to Bakehouse", &inner)
}

/// Sends the person back to the program with a code.
async fn answer(State(platform): Shared, body: Bytes) -> Result<Response, Refusal> {
    let query = Query::parse(&String::from_utf8_lossy(&body));
    let request = match LoginRequest::read(&query, &headless(&platform)) {
        Ok(request) => request,
        Err(error) => return Ok(refused(&error)),
    };
    let shown = query.get("token").unwrap_or_default().trim();
    let Some(caller) = platform.caller_of(shown)? else {
        let wrong = "<p class=\"wrong\">This platform does not know that token.</p>";
        return Ok(form(&query, wrong));
    };
    let mut back = Query::new();
    back.push_some("state", request.state.clone());
    let target = format!("{}/", request.redirect.trim_end_matches('/'));
    let target = if request.redirect == headless(&platform) {
        request.redirect.clone()
    } else {
        target
    };
    back.push("code", platform.logins.give(&caller.user, request));
    let target = format!("{target}?{back}");
    Ok((StatusCode::SEE_OTHER, SAFE, [(header::LOCATION, target)]).into_response())
}

/// The page for tools without a browser of their own: the person carries the code.
async fn show_code(RawQuery(query): RawQuery) -> Response {
    let query = Query::parse(&query.unwrap_or_default());
    let code = escaped(query.get("code").unwrap_or_default());
    let inner = format!(
        "<p>Copy this code to the program that waits for it. It works once, for five minutes.</p>\
         <p><code>{code}</code></p>"
    );
    page(StatusCode::OK, "Your code", &inner)
}

async fn logged_out() -> Response {
    let inner = "<p>The program has forgotten its token. You can close this page.</p>";
    page(StatusCode::OK, "Logged out", inner)
}

/// What a tool gets for a code or a refresh token.
#[derive(Serialize)]
struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

/// A refusal in the words of OAuth, whose `error` is a fixed word; ours is a sentence, because the
/// tools show it.
fn invalid(error: &LoginError) -> Refusal {
    Refusal::bad_request(error.to_string())
}

async fn exchange(State(platform): Shared, body: Bytes) -> Result<Json<Tokens>, Refusal> {
    let query = Query::parse(&String::from_utf8_lossy(&body));
    let need = |name| {
        let value = query.get(name).map(str::to_owned);
        value.ok_or_else(|| invalid(&LoginError::Missing { name }))
    };
    if need("client_id")? != CLIENT_ID {
        return Err(Refusal::bad_request(format!(
            "the only `client_id` here is {CLIENT_ID}"
        )));
    }
    match need("grant_type")?.as_str() {
        "authorization_code" => {
            let (code, verifier) = (need("code")?, need("code_verifier")?);
            let user = platform
                .logins
                .take(&code, &verifier, &need("redirect_uri")?)
                .map_err(|error| invalid(&error))?;
            let begin = move |connection: &Connection| token::begin_login(connection, &user);
            let login: Login = platform.store.write(begin).await?;
            Ok(Json(tokens(login)))
        }
        "refresh_token" => {
            let shown = need("refresh_token")?;
            let renew = move |connection: &Connection| token::renew_login(connection, &shown);
            let login: Option<Login> = platform.store.write(renew).await?;
            let login = login.ok_or_else(|| {
                Refusal::bad_request("the refresh token is not known any more; log in again")
            })?;
            Ok(Json(tokens(login)))
        }
        other => Err(Refusal::bad_request(format!(
            "`grant_type` is `{other}`; it can be authorization_code or refresh_token"
        ))),
    }
}

fn tokens(login: Login) -> Tokens {
    Tokens {
        access_token: login.access,
        token_type: "Bearer",
        expires_in: token::LIFE_OF_LOGIN.as_secs(),
        refresh_token: login.refresh,
    }
}
