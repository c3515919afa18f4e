//! Taking up bakes that nobody executes: their process ended before they did.

use std::sync::Arc;

use client::{BakeFilter, Client};
use contract::{Failure, FailureCode};
use execution::bake::{self as baking, Order};
use protocol::flow::{Attempt, Bake, Project as FlowRecord, TaskStatus};

use super::hold::Holder;
use super::look;
use crate::Desk;
use crate::account::who;
use crate::live::place;
use crate::project::disk::DiskWorkspace;
use crate::view::failure;

/// Takes up every bake of the platform that is not over and that nobody executes.
pub(crate) async fn take_up(desk: &Desk, client: &Client) -> Result<(), Failure> {
    let flows = client
        .flow()
        .projects()
        .list(&client.standing().cluster)
        .await;
    for record in flows.map_err(|error| failure::of_client(&error))? {
        let filter = BakeFilter::default();
        let bakes = client.flow().bakes().list(&record.id, &filter).await;
        for bake in bakes.map_err(|error| failure::of_client(&error))? {
            if let Err(failure) = take_up_one(desk, client, &record, bake).await {
                tracing::warn!(%failure, flow = record.name, "a bake could not be taken up");
            }
        }
    }
    Ok(())
}

async fn take_up_one(
    desk: &Desk,
    client: &Client,
    record: &FlowRecord,
    bake: Bake,
) -> Result<(), Failure> {
    let Some(attempt) = bake.last_attempt.clone() else {
        return Ok(());
    };
    if !is_left(desk, &attempt)? {
        return Ok(());
    }
    let known = desk.projects().all();
    let known = known
        .into_iter()
        .find(|known| known.flow.as_deref() == Some(&record.name));
    let root = known.map(|known| known.path).unwrap_or_default();
    let folder = DiskWorkspace::new(&root)
        .ok()
        .map(|folder| Arc::new(folder) as _);
    let recipe = baking::reopen(client, &bake, &attempt, (folder, who(client.standing())))
        .await
        .map_err(|error| Failure::new(FailureCode::FlowUnsound, format!("{error}.")))?;
    let order = Order {
        place: place(client, &record.project_name).await?,
        client: client.clone(),
        folder: root.is_dir().then(|| root.clone()),
        bake,
        attempt,
        recipe,
    };
    tracing::info!(bake = order.bake.id, "a bake is taken up");
    desk.bakery().execute(desk, &root, order)
}

/// Whether a process of ours began an attempt and ended before it. Attempts with an executor of
/// their own, a job or another tool on this computer, are never taken from it.
pub(super) fn is_abandoned(desk: &Desk, attempt: &Attempt) -> Result<bool, Failure> {
    Ok(!attempt.result.is_finished() && is_left(desk, attempt)?)
}

/// The same of an attempt that may be cancelled: its process may have ended before it was cleaned up.
fn is_left(desk: &Desk, attempt: &Attempt) -> Result<bool, Failure> {
    let goes_on = !attempt.result.is_finished() || attempt.result == TaskStatus::Cancelled;
    Ok(goes_on
        && attempt.executor_id.is_none()
        && !desk.bakery().executes(&attempt.bake_id)
        && holder(desk, attempt)? == Holder::Ended)
}

fn holder(desk: &Desk, attempt: &Attempt) -> Result<Holder, Failure> {
    Holder::of(&desk.folders().platform, &attempt.id).map_err(|error| {
        Failure::new(
            FailureCode::Unreachable,
            format!("The lock of a bake cannot be read: {error}."),
        )
    })
}

/// Stops the jobs of a cancelled attempt that nobody executes.
pub(super) async fn stop_if_abandoned(
    desk: &Desk,
    client: &Client,
    attempt: &Attempt,
) -> Result<(), Failure> {
    if attempt.executor_id.is_some() || holder(desk, attempt)? == Holder::Lives {
        return Ok(());
    }
    for job in look::jobs(client, &attempt.bake_id).await? {
        if !job.status.is_finished() {
            client
                .jobs()
                .kill(&job.id)
                .await
                .map_err(|error| failure::of_client(&error))?;
        }
    }
    Ok(())
}
