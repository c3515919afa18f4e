//! Ports of jobs, reached through ports of this computer.
//!
//! A listener stays as long as its forward; each connection is carried over a socket of its own, so
//! a platform that was away for a moment, or a job that was started again under its name, is
//! reached by the next connection. Forwards are kept in a file and opened again with the desk.

mod carry;
mod kept;

use std::sync::{Mutex, MutexGuard, PoisonError};

use contract::{
    DeskEvent, Failure, FailureCode, ForwardAsk, ForwardClose, ForwardOpen, ForwardRow,
    ForwardState, ForwardTable,
};
use protocol::Job;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::view::failure;
use crate::{Desk, Folders};
use kept::{Kept, KeptForward};

/// The ports that are forwarded.
pub(crate) struct Forwards {
    open: Mutex<Vec<Forward>>,
    kept: Kept,
    next: std::sync::atomic::AtomicU32,
}

/// A port that is forwarded.
struct Forward {
    row: ForwardRow,
    /// What finds the job again when it was started anew: its name on the platform.
    job_name: Option<String>,
    /// Whether it is not opened again with the next start.
    once: bool,
    task: JoinHandle<()>,
}

impl Drop for Forward {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Forwards {
    /// Knows what is kept; nothing is opened yet.
    pub(crate) fn open(folders: &Folders) -> Self {
        Self {
            open: Mutex::default(),
            kept: Kept::at(folders),
            next: std::sync::atomic::AtomicU32::new(1),
        }
    }

