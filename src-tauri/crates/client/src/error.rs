//! What went wrong with a call, and with which one.

use std::fmt;
use std::time::Duration;

use protocol::{ErrorBody, MissingPermission};

/// A call to the platform that did not succeed.
#[derive(Debug, thiserror::Error)]
#[error("{failure} ({call})")]
pub struct ClientError {
    /// Which call.
    pub call: Call,
    /// What happened.
    pub failure: Failure,
}

/// The call, as far as it may be shown: the address carries no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The HTTP method, or `WS` for a WebSocket.
    pub method: &'static str,
    /// The whole address.
    pub address: String,
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.address)
    }
}

/// What happened to a call.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There is no token to send.
    #[error("no token: {reason}")]
    NoToken {
        /// Why there is none.
        reason: String,
    },
    /// The server could not be reached at all: nothing was sent.
    #[error("the platform cannot be reached: {reason}")]
    Unreachable {
        /// The network's reason.
        reason: String,
    },
    /// The connection broke, or nothing came in time; the server may have done its work.
    #[error("the connection to the platform broke: {reason}")]
    Broken {
        /// The network's reason.
        reason: String,
    },
    /// The server said no.
    #[error("the platform answered {status}: {}", said(*status, body))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the server said.
        body: Box<ErrorBody>,
        /// How long it wants us to wait before the next try.
        retry_after: Option<Duration>,
    },
    /// The answer has another shape than the protocol says.
    #[error("the platform's answer cannot be understood: {reason}")]
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
    /// The call itself makes no sense; nothing was sent.
    #[error("{reason}")]
    Senseless {
        /// Why.
        reason: String,
    },
    /// Nothing may be changed here, by the person's own choice; nothing was sent.
    #[error("{reason}")]
    Protected {
        /// Why.
        reason: String,
    },
    /// A file on this computer could not be read or written during a transfer.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
}

fn said(status: u16, body: &ErrorBody) -> String {
    body.sentence().unwrap_or_else(|| {
        let known = reqwest::StatusCode::from_u16(status).ok();
        known
            .and_then(|status| status.canonical_reason())
            .unwrap_or("no reason given")
            .to_owned()
    })
}

impl ClientError {
    /// The HTTP status, if the server answered with one.
    pub fn status(&self) -> Option<u16> {
        match &self.failure {
            Failure::Refused { status, .. } => Some(*status),
            Failure::NoToken { .. }
            | Failure::Unreachable { .. }
            | Failure::Broken { .. }
            | Failure::Unreadable { .. }
            | Failure::Senseless { .. }
            | Failure::Protected { .. }
            | Failure::File { .. } => None,
        }
    }

    /// What the server said, in one sentence, if it said something.
    pub fn message(&self) -> Option<String> {
        match &self.failure {
            Failure::Refused { status, body, .. } => Some(said(*status, body)),
            _ => None,
        }
    }

    /// The permissions the user lacks for the call, as far as the platform named them.
    pub fn missing(&self) -> &[MissingPermission] {
        match &self.failure {
            Failure::Refused { body, .. } => body.missing.as_deref().unwrap_or_default(),
            _ => &[],
        }
    }

    /// The object does not exist.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// The object exists already.
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    /// The token is not accepted (or there is none): the user has to sign in.
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(401) || matches!(self.failure, Failure::NoToken { .. })
    }

    /// How long the server wants us to wait before the next try, if it said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.failure {
            Failure::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Certainly nothing was done: the call never reached the server, or it was turned away unread.
    pub fn is_untouched(&self) -> bool {
        match &self.failure {
            Failure::NoToken { .. }
            | Failure::Unreachable { .. }
            | Failure::Protected { .. }
            | Failure::Senseless { .. } => true,
            Failure::Refused { status, .. } => matches!(status, 401 | 429),
            Failure::Broken { .. } | Failure::Unreadable { .. } | Failure::File { .. } => false,
        }
    }

    /// The same call may succeed a little later.
    pub fn is_passing(&self) -> bool {
        match &self.failure {
            Failure::Unreachable { .. } | Failure::Broken { .. } => true,
            Failure::Refused { status, .. } => {
                matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
            }
            Failure::NoToken { .. }
            | Failure::Unreadable { .. }
            | Failure::Senseless { .. }
            | Failure::Protected { .. }
            | Failure::File { .. } => false,
        }
    }
}

/// Turns `not found` into `None`.
pub(crate) fn if_found<T>(answer: Result<T, ClientError>) -> Result<Option<T>, ClientError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
