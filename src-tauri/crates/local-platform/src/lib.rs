//! The platform on loopback: the same protocol as the cloud, on this computer.
//!
//! [`Server::start`] serves a data folder in-process; jobs run under detached supervisors
//! ([`supervise`]) and are adopted again by the next server. One folder has one server at a time:
//! a second start is told where the first one listens.
#![warn(missing_docs)]

mod account_token;
mod attempt_watch;
mod auth;
mod byte_range;
mod connection;
mod data_folder;
mod disk_folder;
mod disk_store;
mod disk_use;
mod engine;
mod error;
mod flow;
mod grant;
mod ignored_signals;
mod image_build;
mod job_address;
mod job_enter;
mod job_exec;
mod job_list;
mod job_log;
mod job_plan;
mod job_queue;
mod job_record;
mod job_removal;
mod job_secrets;
mod job_start;
mod job_store;
mod job_tender;
mod job_usage;
mod job_watch;
mod login;
mod machine;
mod native_job;
mod ndjson;
mod once_key;
mod open_files;
mod permission;
mod place;
mod platform;
mod process_table;
mod refusal;
mod registry;
mod resource;
mod role;
mod routes;
mod runner;
mod secret_key;
mod secret_place;
mod secret_store;
mod server;
mod service_account;
mod storage_path;
mod storage_root;
mod store;
mod submission;
mod submission_permission;
mod supervisor;
mod supervisors;
mod token;
mod user;

pub use account_token::{AccountToken, new_token, revoke_token, tokens};
pub use connection::ConnectionLimits;
pub use data_folder::{Served, last_served, served};
pub use error::{DataError, StartError};
pub use image_build::{BUILD_IMAGE_WORD, build_image};
pub use job_enter::{ENTER_WORD, enter_if_asked};
pub use job_removal::KeepJobs;
pub use native_job::EXECUTE_WORD;
pub use place::{CLUSTER, DEFAULT_PROJECT, ORG, TOOL_USER};
pub use platform::PlatformEvent;
pub use runner::{RunnerChoice, RunnerState};
pub use secret_place::SecretsPlace;
pub use server::{DEFAULT_PORT, Options, Running, Server};
pub use store::add_project;
pub use supervisor::{JOB_WORD, supervise};
pub use token::mint_token;
pub use user::{LocalUser, UserError, add_user, remove_user, users};
