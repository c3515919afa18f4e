//! Real repositories, archives, servers, scripts and folders; nothing needs the internet.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "helpers of tests, which may fail loudly and say what they skip"
)]

mod archives;
mod drafts;
mod edits;
mod first_commits;
mod folders;
mod hooks;
mod local_git;
mod memories;
mod native_hooks;
mod origin;
mod recoveries;
mod references;
mod remote_git;
mod server;
mod trial;
mod undos;
mod web_archives;
mod workshop;
