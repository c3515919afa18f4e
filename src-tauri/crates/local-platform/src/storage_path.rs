//! From a path of the storage to a path on the disk, never outside the storage's folder.

use std::io;
use std::path::{Component, Path, PathBuf};

use protocol::{PlatformUri, Scheme, UriContext};

use crate::place::CLUSTER;
use crate::resource::Resource;

/// Why a storage path cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoragePathError {
    #[error("`{path}` leads out of the storage")]
    Outside { path: String },
    #[error("`{uri}` is not in the storage of this platform, whose cluster is `{CLUSTER}`")]
    Elsewhere { uri: String },
    #[error("`{uri}` names no project; write storage://{CLUSTER}/ORG/PROJECT/…")]
    NoProject { uri: String },
    #[error("the storage could not be read: {0}")]
    Disk(#[from] io::Error),
}

/// The place of `/org/project/…` (decoded) under `root`.
pub(crate) fn resolve(root: &Path, path: &str) -> Result<PathBuf, StoragePathError> {
    let outside = || StoragePathError::Outside {
        path: path.to_owned(),
    };
    let mut place = root.to_owned();
    for component in Path::new(path.trim_start_matches('/')).components() {
        match component {
            Component::Normal(part) => place.push(part),
            Component::CurDir => {}
            _ => return Err(outside()),
        }
    }
    if path.contains('\0') {
        return Err(outside());
    }
    // Links inside the storage may be followed, but not out of it.
    let parent = place
        .parent()
        .filter(|parent| parent.starts_with(root))
        .unwrap_or(root);
    for folder in [parent, place.as_path()] {
        if !nearest_real(folder)?.starts_with(root) {
            return Err(outside());
        }
    }
    Ok(place)
}

/// The real path of the nearest ancestor that exists.
fn nearest_real(path: &Path) -> io::Result<PathBuf> {
    for folder in path.ancestors() {
        match folder.canonicalize() {
            Ok(real) => return Ok(real),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // A link that leads nowhere could later lead anywhere.
                if folder.is_symlink() {
                    return Ok(PathBuf::from("/"));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {}
            Err(error) => return Err(error),
        }
    }
    Ok(PathBuf::from("/"))
}

/// The place of a full `storage://…` URI.
pub(crate) fn of_uri(root: &Path, uri: &str) -> Result<PathBuf, StoragePathError> {
    let elsewhere = || StoragePathError::Elsewhere {
        uri: uri.to_owned(),
    };
    let context = UriContext::new("", "", "");
    let parsed = PlatformUri::parse(uri, &context).map_err(|_| elsewhere())?;
    if parsed.scheme() != Scheme::Storage || parsed.cluster() != CLUSTER {
        return Err(elsewhere());
    }
    let parts: Vec<String> = parsed.segments().collect();
    if parts.len() < 2 {
        return Err(StoragePathError::NoProject {
            uri: uri.to_owned(),
        });
    }
    resolve(root, &parts.join("/"))
}

/// The resource that links in the storage lead to, if it is another one than the named one: a link
/// must not give away what its name does not.
pub(crate) fn real_resource(
    root: &Path,
    named: &Resource,
) -> Result<Option<Resource>, StoragePathError> {
    let rest = named.parts().get(1..).unwrap_or_default().join("/");
    let place = resolve(root, &rest)?;
    let real = nearest_real(&place)?;
    let Ok(inside) = real.strip_prefix(root) else {
        return Err(StoragePathError::Outside { path: rest });
    };
    // The nearest part that exists is an ancestor of the place, unless a link leads elsewhere.
    if place.starts_with(&real) {
        return Ok(None);
    }
    let inside = inside.to_string_lossy();
    let real = Resource::at(Scheme::Storage, &inside);
    let outside = || StoragePathError::Outside { path: rest.clone() };
    Ok(Some(real.map_err(|_| outside())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leaves_the_storage() {
        let place = tempfile::tempdir().unwrap();
        let outside = place.path().canonicalize().unwrap();
        let root = outside.join("storage");
        std::fs::create_dir_all(root.join("org/proj")).unwrap();
        std::os::unix::fs::symlink(&outside, root.join("org/proj/out")).unwrap();
        std::os::unix::fs::symlink("/nowhere/at/all", root.join("org/proj/dangling")).unwrap();
        assert_eq!(
            resolve(&root, "/org/proj/a").unwrap(),
            root.join("org/proj/a")
        );
        assert_eq!(resolve(&root, "").unwrap(), root);
        for bad in [
            "/org/../../x",
            "../x",
            "/org/proj/out/x",
            "/org/proj/out",
            "org/proj/dangling/x",
        ] {
            let refused = resolve(&root, bad).unwrap_err().to_string();
            assert!(
                refused.contains("leads out of the storage"),
                "{bad}: {refused}"
            );
        }
    }

    #[test]
    fn a_link_is_what_it_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("org/one/a")).unwrap();
        std::fs::create_dir_all(root.join("org/two")).unwrap();
        std::os::unix::fs::symlink(root.join("org/one"), root.join("org/two/link")).unwrap();
        let real = |path: &str| {
            let named = Resource::at(Scheme::Storage, path).unwrap();
            real_resource(&root, &named)
                .unwrap()
                .map(|real| real.to_string())
        };
        assert_eq!(real("org/one/a"), None);
        assert_eq!(real("org/one/new/b"), None);
        let leads = Some("storage://local/org/one/a".to_owned());
        assert_eq!(real("org/two/link/a"), leads);
    }

    #[test]
    fn uris_of_other_clusters_are_refused() {
        let root = Path::new("/");
        let refused = |uri: &str| of_uri(root, uri).unwrap_err().to_string();
        assert!(refused("storage://cloud/o/p/a").contains("whose cluster is `local`"));
        assert!(refused("storage://local/o").contains("names no project"));
        assert!(refused("disk://local/o/p/a").contains("not in the storage"));
    }
}
