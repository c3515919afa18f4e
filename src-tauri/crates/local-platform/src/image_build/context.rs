//! The context of a build: a folder of a volume, and what further volumes put into it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use super::DockerfilePlace;
use super::build_request::BuildRequest;
use super::ignore_file::IgnoreFile;
use crate::runner::{Mount, behind, mount_target, outer_first};

/// What a Dockerfile outside of the context is called inside.
const STRANGER: &str = ".bakehouse.Dockerfile";

/// A context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Context {
    /// As the job sees it.
    target: PathBuf,
    /// Where it really lies.
    source: PathBuf,
    /// What is put into it: the place relative to it, and what lies there.
    inner: Vec<(PathBuf, PathBuf)>,
}

impl Context {
    /// The context of a request; nothing if it is no folder of a volume.
    pub(super) fn find(request: &BuildRequest, mounts: &[Mount]) -> Option<Self> {
        let text = request
            .context
            .strip_prefix("dir://")
            .unwrap_or(&request.context);
        let mut target = mount_target(text)?;
        for part in Path::new(request.sub_path.as_deref().unwrap_or_default()).components() {
            match part {
                Component::Normal(part) => target.push(part),
                Component::CurDir | Component::RootDir => (),
                _ => return None,
            }
        }
        let source = behind(mounts, &target)?;
        let inner = outer_first(mounts).into_iter().filter_map(|mount| {
            let place = mount.target.strip_prefix(&target).ok()?;
            let inside = !place.as_os_str().is_empty();
            inside.then(|| (place.to_owned(), mount.source.clone()))
        });
        let inner = inner.collect();
        source.is_dir().then_some(Self {
            target,
            source,
            inner,
        })
    }

    /// Where the Dockerfile of a request is; nothing if it is in no volume.
    pub(super) fn dockerfile(
        &self,
        request: &BuildRequest,
        mounts: &[Mount],
    ) -> Option<DockerfilePlace> {
        let asked = request.dockerfile.as_deref().unwrap_or("Dockerfile");
        // What begins with a slash is not joined.
        let target = mount_target(&self.target.join(asked).to_string_lossy())?;
        let path = behind(mounts, &target)?;
        let name = match target.strip_prefix(&self.target) {
            Ok(inside) => inside.to_string_lossy().into_owned(),
            Err(_) => STRANGER.to_owned(),
        };
        Some(DockerfilePlace { path, name })
    }

    /// Writes the context as an archive. Blocks.
    pub(super) fn write(
        &self,
        dockerfile: &DockerfilePlace,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut archive = tar::Builder::new(out);
        archive.follow_symlinks(false);
        // Its text, even if it is a link.
        archive.append_file(&dockerfile.name, &mut File::open(&dockerfile.path)?)?;
        let mut packer = Packer {
            archive,
            ignored: self.ignore_file(dockerfile),
            covered: self.inner.iter().map(|(place, _)| place.clone()).collect(),
        };
        packer.covered.push(PathBuf::from(&dockerfile.name));
        packer.folder(&self.source, Path::new(""))?;
        packer.covered.clear();
        for (place, source) in &self.inner {
            packer.entry(source, place)?;
        }
        packer.archive.into_inner()?.flush()
    }

    /// One beside the Dockerfile goes before that of the context.
    fn ignore_file(&self, dockerfile: &DockerfilePlace) -> IgnoreFile {
        let mut own = dockerfile.path.clone().into_os_string();
        own.push(".dockerignore");
        let text = fs::read_to_string(own)
            .or_else(|_| fs::read_to_string(self.source.join(".dockerignore")));
        IgnoreFile::read(&text.unwrap_or_default())
    }
}

struct Packer<W: Write> {
    archive: tar::Builder<W>,
    ignored: IgnoreFile,
    /// Places that something else is put at.
    covered: Vec<PathBuf>,
}

