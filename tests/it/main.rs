//! The use cases over the real local platform: one binary for all of them.

mod adoptions;
mod bake_plans;
mod bakes;
mod bakes_compared;
mod batches_in_folders;
mod broken_projects;
mod command_line;
mod credentials;
mod desk;
mod editor;
mod executor_jobs;
mod jobs_explained;
mod layers;
mod live_jobs;
mod makings;
mod new_projects;
mod origin;
mod real_projects;
mod template_commands;
mod template_hosts;
mod template_sources;
mod updates;
mod volumes;
