//! Real repositories, archives, servers, scripts and folders; nothing needs the internet.

mod archives;
mod folders;
mod local_git;
mod origin;
mod references;
mod remote_git;
mod server;
mod trial;
mod web_archives;
