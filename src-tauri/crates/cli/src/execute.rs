//! `bakehouse execute`: the executor of a bake in the foreground.

use tokio_util::sync::CancellationToken;
use workbench::{Desk, Executed, Executor, Folders};

use crate::args::{Command, Execute};
use crate::output::{Ended, Stop};

/// The executor for the platform whose configuration was handed to us, if that is asked for. Then
/// the local platform is not needed.
pub(crate) fn handed(command: &Command, folders: &Folders) -> Result<Option<Executor>, Stop> {
    let (Command::Execute(execute), Ok(passed)) = (command, std::env::var("NEURO_PASSED_CONFIG"))
    else {
        return Ok(None);
    };
    let job = std::env::var("NEURO_JOB_ID").ok();
    let job = job.filter(|id| !id.is_empty());
    Ok(Some(Executor::passed(
        &passed,
        folders,
        (&execute.bake, job),
    )?))
}

/// Executes a bake of the local platform.
pub(crate) async fn execute(desk: &Desk, execute: &Execute) -> Result<Ended, Stop> {
    run(&Executor::local(desk, &execute.bake)).await
}

/// Executes a bake to its end; Ctrl-C cancels it.
pub(crate) async fn run(executor: &Executor) -> Result<Ended, Stop> {
    let cancel = CancellationToken::new();
    let asked = cancel.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            eprintln!("The bake is being cancelled.");
            asked.cancel();
        }
    });
    let executed = executor.execute(cancel, |line| println!("{line}")).await?;
    Ok(match executed {
        Executed::Succeeded => Ended::Well,
        Executed::Failed => Ended::Badly,
        Executed::Cancelled => Ended::Cancelled,
    })
}
