//! The main window.

use tauri::{App, AppHandle, Manager as _, WebviewWindowBuilder};

use crate::start::StartError;

/// Label of the main window, as in the configuration.
const MAIN: &str = "main";

/// Opens the window that the configuration describes.
pub(crate) fn open(app: &App) -> Result<(), StartError> {
    let described = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == MAIN);
    let described = described.ok_or(StartError::NoWindow)?;
    WebviewWindowBuilder::from_config(app, described)
        .and_then(WebviewWindowBuilder::build)
        .map_err(StartError::Window)?;
    Ok(())
}

/// Brings the window to the front: a second start of the application ends here.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else {
        return;
    };
    let shown = window
        .unminimize()
        .and_then(|()| window.show())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}
