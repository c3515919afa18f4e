//! What happens before the window opens, and after it has closed.

use tauri::{App, AppHandle, Manager as _};
use tracing_subscriber::EnvFilter;
use workbench::{CredentialsMode, Desk, DeskOptions, Folders, FoldersError};

/// Why the application could not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// There is no place for its files.
    #[error(transparent)]
    Folders(#[from] FoldersError),
    /// It does not know where it lies itself.
    #[error("the path of this program cannot be told")]
    Executable(#[source] std::io::Error),
    /// The configuration has no main window.
    #[error("the configuration describes no main window")]
    NoWindow,
    /// The window could not be opened.
    #[error("the window could not be opened: {0}")]
    Window(#[source] tauri::Error),
}

/// Logs to standard error, as `RUST_LOG` says.
pub(crate) fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

/// Sets the desk up.
pub(crate) fn desk(_app: &App) -> Result<Desk, StartError> {
    let options = DeskOptions {
        folders: Folders::of_user()?,
        executable: std::env::current_exe().map_err(StartError::Executable)?,
        platform_port: asked_port(),
        credentials: CredentialsMode::Auto,
        facts: crate::graphics::facts(),
    };
    Ok(tauri::async_runtime::block_on(Desk::open(options)))
}

/// The port that the environment asks for; tests and second accounts use it.
fn asked_port() -> Option<u16> {
    std::env::var("BAKEHOUSE_PLATFORM_PORT").ok()?.parse().ok()
}

/// Gives the desk to the commands, and lets it begin.
pub(crate) fn hand_over(app: &App, desk: Desk) {
    tauri::async_runtime::block_on(async { desk.start() });
    app.manage(desk);
}

/// Ends what this process serves. Jobs go on under their supervisors.
pub(crate) fn close(app: &AppHandle) {
    if let Some(desk) = app.try_state::<Desk>() {
        tauri::async_runtime::block_on(desk.close());
    }
}

/// A start that failed has no window to tell it in.
#[expect(clippy::print_stderr, reason = "there is no window")]
pub(crate) fn tell_the_terminal(error: &tauri::Error) {
    eprintln!("Bakehouse could not start: {error}");
}