impl<W: Write> Packer<W> {
    /// What is in a folder, in order.
    fn folder(&mut self, folder: &Path, name: &Path) -> io::Result<()> {
        let mut entries: Vec<fs::DirEntry> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            self.entry(&entry.path(), &name.join(entry.file_name()))?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, name: &Path) -> io::Result<()> {
        if self.covered.iter().any(|place| place == name) {
            return Ok(());
        }
        let kind = fs::symlink_metadata(path)?.file_type();
        let left_out = self.ignored.leaves_out(name);
        if kind.is_dir() {
            if left_out && !self.ignored.brings_back() {
                return Ok(());
            }
            if !left_out {
                self.archive.append_path_with_name(path, name)?;
            }
            return self.folder(path, name);
        }
        if left_out || !(kind.is_file() || kind.is_symlink()) {
            return Ok(());
        }
        self.archive.append_path_with_name(path, name)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    struct Bench {
        folder: tempfile::TempDir,
        request: BuildRequest,
        mounts: Vec<Mount>,
    }

    impl Bench {
        fn new(files: &[(&str, &str)]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for (name, text) in files {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            let mounts = vec![Mount {
                source: folder.path().join("context"),
                target: "/context".into(),
                read_only: false,
            }];
            let request = BuildRequest {
                context: "/context".into(),
                dockerfile: Some("/context/Dockerfile".into()),
                ..BuildRequest::default()
            };
            Self {
                folder,
                request,
                mounts,
            }
        }

        /// Names and texts of the archive; a folder has no text.
        fn packed(&self) -> Vec<(String, String)> {
            let context = Context::find(&self.request, &self.mounts).unwrap();
            let dockerfile = context.dockerfile(&self.request, &self.mounts).unwrap();
            let mut bytes = Vec::new();
            context.write(&dockerfile, &mut bytes).unwrap();
            let mut archive = tar::Archive::new(&bytes[..]);
            let entries = archive.entries().unwrap().map(|entry| {
                let mut entry = entry.unwrap();
                let name = entry.path().unwrap().display().to_string();
                let mut text = String::new();
                entry.read_to_string(&mut text).unwrap();
                if let Some(target) = entry.link_name().unwrap() {
                    text = format!("-> {}", target.display());
                }
                (name.trim_end_matches('/').to_owned(), text)
            });
            entries.collect()
        }

        fn names(&self) -> Vec<String> {
            self.packed().into_iter().map(|(name, _)| name).collect()
        }
    }

    #[test]
    fn the_context_is_packed_without_what_is_ignored_but_always_with_the_dockerfile() {
        let bench = Bench::new(&[
            ("context/Dockerfile", "FROM x"),
            ("context/.dockerignore", "*\n!src\nsrc/*.log\n"),
            ("context/src/main.py", "main"),
            ("context/src/x.log", "log"),
            ("context/data/big", "big"),
        ]);
        assert_eq!(bench.names(), ["Dockerfile", "src", "src/main.py"]);
    }

    #[test]
    fn links_stay_links_and_never_lead_out() {
        let bench = Bench::new(&[("context/Dockerfile", "FROM x"), ("secret", "secret")]);
        let link = bench.folder.path().join("context/link");
        std::os::unix::fs::symlink("../secret", link).unwrap();
        let expected = [("Dockerfile", "FROM x"), ("link", "-> ../secret")];
        let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(bench.packed(), expected);
    }

    #[test]
    fn further_volumes_lie_in_the_context() {
        let mut bench = Bench::new(&[
            ("context/Dockerfile", "FROM x"),
            ("context/key", "covered"),
            ("secret", "secret"),
            ("more/file", "more"),
        ]);
        for (source, target) in [("secret", "/context/key"), ("more", "/context/more")] {
            bench.mounts.push(Mount {
                source: bench.folder.path().join(source),
                target: target.into(),
                read_only: true,
            });
        }
        let packed = bench.packed();
        assert!(packed.contains(&("key".to_owned(), "secret".to_owned())));
        assert!(packed.contains(&("more/file".to_owned(), "more".to_owned())));
        assert_eq!(packed.iter().filter(|(name, _)| name == "key").count(), 1);
    }

    #[test]
    fn a_dockerfile_outside_of_the_context_and_a_part_of_the_context_work() {
        let mut bench = Bench::new(&[
            ("context/docker/Dockerfile", "FROM outside"),
            ("context/app/main.py", "main"),
        ]);
        bench.request.sub_path = Some("app".into());
        bench.request.dockerfile = Some("/context/docker/Dockerfile".into());
        assert_eq!(bench.names(), [STRANGER, "main.py"]);
        for dockerfile in ["/etc/passwd", "/context/../etc/passwd", "../Dockerfile"] {
            bench.request.dockerfile = Some(dockerfile.into());
            let context = Context::find(&bench.request, &bench.mounts).unwrap();
            assert_eq!(context.dockerfile(&bench.request, &bench.mounts), None);
        }
        bench.request.sub_path = Some("../..".into());
        assert_eq!(Context::find(&bench.request, &bench.mounts), None);
        bench.request.sub_path = None;
        for context in ["git://example.org/x", "/elsewhere", "", "/context/none"] {
            bench.request.context = context.into();
            assert_eq!(Context::find(&bench.request, &bench.mounts), None);
        }
    }
}
