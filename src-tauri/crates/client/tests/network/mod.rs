//! What stands between a client and its platform: proxies, certificates, compression, tokens that
//! are not taken any more.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use client::{Client, Failure, ManualProxy, Network, Proxy, Token, TokenProvider};
use futures_util::future::BoxFuture;
use protocol::LogQuery;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::server::{LOG, Server};

/// A proxy that carries everything to one server, whatever host is asked for.
struct TestProxy {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl TestProxy {
    async fn before(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let target = server.api().trim_start_matches("http://").to_owned();
        let target = target.split('/').next().unwrap().to_owned();
        let kept = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(carry(stream, target.clone(), Arc::clone(&kept)));
            }
        });
        Self { port, heads }
    }

    fn network(&self, credentials: Option<(String, String)>) -> Network {
        Network {
            proxy: Proxy::Manual(ManualProxy {
                address: format!("http://127.0.0.1:{}", self.port),
                credentials,
                except: "direct.example".to_owned(),
            }),
            ..Network::default()
        }
    }
}

async fn carry(mut stream: TcpStream, target: String, heads: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    heads.lock().unwrap().push(text.clone());
    if !text
        .to_lowercase()
        .contains("proxy-authorization: basic yw5uomnydw1i")
    {
        let refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(refusal).await.ok();
        return;
    }
    let mut server = TcpStream::connect(target).await.unwrap();
    if text.starts_with("CONNECT") {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    } else {
        // The server wants a path where a proxy is told the whole address.
        let text = text.replacen("http://platform.example", "", 1);
        server.write_all(text.as_bytes()).await.unwrap();
    }
    tokio::io::copy_bidirectional(&mut stream, &mut server)
        .await
        .ok();
}

fn through(proxy: &TestProxy, credentials: Option<(String, String)>) -> Client {
    let token = Arc::new(Token::new("secret-token"));
    let api = "http://platform.example/api/v1";
    Client::over(api, token, &proxy.network(credentials)).unwrap()
}

fn ann() -> Option<(String, String)> {
    Some(("ann".to_owned(), "crumb".to_owned()))
}

#[tokio::test]
async fn calls_go_through_a_proxy_with_a_password() {
    let server = Server::start().await;
    let proxy = TestProxy::before(&server).await;
    let client = through(&proxy, ann());
    assert_eq!(client.jobs().get("job-1").await.unwrap().id, "job-1");
    let heads = proxy.heads.lock().unwrap().clone();
    assert!(
        heads[0].starts_with("GET http://platform.example/api/v1/jobs/job-1"),
        "{heads:?}"
    );
}

#[tokio::test]
async fn logs_go_through_the_same_proxy_by_a_tunnel() {
    let server = Server::start().await;
    let proxy = TestProxy::before(&server).await;
    // The server names its services by its own address; here they are reached through the proxy.
    let client = through(&proxy, ann());
    let services = client.cluster("local").await.unwrap();
    let log = services.logs("job-1", &LogQuery::default());
    assert_eq!(log.collect_bytes().await.unwrap(), LOG.as_bytes());
    let heads = proxy.heads.lock().unwrap().clone();
    assert!(
        heads
            .iter()
            .any(|head| head.starts_with("CONNECT 127.0.0.1:")),
        "{heads:?}"
    );
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_is_told_as_that() {
    let server = Server::start().await;
    let proxy = TestProxy::before(&server).await;
    let client = through(&proxy, None);
    let error = client.jobs().get("job-1").await.unwrap_err();
    assert_eq!(error.status(), Some(407), "{error}");
}

#[test]
fn a_file_without_certificates_is_refused_with_its_name() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let network = Network {
        authorities: Some(file.path().to_owned()),
        ..Network::default()
    };
    let token = Arc::new(Token::new("x"));
    let error = Client::over("https://a.example", token, &network).unwrap_err();
    let name = file
        .path()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    assert!(error.to_string().contains(&name), "{error}");
    assert!(matches!(error.failure, Failure::Senseless { .. }));
}

/// Gives an old token until it hears that it is not taken.
#[derive(Default)]
struct Renewing {
    renewals: AtomicU32,
}

impl TokenProvider for Renewing {
    fn token(&self) -> BoxFuture<'_, Result<Token, String>> {
        let fresh = self.renewals.load(Ordering::SeqCst) > 0;
        let token = if fresh { "secret-token" } else { "old" };
        Box::pin(async move { Ok(Token::new(token)) })
    }

    fn rejected<'a>(&'a self, token: &'a Token) -> BoxFuture<'a, bool> {
        let old = *token == Token::new("old");
        Box::pin(async move { old && self.renewals.fetch_add(1, Ordering::SeqCst) == 0 })
    }
}

#[tokio::test]
async fn a_call_whose_token_is_not_taken_is_sent_again_with_a_new_one() {
    let server = Server::start().await;
    let tokens = Arc::new(Renewing::default());
    let client = Client::new(&server.api(), tokens).unwrap();
    let submission = protocol::JobSubmission {
        image: "ubuntu".into(),
        ..protocol::JobSubmission::default()
    };
    assert_eq!(client.jobs().submit(&submission).await.unwrap().id, "job-1");
    assert_eq!(
        server.count("submit"),
        1,
        "the first was turned away unread"
    );
    let services = client.cluster("local").await.unwrap();
    let log = services.logs("job-1", &LogQuery::default());
    assert_eq!(log.collect_bytes().await.unwrap(), LOG.as_bytes());
}
