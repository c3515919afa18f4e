//! What a rendering may know of the world: the time, a seed, and where the template came from.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Where random texts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Randomness {
    /// From a seed; the same seed gives the same texts, so that a preview does not flicker.
    Seed(u64),
    /// Random letters are all `x` and identifiers are all alike: for comparing with other tools.
    Still,
}

/// What a rendering may know of the world.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The time `{% now %}` tells.
    pub now: Timestamp,
    /// The zone that `local` means.
    pub zone: TimeZone,
    /// Where random texts come from.
    pub randomness: Randomness,
    /// The template as the user named it, seen by templates as `_template`.
    pub template: String,
    /// The folder the project will lie in, seen by templates as `_output_dir`.
    pub output_dir: String,
    /// The folder of the template, seen by templates as `_repo_dir`.
    pub repo_dir: String,
    /// Tag, branch or commit of the template, seen by templates as `_checkout`.
    pub checkout: Option<String>,
    /// The commit that is checked out where the project goes, told by the tag `gitcommit` of the
    /// extension `jinja2_git`; `None` where there is none.
    pub commit: Option<String>,
    /// How much work one text may cost; a template that loops for ever is stopped.
    pub fuel: u64,
    /// How many bytes all files together may have.
    pub most_bytes: u64,
}

impl Setting {
    /// A setting with a time and a seed, and limits that no honest template reaches.
    #[must_use]
    pub fn new(now: Timestamp, seed: u64) -> Self {
        Self {
            now,
            zone: TimeZone::UTC,
            randomness: Randomness::Seed(seed),
            template: String::new(),
            output_dir: String::new(),
            repo_dir: String::new(),
            checkout: None,
            commit: None,
            fuel: 1_000_000,
            most_bytes: 256 << 20,
        }
    }
}
