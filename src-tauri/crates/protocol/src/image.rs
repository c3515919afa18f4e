//! Names of images: the platform's own (`image:name:tag`) and docker references.

use std::fmt;

use crate::UriContext;

/// An image in the platform's registry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PlatformImage {
    /// Cluster.
    pub cluster: String,
    /// Organisation.
    pub org: String,
    /// Project.
    pub project: String,
    /// Name, possibly with slashes.
    pub name: String,
    /// Tag.
    pub tag: String,
}

/// An image as a job may name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ImageReference {
    /// In the platform's registry.
    Platform(PlatformImage),
    /// Anywhere else, as a docker reference with its tag.
    External(String),
}

/// Why a text names no image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// There is no name.
    #[error("`{text}` names no image")]
    Nameless {
        /// The whole text.
        text: String,
    },
    /// `image:latest` could be a name or a tag.
    #[error("`{text}` is ambiguous: write `image:NAME` or `image:NAME:TAG`")]
    Ambiguous {
        /// The whole text.
        text: String,
    },
    /// Names of images are lower-case letters, digits and `._-/`.
    #[error("`{name}` is no image name: only lower-case letters, digits and `._-/` are allowed")]
    BadName {
        /// The name.
        name: String,
    },
    /// Tags are at most 128 letters, digits and `._-`.
    #[error(
        "`{tag}` is no image tag: at most 128 letters, digits and `._-`, not beginning with `.` or `-`"
    )]
    BadTag {
        /// The tag.
        tag: String,
    },
    /// The cluster is not the current one.
    #[error("`{text}` names the cluster `{cluster}`, which is not known here")]
    UnknownCluster {
        /// The whole text.
        text: String,
        /// The cluster.
        cluster: String,
    },
}

impl ImageReference {
    /// Reads `image:…` or a docker reference. `registry` is the host (and port) of the platform's
    /// registry, so that its docker references are recognised.
    pub fn parse(text: &str, context: &UriContext, registry: &str) -> Result<Self, ImageError> {
        if let Some(rest) = text.strip_prefix("image:") {
            return platform(text, rest, context).map(Self::Platform);
        }
        let ours = text
            .strip_prefix(registry)
            .and_then(|rest| rest.strip_prefix('/'));
        if let Some(ours) = ours.filter(|_| !registry.is_empty()) {
            return platform(text, &format!("//{}/{ours}", context.cluster), context)
                .map(Self::Platform);
        }
        external(text).map(Self::External)
    }

    /// The reference a container engine understands.
    pub fn docker(&self, registry: &str) -> String {
        match self {
            Self::Platform(image) => {
                let PlatformImage {
                    org,
                    project,
                    name,
                    tag,
                    ..
                } = image;
                format!("{registry}/{org}/{project}/{name}:{tag}")
            }
            Self::External(reference) => reference.clone(),
        }
    }
}

impl fmt::Display for PlatformImage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            cluster,
            org,
            project,
            name,
            tag,
        } = self;
        write!(out, "image://{cluster}/{org}/{project}/{name}:{tag}")
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Platform(image) => image.fmt(out),
            Self::External(reference) => out.write_str(reference),
        }
    }
}

fn platform(text: &str, rest: &str, context: &UriContext) -> Result<PlatformImage, ImageError> {
    if rest == "latest" {
        return Err(ImageError::Ambiguous {
            text: text.to_owned(),
        });
    }
    let (path, tag) = split_tag(rest);
    let nameless = || ImageError::Nameless {
        text: text.to_owned(),
    };
    let (project, name) = if let Some(full) = path.strip_prefix("//") {
        in_cluster(text, full, context)?
    } else if let Some(other) = path.strip_prefix('/') {
        other.split_once('/').ok_or_else(nameless)?
    } else {
        (context.project.as_str(), path)
    };
    if name.is_empty() || project.is_empty() {
        return Err(nameless());
    }
    Ok(PlatformImage {
        cluster: context.cluster.clone(),
        org: context.org.clone(),
        project: project.to_owned(),
        name: checked_name(name)?.to_owned(),
        tag: checked_tag(tag.unwrap_or("latest"))?.to_owned(),
    })
}

