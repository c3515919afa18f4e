//! What can be written about volumes and images.

use clap::Args;

use super::Place;

#[derive(Debug, Args)]
pub(crate) struct Volume {
    /// The volume, or ALL for each that has a folder on this computer.
    #[arg(value_name = "VOLUME|ALL")]
    pub(crate) volume: String,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The image, or ALL for each that has a context.
    #[arg(value_name = "IMAGE|ALL")]
    pub(crate) image: String,
    /// Build also what exists already.
    #[arg(short = 'F', long)]
    pub(crate) force_overwrite: bool,
    /// Do not follow the log.
    #[arg(short, long)]
    pub(crate) detach: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}
