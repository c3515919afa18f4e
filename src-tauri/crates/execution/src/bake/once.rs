//! Recording something exactly once, though answers get lost.

use client::ClientError;

use super::store::Patience;

/// Makes something, and finds what an unanswered call has made before it makes it again.
pub(super) async fn once<T, M, F>(
    make: impl Fn() -> M,
    find: impl Fn() -> F,
) -> Result<T, ClientError>
where
    M: Future<Output = Result<T, ClientError>>,
    F: Future<Output = Result<Option<T>, ClientError>>,
{
    let mut patience = Patience::brief();
    let mut is_lost = false;
    loop {
        let error = match make().await {
            Ok(made) => return Ok(made),
            Err(error) => error,
        };
        // What stands in the way of another try may be what the one before has made.
        let is_there = is_lost && error.is_conflict();
        if !is_there && !error.is_passing() {
            return Err(error);
        }
        is_lost |= !error.is_untouched();
        if !is_there {
            patience.bear(error).await?;
        } else if let Some(made) = briefly(&find).await? {
            return Ok(made);
        } else {
            return Err(error);
        }
        if is_lost && let Some(made) = briefly(&find).await? {
            return Ok(made);
        }
    }
}

/// Repeats a call that may be repeated, as long as a person waits for it.
pub(super) async fn briefly<T, F: Future<Output = Result<T, ClientError>>>(
    call: impl Fn() -> F,
) -> Result<T, ClientError> {
    let mut patience = Patience::brief();
    loop {
        match call().await {
            Err(error) if error.is_passing() => patience.bear(error).await?,
            answer => return answer,
        }
    }
}
