//! The use cases over the real local platform: one binary for all of them.

mod adoptions;
mod bake_plans;
mod bakes;
mod bakes_apart;
mod bakes_compared;
mod bakes_told;
mod batches_in_folders;
mod broken_projects;
mod cloud;
mod command_line;
mod contexts;
mod credentials;
mod desk;
mod editor;
mod executor_jobs;
mod graph_files;
mod images_built;
mod inside_jobs;
mod jobs_explained;
mod layers;
mod live_jobs;
mod makings;
mod new_projects;
mod origin;
mod platform_services;
#[path = "../../src-tauri/crates/local-platform/tests/podman.rs"]
#[allow(
    dead_code,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "the tests of the platform use more of it, and their way of failing"
)]
mod podman;
mod real_projects;
mod tasks_cancelled;
mod template_commands;
mod template_hosts;
mod template_sources;
mod updates;
mod volumes;
