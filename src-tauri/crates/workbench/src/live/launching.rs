//! Uploading the folders of a live job and submitting it: watched, and ended early when asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use client::Client;
use contract::{Failure, FailureCode, FolderSent, WorkStage};
use execution::Place;
use execution::live::{self, LaunchError, LaunchStage};
use protocol::Job;

use crate::templates::work::Work;
use crate::view::failure;
use crate::volume::stopped;

/// Uploads and submits; ends early when the work is asked to end before the job is submitted.
pub(super) async fn launched(
    client: &Client,
    (place, plan): (&Place, &live::LivePlan),
    work: &Work,
) -> Result<(Job, Vec<FolderSent>), Failure> {
    let sent = Mutex::new(Vec::new());
    let submitting = AtomicBool::new(false);
    let on_stage = |stage| match stage {
        LaunchStage::Sending(progress) => work.transferred(
            WorkStage::Writing,
            progress.bytes,
            (progress.files, progress.of_files),
        ),
        LaunchStage::Uploaded(transferred) => sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(transferred),
        LaunchStage::Submitting => submitting.store(true, Ordering::Relaxed),
        LaunchStage::Uploading(upload) => tracing::info!(upload.local, "uploading"),
    };
    let launching = live::launch(client, place, plan, on_stage);
    // A job that is being submitted is not left behind without anybody knowing of it.
    let asked_to_stop = async {
        loop {
            stopped(work).await;
            if !submitting.load(Ordering::Relaxed) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let job = tokio::select! {
        job = launching => job.map_err(|error| not_launched(&error))?,
        () = asked_to_stop => return Err(broken_off()),
    };
    let sent = sent.into_inner().unwrap_or_else(PoisonError::into_inner);
    let folders = plan.uploads.iter().zip(sent);
    let folders = folders.map(|(upload, sent)| FolderSent {
        local: upload.local.clone(),
        files: sent.sent,
        kept: sent.kept,
        bytes: sent.bytes,
    });
    Ok((job, folders.collect()))
}

fn broken_off() -> Failure {
    let message = "The upload was broken off, so the job was not started.";
    Failure::new(FailureCode::Conflict, message)
        .hint("What went over stays: starting it again goes on from there.")
}

fn not_launched(error: &LaunchError) -> Failure {
    match error {
        LaunchError::Platform(error) => failure::of_client(error),
        other => Failure::new(
            FailureCode::Refused,
            format!("{}.", failure::capital(other)),
        ),
    }
}
