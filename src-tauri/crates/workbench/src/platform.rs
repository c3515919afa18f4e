//! The local platform as this process sees it: served here, or by another process of Bakehouse.

use std::sync::Arc;
use std::sync::Mutex as SyncMutex;
use std::time::Duration;

use client::{Client, Token};
use contract::{
    DeskEvent, Failure, FailureCode, PlatformRestart, PlatformState, PlatformView, RunnerView,
};
use local_platform::{
    DataError, KeepJobs, Options, RunnerChoice, RunnerState, Running, SecretsPlace, Server,
    StartError, TOOL_USER, mint_token, served,
};
use tokio::sync::Mutex;
use vault::Secret;

use crate::account::{Here, guarded};
use crate::credentials::{blocking, refused};
use crate::serving::ServeChoice;
use crate::view::failure;
use crate::{Desk, watch};

/// How often to connect to a platform that its process may be leaving, and how long to wait between.
const TRIES: u32 = 6;
const BETWEEN_TRIES: Duration = Duration::from_millis(300);

/// What this process has of the platform.
#[derive(Default)]
pub(crate) struct PlatformSlot {
    connection: Mutex<Option<Connection>>,
    failure: SyncMutex<Option<Failure>>,
    port: SyncMutex<Option<u16>>,
    choice: SyncMutex<ServeChoice>,
}

/// A platform that answers.
struct Connection {
    client: Client,
    url: String,
    /// Set when this process serves it.
    running: Option<Running>,
}

/// A platform that this process serves in the foreground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serving {
    /// Its address.
    pub url: String,
    /// Its data folder.
    pub data: std::path::PathBuf,
}

impl PlatformSlot {
    /// Stops serving; jobs go on.
    pub(crate) async fn close(&self) {
        let connection = self.connection.lock().await.take();
        if let Some(running) = connection.and_then(|connection| connection.running) {
            running.shutdown().await;
        }
    }

    /// Lets the next client be made anew, because what it may do has changed. Who serves the
    /// platform goes on serving it.
    pub(crate) async fn forget_client(&self, desk: &Desk) {
        let mut connection = self.connection.lock().await;
        if let Some(known) = connection.as_mut() {
            let here = Here::Local(desk.contexts().with(|kept| kept.local));
            known.client = guarded(known.client.clone().open(), &here);
        }
    }

    fn failure(&self) -> std::sync::MutexGuard<'_, Option<Failure>> {
        self.failure
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn port(&self, desk: &Desk) -> u16 {
        let chosen = self
            .port
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        chosen.unwrap_or_else(|| desk.platform_port())
    }

    fn choice(&self) -> std::sync::MutexGuard<'_, ServeChoice> {
        self.choice
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn choose_port(&self, port: Option<u16>) {
        *self
            .port
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = port;
    }
}

impl Desk {
    /// A client of the platform of the chosen context.
    pub(crate) async fn client(&self) -> Result<Client, Failure> {
        match self.here()? {
            Here::Local(_) => self.local_client().await,
            Here::Cloud(context, account) => self.cloud_client(&context, &account).await,
        }
    }

    /// A client of the local platform. Starts it if nobody serves it (any more).
    pub(crate) async fn local_client(&self) -> Result<Client, Failure> {
        let mut connection = self.platform().connection.lock().await;
        if let Some(known) = connection.as_ref()
            && still_answers(self, known)
        {
            return Ok(known.client.clone());
        }
        let connected = connect_soon(self).await;
        *self.platform().failure() = connected.as_ref().err().cloned();
        *connection = None;
        let answer = match connected {
            Ok(new) => {
                let client = new.client.clone();
                if let Some(running) = &new.running {
                    watch::follow_platform(self, running.subscribe());
                }
                *connection = Some(new);
                Ok(client)
            }
            Err(failure) => Err(failure),
        };
        let view = view(self, connection.as_ref()).await;
        drop(connection);
        self.tell(DeskEvent::PlatformChanged { platform: view });
        answer
    }

