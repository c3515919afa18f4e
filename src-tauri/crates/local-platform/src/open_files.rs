//! How many files and sockets a process may have open at a time.
//!
//! A server needs many: each follower of a log is a socket and files. Systems start programs with a
//! low limit that they may raise, for the sake of old programs which cannot count further. So the
//! server raises its own, and what it starts for jobs goes back to the limit it came with.

use std::sync::OnceLock;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// As many as a busy server can use.
const MANY: u64 = 65_536;

/// Says which limit to go back to.
const VARIABLE: &str = "BAKEHOUSE_OPEN_FILES";

static BEFORE: OnceLock<u64> = OnceLock::new();

/// Raises the limit of this process as far as is allowed and of use.
pub(crate) fn raise() {
    let limit = getrlimit(Resource::Nofile);
    let Some(now) = limit.current else { return };
    let wanted = limit.maximum.map_or(MANY, |maximum| maximum.min(MANY));
    if wanted > now && set(wanted, limit.maximum) {
        // Another server in this process was first; before it the limit was lower.
        let _ = BEFORE.set(now);
    }
}

/// The variable for a process that is to go back to the limit from before, if it was raised.
pub(crate) fn variable() -> Option<(&'static str, String)> {
    let before = BEFORE.get()?;
    Some((VARIABLE, before.to_string()))
}

/// Goes back to the limit that the variable names, if it is there.
pub(crate) fn go_back() {
    let before = std::env::var(VARIABLE).ok();
    let Some(before) = before.and_then(|text| text.parse().ok()) else {
        return;
    };
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|now| now > before) {
        set(before, limit.maximum);
    }
}

fn set(current: u64, maximum: Option<u64>) -> bool {
    let limit = Rlimit {
        current: Some(current),
        maximum,
    };
    setrlimit(Resource::Nofile, limit)
        .inspect_err(|error| tracing::debug!(%error, "the limit of open files stays as it is"))
        .is_ok()
}
