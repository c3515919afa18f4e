//! What should be known about a template that was read.

/// Something a person should know; nothing of it stops the work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Note {
    /// A submodule, which is not fetched.
    #[error(
        "`{path}` is a submodule{}; its files are not part of the template",
        of(url)
    )]
    Submodule {
        /// Its folder.
        path: String,
        /// Where it comes from, when `.gitmodules` tells.
        url: Option<String>,
    },
    /// A pointer to a file kept elsewhere by Git LFS.
    #[error("`{path}` is kept by Git LFS; the template has only the pointer, not the {size} bytes")]
    LargeFile {
        /// Its path.
        path: String,
        /// The size of the real file.
        size: u64,
    },
    /// A name that is no text.
    #[error("the name `{path}` is no UTF-8 text; the file was left out")]
    NameIsNoText {
        /// The name as well as it can be shown.
        path: String,
    },
    /// Neither file, folder nor link.
    #[error("`{path}` is neither a file nor a folder; it was left out")]
    Special {
        /// Its path.
        path: String,
    },
    /// The source could not be asked, so the cache answered.
    #[error("the source cannot be reached ({why}); the copy of {fetched} is used")]
    FromCache {
        /// Why.
        why: String,
        /// When the copy was made.
        fetched: jiff::Timestamp,
    },
    /// Changes of the work tree that no version holds.
    #[error("the folder is read as it lies there; its version is {commit}, with changes")]
    Uncommitted {
        /// The commit below the changes.
        commit: String,
    },
}

fn of(url: &Option<String>) -> String {
    url.as_ref()
        .map(|url| format!(" of {url}"))
        .unwrap_or_default()
}

/// The size a Git LFS pointer speaks of, if these bytes are one.
pub(crate) fn large_file(bytes: &[u8]) -> Option<u64> {
    if bytes.len() > 1024 || !bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let size = text.lines().find_map(|line| line.strip_prefix("size "))?;
    size.trim().parse().ok()
}
