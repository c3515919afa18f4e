//! Who may see the page of a job, and what of that the job itself gets to know: nothing.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, uri};
use axum::response::{IntoResponse as _, Response};
use protocol::{Action, Job};

use super::page::Page;
use crate::job_address::KEY;
use crate::platform::Platform;

/// Lets a request through, without the keys it brought, or says what to answer instead.
pub(super) async fn pass(
    platform: &Arc<Platform>,
    job: &Job,
    host: &str,
    request: &mut Request,
) -> Result<(), Box<Response>> {
    let secured = job
        .container
        .http
        .as_ref()
        .is_some_and(|http| http.requires_auth);
    let fits = |key: &[u8]| platform.job_keys.fits(&job.id, key);
    let in_query = query_key(request.uri()).map(str::to_owned);
    let by_cookie = take_cookie(request.headers_mut(), fits);
    let by_token = take_token(platform, job, request.headers_mut()).await?;
    if in_query.is_some() {
        *request.uri_mut() = without_key(request.uri());
    }
    if !secured {
        return Ok(());
    }
    match in_query {
        Some(key) if !fits(key.as_bytes()) => Err(Page::WrongKey.into()),
        Some(key) if is_visit(request) => Err(Box::new(redirect(host, request.uri(), &key))),
        Some(_) => Ok(()),
        None if by_cookie || by_token => Ok(()),
        None => Err(Page::NoKey.into()),
    }
}

/// True for what a browser asks when an address is opened in it.
fn is_visit(request: &Request) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
        && !request.headers().contains_key(header::UPGRADE)
}

/// To the same address without the key, which is in a cookie from then on.
fn redirect(host: &str, uri: &Uri, key: &str) -> Response {
    // With the host, because a path may begin with two slashes.
    let location = format!("http://{host}{}", path_and_query(uri));
    let cookie = format!("{KEY}={key}; Path=/; HttpOnly; SameSite=Lax");
    let headers = [
        (header::LOCATION, location),
        (header::SET_COOKIE, cookie),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (StatusCode::SEE_OTHER, headers, Body::empty()).into_response()
}

fn path_and_query(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}

fn is_key(pair: &str) -> bool {
    pair.split('=').next() == Some(KEY)
}

/// The key in a query.
fn query_key(uri: &Uri) -> Option<&str> {
    let mut pairs = uri.query()?.split('&');
    let pair = pairs.find(|pair| is_key(pair))?;
    Some(pair.split_once('=').map_or("", |(_, key)| key))
}

/// The same address without any key; what else is in the query stays as it is written.
fn without_key(address: &Uri) -> Uri {
    let kept: Vec<&str> = address
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !is_key(pair))
        .collect();
    let path = address.path();
    let text = if kept.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", kept.join("&"))
    };
    let path = uri::PathAndQuery::try_from(text)
        .expect("what remains when a part of a valid query is left out is valid");
    Uri::from(path)
}

/// Takes our cookie out; true if it held the key.
fn take_cookie(headers: &mut HeaderMap, fits: impl Fn(&[u8]) -> bool) -> bool {
    let mut known = false;
    let mut kept = Vec::new();
    for value in headers.get_all(header::COOKIE) {
        for pair in value.as_bytes().split(|byte| *byte == b';') {
            let pair = pair.trim_ascii();
            match pair.strip_prefix(KEY.as_bytes()) {
                Some([b'=', key @ ..]) => known |= fits(key),
                _ if pair.is_empty() => {}
                _ => kept.push(pair),
            }
        }
    }
    let kept = kept.join(&b"; "[..]);
    headers.remove(header::COOKIE);
    if !kept.is_empty() {
        let kept = HeaderValue::from_bytes(&kept).expect("parts of header values are valid");
        headers.insert(header::COOKIE, kept);
    }
    // The address we redirected from.
    if contains(headers.get(header::REFERER), KEY) {
        headers.remove(header::REFERER);
    }
    known
}

fn contains(value: Option<&HeaderValue>, word: &str) -> bool {
    value.is_some_and(|value| {
        value
            .as_bytes()
            .windows(word.len())
            .any(|part| part == word.as_bytes())
    })
}

/// Takes the platform's token out if there is one; true if its user may see the page. What else
/// authorizes is between the client and the job.
async fn take_token(
    platform: &Arc<Platform>,
    job: &Job,
    headers: &mut HeaderMap,
) -> Result<bool, Box<Response>> {
    let Some(token) = bearer(headers) else {
        return Ok(false);
    };
    let caller = platform.caller_of(&token);
    let Some(caller) = caller.map_err(|refused| Box::new(refused.into_response()))? else {
        return Ok(false);
    };
    headers.remove(header::AUTHORIZATION);
    let permitted = platform.permit_job(&caller, Action::Read, job).await;
    Ok(permitted.is_ok())
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cleaned(uri: &str) -> String {
        without_key(&uri.parse().unwrap()).to_string()
    }

    #[test]
    fn only_the_key_leaves_a_query() {
        assert_eq!(cleaned("/?bakehouse-key=k"), "/");
        assert_eq!(cleaned("/a?x=%2F&bakehouse-key=k&y"), "/a?x=%2F&y");
        assert_eq!(cleaned("/a?my-bakehouse-key=k"), "/a?my-bakehouse-key=k");
        assert_eq!(cleaned("http://job.localhost:1/a?bakehouse-key"), "/a");
    }

    #[test]
    fn only_our_cookie_is_taken() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; bakehouse-key=k;b=2".parse().unwrap());
        headers.append(
            header::COOKIE,
            "bakehouse-key=x; xbakehouse-key=3".parse().unwrap(),
        );
        assert!(take_cookie(&mut headers, |key| key == b"k"));
        assert_eq!(headers[header::COOKIE], "a=1; b=2; xbakehouse-key=3");
        headers.insert(header::COOKIE, "bakehouse-key=no".parse().unwrap());
        assert!(!take_cookie(&mut headers, |key| key == b"k"));
        assert!(!headers.contains_key(header::COOKIE));
    }

    proptest! {
        #[test]
        fn no_query_keeps_a_key(query in "[ -\"$-~]{0,60}") {
            let Ok(uri) = format!("/p?{query}&bakehouse-key=secret&{query}").parse::<Uri>() else {
                return Ok(());
            };
            let cleaned = without_key(&uri);
            prop_assert_eq!(query_key(&cleaned), None);
        }

        #[test]
        fn any_cookie_is_read(value in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                let mut headers = HeaderMap::new();
                headers.append(header::COOKIE, value);
                take_cookie(&mut headers, |_| false);
            }
        }
    }
}