    /// A client of the platform of the chosen context, if the local one answers already, or if we
    /// are signed in to the other one.
    pub(crate) async fn client_if_ready(&self) -> Option<Client> {
        match self.here().ok()? {
            Here::Local(_) => self.local_client_if_ready(),
            Here::Cloud(context, account) => self.cloud_client(&context, &account).await.ok(),
        }
    }

    fn local_client_if_ready(&self) -> Option<Client> {
        let connection = self.platform().connection.try_lock().ok()?;
        let known = connection.as_ref()?;
        still_answers(self, known).then(|| known.client.clone())
    }

    /// Serves the platform in the foreground; refuses when another process serves it already.
    pub async fn serve(&self, choice: ServeChoice) -> Result<Serving, Failure> {
        *self.platform().choice() = choice;
        self.local_client().await?;
        let connection = self.platform().connection.lock().await;
        match connection.as_ref() {
            Some(Connection {
                running: Some(running),
                url,
                ..
            }) => Ok(Serving {
                url: url.clone(),
                data: running.data_dir().to_owned(),
            }),
            Some(Connection { url, .. }) => {
                let message = format!("The local platform is served already, at {url}.");
                Err(Failure::new(FailureCode::Conflict, message)
                    .hint("Use that one, end its process, or give another folder with --data."))
            }
            None => Err(Failure::internal("The local platform ended at once.")),
        }
    }
}

/// Connects in the background; the event tells how it went.
pub(crate) fn start_soon(desk: &Desk) {
    let desk = desk.clone();
    tokio::spawn(async move {
        if let Err(failure) = desk.local_client().await {
            tracing::warn!(%failure, "the local platform is not there");
        }
        // What waits for the platform, such as bakes that nobody executes, begins at once.
        desk.watches().wake();
    });
}

/// The state of the platform as the window shows it.
pub(crate) async fn platform_view(desk: &Desk) -> PlatformView {
    match desk.platform().connection.try_lock() {
        Ok(connection) => view(desk, connection.as_ref()).await,
        Err(_) => view(desk, None).await,
    }
}

async fn view(desk: &Desk, connection: Option<&Connection>) -> PlatformView {
    let running = connection.and_then(|connection| connection.running.as_ref());
    let runners = match running {
        Some(running) => running.runners().await,
        None => Vec::new(),
    };
    let failure = desk.platform().failure().clone();
    let state = match (connection, &failure) {
        (Some(_), _) => PlatformState::Ready,
        (None, Some(_)) => PlatformState::Failed,
        (None, None) => PlatformState::Starting,
    };
    PlatformView {
        state,
        url: connection.map(|connection| connection.url.clone()),
        served_here: running.is_some(),
        runner: running.map(Running::runner),
        runners: runners.into_iter().filter_map(runner_view).collect(),
        failure,
    }
}

fn runner_view(state: RunnerState) -> Option<RunnerView> {
    let runner = match state.runner {
        RunnerChoice::Container => contract::RunnerChoice::Container,
        RunnerChoice::Sandbox => contract::RunnerChoice::Sandbox,
        RunnerChoice::Process => contract::RunnerChoice::Process,
        _ => return None,
    };
    Some(RunnerView {
        runner,
        works: state.works,
        note: state.note,
    })
}

/// Starts the platform again, on another port if one is given.
pub async fn platform_restart(
    desk: &Desk,
    request: PlatformRestart,
) -> Result<PlatformView, Failure> {
    if request.port.is_some_and(|port| port < 1024) {
        return Err(Failure::invalid(
            "port",
            "The port must lie between 1024 and 65535.",
        ));
    }
    desk.platform().close().await;
    desk.platform().choose_port(request.port);
    desk.local_client().await?;
    Ok(platform_view(desk).await)
}

/// A platform of our own answers as long as we live; that of another process as long as it does.
fn still_answers(desk: &Desk, connection: &Connection) -> bool {
    connection.running.is_some()
        || served(&desk.folders().platform).is_some_and(|found| found.url == connection.url)
}

/// Connects. Whoever serves the platform may be about to end: then it is served by us a little later.
async fn connect_soon(desk: &Desk) -> Result<Connection, Failure> {
    for _ in 1..TRIES {
        match connect(desk).await {
            Err(failure) if failure.code == FailureCode::Unreachable => {
                tracing::debug!(%failure, "the platform is being left, trying again");
                tokio::time::sleep(BETWEEN_TRIES).await;
            }
            answer => return answer,
        }
    }
    connect(desk).await
}

