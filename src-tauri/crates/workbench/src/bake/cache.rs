//! Forgetting the remembered results of tasks.

use contract::{CacheClear, CacheCleared, Failure};

use super::{known_batch, look::flow_record};
use crate::Desk;
use crate::project::OpenProject;
use crate::view::failure;

/// Forgets what is remembered of a flow, of one batch, or of one task of it: they run next time.
pub async fn cache_clear(desk: &Desk, request: CacheClear) -> Result<CacheCleared, Failure> {
    let open = OpenProject::read(&request.project, desk.who())?;
    match (&request.batch, &request.task) {
        (Some(batch), _) => known_batch(&open, batch)?,
        (None, Some(_)) => {
            let message = "A task is named together with its batch.";
            return Err(Failure::invalid("task", message));
        }
        (None, None) => {}
    }
    let client = desk.client().await?;
    let Some(record) = flow_record(&client, &open).await? else {
        return Ok(CacheCleared { known: false });
    };
    let (batch, task) = (request.batch.as_deref(), request.task.as_deref());
    let entries = client.flow().cache_entries();
    let cleared = entries.clear(&record.id, batch, task).await;
    cleared.map_err(|error| failure::of_client(&error))?;
    Ok(CacheCleared { known: true })
}
