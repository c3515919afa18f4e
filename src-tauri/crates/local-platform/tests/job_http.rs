//! The web pages of jobs: under their own host names, with keys, and nothing else there.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::extract::ws::{Message as Frame, WebSocketUpgrade};
use axum::response::Redirect;
use axum::routing::{any, get};
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::{Job, JobStatus};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::desk::Desk;

/// What listens on the port of a job. Jobs share the network of this computer, so the test itself
/// may be the server.
async fn server() -> u16 {
    let routes = axum::Router::new()
        .route("/echo", any(echo))
        .route("/ws", any(echo_socket))
        .route("/away", get(async || Redirect::to("/echo")))
        .route("/endless", get(endless))
        .fallback(async || "the job's own page");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    port
}

/// Says what came: the request line, each header, and the body.
async fn echo(request: Request) -> String {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 << 20).await.unwrap();
    let mut text = format!("{} {}\n", parts.method, parts.uri);
    for (name, value) in &parts.headers {
        text.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
    }
    format!("{text}\n{} bytes", body.len())
}

async fn echo_socket(upgrade: WebSocketUpgrade) -> axum::response::Response {
    upgrade.on_upgrade(async |mut socket| {
        while let Some(Ok(frame)) = socket.next().await {
            if matches!(frame, Frame::Text(_) | Frame::Binary(_)) {
                socket.send(frame).await.unwrap();
            }
        }
    })
}

async fn endless() -> Body {
    let ticks = futures_util::stream::unfold((), async |()| {
        tokio::time::sleep(Duration::from_millis(10)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b"tick\n")), ()))
    });
    Body::from_stream(ticks)
}

/// A running job with this port.
async fn job(desk: &Desk, port: u16, requires_auth: bool) -> Job {
    let http = json!({"port": port, "requires_auth": requires_auth});
    let job = desk.submit("sleep 60", json!({"http": http})).await;
    desk.started(&job.id).await
}

fn client() -> Client {
    // The first one makes encryption known, which clients insist on.
    let _ = crate::desk::client();
    Client::builder().redirect(Policy::none()).build().unwrap()
}

fn port_of(desk: &Desk) -> u16 {
    let url = desk.running.url();
    let (_, rest) = url.rsplit_once(':').unwrap();
    rest.split('/').next().unwrap().parse().unwrap()
}

/// A request under a host name, whatever this computer's resolver says about it.
fn visit(desk: &Desk, method: Method, name: &str, path: &str) -> RequestBuilder {
    let port = port_of(desk);
    client()
        .request(method, format!("http://127.0.0.1:{port}{path}"))
        .header("host", format!("{name}.localhost:{port}"))
}

async fn get_page(desk: &Desk, name: &str, path: &str) -> (StatusCode, String) {
    answered(visit(desk, Method::GET, name, path).send().await.unwrap()).await
}

async fn answered(response: Response) -> (StatusCode, String) {
    (response.status(), response.text().await.unwrap())
}

/// The key in the address of a job.
fn key(job: &Job) -> String {
    let url = job.http_url.as_deref().unwrap();
    url.split_once("/?bakehouse-key=").unwrap().1.to_owned()
}

#[tokio::test]
async fn a_job_with_a_port_is_reached_under_its_own_name() {
    let desk = Desk::new().await;
    let job = job(&desk, server().await, false).await;
    let port = port_of(&desk);
    let url = format!("http://{}.localhost:{port}", job.id);
    assert_eq!(job.http_url.as_deref(), Some(&url[..]));
    assert_eq!(job.http_url_named, None);
    let (status, page) = get_page(&desk, &job.id, "/any/where").await;
    assert_eq!((status, &page[..]), (StatusCode::OK, "the job's own page"));
    let sent = visit(&desk, Method::PUT, &job.id, "/echo?a=%20b&c")
        .header("x-forwarded-for", "6.6.6.6")
        .header("te", "trailers")
        .body(vec![7; 5 << 20])
        .send()
        .await
        .unwrap();
    let (_, echo) = answered(sent).await;
    for line in [
        "PUT /echo?a=%20b&c\n",
        &format!("host: {}.localhost:{port}\n", job.id),
        &format!("x-forwarded-host: {}.localhost:{port}\n", job.id),
        "x-forwarded-for: 127.0.0.1\n",
        "x-forwarded-proto: http\n",
        &format!("x-forwarded-port: {port}\n"),
        "\n5242880 bytes",
    ] {
        assert!(echo.contains(line), "{line:?} is not in {echo}");
    }
    assert!(!echo.contains("te: "), "{echo}");
    let away = visit(&desk, Method::GET, &job.id, "/away")
        .send()
        .await
        .unwrap();
    assert_eq!(away.headers()["location"], "/echo");
}

