//! Reading what `docker save` writes. Nothing is unpacked to the names an archive has; its files are
//! staged like other contents, and its list says which of them are the image.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};

use super::archive::{ArchiveError, LARGEST_LIST, LIST, Listed};
use super::manifest::{Descriptor, OCI_CONFIG, OCI_LAYER};
use super::{Digest, ImageName, ImageStore, Manifest, RegistryError, Staged};

/// Most files that an archive may have; an image has about one a layer.
const MOST_FILES: usize = 10_000;
/// An image that was read from an archive and is not yet in a repository.
#[derive(Debug)]
pub(crate) struct Import {
    contents: Vec<Staged>,
    manifest: Manifest,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data_folder::DataFolder;

    struct Bench {
        images: ImageStore,
        folder: tempfile::TempDir,
    }

    impl Bench {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let data = DataFolder::create(folder.path()).unwrap();
            Self {
                images: ImageStore::open(&data).unwrap(),
                folder,
            }
        }

        fn staged(&self) -> usize {
            let staged = self.folder.path().join("images/staged");
            std::fs::read_dir(staged).unwrap().count()
        }
    }

    /// An archive of files; a text that begins with `->` makes a link.
    fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (name, text) in files {
            let mut header = tar::Header::new_gnu();
            header.set_mode(0o644);
            if let Some(target) = text.strip_prefix("->") {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                archive.append_link(&mut header, name, target).unwrap();
            } else {
                header.set_size(text.len() as u64);
                archive
                    .append_data(&mut header, name, text.as_bytes())
                    .unwrap();
            }
        }
        archive.into_inner().unwrap()
    }

    const LISTED: &str =
        r#"[{"Config": "c.json", "Layers": ["a/layer.tar", "b/layer.tar", "a/layer.tar"]}]"#;

    #[tokio::test]
    async fn an_archive_becomes_an_image_and_an_archive_again() {
        let bench = Bench::new();
        let config = r#"{"created": "then", "rootfs": {"diff_ids": ["x"]}}"#;
        let bytes = archive(&[
            ("a/layer.tar", "lower"),
            ("b/layer.tar", "->../upper.tar"),
            ("upper.tar", "upper"),
            ("c.json", config),
            ("stranger", "of no use"),
            (LIST, LISTED),
        ]);
        let import = bench.images.read_archive(&bytes[..]).unwrap();
        let name = ImageName::read("o/p/a:1").unwrap();
        let digest = bench.images.keep_import(import, &name).await.unwrap();
        assert_eq!(bench.staged(), 0, "what is of no use is gone");
        let image = bench.images.image(&name).await.unwrap().unwrap();
        let configuration = bench.images.configuration(&image).unwrap();
        assert_eq!(configuration.created.as_deref(), Some("then"));
        let mut again = Vec::new();
        bench
            .images
            .write_archive(&image, "x:1", &mut again)
            .unwrap();
        let import = bench.images.read_archive(&again[..]).unwrap();
        let kept = bench.images.keep_import(import, &name).await.unwrap();
        assert_eq!(kept, digest, "the same image has the same name");
    }

    #[test]
    fn what_is_no_image_is_refused_and_leaves_nothing() {
        let bench = Bench::new();
        for (files, part) in [
            (vec![("x", "y")], "no manifest.json"),
            (vec![(LIST, "[]")], "is empty"),
            (vec![(LIST, "no")], "expected"),
            (vec![(LIST, LISTED)], "c.json, which it names, is not in it"),
            (vec![(LIST, LISTED), ("c.json", "->c.json")], "is not in it"),
        ] {
            let error = bench.images.read_archive(&archive(&files)[..]).unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
        }
        let bytes = archive(&[("big", &"x".repeat(10_000))]);
        assert!(bench.images.read_archive(&bytes[..5000]).is_err());
        assert_eq!(bench.staged(), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_bytes_and_any_list_are_read_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..1500),
            list in r#"(\[|\{|"Config"|"Layers"|:|,|"[./a-z]{0,6}"|\]|\}){0,12}"#,
            target in "->(\\.\\./)?a[./a]{0,6}",
        ) {
            let bench = Bench::new();
            let _ = bench.images.read_archive(&bytes[..]);
            let _ = bench.images.read_archive(&archive(&[(LIST, &list), ("a", &target)])[..]);
            prop_assert_eq!(bench.staged(), 0);
        }
    }
}
