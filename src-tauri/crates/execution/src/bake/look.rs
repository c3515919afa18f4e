//! Looking at bakes that are stored.

use client::{Client, ClientError};
use protocol::flow::{Attempt, Bake, BakeImage, Task};

/// A bake with one of its attempts.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// The bake, with its graphs.
    pub bake: Bake,
    /// The attempt.
    pub attempt: Attempt,
    /// The tasks that were begun, in that order.
    pub tasks: Vec<Task>,
    /// The images it needs.
    pub images: Vec<BakeImage>,
}

/// Why a bake cannot be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookError {
    /// There is no such bake.
    #[error("there is no bake `{bake}` in this flow")]
    NoBake {
        /// Its id or name, as it was given.
        bake: String,
    },
    /// It has no such attempt.
    #[error("bake {bake} has no attempt {number}")]
    NoAttempt {
        /// The bake.
        bake: String,
        /// The number asked for.
        number: i64,
    },
    /// The bake was recorded, but its setup was never finished.
    #[error("bake {bake} was never begun")]
    NeverBegun {
        /// The bake.
        bake: String,
    },
    /// The platform does not do its part.
    #[error(transparent)]
    Platform(#[from] ClientError),
}

/// Finds a bake by its id, or else the newest one with this name.
pub async fn find(client: &Client, project_id: &str, bake: &str) -> Result<Bake, LookError> {
    let bakes = client.flow().bakes();
    if !is_bake_id(bake)
        && let Some(found) = bakes.find_by_name(project_id, bake).await?
    {
        return Ok(found);
    }
    match bakes.get(bake).await {
        Ok(found) => Ok(found),
        Err(error) if matches!(error.status(), Some(400 | 404)) => Err(LookError::NoBake {
            bake: bake.to_owned(),
        }),
        Err(error) => Err(error.into()),
    }
}

/// Reads all that is stored of an attempt: of the one with this number, or of the newest.
pub async fn inspect(
    client: &Client,
    bake: Bake,
    number: Option<i64>,
) -> Result<Inspected, LookError> {
    let attempt = attempt(client, &bake.id, number).await?;
    let mut tasks = client.flow().tasks().list(&attempt.id).await?;
    tasks.sort_by_key(|task| task.statuses.first().map(|first| first.created_at));
    let images = client.flow().bake_images().list(&bake.id).await?;
    Ok(Inspected {
        bake,
        attempt,
        tasks,
        images,
    })
}

/// One attempt at a bake: the one with this number, or the newest.
pub async fn attempt(
    client: &Client,
    bake_id: &str,
    number: Option<i64>,
) -> Result<Attempt, LookError> {
    let attempts = client.flow().attempts();
    let bake = bake_id.to_owned();
    match number {
        Some(number) => attempts
            .find(bake_id, number)
            .await?
            .ok_or(LookError::NoAttempt { bake, number }),
        None => attempts
            .newest(bake_id)
            .await?
            .ok_or(LookError::NeverBegun { bake }),
    }
}

/// Whether a text is the id of a bake, and not a name.
pub fn is_bake_id(text: &str) -> bool {
    let Some(uuid) = text.strip_prefix("bake-") else {
        return false;
    };
    let part = |part: &str| {
        part.chars()
            .all(|c| c.is_ascii_digit() || c.is_ascii_lowercase())
    };
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = uuid.split('-').collect();
    parts.len() == lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(text, length)| text.len() == length && part(text))
}

#[cfg(test)]
mod tests {
    use super::is_bake_id;

    #[test]
    fn ids_and_names_of_bakes_are_told_apart() {
        assert!(is_bake_id("bake-0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"));
        for name in [
            "nightly",
            "bake-1",
            "bake-0a1b2c3d-0000-4000-8000-0A1b2c3d4e5f",
            "bake-",
        ] {
            assert!(!is_bake_id(name), "{name}");
        }
    }
}