#[tokio::test]
async fn a_named_job_has_a_second_address_that_leads_to_the_newest_one() {
    let desk = Desk::new().await;
    let http = json!({"port": server().await, "requires_auth": false});
    let first = desk
        .submit("true", json!({"http": http, "name": "my-page"}))
        .await;
    desk.finished(&first.id).await;
    let second = desk
        .submit("sleep 60", json!({"http": http, "name": "my-page"}))
        .await;
    let second = desk.started(&second.id).await;
    let named = protocol::named_host("my-page", Some("bakehouse"), "proj");
    let url = format!("http://{named}.localhost:{}", port_of(&desk));
    assert_eq!(second.http_url_named.as_deref(), Some(&url[..]));
    let (status, page) = get_page(&desk, &named, "/").await;
    assert_eq!((status, &page[..]), (StatusCode::OK, "the job's own page"));
    let elsewhere = protocol::named_host("my-page", Some("bakehouse"), "other");
    assert_eq!(
        get_page(&desk, &elsewhere, "/").await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_key_is_exchanged_for_a_cookie_and_neither_reaches_the_job() {
    let desk = Desk::new().await;
    let job = job(&desk, server().await, true).await;
    let key = key(&job);
    let path = format!("/echo?a=1&bakehouse-key={key}&b=2");
    let visited = visit(&desk, Method::GET, &job.id, &path)
        .send()
        .await
        .unwrap();
    assert_eq!(visited.status(), StatusCode::SEE_OTHER);
    let location = format!(
        "http://{}.localhost:{}/echo?a=1&b=2",
        job.id,
        port_of(&desk)
    );
    assert_eq!(visited.headers()["location"], location);
    let cookie = visited.headers()["set-cookie"].to_str().unwrap().to_owned();
    let (pair, how) = cookie.split_once("; ").unwrap();
    assert_eq!(pair, format!("bakehouse-key={key}"));
    assert_eq!(how, "Path=/; HttpOnly; SameSite=Lax");
    let with_cookie = visit(&desk, Method::GET, &job.id, "/echo")
        .header("cookie", format!("own=1; {pair}"))
        .header("authorization", "Basic dTpw")
        .header("referer", format!("http://{}.localhost/?{pair}", job.id));
    let (status, echo) = answered(with_cookie.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(echo.contains("cookie: own=1\n") && echo.contains("authorization: Basic dTpw\n"));
    assert!(!echo.contains(&key), "{echo}");
    let posted = visit(&desk, Method::POST, &job.id, &path)
        .send()
        .await
        .unwrap();
    let (status, echo) = answered(posted).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        echo.starts_with("POST /echo?a=1&b=2\n") && !echo.contains(&key),
        "{echo}"
    );
}

#[tokio::test]
async fn without_the_key_of_the_job_nobody_sees_its_page() {
    let desk = Desk::new().await;
    let port = server().await;
    let (one, other) = (job(&desk, port, true).await, job(&desk, port, true).await);
    let (status, page) = get_page(&desk, &one.id, "/").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(
        page.contains("A key is needed") && !page.contains("<script"),
        "{page}"
    );
    let path = format!("/?bakehouse-key={}", key(&other));
    let (status, page) = get_page(&desk, &one.id, &path).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(page.contains("The key is wrong"), "{page}");
    let cookie = format!("bakehouse-key={}", key(&other));
    let with_cookie = visit(&desk, Method::GET, &one.id, "/").header("cookie", cookie);
    let refused = with_cookie.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_of_the_platform_opens_the_page_and_stays_here() {
    let desk = Desk::new().await;
    let job = job(&desk, server().await, true).await;
    let with = |token: &str| visit(&desk, Method::GET, &job.id, "/echo").bearer_auth(token);
    let (status, echo) = answered(with(&desk.token).send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!echo.contains("authorization"), "{echo}");
    let refused = with("not-a-token").send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

/// A WebSocket to the host of a job.
async fn socket(
    desk: &Desk,
    name: &str,
    headers: &[(&'static str, String)],
) -> Result<tokio_tungstenite::WebSocketStream<TcpStream>, Error> {
    let port = port_of(desk);
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let url = format!("ws://{name}.localhost:{port}/ws");
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let (socket, _) = tokio_tungstenite::client_async(request, stream).await?;
    Ok(socket)
}

fn refused_with(answer: Result<tokio_tungstenite::WebSocketStream<TcpStream>, Error>) -> u16 {
    match answer {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("the handshake should be refused, not {other:?}"),
    }
}

#[tokio::test]
async fn sockets_go_through_for_pages_of_the_job_only() {
    let desk = Desk::new().await;
    let job = job(&desk, server().await, true).await;
    let cookie = ("cookie", format!("bakehouse-key={}", key(&job)));
    let own = format!("http://{}.localhost:{}", job.id, port_of(&desk));
    let origin = |text: &str| ("origin", text.to_owned());
    let headers = [cookie.clone(), origin(&own)];
    let mut talk = socket(&desk, &job.id, &headers).await.unwrap();
    for text in ["one", "two"] {
        talk.send(Message::text(text)).await.unwrap();
        assert_eq!(talk.next().await.unwrap().unwrap(), Message::text(text));
    }
    let large = Message::binary(vec![1; 3 << 20]);
    talk.send(large.clone()).await.unwrap();
    assert_eq!(talk.next().await.unwrap().unwrap(), large);
    let foreign = [
        "http://evil.example".to_owned(),
        "null".to_owned(),
        format!("http://{}.localhost", job.id),
        own.replace("http", "https"),
        format!("http://localhost:{}", port_of(&desk)),
    ];
    for page in &foreign {
        let answer = socket(&desk, &job.id, &[cookie.clone(), origin(page)]).await;
        assert_eq!(refused_with(answer), 403, "{page}");
    }
    assert_eq!(
        refused_with(socket(&desk, &job.id, &[origin(&own)]).await),
        401
    );
    desk.running.shutdown().await;
    let rest: Vec<_> = talk.collect().await;
    assert!(
        !rest
            .iter()
            .any(|frame| matches!(frame, Ok(Message::Text(_)))),
        "{rest:?}"
    );
}

#[tokio::test]
async fn pages_say_why_there_is_nothing_to_see() {
    let desk = Desk::new().await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let silent = job(&desk, port, false).await;
    let (status, page) = get_page(&desk, &silent.id, "/").await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert!(page.contains("nothing listens on port") && page.contains("http-equiv=\"refresh\""));
    let own = job(&desk, port_of(&desk), false).await;
    let (status, page) = get_page(&desk, &own.id, "/api/v1/config").await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert!(page.contains("own port"), "{page}");
    let ended = desk
        .submit(
            "exit 4",
            json!({"http": {"port": port, "requires_auth": false}}),
        )
        .await;
    desk.finished(&ended.id).await;
    let (status, page) = get_page(&desk, &ended.id, "/").await;
    assert_eq!(status, StatusCode::GONE);
    assert!(page.contains("is failed, with exit code 4"), "{page}");
    let plain = desk.submit("sleep 60", Value::Null).await;
    let plain = desk.started(&plain.id).await;
    assert_eq!(plain.http_url, None);
    let (status, page) = get_page(&desk, &plain.id, "/").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(page.contains("started without a port"), "{page}");
    let unknown = "job-00000000-0000-4000-8000-000000000000";
    assert_eq!(get_page(&desk, unknown, "/").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_platform_itself_is_not_reachable_under_the_names_of_jobs_nor_under_foreign_ones() {
    let desk = Desk::new().await;
    let job = job(&desk, server().await, false).await;
    let (status, page) = get_page(&desk, &job.id, "/api/v1/config").await;
    assert_eq!((status, &page[..]), (StatusCode::OK, "the job's own page"));
    for name in [
        "evil",
        "job-1",
        &format!("x.{}", job.id),
        &format!("{}.localhost.evil", job.id),
    ] {
        let (status, _) = get_page(&desk, name, "/api/v1/config").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{name}");
    }
    let from_job = format!("http://{}.localhost:{}", job.id, port_of(&desk));
    let request = desk
        .request(Method::GET, "config")
        .header("origin", from_job);
    let refused = request.send().await.unwrap();
    assert_eq!(
        refused.status(),
        StatusCode::FORBIDDEN,
        "jobs' pages are foreign to the platform"
    );
}

#[tokio::test]
async fn an_answer_that_never_ends_is_passed_on_as_it_comes_and_ends_with_the_server() {
    let desk = Desk::new().await;
    let job = job(&desk, server().await, false).await;
    let mut answer = visit(&desk, Method::GET, &job.id, "/endless")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "tick\n");
    desk.running.shutdown().await;
    while let Ok(Some(_)) = answer.chunk().await {}
}

#[tokio::test]
async fn the_address_follows_the_server_to_its_next_port() {
    let desk = Desk::new().await;
    let before = job(&desk, server().await, true).await;
    let desk = desk.restart().await;
    let after = desk
        .until(&before.id, |job| job.status == JobStatus::Running)
        .await;
    let url = format!(
        "http://{}.localhost:{}/?bakehouse-key={}",
        before.id,
        port_of(&desk),
        key(&before)
    );
    assert_eq!(
        after.http_url,
        Some(url),
        "the key is the same, so that cookies stay good"
    );
}