async fn connect(desk: &Desk) -> Result<Connection, Failure> {
    let vault = desk.credentials().vault(desk).await?;
    let usual = Options {
        // Where the person chose to keep credentials.
        secrets: SecretsPlace::Vault(Arc::clone(&vault)),
        ..options(desk)
    };
    let options = desk.platform().choice().applied(usual);
    let (url, running) = match Server::start(options).await {
        Ok(running) => (running.url().to_owned(), Some(running)),
        Err(StartError::AlreadyServed { url, .. }) => (url, None),
        Err(error) => return Err(not_started(&error)),
    };
    let account = format!("local platform {}", desk.folders().platform.display());
    let (kept, looked_up) = (Arc::clone(&vault), account.clone());
    let known = blocking(move || kept.get(&looked_up))
        .await?
        .map_err(|error| refused(&error))?;
    if let Some(token) = known
        && let Some(client) = accepted(desk, &url, &token).await?
    {
        return Ok(Connection {
            client,
            url,
            running,
        });
    }
    let data = desk.folders().platform.clone();
    let token = blocking(move || mint_token(&data, TOOL_USER)).await?;
    let token = Secret::new(token.map_err(|error| unusable(&error))?);
    let (kept, new) = (vault, token.clone());
    blocking(move || kept.put(&account, &new))
        .await?
        .map_err(|error| refused(&error))?;
    match accepted(desk, &url, &token).await? {
        Some(client) => Ok(Connection {
            client,
            url,
            running,
        }),
        None => Err(Failure::internal(
            "The local platform refused the token it just made.",
        )),
    }
}

/// The platform as the person wants it.
fn options(desk: &Desk) -> Options {
    let wanted = desk.settings().view().local;
    Options {
        port: desk.platform().port(desk),
        runner: match wanted.runner {
            contract::RunnerChoice::Best => RunnerChoice::Best,
            contract::RunnerChoice::Container => RunnerChoice::Container,
            contract::RunnerChoice::Sandbox => RunnerChoice::Sandbox,
            contract::RunnerChoice::Process => RunnerChoice::Process,
        },
        tool_tokens: wanted.loopback_login,
        enforce_limits: wanted.enforce_limits,
        jobs_at_once: wanted
            .jobs_at_once
            .and_then(|count| usize::try_from(count).ok()),
        keep_jobs: KeepJobs {
            days: wanted.keep_jobs_days,
            ..KeepJobs::default()
        },
        ..Options::new(&desk.folders().platform, desk.executable())
    }
}

/// A client with this token, if the platform takes it.
async fn accepted(desk: &Desk, url: &str, token: &Secret) -> Result<Option<Client>, Failure> {
    let client = Client::new(url, Arc::new(Token::new(token.expose())))
        .map_err(|error| failure::of_client(&error))?;
    match client.fetch_config().await {
        Ok(config) if config.authorized => {
            let here = Here::Local(desk.contexts().with(|kept| kept.local));
            Ok(Some(guarded(client.at(here.standing()), &here)))
        }
        Ok(_) => Ok(None),
        Err(error) if error.is_unauthorized() => Ok(None),
        Err(error) => Err(failure::of_client(&error)),
    }
}

fn not_started(error: &StartError) -> Failure {
    let message =
        |text: &dyn std::fmt::Display| format!("The local platform did not start: {text}.");
    match error {
        StartError::PortInUse { port } => Failure::new(
            FailureCode::Conflict,
            message(&format!("another program listens on port {port}")),
        )
        .hint("Choose another port, or end that program and try again."),
        StartError::Data(error) => unusable(error),
        other => Failure::new(FailureCode::Unreachable, message(other)),
    }
}

fn unusable(error: &DataError) -> Failure {
    Failure::new(
        FailureCode::Unreachable,
        format!("The local platform did not start: {error}."),
    )
    .hint("Check that the folder is yours and that the disk is not full.")
}
