//! Running flows on a platform: live jobs, and bakes.
//!
//! What would be done is planned purely ([`live::plan`], [`bake::Machine`]); small drivers carry it
//! out through `client`.
#![warn(missing_docs)]

pub mod bake;
pub mod build;
pub mod cause;
pub mod commands;
pub mod expectation;
pub mod history;
pub mod live;
mod place;
pub mod replay;
mod submission;
#[cfg(test)]
mod testing;

pub use place::Place;
pub use submission::{SubmissionError, of_task};

/// Whether the platform runs on this computer.
fn is_local(client: &client::Client) -> bool {
    let host = client.api_url().host_str().unwrap_or_default();
    matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}
