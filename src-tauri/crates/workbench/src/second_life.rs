//! The hidden second lives of our programs: looking after one job, executing one bake and
//! building one image as a job.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use contract::{Failure, FailureCode};
use local_platform::{BUILD_IMAGE_WORD, EXECUTE_WORD, JOB_WORD};
use protocol::PASSED_CONFIG;
use tokio_util::sync::CancellationToken;

use crate::bake::{APART_WORD, Apart};
use crate::execute::{Executed, Executor};
use crate::{Desk, DeskOptions};

/// Does what only another part of Bakehouse asks our programs for, if the command line says so, and
/// answers the exit code to end with. To be called first in `main`.
///
/// - `PROGRAM __job FOLDER` looks after a job;
/// - `PROGRAM __enter FOLDER …` becomes a further command in a job;
/// - `PROGRAM __execute BAKE FOLDER` executes a bake, as a job of the platform in the folder;
/// - `PROGRAM __apart ORDER` executes a bake by itself, whatever becomes of who started it;
/// - `PROGRAM __build-image FOLDER ORDER` builds an image for the platform in the folder.
pub fn second_life() -> Option<u8> {
    if let Some(code) = local_platform::enter_if_asked() {
        return Some(code);
    }
    let mut words = std::env::args_os().skip(1);
    let word = words.next()?;
    let words: Vec<OsString> = words.collect();
    match &words[..] {
        [folder, ..] if word == JOB_WORD => {
            let code = local_platform::supervise(Path::new(folder));
            Some(u8::try_from(code).unwrap_or(1))
        }
        [bake, folder, ..] if word == EXECUTE_WORD => {
            Some(execute(&bake.to_string_lossy(), Path::new(folder)))
        }
        [order, ..] if word == APART_WORD => Some(apart(order)),
        [folder, order, ..] if word == BUILD_IMAGE_WORD => {
            let order = order.to_string_lossy();
            Some(local_platform::build_image(Path::new(folder), &order))
        }
        _ => None,
    }
}

/// How long a job whose bake fails stays at least. The official tool looks again and again until the
/// job runs and then shows its log; of a job that has failed before its first look it shows nothing.
const SEEN: Duration = Duration::from_secs(3);

fn execute(bake: &str, folder: &Path) -> u8 {
    let begun = Instant::now();
    let code = told(run(bake, folder));
    if code == Executed::Failed.exit_code() {
        std::thread::sleep(SEEN.saturating_sub(begun.elapsed()));
    }
    code
}

fn apart(order: &OsString) -> u8 {
    told(Apart::read(order).and_then(run_apart))
}

#[tokio::main]
async fn run_apart(order: Apart) -> Result<Executed, Failure> {
    let desk = Desk::open(DeskOptions {
        folders: order.folders(),
        executable: std::env::current_exe()
            .map_err(|error| Failure::internal(format!("This program has no path: {error}.")))?,
        platform_port: order.port,
        credentials: order.credentials(),
        facts: Vec::new(),
    })
    .await;
    let desk = order.placed(desk);
    let cancel = CancellationToken::new();
    heed_signals(cancel.clone());
    let executed = Executor::local(&desk, &order.bake)
        .execute(cancel, say)
        .await;
    desk.close().await;
    executed
}

/// Says why a bake could not be executed; answers the exit code.
fn told(executed: Result<Executed, Failure>) -> u8 {
    match executed {
        Ok(executed) => executed.exit_code(),
        Err(failure) => {
            say(&format!("ERROR: {}", failure.message));
            if let Some(hint) = &failure.hint {
                say(&format!("Hint: {hint}"));
            }
            Executed::Failed.exit_code()
        }
    }
}

#[tokio::main]
async fn run(bake: &str, folder: &Path) -> Result<Executed, Failure> {
    let passed = std::env::var(PASSED_CONFIG).map_err(|_| {
        let message = format!("{PASSED_CONFIG} is not set, so the platform is not known.");
        Failure::new(FailureCode::Refused, message)
    })?;
    let job = std::env::var("NEURO_JOB_ID").ok();
    let job = job.filter(|id| !id.is_empty());
    let executor = Executor::of_job(&passed, folder, (bake, job))?;
    let cancel = CancellationToken::new();
    heed_signals(cancel.clone());
    executor.execute(cancel, say).await
}

/// Into the log of the job. Whether somebody reads it does not matter to the bake.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A job is stopped with its bake; signals of a terminal mean nothing to it.
#[cfg(unix)]
fn heed_signals(cancel: CancellationToken) {
    use tokio::signal::unix::{Signal, SignalKind, signal};
    let ignored = [
        SignalKind::hangup(),
        SignalKind::interrupt(),
        SignalKind::quit(),
    ];
    let ignore = async |mut heard: Signal| while heard.recv().await.is_some() {};
    // Without a handler the signal ends us, and the platform sees to the bake.
    for heard in ignored.into_iter().filter_map(|kind| signal(kind).ok()) {
        tokio::spawn(ignore(heard));
    }
    if let Ok(mut terminated) = signal(SignalKind::terminate()) {
        tokio::spawn(async move {
            terminated.recv().await;
            cancel.cancel();
        });
    }
}

/// A job is stopped with its bake.
#[cfg(not(unix))]
fn heed_signals(cancel: CancellationToken) {
    drop(cancel);
}