/// Splits `cluster[/org]/project/name`: a first part that is not the current organisation is taken
/// for the project, as the tools do.
fn in_cluster<'a>(
    text: &str,
    full: &'a str,
    context: &UriContext,
) -> Result<(&'a str, &'a str), ImageError> {
    let nameless = || ImageError::Nameless {
        text: text.to_owned(),
    };
    let (cluster, path) = full.split_once('/').ok_or_else(nameless)?;
    if cluster != context.cluster {
        return Err(ImageError::UnknownCluster {
            text: text.to_owned(),
            cluster: cluster.to_owned(),
        });
    }
    let (first, after) = path.split_once('/').ok_or_else(nameless)?;
    if first == context.org {
        return after.split_once('/').ok_or_else(nameless);
    }
    Ok((first, after))
}

fn external(text: &str) -> Result<String, ImageError> {
    let (name, tag) = split_tag(text);
    if name.is_empty() {
        return Err(ImageError::Nameless {
            text: text.to_owned(),
        });
    }
    if name.contains('@') {
        return Ok(text.to_owned());
    }
    Ok(format!("{name}:{}", checked_tag(tag.unwrap_or("latest"))?))
}

/// Splits the tag off: what follows a colon after the last slash.
fn split_tag(text: &str) -> (&str, Option<&str>) {
    let name_at = text.rfind('/').map_or(0, |at| at + 1);
    if text[name_at..].contains('@') {
        return (text, None);
    }
    match text[name_at..].find(':') {
        Some(at) => (&text[..name_at + at], Some(&text[name_at + at + 1..])),
        None => (text, None),
    }
}

fn checked_name(name: &str) -> Result<&str, ImageError> {
    let good = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-/".contains(letter)
    };
    let whole = !name.split('/').any(str::is_empty);
    (whole && name.chars().all(good))
        .then_some(name)
        .ok_or_else(|| ImageError::BadName {
            name: name.to_owned(),
        })
}

fn checked_tag(tag: &str) -> Result<&str, ImageError> {
    let good = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let whole = (1..=128).contains(&tag.len()) && !tag.starts_with(['.', '-']);
    (whole && tag.chars().all(good))
        .then_some(tag)
        .ok_or_else(|| ImageError::BadTag {
            tag: tag.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REGISTRY: &str = "127.0.0.1:7471";

    fn read(text: &str) -> Result<ImageReference, ImageError> {
        ImageReference::parse(text, &UriContext::new("default", "myorg", "proj"), REGISTRY)
    }

    #[test]
    fn images_are_completed_as_the_tools_complete_them() {
        for (input, uri, docker) in [
            (
                "image:a",
                "image://default/myorg/proj/a:latest",
                "/myorg/proj/a:latest",
            ),
            (
                "image:/p2/a",
                "image://default/myorg/p2/a:latest",
                "/myorg/p2/a:latest",
            ),
            (
                "image://default/myorg/p2/a:t",
                "image://default/myorg/p2/a:t",
                "/myorg/p2/a:t",
            ),
            (
                "image://default/otherorg/p2/a",
                "image://default/myorg/otherorg/p2/a:latest",
                "/myorg/otherorg/p2/a:latest",
            ),
            (
                "127.0.0.1:7471/myorg/proj/a:1",
                "image://default/myorg/proj/a:1",
                "/myorg/proj/a:1",
            ),
        ] {
            let image = read(input).unwrap();
            assert_eq!(image.to_string(), uri, "{input}");
            assert_eq!(
                image.docker(REGISTRY),
                format!("{REGISTRY}{docker}"),
                "{input}"
            );
        }
    }

    #[test]
    fn external_images_get_a_tag_and_keep_their_registry() {
        let docker = |text: &str| read(text).unwrap().docker(REGISTRY);
        assert_eq!(docker("ubuntu"), "ubuntu:latest");
        assert_eq!(docker("ghcr.io/a/b:1"), "ghcr.io/a/b:1");
        assert_eq!(docker("localhost:5000/x/y"), "localhost:5000/x/y:latest");
        assert_eq!(docker("ubuntu@sha256:abc"), "ubuntu@sha256:abc");
    }

    #[test]
    fn bad_images_say_what_is_wrong() {
        let refused = |text: &str| read(text).unwrap_err().to_string();
        assert!(refused("image:latest").contains("ambiguous"));
        assert!(refused("image:Upper").contains("lower-case"));
        assert!(refused("image:a:.t").contains("no image tag"));
        assert!(refused("image://nowhere/o/p/a").contains("cluster `nowhere`"));
        assert!(refused("image:").contains("names no image"));
        assert!(refused("").contains("names no image"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "(image:)?/{0,3}.*") {
            let _ = read(&text);
        }
    }
}
