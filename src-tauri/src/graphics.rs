//! How the window is painted on Linux: decided before WebKitGTK starts, watched afterwards.
//!
//! Without a graphics device the accelerated path of WebKitGTK paints slowly, flickers, or stays
//! white. A variable that the person set always wins.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use contract::Fact;
use tauri::{AppHandle, Manager as _, State};

/// The variable that turns the accelerated path off.
const DISABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
/// Set by ourselves when the application starts again because the window stayed white.
const AGAIN: &str = "BAKEHOUSE_SAFE_GRAPHICS";
/// How long the first screen may take before it counts as white.
const PATIENCE: Duration = Duration::from_secs(8);

/// How the window is painted, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The variable was set by the person.
    Asked,
    /// Safe, since the window stayed white before.
    SafeAgain,
    /// Safe, since there is no graphics device.
    SafeWithoutDevice,
    /// Accelerated.
    Accelerated,
}

/// The choice, and whether the window has reported its first screen.
pub(crate) struct Graphics {
    choice: Choice,
    painted: AtomicBool,
}

/// Decides and sets the variable. To be called before any window or thread exists.
pub(crate) fn decide() -> Graphics {
    let choice = choice(
        std::env::var_os(DISABLE).is_some(),
        std::env::var_os(AGAIN).is_some(),
        Path::new("/dev/dri").exists(),
    );
    if matches!(choice, Choice::SafeAgain | Choice::SafeWithoutDevice) {
        set_safe();
    }
    Graphics {
        choice,
        painted: AtomicBool::new(false),
    }
}

fn choice(asked: bool, again: bool, device: bool) -> Choice {
    match (asked, again, device) {
        (true, _, _) => Choice::Asked,
        (false, true, _) => Choice::SafeAgain,
        (false, false, false) if cfg!(target_os = "linux") => Choice::SafeWithoutDevice,
        _ => Choice::Accelerated,
    }
}

#[expect(
    unsafe_code,
    reason = "setting a variable is safe while this is the only thread"
)]
fn set_safe() {
    // SAFETY: called first in `run`, before Tauri or any other thread exists.
    unsafe { std::env::set_var(DISABLE, "1") };
}

/// What the diagnostics page shows.
pub(crate) fn facts() -> Vec<Fact> {
    let fact = |name: &str, value: String| Fact {
        name: name.to_owned(),
        value,
    };
    let safe = std::env::var_os(DISABLE).is_some();
    let engine = wry::webview_version().unwrap_or_else(|_| "unknown".to_owned());
    let graphics = if safe { "safe" } else { "accelerated" };
    vec![
        fact("Web view", engine),
        fact("Graphics", graphics.to_owned()),
        fact("Tauri", tauri::VERSION.to_owned()),
    ]
}

/// The window says that its first screen is painted.
#[tauri::command]
pub(crate) fn window_painted(graphics: State<'_, Graphics>) {
    graphics.painted.store(true, Ordering::Relaxed);
}

/// Starts the application again with safe graphics if the window stays white.
pub(crate) fn watch_first_paint(app: AppHandle) {
    if app.state::<Graphics>().choice != Choice::Accelerated || cfg!(not(target_os = "linux")) {
        return;
    }
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        if !app.state::<Graphics>().painted.load(Ordering::Relaxed) {
            tracing::warn!("the window stayed white; starting again with safe graphics");
            start_again(&app);
        }
    });
}

fn start_again(app: &AppHandle) {
    let started = std::env::current_exe().and_then(|program| {
        std::process::Command::new(program)
            .env(DISABLE, "1")
            .env(AGAIN, "1")
            .spawn()
    });
    match started {
        Ok(_) => app.exit(0),
        Err(error) => tracing::error!(%error, "the application could not be started again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_person_set_wins_over_everything() {
        assert_eq!(choice(true, true, false), Choice::Asked);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn without_a_device_the_window_is_painted_safely() {
        assert_eq!(choice(false, false, false), Choice::SafeWithoutDevice);
        assert_eq!(choice(false, false, true), Choice::Accelerated);
        assert_eq!(choice(false, true, true), Choice::SafeAgain);
    }
}
