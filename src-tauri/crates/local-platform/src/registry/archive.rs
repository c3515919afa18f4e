//! Images as one file, as `docker save` and `docker load` know them: what is in it, and writing it.

use std::fs::File;
use std::io::{self, Read as _, Write};

use serde::{Deserialize, Serialize};

use super::manifest::Descriptor;
use super::{Digest, ImageName, ImageStore, Parts, RegistryError};

/// Largest list of contents.
pub(super) const LARGEST_LIST: u64 = 4 << 20;
/// The list of contents.
pub(super) const LIST: &str = "manifest.json";

/// Why an archive is no image.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    #[error("the archive of the image could not be read or written: {0}")]
    Io(#[from] io::Error),
    #[error("the archive has no image: {reason}")]
    NoImage { reason: String },
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// The entry of one image in the list of contents.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    pub(super) config: String,
    #[serde(default)]
    pub(super) repo_tags: Option<Vec<String>>,
    pub(super) layers: Vec<String>,
}

/// What to run: one image for this machine.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Image {
    pub(crate) config: Digest,
    layers: Vec<Digest>,
}

/// What tells images apart that have the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Configuration {
    /// When it was made, as written.
    pub(crate) created: Option<String>,
    /// Digests of its unpacked layers.
    pub(crate) layers: Vec<String>,
}

impl ImageStore {
    /// The image of a name; of several, the one for this machine.
    pub(crate) async fn image(&self, name: &ImageName) -> Result<Option<Image>, RegistryError> {
        let Some(manifest) = self.manifest(name).await? else {
            return Ok(None);
        };
        match manifest.parts()? {
            Parts::Image { config, layers } => image(&config, &layers).map(Some),
            Parts::Index { manifests } => {
                let Some(chosen) = for_this_machine(&manifests) else {
                    return Ok(None);
                };
                let chosen = ImageName {
                    reference: super::Reference::Digest(chosen.digest()?),
                    ..name.clone()
                };
                match self.manifest(&chosen).await?.map(|one| one.parts()) {
                    Some(Ok(Parts::Image { config, layers })) => image(&config, &layers).map(Some),
                    Some(Err(error)) => Err(error),
                    _ => Ok(None),
                }
            }
        }
    }

    /// What the configuration of an image says, as far as it tells images apart.
    pub(crate) fn configuration(&self, image: &Image) -> Option<Configuration> {
        #[derive(Deserialize)]
        struct Written {
            created: Option<String>,
            rootfs: Root,
        }
        #[derive(Deserialize)]
        struct Root {
            diff_ids: Vec<String>,
        }
        let file = File::open(self.blob_path(&image.config)).ok()?;
        let written: Written = serde_json::from_reader(file.take(LARGEST_LIST)).ok()?;
        Some(Configuration {
            created: written.created,
            layers: written.rootfs.diff_ids,
        })
    }

    /// Writes an image as an archive that gives it the name `tag` where it is loaded. Blocks.
    pub(crate) fn write_archive(
        &self,
        image: &Image,
        tag: &str,
        out: impl Write,
    ) -> io::Result<()> {
        let mut archive = tar::Builder::new(out);
        let config = format!("{}.json", image.config.hex());
        append(
            &mut archive,
            &config,
            File::open(self.blob_path(&image.config))?,
        )?;
        let layer_name = |layer: &Digest| format!("{}.tar", layer.hex());
        let mut sent: Vec<&Digest> = Vec::new();
        for layer in &image.layers {
            if !sent.contains(&layer) {
                append(
                    &mut archive,
                    &layer_name(layer),
                    File::open(self.blob_path(layer))?,
                )?;
                sent.push(layer);
            }
        }
        let list = serde_json::to_vec(&[Listed {
            config,
            repo_tags: Some(vec![tag.to_owned()]),
            layers: image.layers.iter().map(layer_name).collect(),
        }])?;
        archive.append_data(&mut header(list.len() as u64), LIST, &list[..])?;
        archive.into_inner()?.flush()
    }
}

fn append(archive: &mut tar::Builder<impl Write>, name: &str, file: File) -> io::Result<()> {
    let size = file.metadata()?.len();
    archive.append_data(&mut header(size), name, file)
}

fn header(size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o644);
    header
}

fn image(config: &Descriptor, layers: &[Descriptor]) -> Result<Image, RegistryError> {
    Ok(Image {
        config: config.digest()?,
        layers: layers
            .iter()
            .map(Descriptor::digest)
            .collect::<Result<_, _>>()?,
    })
}

/// The image for this machine, or the first if none says so.
fn for_this_machine(manifests: &[Descriptor]) -> Option<&Descriptor> {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let fits = |one: &&Descriptor| {
        one.platform
            .as_ref()
            .is_some_and(|machine| machine.os == "linux" && machine.architecture == architecture)
    };
    manifests.iter().find(fits).or_else(|| manifests.first())
}
