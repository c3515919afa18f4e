//! The state of the application.

use contract::{AppAsk, AppView, Fact, Failure};

use crate::Desk;
use crate::platform::platform_view;

pub use crate::platform::platform_restart;

/// The state of the application.
pub async fn app_view(desk: &Desk, _request: AppAsk) -> Result<AppView, Failure> {
    let credentials = desk.credentials().view(desk).await;
    Ok(AppView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        platform: platform_view(desk).await,
        credentials,
        settings: desk.settings().view(),
        facts: facts(desk),
    })
}

fn facts(desk: &Desk) -> Vec<Fact> {
    let folders = desk.folders();
    let own = [
        ("Version", env!("CARGO_PKG_VERSION").to_owned()),
        (
            "System",
            format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        ),
        ("Settings folder", folders.config.display().to_string()),
        ("Data folder", folders.data.display().to_string()),
        (
            "Local platform folder",
            folders.platform.display().to_string(),
        ),
    ];
    own.into_iter()
        .map(|(name, value)| Fact {
            name: name.to_owned(),
            value,
        })
        .chain(desk.facts().iter().cloned())
        .collect()
}
