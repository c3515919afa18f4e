//! A small server with a certificate of its own: git through `git http-backend`, files, a proxy.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What the server serves and what it was asked.
#[derive(Default)]
pub(crate) struct Shop {
    /// The folder with repositories.
    pub(crate) repositories: PathBuf,
    /// Files by path.
    pub(crate) files: Mutex<BTreeMap<String, Vec<u8>>>,
    /// `user:password`, encoded, that has to be given.
    pub(crate) wants: Option<String>,
    /// Whether it never answers.
    pub(crate) hangs: bool,
    /// First lines of all requests.
    pub(crate) asked: Mutex<Vec<String>>,
}

/// A running server. Its thread ends with the test.
pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) ca_file: PathBuf,
    pub(crate) shop: Arc<Shop>,
}

struct Request {
    method: String,
    target: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Server {
    pub(crate) fn start(folder: &Path, shop: Shop) -> Self {
        let (config, ca) = certificate();
        let ca_file = folder.join("ca.pem");
        std::fs::write(&ca_file, ca).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shop = Arc::new(shop);
        let served = Arc::clone(&shop);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (config, shop) = (Arc::clone(&config), Arc::clone(&served));
                thread::spawn(move || serve(stream, config, &shop));
            }
        });
        Self {
            port,
            ca_file,
            shop,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}/{path}", self.port)
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.shop.asked.lock().unwrap().clone()
    }
}

fn certificate() -> (Arc<ServerConfig>, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![own.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    (Arc::new(config), issuer.pem())
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>, shop: &Shop) {
    let connection = ServerConnection::new(config).unwrap();
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    while let Some(request) = read(&mut stream) {
        let line = format!("{} {}", request.method, request.target);
        shop.asked.lock().unwrap().push(line);
        if shop.hangs {
            thread::sleep(Duration::from_secs(20));
            return;
        }
        let answer = answer(shop, &request);
        if stream.get_mut().write_all(&answer).is_err() {
            return;
        }
        let _ = stream.get_mut().flush();
    }
}

fn read(stream: &mut BufReader<impl Read>) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let mut body = Vec::new();
    if let Some(length) = headers.get("content-length") {
        body.resize(length.parse().ok()?, 0);
        stream.read_exact(&mut body).ok()?;
    } else if headers.contains_key("transfer-encoding") {
        loop {
            let mut size = String::new();
            stream.read_line(&mut size).ok()?;
            let size = usize::from_str_radix(size.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            stream.read_exact(&mut chunk).ok()?;
            body.extend_from_slice(&chunk[..size]);
            if size == 0 {
                break;
            }
        }
    }
    Some(Request {
        method,
        target,
        headers,
        body,
    })
}

fn answer(shop: &Shop, request: &Request) -> Vec<u8> {
    if let Some(wants) = &shop.wants {
        let given = request.headers.get("authorization");
        if given != Some(&format!("Basic {wants}")) {
            return response(
                "401 Unauthorized",
                "WWW-Authenticate: Basic realm=\"t\"\r\n",
                b"",
            );
        }
    }
    let path = request.target.split('?').next().unwrap();
    if let Some(file) = shop.files.lock().unwrap().get(path) {
        let etag = format!("\"{}\"", file.len());
        if request.headers.get("if-none-match") == Some(&etag) {
            return response("304 Not Modified", "", b"");
        }
        return response("200 OK", &format!("ETag: {etag}\r\n"), file);
    }
    if path.contains(".git/") && shop.repositories.is_dir() {
        return backend(shop, request);
    }
    response("404 Not Found", "", b"")
}

fn response(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut all = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    all.extend_from_slice(body);
    all
}

/// The protocol of git, spoken by git's own program.
fn backend(shop: &Shop, request: &Request) -> Vec<u8> {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let header = |name: &str| request.headers.get(name).cloned().unwrap_or_default();
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", &shop.repositories)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", header("content-type"))
        .env("CONTENT_LENGTH", request.body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let body = request.body.clone();
    let writer = thread::spawn(move || input.write_all(&body));
    let output = child.wait_with_output().unwrap().stdout;
    let _ = writer.join().unwrap();
    let split = output
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("headers end");
    let headers = String::from_utf8_lossy(&output[..split + 2]).into_owned();
    let status = headers
        .lines()
        .find_map(|line| line.strip_prefix("Status: "))
        .unwrap_or("200 OK")
        .to_owned();
    response(&status, &headers, &output[split + 4..])
}

/// A proxy that opens tunnels and writes down where to.
pub(crate) fn proxy(tunnels: Arc<Mutex<Vec<String>>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let tunnels = Arc::clone(&tunnels);
            thread::spawn(move || tunnel(stream, &tunnels));
        }
    });
    port
}

fn tunnel(stream: TcpStream, tunnels: &Mutex<Vec<String>>) -> Option<()> {
    let mut client = BufReader::new(stream);
    let request = read(&mut client)?;
    tunnels.lock().unwrap().push(request.target.clone());
    // The name the client asks for is known to nobody but this proxy.
    let port = request.target.rsplit(':').next()?;
    let server = TcpStream::connect(format!("127.0.0.1:{port}")).ok()?;
    client
        .get_mut()
        .write_all(b"HTTP/1.1 200 OK\r\n\r\n")
        .ok()?;
    let (mut from, mut to) = (client.into_inner(), server.try_clone().ok()?);
    let (mut back, mut out) = (server, from.try_clone().ok()?);
    thread::spawn(move || std::io::copy(&mut back, &mut out));
    std::io::copy(&mut from, &mut to).ok()?;
    Some(())
}
