//! The web pages of jobs: requests for the host name of a job go to the port that it listens on.

mod door;
mod forward;
mod page;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use protocol::{Job, JobStatus};

use crate::job_address::JobHost;
use crate::platform::Platform;
use page::Page;

/// Answers a request for the host of a job. Nothing of the platform's own routes is reachable
/// here.
pub(super) async fn answer(
    platform: &Arc<Platform>,
    name: JobHost,
    host: String,
    mut request: Request,
) -> Response {
    if is_foreign(request.headers(), &host) {
        return Page::Foreign.into_response();
    }
    let found = platform
        .store
        .read(move |connection| name.find(connection))
        .await;
    let job = match found {
        Ok(Some(job)) => job,
        Ok(None) => return Page::NoJob { host }.into_response(),
        Err(error) => {
            tracing::error!(%error, "the job of a host name could not be looked up");
            return Page::Broken.into_response();
        }
    };
    let Some(http) = &job.container.http else {
        return Page::NoPort { job: called(&job) }.into_response();
    };
    let port = http.port;
    if let Err(response) = door::pass(platform, &job, &host, &mut request).await {
        return *response;
    }
    if job.status != JobStatus::Running {
        return not_running(&job).into_response();
    }
    let target = forward::Target {
        job: called(&job),
        port,
        host,
    };
    match forward::forward(platform, target, request).await {
        Ok(response) => response,
        Err(page) => page.into_response(),
    }
}

/// True for what a page of another origin sends.
fn is_foreign(headers: &HeaderMap, host: &str) -> bool {
    let own = format!("http://{host}");
    headers
        .get_all(header::ORIGIN)
        .iter()
        .any(|origin| !origin.as_bytes().eq_ignore_ascii_case(own.as_bytes()))
}

fn not_running(job: &Job) -> Page {
    if job.status.is_finished() {
        return Page::Ended {
            job: called(job),
            status: job.status.as_str().to_owned(),
            exit_code: job.history.exit_code,
        };
    }
    Page::Waiting {
        job: called(job),
        reason: job.history.reason.clone().unwrap_or_default(),
    }
}

/// What people call a job.
fn called(job: &Job) -> String {
    job.name.clone().unwrap_or_else(|| job.id.clone())
}
