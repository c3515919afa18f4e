//! The platform over real HTTP, with real jobs under real supervisors.

#![expect(clippy::unwrap_used, reason = "the helpers are part of the tests")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod attach;
mod container;
mod container_streams;
mod crash;
mod desk;
mod disks;
mod exec;
mod executor_jobs;
mod flow;
mod image_build;
mod input;
mod job_http;
mod jobs;
mod keeping;
mod login;
mod logs;
mod open_files;
mod output;
mod permission;
mod podman;
mod port_forward;
mod queue;
mod registry;
mod runners;
mod sandbox;
mod secrets;
mod slow_clients;
mod start;
mod storage;
mod supervisors;
mod top;
