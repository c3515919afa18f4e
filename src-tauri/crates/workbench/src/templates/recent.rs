//! Sources that were opened before, kept in `recent-templates.yml` of the data folder.

use std::path::PathBuf;

use contract::{Failure, RecentAsk, RecentTemplate, RecentTemplates, TemplateForget};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use template_store::Store;

use crate::credentials::blocking;
use crate::templates::OpenTemplate;
use crate::{Desk, stored};

/// How many sources are remembered.
const LIMIT: usize = 30;

/// A source that was opened before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Used {
    source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    directory: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checkout: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nested: Option<String>,
    name: String,
    opened_at: Timestamp,
}

fn path(desk: &Desk) -> PathBuf {
    desk.folders().data.join("recent-templates.yml")
}

fn read(desk: &Desk) -> Vec<Used> {
    stored::read(&path(desk)).unwrap_or_else(|error| {
        tracing::warn!(%error, "the list of templates could not be read");
        Vec::new()
    })
}

/// Losing this list is a nuisance, not a reason to refuse anything.
fn write(desk: &Desk, list: &[Used]) {
    if let Err(error) = stored::write(&path(desk), &list) {
        tracing::warn!(%error, "the list of templates could not be saved");
    }
}

/// Puts a source at the head of the list.
pub(crate) fn remember(desk: &Desk, open: &OpenTemplate, now: Timestamp) {
    // What is part of the application is offered anyway.
    if open.is_bundled() {
        return;
    }
    let used = Used {
        source: open.pin.source.clone(),
        directory: open.pin.directory.clone(),
        checkout: open.pin.checkout.clone(),
        nested: open.nested.clone(),
        name: open.name.clone(),
        opened_at: now,
    };
    let mut list = read(desk);
    list.retain(|one| one.source != used.source || one.directory != used.directory);
    list.insert(0, used);
    list.truncate(LIMIT);
    write(desk, &list);
}

/// Sources that were opened before.
pub async fn template_recent(desk: &Desk, _request: RecentAsk) -> Result<RecentTemplates, Failure> {
    let desk = desk.clone();
    blocking(move || view(&desk)).await
}

/// Takes a source off the list and removes its copies.
pub async fn template_forget(
    desk: &Desk,
    request: TemplateForget,
) -> Result<RecentTemplates, Failure> {
    let desk = desk.clone();
    blocking(move || {
        let mut list = read(&desk);
        list.retain(|one| one.source != request.source);
        write(&desk, &list);
        Store::new(&desk.folders().data)
            .forget(&request.source)
            .map_err(|error| Failure::internal(format!("The copies are still there: {error}.")))?;
        Ok(view(&desk))
    })
    .await?
}

fn view(desk: &Desk) -> RecentTemplates {
    let copies = Store::new(&desk.folders().data).copies();
    let view = |used: Used| RecentTemplate {
        fetched_at: copies
            .iter()
            .find(|copy| copy.source == used.source && copy.checkout == used.checkout)
            .map(|copy| copy.fetched.to_string()),
        source: used.source,
        directory: used.directory,
        checkout: used.checkout,
        nested: used.nested,
        name: used.name,
        opened_at: used.opened_at.to_string(),
    };
    RecentTemplates {
        sources: read(desk).into_iter().map(view).collect(),
    }
}
