//! Why the registry refuses, with the codes its protocol has.

use std::io;

use super::Digest;
use crate::DataError;

/// Why the registry refuses.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistryError {
    #[error(
        "`{name}` is no name of a repository: it must be `org/project/name`, of lower-case letters, digits and single `.`, `_` and dashes between them"
    )]
    NameInvalid { name: String },
    #[error(
        "`{tag}` is no tag: at most 128 letters, digits and `._-`, not beginning with `.` or `-`"
    )]
    TagInvalid { tag: String },
    #[error("`{text}` is no digest: it must be `sha256:` and 64 lower-case hexadecimal digits")]
    DigestInvalid { text: String },
    #[error("the content has the digest {found}, not {expected}")]
    DigestMismatch { expected: Digest, found: Digest },
    #[error("there is no image {name}")]
    NameUnknown { name: String },
    #[error("there is no image {name}")]
    ManifestUnknown { name: String },
    #[error("the manifest cannot be used: {reason}")]
    ManifestInvalid { reason: String },
    #[error("the manifest names {digest}, which was not uploaded to this repository")]
    ManifestBlobUnknown { digest: Digest },
    #[error("the repository has no {digest}")]
    BlobUnknown { digest: Digest },
    #[error("there is no such upload; it was finished, cancelled, or left for too long")]
    UploadUnknown,
    #[error("another request is still writing to this upload")]
    UploadBusy,
    #[error("the upload has {written} bytes; go on from there")]
    OutOfOrder { written: u64 },
    #[error("the content came in part: {reason}")]
    Interrupted { reason: String },
    #[error("the number `{text}` of `{name}` cannot be read")]
    PageInvalid { name: &'static str, text: String },
    #[error("the registry has nothing at this address")]
    NoSuchAddress,
    #[error("the registry does not do this: {what}")]
    Unsupported { what: &'static str },
    #[error("the images could not be read or written: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Data(#[from] DataError),
}

impl From<rusqlite::Error> for RegistryError {
    fn from(error: rusqlite::Error) -> Self {
        DataError::from(error).into()
    }
}

impl RegistryError {
    /// The protocol's code.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NameInvalid { .. } => "NAME_INVALID",
            Self::TagInvalid { .. } => "TAG_INVALID",
            Self::DigestInvalid { .. } | Self::DigestMismatch { .. } => "DIGEST_INVALID",
            Self::NameUnknown { .. } => "NAME_UNKNOWN",
            Self::ManifestUnknown { .. } => "MANIFEST_UNKNOWN",
            Self::ManifestInvalid { .. } => "MANIFEST_INVALID",
            Self::ManifestBlobUnknown { .. } => "MANIFEST_BLOB_UNKNOWN",
            Self::BlobUnknown { .. } => "BLOB_UNKNOWN",
            Self::UploadUnknown => "BLOB_UPLOAD_UNKNOWN",
            Self::UploadBusy | Self::Interrupted { .. } => "BLOB_UPLOAD_INVALID",
            Self::OutOfOrder { .. } => "RANGE_INVALID",
            Self::PageInvalid { .. } => "PAGINATION_NUMBER_INVALID",
            Self::NoSuchAddress | Self::Unsupported { .. } => "UNSUPPORTED",
            Self::Io(_) | Self::Data(_) => "UNKNOWN",
        }
    }
}
