//! Whole templates in, plans out.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod behaviour;
mod endless;
mod explain;
mod generated;
mod hostile;
mod jinja;
mod lint;
mod peer;
