//! A proxy on loopback that stands between a client and a server, and does to their talk what
//! networks do.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::dice::Dice;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection breaks before the server hears of it.
    LostBefore,
    /// The connection breaks as soon as the server has the request.
    LostDuring,
    /// The server does it, and its answer is lost.
    LostAfter,
    /// Something in between refuses, and the server hears nothing.
    Refused(u16),
    /// The server does it, and something in between answers for it.
    Replaced(u16),
    /// Everything takes its time.
    Slow(u64),
    /// Half of the answer comes.
    Half,
}

/// How bad the network is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weather {
    /// How many of a hundred requests have a fault.
    pub(crate) faults: u64,
    /// Whether requests get lost while the server is at work on them.
    pub(crate) lost_during: bool,
    /// Whether the server learns of keys against doing things twice; the cloud does not know them.
    pub(crate) keys: bool,
}

struct Shared {
    server: SocketAddr,
    address: SocketAddr,
    state: Mutex<(Dice, Weather)>,
    faults: AtomicUsize,
}

/// The running proxy.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    serving: tokio::task::JoinHandle<()>,
}

impl Proxy {
    pub(crate) async fn start(server: SocketAddr, dice: Dice, weather: Weather) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            server,
            address,
            state: Mutex::new((dice, weather)),
            faults: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shared);
        let serving = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(converse(Arc::clone(&serving), client));
            }
        });
        Self {
            address,
            shared,
            serving,
        }
    }

    /// How many faults there were.
    pub(crate) fn faults(&self) -> usize {
        self.shared.faults.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Shared {
    fn weather(&self) -> Weather {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    /// Has addresses of the server in its answer lead to us. Ports of both have as many digits.
    fn through_us(&self, mut answer: Vec<u8>) -> Vec<u8> {
        let (server, own) = (self.server.to_string(), self.address.to_string());
        if own.len() == server.len() {
            while let Some(at) = find(&answer, server.as_bytes()) {
                answer[at..at + own.len()].copy_from_slice(own.as_bytes());
            }
        }
        answer
    }

    /// What happens to the next request.
    fn fault(&self) -> Option<Fault> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (dice, weather) = &mut *state;
        if dice.below(100) >= weather.faults {
            return None;
        }
        self.faults.fetch_add(1, Ordering::Relaxed);
        let status = [429, 500, 502, 503][dice.below(4) as usize];
        Some(match dice.below(7) {
            0 => Fault::LostBefore,
            1 if weather.lost_during => Fault::LostDuring,
            1 | 2 => Fault::LostAfter,
            3 => Fault::Refused(status),
            4 => Fault::Replaced(status.max(500)),
            5 => Fault::Slow(dice.below(60)),
            _ => Fault::Half,
        })
    }
}

/// Carries the one request of a connection to the server, and back what comes of it. The server ends
/// its answer by hanging up, and so do we.
async fn converse(shared: Arc<Shared>, mut client: TcpStream) {
    let Some(request) = next_request(&mut client).await else {
        return;
    };
    let request = rewritten(&request, shared.weather().keys);
    if let Some(answer) = deal(&shared, &request).await {
        // The client may have gone; then nobody misses the answer.
        drop(client.write_all(&answer).await);
        drop(client.shutdown().await);
    }
}

/// What comes back for a request; nothing if the connection breaks.
async fn deal(shared: &Shared, request: &[u8]) -> Option<Vec<u8>> {
    let fault = shared.fault();
    match fault {
        Some(Fault::LostBefore) => return None,
        Some(Fault::Refused(status)) => return Some(refusal(status)),
        Some(Fault::Slow(pause)) => tokio::time::sleep(Duration::from_millis(pause)).await,
        _ => {}
    }
    let mut server = TcpStream::connect(shared.server).await.ok()?;
    server.write_all(request).await.ok()?;
    if fault == Some(Fault::LostDuring) {
        return None;
    }
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await.ok()?;
    match fault {
        Some(Fault::LostAfter) => None,
        Some(Fault::Replaced(status)) => Some(refusal(status)),
        Some(Fault::Half) => {
            answer.truncate(answer.len() / 2);
            Some(answer)
        }
        _ => Some(shared.through_us(answer)).filter(|answer| !answer.is_empty()),
    }
}

fn refusal(status: u16) -> Vec<u8> {
    let more = match status {
        429 => "Retry-After: 0\r\n",
        _ => "",
    };
    let text = "<html>something in between</html>";
    format!(
        "HTTP/1.1 {status} Trouble\r\nContent-Length: {}\r\n{more}Connection: close\r\n\r\n{text}",
        text.len()
    )
    .into_bytes()
}

/// The whole request of a connection.
async fn next_request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = find(&read, b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(0, |text| text.trim().parse().unwrap());
            let whole = end + 4 + length;
            if read.len() >= whole {
                return Some(read.drain(..whole).collect());
            }
        }
        if client.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
}

/// The request as the server gets it: for one connection, and without keys where there are none.
fn rewritten(request: &[u8], keys: bool) -> Vec<u8> {
    let end = find(request, b"\r\n\r\n").unwrap_or(request.len());
    let head = String::from_utf8_lossy(&request[..end]).into_owned();
    let kept = head.split("\r\n").filter(|line| {
        let line = line.to_ascii_lowercase();
        !line.starts_with("connection:") && (keys || !line.starts_with("idempotency-key:"))
    });
    let mut rewritten = kept.collect::<Vec<_>>().join("\r\n");
    rewritten.push_str("\r\nConnection: close");
    let mut rewritten = rewritten.into_bytes();
    rewritten.extend_from_slice(&request[end..]);
    rewritten
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
