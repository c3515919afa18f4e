//! What servers and programs complain about, in our words.

use crate::git::repository::GitError;

/// An error of the HTTP client itself.
pub(crate) fn reached(error: &gix::Error) -> Option<GitError> {
    let http = error.downcast_any_ref::<reqwest::Error>()?;
    if http.is_timeout() || http.is_connect() || http.is_request() {
        return Some(GitError::NoNetwork(crate::chain::chain(http)));
    }
    match http.status()?.as_u16() {
        401 | 407 => Some(GitError::AuthenticationNeeded),
        403 => Some(GitError::AuthenticationRefused),
        404 | 410 => Some(GitError::NotFound),
        500.. => Some(GitError::NoNetwork(crate::chain::chain(http))),
        _ => None,
    }
}

/// An error by the status a server answered with.
pub(crate) fn by_status(text: String) -> GitError {
    if text.contains("HTTP status 404") {
        GitError::NotFound
    } else if text.contains("HTTP status 401") {
        GitError::AuthenticationNeeded
    } else if text.contains("HTTP status 403") {
        GitError::AuthenticationRefused
    } else if text.contains("dumb") || text.contains("content-type") {
        GitError::Other(format!(
            "the address answers, but not as a git server: {text}"
        ))
    } else {
        GitError::Other(text)
    }
}

/// An error by what the program for ssh printed.
pub(crate) fn ssh(text: String) -> GitError {
    let low = text.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| low.contains(word));
    if any(&[
        "permission denied",
        "publickey",
        "host key verification",
        "no credentials",
    ]) {
        GitError::AuthenticationNeeded
    } else if any(&[
        "could not resolve",
        "connection refused",
        "timed out",
        "unreachable",
    ]) {
        GitError::NoNetwork(text)
    } else if any(&["does not appear to be a git", "not found", "does not exist"]) {
        GitError::NotFound
    } else if any(&["could not spawn", "failed to spawn", "no such file"]) {
        GitError::NoSsh(text)
    } else {
        GitError::Other(text)
    }
}
