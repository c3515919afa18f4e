//! An image a bake builds or finds built.

use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;

open_enum! {
    /// How an image stands.
    ImageStatus {
        /// Nothing done yet.
        Pending = "pending",
        /// Being built.
        Building = "building",
        /// Built.
        Built = "built",
        /// The build failed.
        BuildFailed = "build_failed",
        /// Was there already.
        Cached = "cached",
    }
}

/// An image as the service keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BakeImage {
    /// `bake-image-<uuid>`.
    pub id: String,
    /// Bake.
    pub bake_id: String,
    /// Places that define it, each a full id joined by dots.
    pub yaml_defs: Vec<String>,
    /// Reference of the image.
    #[serde(rename = "ref")]
    pub reference: String,
    /// How it stands.
    pub status: ImageStatus,
    /// Folder of its context.
    #[serde(default)]
    pub context_on_storage: Option<String>,
    /// Its Dockerfile, relative to the context.
    #[serde(default)]
    pub dockerfile_rel: Option<String>,
    /// Job that builds it.
    #[serde(default)]
    pub builder_job_id: Option<String>,
    /// Old form: all but the last part of the first place.
    #[serde(default)]
    pub prefix: String,
    /// Old form: the last part of the first place.
    #[serde(default)]
    pub yaml_id: String,
}

/// The body that records an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBakeImage {
    /// Bake.
    pub bake_id: String,
    /// Places that define it; at least one.
    pub yaml_defs: Vec<String>,
    /// Reference of the image.
    #[serde(rename = "ref")]
    pub reference: String,
    /// How it stands.
    pub status: ImageStatus,
    /// Folder of its context.
    #[serde(default)]
    pub context_on_storage: Option<String>,
    /// Its Dockerfile, relative to the context.
    #[serde(default)]
    pub dockerfile_rel: Option<String>,
    /// Job that builds it.
    #[serde(default)]
    pub builder_job_id: Option<String>,
}

/// The body of `PATCH bake_images/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BakeImageChange {
    /// How it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ImageStatus>,
    /// Job that builds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder_job_id: Option<String>,
}