    /// Ends all of them. They are opened again with the next start.
    pub(crate) async fn close(&self) {
        let open = std::mem::take(&mut *self.lock());
        for mut forward in open {
            forward.task.abort();
            // Its port is free only when it has ended.
            let _ = (&mut forward.task).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Forward>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn table(&self) -> ForwardTable {
        let rows = self
            .lock()
            .iter()
            .map(|forward| forward.row.clone())
            .collect();
        ForwardTable { rows }
    }

    /// Changes the row of a forward; answers whether that made a difference.
    fn change(&self, id: u32, change: impl FnOnce(&mut ForwardRow)) -> bool {
        let mut open = self.lock();
        let Some(forward) = open.iter_mut().find(|forward| forward.row.id == id) else {
            return false;
        };
        let before = forward.row.clone();
        change(&mut forward.row);
        before != forward.row
    }

    /// The job of a forward: its id, and the name that finds a newer one.
    fn job(&self, id: u32) -> Option<(String, Option<String>)> {
        let open = self.lock();
        let forward = open.iter().find(|forward| forward.row.id == id)?;
        Some((forward.row.raw_id.clone(), forward.job_name.clone()))
    }

    fn keep(&self) {
        let open = self.lock();
        let lasting = open.iter().filter(|forward| !forward.once);
        let kept = lasting.map(|forward| KeptForward {
            raw_id: forward.row.raw_id.clone(),
            job_name: forward.job_name.clone(),
            title: forward.row.title.clone(),
            local_port: forward.row.local_port,
            job_port: forward.row.job_port,
        });
        self.kept.write(kept.collect());
    }
}

/// The ports that are forwarded.
pub async fn forward_table(desk: &Desk, _request: ForwardAsk) -> Result<ForwardTable, Failure> {
    Ok(desk.forwards().table())
}

/// Forwards a port of a job that runs or waits to run.
pub async fn forward_open(desk: &Desk, request: ForwardOpen) -> Result<ForwardTable, Failure> {
    if request.job_port == 0 {
        return Err(Failure::invalid(
            "jobPort",
            "A port lies between 1 and 65535.",
        ));
    }
    let client = desk.client().await?;
    let job = client.jobs().get(&request.raw_id).await;
    let job = job.map_err(|error| failure::of_client(&error))?;
    if job.status.is_finished() {
        let message = format!("The job has ended already ({}).", job.status);
        return Err(Failure::new(FailureCode::Conflict, message)
            .hint("Start it again: ports are forwarded to running jobs."));
    }
    let asked = request.local_port.unwrap_or(0);
    let title = request.title.clone().unwrap_or_else(|| name_of(&job));
    let same = |row: &ForwardRow| {
        row.raw_id == job.id && row.job_port == request.job_port && row.local_port == asked
    };
    if desk.forwards().table().rows.iter().any(same) {
        return Ok(desk.forwards().table());
    }
    open(
        desk,
        KeptForward {
            raw_id: job.id.clone(),
            job_name: job.name.clone(),
            title,
            local_port: asked,
            job_port: request.job_port,
        },
        request.once,
    )
    .await?;
    if !request.once {
        desk.forwards().keep();
    }
    Ok(told(desk))
}

/// Ends forwarding a port; connections that are open end too.
pub async fn forward_close(desk: &Desk, request: ForwardClose) -> Result<ForwardTable, Failure> {
    let mut open = desk.forwards().lock();
    let at = open.iter().position(|forward| forward.row.id == request.id);
    let at = at.ok_or_else(|| Failure::not_found("This port is not forwarded any more."))?;
    drop(open.remove(at));
    drop(open);
    desk.forwards().keep();
    Ok(told(desk))
}

fn name_of(job: &Job) -> String {
    job.name.clone().unwrap_or_else(|| job.id.clone())
}

/// Listens, and carries what comes.
async fn open(desk: &Desk, wanted: KeptForward, once: bool) -> Result<(), Failure> {
    let address = (std::net::Ipv4Addr::LOCALHOST, wanted.local_port);
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let message = format!(
            "Port {} of this computer cannot be used: {error}.",
            wanted.local_port
        );
        Failure {
            field: Some("localPort".to_owned()),
            ..Failure::new(FailureCode::Conflict, message)
        }
        .hint("Choose another port, or leave it out for any free one.")
    })?;
    let local_port = listener
        .local_addr()
        .map_or(wanted.local_port, |at| at.port());
    let forwards = desk.forwards();
    let id = forwards
        .next
        .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let mut open = forwards.lock();
    let task = tokio::spawn(carry::serve(desk.clone(), id, listener));
    open.push(Forward {
        row: ForwardRow {
            id,
            raw_id: wanted.raw_id,
            title: wanted.title,
            local_port,
            job_port: wanted.job_port,
            state: ForwardState::Waiting,
            problem: None,
            connections: 0,
        },
        job_name: wanted.job_name,
        once,
        task,
    });
    Ok(())
}

fn told(desk: &Desk) -> ForwardTable {
    let table = desk.forwards().table();
    desk.tell(DeskEvent::ForwardsChanged {
        table: table.clone(),
    });
    table
}

/// Opens again what was open when the application ended. What cannot be opened, for example because
/// its port is taken now, is told in the log and forgotten.
pub(crate) async fn reopen(desk: &Desk) {
    let kept = desk.forwards().kept.read();
    if kept.is_empty() {
        return;
    }
    for forward in kept {
        let title = forward.title.clone();
        if let Err(failure) = open(desk, forward, false).await {
            tracing::warn!(%failure, title, "a port is not forwarded any more");
        }
    }
    desk.forwards().keep();
    told(desk);
}

/// Forwards the ports that the file of a live job names; answers what could not be done.
pub(crate) async fn open_of_job(
    desk: &Desk,
    (job, title): (&Job, &str),
    pairs: &[String],
) -> Vec<String> {
    let mut problems = Vec::new();
    for pair in pairs {
        let Some((local_port, job_port)) = ports(pair) else {
            problems.push(format!(
                "`{pair}` is not LOCAL:REMOTE, so no port is forwarded."
            ));
            continue;
        };
        let request = ForwardOpen {
            raw_id: job.id.clone(),
            title: Some(title.to_owned()),
            local_port: Some(local_port),
            job_port,
            once: false,
        };
        if let Err(failure) = forward_open(desk, request).await {
            problems.push(failure.message);
        }
    }
    problems
}

/// Reads `LOCAL:REMOTE`.
fn ports(pair: &str) -> Option<(u16, u16)> {
    let (local, remote) = pair.trim().split_once(':')?;
    Some((local.parse().ok()?, remote.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::ports;

    #[test]
    fn a_pair_of_ports_is_read() {
        assert_eq!(ports("2211:22"), Some((2211, 22)));
        assert_eq!(ports("22"), None);
        assert_eq!(ports("a:22"), None);
        assert_eq!(ports("1:70000"), None);
    }
}
