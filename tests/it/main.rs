//! The use cases over the real local platform: one binary for all of them.

mod bakes;
mod batches_in_folders;
mod broken_projects;
mod command_line;
mod credentials;
mod desk;
mod editor;
mod layers;
mod live_jobs;
mod new_projects;
mod real_projects;
