//! Connections: how many there may be, and how long a client may keep one without saying anything.
//! A slow or hostile client costs a seat for a while, never the others theirs.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::error::Error;
use std::future::Future as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, Response};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What a client is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections at once; of more, those that ask nothing are closed, the quietest first.
    pub connections: usize,
    /// Time for the head of a request, and for saying nothing between two requests.
    pub head: Duration,
    /// Longest silence within the body of a request.
    pub body_silence: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections: 1000,
            head: Duration::from_secs(30),
            body_silence: Duration::from_secs(60),
        }
    }
}

/// Largest head of a request, and what is read ahead of a body.
const BUFFER: usize = 256 * 1024;
/// Pause after the system had no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(100);
/// What is said to a client for whom there is no seat.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\
    retry-after: 1\r\nconnection: close\r\ncontent-length: 72\r\n\r\n\
    {\"error\":\"the local platform has too many connections; try again later\"}";

/// Serves until `closing`, and then until what is under way has ended.
pub(crate) async fn serve(
    listener: TcpListener,
    routes: Router,
    limits: ConnectionLimits,
    closing: CancellationToken,
) {
    let (seats, tasks) = (Arc::new(Seats::default()), TaskTracker::new());
    while let Some(accepted) = closing.run_until_cancelled(listener.accept()).await {
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(NO_ROOM).await;
                continue;
            }
        };
        let Some(seat) = seats.take(limits.connections) else {
            // Small enough for the empty buffer of a new connection; if not, closing says it too.
            let _ = stream.try_write(FULL);
            continue;
        };
        let converse = converse(stream, routes.clone(), limits, (seat, closing.clone()));
        tasks.spawn(converse);
    }
    tasks.close();
    tasks.wait().await;
}

async fn converse(
    stream: TcpStream,
    routes: Router,
    limits: ConnectionLimits,
    (seat, closing): (Arc<Seat>, CancellationToken),
) {
    let _ = stream.set_nodelay(true);
    let leave = seat.leave.clone();
    let inner = TowerToHyperService::new(routes);
    let asked = Arc::clone(&seat);
    let service = service_fn(move |request: Request<Incoming>| {
        let busy = Busy::new(&asked);
        let patient = |body| Body::new(Patient::new(body, limits.body_silence));
        let answer = inner.call(request.map(patient));
        async move {
            let answer: Response<Body> = answer.await?;
            Ok::<_, Infallible>(answer.map(|body| Held { body, _busy: busy }))
        }
    });
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(BUFFER);
    let connection = server
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let mut ending = false;
    loop {
        tokio::select! {
            ended = &mut connection => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection broke off");
                }
                return;
            }
            () = leave.cancelled() => return,
            () = closing.cancelled(), if !ending => {
                ending = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Who is connected.
#[derive(Default)]
struct Seats {
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    next: u64,
    seats: BTreeMap<u64, Arc<SeatState>>,
}

/// One connection's seat; given free when it is dropped.
struct Seat {
    number: u64,
    seats: Arc<Seats>,
    state: Arc<SeatState>,
    leave: CancellationToken,
}

struct SeatState {
    /// Requests whose answers are not over.
    busy: AtomicUsize,
    quiet_since: Mutex<Instant>,
    leave: CancellationToken,
}

impl Seats {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat; if there is none, that of the one who has been quiet for the longest.
    fn take(self: &Arc<Self>, most: usize) -> Option<Arc<Seat>> {
        let mut taken = self.taken();
        if taken.seats.len() >= most {
            let quietest = taken
                .seats
                .iter()
                .filter(|(_, state)| state.busy.load(Ordering::Acquire) == 0)
                .min_by_key(|(_, state)| state.quiet_since());
            let number = *quietest?.0;
            if let Some(state) = taken.seats.remove(&number) {
                state.leave.cancel();
            }
        }
        let number = taken.next;
        taken.next += 1;
        let state = Arc::new(SeatState {
            busy: AtomicUsize::new(0),
            quiet_since: Mutex::new(Instant::now()),
            leave: CancellationToken::new(),
        });
        taken.seats.insert(number, Arc::clone(&state));
        Some(Arc::new(Seat {
            number,
            seats: Arc::clone(self),
            leave: state.leave.clone(),
            state,
        }))
    }
}

impl SeatState {
    fn quiet_since(&self) -> Instant {
        *self
            .quiet_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.taken().seats.remove(&self.number);
    }
}

/// A request under way: from its head to the end of its answer.
struct Busy(Arc<Seat>);

impl Busy {
    fn new(seat: &Arc<Seat>) -> Self {
        seat.state.busy.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(seat))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let state = &self.0.state;
        *state
            .quiet_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Instant::now();
        state.busy.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The body of an answer; its request is over when it is.
struct Held {
    body: Body,
    _busy: Busy,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a request that must not be silent for too long.
struct Patient {
    body: Incoming,
    longest: Duration,
    silence: Pin<Box<Sleep>>,
}

impl Patient {
    fn new(body: Incoming, longest: Duration) -> Self {
        Self {
            body,
            longest,
            silence: Box::pin(tokio::time::sleep(longest)),
        }
    }
}

impl HttpBody for Patient {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            let until = Instant::now() + self.longest;
            self.silence.as_mut().reset(until);
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        self.silence
            .as_mut()
            .poll(context)
            .map(|()| Some(Err("the client has fallen silent".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
