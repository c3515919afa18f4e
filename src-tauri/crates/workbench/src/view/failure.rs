//! A failed call to the platform as the window shows it.

use client::{ClientError, Failure as Reason};
use contract::{Failure, FailureCode};

/// What the window shows of a call that did not succeed.
pub(crate) fn of_client(error: &ClientError) -> Failure {
    tracing::debug!(%error, "a call to the platform failed");
    match &error.failure {
        Reason::NoToken { reason } => {
            Failure::new(FailureCode::SignInNeeded, format!("{}.", capital(reason)))
                .hint("Sign in, then do it again.")
        }
        Reason::Refused { status: 401, .. } => Failure::new(
            FailureCode::SignInNeeded,
            "The platform does not take the token any more.",
        )
        .hint("Sign in, then do it again."),
        Reason::Unreachable { .. } | Reason::Broken { .. } => Failure::new(
            FailureCode::Unreachable,
            format!("{}.", capital(&error.failure)),
        )
        .hint("Try again; if it stays so, look at the network, or start the local platform again in the settings."),
        Reason::Refused { status, .. } => {
            let said = error
                .message()
                .unwrap_or_else(|| format!("status {status}"));
            let code = match status {
                404 => FailureCode::NotFound,
                409 => FailureCode::Conflict,
                _ => FailureCode::Refused,
            };
            Failure::new(code, format!("The platform refused: {said}."))
        }
        Reason::Unreadable { .. } | Reason::Senseless { .. } => {
            Failure::internal(format!("{} ({}).", capital(&error.failure), error.call))
        }
        Reason::Protected { reason } => Failure::new(
            FailureCode::Refused,
            format!("Nothing was changed: {reason}."),
        )
        .hint("Choose another context, or take the protection away."),
        Reason::File { path, source } => Failure::new(
            FailureCode::Refused,
            format!("{path} cannot be transferred: {source}."),
        ),
    }
}

/// A fragment as the beginning of a sentence.
pub(crate) fn capital(fragment: &dyn std::fmt::Display) -> String {
    let text = fragment.to_string();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}
