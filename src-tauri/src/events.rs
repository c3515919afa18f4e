//! Forwards what happens in the workbench to the windows, as one Tauri event.

use tauri::{AppHandle, Emitter as _};
use tokio::sync::broadcast::error::RecvError;
use workbench::Desk;

/// Name of the event; its payload is a `DeskEvent`.
const EVENT: &str = "desk";

/// Forwards until the desk is gone.
pub(crate) fn forward(app: AppHandle, desk: &Desk) {
    let mut events = desk.listen();
    tauri::async_runtime::spawn(async move {
        loop {
            match events.recv().await {
                Ok(event) => {
                    if let Err(error) = app.emit(EVENT, event) {
                        tracing::warn!(%error, "an event did not reach the window");
                    }
                }
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "the window was too slow for some events");
                }
                Err(RecvError::Closed) => return,
            }
        }
    });
}
