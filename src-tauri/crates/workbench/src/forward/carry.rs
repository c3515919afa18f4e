//! Carrying the connections of a forwarded port.

use std::time::Duration;

use client::{ClientError, PortConnection};
use contract::{DeskEvent, Failure, ForwardState};
use protocol::{JobFilter, JobStatus};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::Desk;
use crate::view::failure;

/// How often is looked whether the job runs.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Takes connections until the forward is closed or its job has ended for good.
pub(super) async fn serve(desk: Desk, id: u32, listener: TcpListener) {
    let mut connections = JoinSet::new();
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            taken = listener.accept() => match taken {
                Ok((stream, _)) => {
                    let desk = desk.clone();
                    connections.spawn(async move { carry(&desk, id, stream).await });
                }
                Err(error) => note(&desk, id, ForwardState::Troubled, Some(error.to_string())),
            },
            _ = looks.tick() => look(&desk, id).await,
            Some(_) = connections.join_next() => {}
        }
        count(&desk, id, connections.len());
    }
}

/// Notes whether the job runs. One that was started again under its name is taken instead.
async fn look(desk: &Desk, id: u32) {
    let Some((raw_id, name)) = desk.forwards().job(id) else {
        return;
    };
    let Some(client) = desk.client_if_ready().await else {
        return note(desk, id, ForwardState::Waiting, None);
    };
    let known = client.jobs().get(&raw_id).await;
    match known {
        Ok(job) if job.status == JobStatus::Running => {
            // What went wrong with the last connection stays until one succeeds.
            if state(desk, id) != Some(ForwardState::Troubled) {
                note(desk, id, ForwardState::Open, None);
            }
        }
        Ok(job) if !job.status.is_finished() => note(desk, id, ForwardState::Waiting, None),
        Ok(job) => match newer(&client, name.as_deref(), &job).await {
            Some(newer) => {
                desk.forwards().change(id, |row| row.raw_id = newer);
                desk.forwards().keep();
                note(desk, id, ForwardState::Waiting, None);
            }
            None => {
                let ended = format!("The job has ended ({}).", job.status);
                note(desk, id, ForwardState::Waiting, Some(ended));
            }
        },
        Err(error) => note(desk, id, ForwardState::Waiting, Some(said(&error))),
    }
}

/// A job of the same name that has not ended.
async fn newer(client: &client::Client, name: Option<&str>, old: &protocol::Job) -> Option<String> {
    let filter = JobFilter {
        name: Some(name?.to_owned()),
        statuses: vec![JobStatus::Pending, JobStatus::Suspended, JobStatus::Running],
        clusters: vec![old.cluster_name.clone()],
        projects: old.project_name.clone().into_iter().collect(),
        ..JobFilter::default()
    };
    let found = client.jobs().list(&filter).await.ok()?;
    found.into_iter().next().map(|job| job.id)
}

fn state(desk: &Desk, id: u32) -> Option<ForwardState> {
    let rows = desk.forwards().table().rows;
    rows.iter().find(|row| row.id == id).map(|row| row.state)
}

async fn carry(desk: &Desk, id: u32, stream: TcpStream) {
    // Small pieces are what people wait for.
    let _ = stream.set_nodelay(true);
    match connect(desk, id).await {
        Ok(connection) => {
            note(desk, id, ForwardState::Open, None);
            connection.carry(stream).await;
        }
        Err(failure) => note(desk, id, ForwardState::Troubled, Some(failure.message)),
    }
}

async fn connect(desk: &Desk, id: u32) -> Result<PortConnection, Failure> {
    let gone = || Failure::not_found("The port is not forwarded any more.");
    let (raw_id, _) = desk.forwards().job(id).ok_or_else(gone)?;
    let rows = desk.forwards().table().rows;
    let port = rows
        .iter()
        .find(|row| row.id == id)
        .ok_or_else(gone)?
        .job_port;
    let client = desk.client().await?;
    let connected = async {
        let job = client.jobs().get(&raw_id).await?;
        let services = client.cluster(&job.cluster_name).await?;
        services.port(&raw_id, port).await
    };
    connected.await.map_err(|error| failure::of_client(&error))
}

fn said(error: &ClientError) -> String {
    failure::of_client(error).message
}

fn note(desk: &Desk, id: u32, state: ForwardState, problem: Option<String>) {
    changed(desk, id, |row| {
        row.state = state;
        row.problem = problem;
    });
}

fn count(desk: &Desk, id: u32, connections: usize) {
    let connections = u32::try_from(connections).unwrap_or(u32::MAX);
    changed(desk, id, |row| row.connections = connections);
}

fn changed(desk: &Desk, id: u32, change: impl FnOnce(&mut contract::ForwardRow)) {
    if desk.forwards().change(id, change) {
        let table = desk.forwards().table();
        desk.tell(DeskEvent::ForwardsChanged { table });
    }
}
