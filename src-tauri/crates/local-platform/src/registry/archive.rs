//! Images as one file: what `docker save` writes and `docker load` reads.
//!
//! Nothing is unpacked to the names an archive has; its files are staged like other contents, and
//! its list says which of them are the image.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use super::manifest::{Descriptor, OCI_CONFIG, OCI_LAYER};
use super::{Digest, ImageName, ImageStore, Manifest, Parts, RegistryError, Staged};

/// Most files that an archive may have; an image has about one a layer.
const MOST_FILES: usize = 10_000;
/// Largest list of contents.
const LARGEST_LIST: u64 = 4 << 20;
/// The list of contents.
const LIST: &str = "manifest.json";

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
struct Listed {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

/// An image that was read from an archive and is not yet in a repository.
#[derive(Debug)]
pub(crate) struct Import {
    contents: Vec<Staged>,
    manifest: Manifest,
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
    /// Reads an archive. Blocks.
    pub(crate) fn read_archive(&self, reader: impl Read) -> Result<Import, ArchiveError> {
        let mut files = Files::default();
        let mut archive = tar::Archive::new(reader);
        for entry in archive.entries()? {
            files.add(self, entry?)?;
        }
        // Whoever sends the archive may still be sending its padding.
        io::copy(&mut archive.into_inner(), &mut io::sink())?;
        files.image()
    }

    /// Puts an image into its repository and answers its digest.
    pub(crate) async fn keep_import(
        &self,
        import: Import,
        name: &ImageName,
    ) -> Result<Digest, RegistryError> {
        for staged in import.contents {
            self.keep(staged, &name.repository).await?;
        }
        self.put_manifest(name, import.manifest).await
    }

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

/// The files of an archive, by their names.
#[derive(Default)]
struct Files {
    staged: HashMap<String, Staged>,
    links: HashMap<String, String>,
}

impl Files {
    fn add(
        &mut self,
        images: &ImageStore,
        mut entry: tar::Entry<'_, impl Read>,
    ) -> Result<(), ArchiveError> {
        if self.staged.len() + self.links.len() >= MOST_FILES {
            return Err(no_image(format!("it has more than {MOST_FILES} files")));
        }
        let name = plain(&String::from_utf8_lossy(&entry.path_bytes()));
        let kind = entry.header().entry_type();
        if kind.is_symlink() || kind.is_hard_link() {
            let target = entry.link_name_bytes().unwrap_or_default();
            let target = String::from_utf8_lossy(&target).into_owned();
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            let whole = if kind.is_symlink() {
                plain(&format!("{folder}/{target}"))
            } else {
                plain(&target)
            };
            self.links.insert(name, whole);
        } else if kind.is_file() {
            let staged = images.stage(&mut entry)?;
            self.staged.insert(name, staged);
        }
        Ok(())
    }

    /// The first image of the list.
    fn image(mut self) -> Result<Import, ArchiveError> {
        let listed = self.list()?;
        let (config, config_file) = self.take(&listed.config, OCI_CONFIG)?;
        let mut contents = vec![config_file];
        let mut layers: Vec<Descriptor> = Vec::new();
        let mut known: HashMap<String, Descriptor> = HashMap::new();
        for name in &listed.layers {
            let name = self.behind(&plain(name));
            let layer = match known.get(&name) {
                Some(layer) => layer.clone(),
                None => {
                    let (layer, file) = self.take(&name, OCI_LAYER)?;
                    contents.push(file);
                    known.insert(name, layer.clone());
                    layer
                }
            };
            layers.push(layer);
        }
        Ok(Import {
            manifest: Manifest::of_image(&config, &layers),
            contents,
        })
    }

    fn list(&self) -> Result<Listed, ArchiveError> {
        let Some(list) = self.staged.get(LIST) else {
            return Err(no_image(format!("it has no {LIST}")));
        };
        if list.size > LARGEST_LIST {
            return Err(no_image(format!("its {LIST} is too long")));
        }
        let bytes = std::fs::read(&list.path)?;
        let listed: Vec<Listed> =
            serde_json::from_slice(&bytes).map_err(|error| no_image(format!("{LIST}: {error}")))?;
        listed
            .into_iter()
            .next()
            .ok_or_else(|| no_image(format!("its {LIST} is empty")))
    }

    /// The file behind a name, through at most a few links.
    fn behind(&self, name: &str) -> String {
        let mut name = name.to_owned();
        for _ in 0..8 {
            match self.links.get(&name) {
                Some(target) => name.clone_from(target),
                None => break,
            }
        }
        name
    }

    fn take(&mut self, name: &str, media_type: &str) -> Result<(Descriptor, Staged), ArchiveError> {
        let whole = self.behind(&plain(name));
        let staged = self
            .staged
            .remove(&whole)
            .ok_or_else(|| no_image(format!("{name}, which it names, is not in it")))?;
        let mut media_type = media_type.to_owned();
        if media_type == OCI_LAYER {
            media_type.push_str(compression(&staged)?);
        }
        let descriptor = Descriptor::new(&media_type, &staged.digest, staged.size);
        Ok((descriptor, staged))
    }
}

/// What is added to the name of a layer's form if it is compressed.
fn compression(staged: &Staged) -> io::Result<&'static str> {
    let mut start = Vec::new();
    File::open(&staged.path)?.take(4).read_to_end(&mut start)?;
    Ok(match start[..] {
        [0x1f, 0x8b, ..] => "+gzip",
        [0x28, 0xb5, 0x2f, 0xfd] => "+zstd",
        _ => "",
    })
}

/// A name without `.` and `..`.
fn plain(name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => (),
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn no_image(reason: String) -> ArchiveError {
    ArchiveError::NoImage { reason }
}
