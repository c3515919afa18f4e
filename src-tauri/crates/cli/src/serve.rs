//! `bakehouse serve`: the local platform in the foreground.

use workbench::{CredentialsMode, Desk, DeskOptions, Folders, Runner, SecretsKey, ServeChoice};

use crate::args::{RunnerName, SecretsName, Serve};
use crate::output::{Ended, Stop};

/// Serves the local platform until it is interrupted.
pub(crate) async fn serve(serve: Serve, mut folders: Folders) -> Result<Ended, Stop> {
    if let Some(data) = &serve.data {
        folders.platform = std::path::absolute(data)
            .map_err(|error| Stop::Failed(format!("{} is no path: {error}", data.display())))?;
    }
    let choice = choice(&serve, &folders);
    let executable = std::env::current_exe().map_err(|error| {
        Stop::Failed(format!("the path of this program cannot be told: {error}"))
    })?;
    let options = DeskOptions {
        folders,
        executable,
        platform_port: serve.port,
        credentials: CredentialsMode::SessionOnly,
        facts: Vec::new(),
    };
    let desk = Desk::open(options).await;
    let served = desk.serve(choice).await?;
    println!("{}", served.url);
    eprintln!(
        "The local platform answers; log in with: apolo login {}",
        served.url
    );
    eprintln!(
        "Data: {}. Stop it with Ctrl-C; running jobs go on.",
        served.data.display()
    );
    interrupted().await;
    desk.close().await;
    Ok(Ended::Well)
}

fn choice(serve: &Serve, folders: &Folders) -> ServeChoice {
    // Beside the data, not in it: whoever copies the data does not get the key with it.
    let key_file = || folders.config.join("local-secrets.key");
    ServeChoice {
        runner: serve.runner.map(|name| match name {
            RunnerName::Best => Runner::Best,
            RunnerName::Container => Runner::Container,
            RunnerName::Sandbox => Runner::Sandbox,
            RunnerName::Process => Runner::Process,
        }),
        engine: serve.engine.clone(),
        jobs_at_once: serve.jobs_at_once.map(|number| number.get().into()),
        keep_days: serve.keep_jobs,
        no_loopback_login: serve.no_loopback_login,
        secrets: Some(match serve.secrets {
            Some(SecretsName::Keyring) | None => SecretsKey::Keyring,
            Some(SecretsName::Session) => SecretsKey::Session,
            Some(SecretsName::File) => SecretsKey::File(key_file()),
        }),
    }
}

/// Waits for Ctrl-C or, on Unix, a request to end.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    // Without a handler the process ends at once, which is what was asked for.
    let _ = tokio::signal::ctrl_c().await;
}
