//! Lists: repositories and tags, page by page.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use protocol::Action;
use serde_json::json;

use super::refused::Refused;
use super::{Asked, set};
use crate::registry::{Page, RegistryError, RepositoryName};

/// Longest page, and the page of who does not ask for one.
const LONGEST: usize = 1000;

/// The repositories that the caller may read.
pub(super) async fn catalog(asked: &Asked) -> Result<Response, Refused> {
    let mut page = page(asked)?;
    let wanted = page.count;
    let mut found: Vec<String> = Vec::new();
    let access = asked.platform.access(&asked.caller).await?;
    // One more than asked for tells whether there is more.
    page.count = LONGEST;
    'all: loop {
        let names = asked.platform.images.repositories(page.clone()).await?;
        let Some(last) = names.last() else { break };
        page.after.clone_from(last);
        for text in names {
            let name: RepositoryName = text.parse()?;
            if access.may(&Action::Read, &name.resource()) {
                found.push(text);
            }
            if found.len() > wanted {
                break 'all;
            }
        }
    }
    let more = cut(&mut found, wanted);
    let mut response = Json(json!({ "repositories": found })).into_response();
    if more {
        link(&mut response, "_catalog", wanted, found.last());
    }
    Ok(response)
}

/// The tags of a repository.
pub(super) async fn tags(asked: &Asked, name: RepositoryName) -> Result<Response, Refused> {
    asked.permit(Action::Read, &name).await?;
    let mut page = page(asked)?;
    let wanted = page.count;
    page.count += 1;
    let found = asked.platform.images.tags(&name, page).await?;
    let mut found = found.ok_or_else(|| RegistryError::NameUnknown {
        name: name.to_string(),
    })?;
    let more = cut(&mut found, wanted);
    let mut response = Json(json!({ "name": name.as_str(), "tags": found })).into_response();
    if more {
        link(
            &mut response,
            &format!("{name}/tags/list"),
            wanted,
            found.last(),
        );
    }
    Ok(response)
}

fn page(asked: &Asked) -> Result<Page, RegistryError> {
    let count = match asked.query.get("n") {
        None => LONGEST,
        Some(text) => text.parse().map_err(|_| RegistryError::PageInvalid {
            name: "n",
            text: text.chars().take(100).collect(),
        })?,
    };
    Ok(Page {
        count: count.min(LONGEST),
        after: asked.query.get("last").unwrap_or_default().to_owned(),
    })
}

/// Cuts a list to its page; true if something was cut off.
fn cut(found: &mut Vec<String>, wanted: usize) -> bool {
    let more = found.len() > wanted;
    found.truncate(wanted);
    more
}

/// Says where the next page is. Both names have only letters that an address may have.
fn link(response: &mut Response, list: &str, count: usize, last: Option<&String>) {
    if let Some(last) = last {
        let next = format!("</v2/{list}?n={count}&last={last}>; rel=\"next\"");
        set(response, header::LINK, &next);
    }
}
