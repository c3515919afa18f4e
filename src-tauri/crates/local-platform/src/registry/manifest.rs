//! Manifests: what an image is made of, in the four forms that engines push.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Digest, RegistryError};

/// Largest manifest.
pub(crate) const LARGEST_MANIFEST: usize = 4 << 20;

pub(crate) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub(crate) const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(crate) const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// A manifest as it was pushed. Its text is kept to the byte, because its digest is its name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Manifest {
    /// What it says it is.
    pub(crate) media_type: String,
    /// Its text.
    pub(crate) content: Bytes,
}

/// What a manifest names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Parts {
    /// One image: its configuration and its layers, lowest first.
    Image {
        config: Descriptor,
        layers: Vec<Descriptor>,
    },
    /// Images for several machines.
    Index { manifests: Vec<Descriptor> },
}

/// A content that a manifest names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    /// What it is.
    #[serde(default)]
    pub(crate) media_type: String,
    /// Its digest, as written.
    pub(crate) digest: String,
    /// Its size.
    pub(crate) size: u64,
    /// For which machine, in an index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) platform: Option<Machine>,
    /// Other places that have it; such a layer need not be here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) urls: Vec<String>,
}

/// The machine an image is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    #[serde(default)]
    pub(crate) architecture: String,
    #[serde(default)]
    pub(crate) os: String,
}

impl Descriptor {
    pub(crate) fn new(media_type: &str, digest: &Digest, size: u64) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: digest.to_string(),
            size,
            platform: None,
            urls: Vec::new(),
        }
    }

    /// The digest, read.
    pub(crate) fn digest(&self) -> Result<Digest, RegistryError> {
        self.digest.parse()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    schema_version: u32,
    media_type: Option<String>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OciManifest<'a> {
    schema_version: u32,
    media_type: &'static str,
    config: &'a Descriptor,
    layers: &'a [Descriptor],
}

impl Manifest {
    /// Takes a pushed manifest; `content_type` is what the request calls it.
    pub(crate) fn pushed(
        content: Bytes,
        content_type: Option<&str>,
    ) -> Result<Self, RegistryError> {
        let written = written(&content)?;
        let named = content_type
            .map(|text| text.split(';').next().unwrap_or_default().trim())
            .filter(|text| is_known(text));
        if let (Some(named), Some(own)) = (named, &written.media_type)
            && named != own
        {
            return Err(invalid(format!(
                "it is sent as {named}, but calls itself {own}"
            )));
        }
        let media_type = match (named, written.media_type) {
            (_, Some(own)) if !is_known(&own) => {
                return Err(invalid(format!("the form {own} is not known")));
            }
            (Some(named), _) => named.to_owned(),
            (None, Some(own)) => own,
            (None, None) if written.manifests.is_some() => OCI_INDEX.to_owned(),
            (None, None) => OCI_MANIFEST.to_owned(),
        };
        let manifest = Self {
            media_type,
            content,
        };
        manifest.parts()?;
        Ok(manifest)
    }

    /// Writes the manifest of an image.
    pub(crate) fn of_image(config: &Descriptor, layers: &[Descriptor]) -> Self {
        let written = OciManifest {
            schema_version: 2,
            media_type: OCI_MANIFEST,
            config,
            layers,
        };
        let content = serde_json::to_vec(&written).expect("plain texts and numbers can be written");
        Self {
            media_type: OCI_MANIFEST.to_owned(),
            content: content.into(),
        }
    }

    /// Its name.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.content)
    }

    /// What it names.
    pub(crate) fn parts(&self) -> Result<Parts, RegistryError> {
        let written = written(&self.content)?;
        let is_index = matches!(self.media_type.as_str(), DOCKER_LIST | OCI_INDEX);
        match (written.manifests, written.config, written.layers) {
            (Some(manifests), None, None) if is_index => Ok(Parts::Index { manifests }),
            (None, Some(config), Some(layers)) if !is_index => Ok(Parts::Image { config, layers }),
            _ if is_index => Err(invalid("it has no `manifests`, or more than them")),
            _ => Err(invalid(
                "it must have `config` and `layers`, and no `manifests`",
            )),
        }
    }
}

fn is_known(media_type: &str) -> bool {
    matches!(
        media_type,
        DOCKER_MANIFEST | DOCKER_LIST | OCI_MANIFEST | OCI_INDEX
    )
}

fn written(content: &[u8]) -> Result<Written, RegistryError> {
    let written: Written =
        serde_json::from_slice(content).map_err(|error| invalid(error.to_string()))?;
    if written.schema_version != 2 {
        let version = written.schema_version;
        return Err(invalid(format!(
            "its `schemaVersion` is {version}; only 2 is known"
        )));
    }
    Ok(written)
}

fn invalid(reason: impl Into<String>) -> RegistryError {
    RegistryError::ManifestInvalid {
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pushed(text: &str, content_type: Option<&str>) -> Result<String, String> {
        Manifest::pushed(Bytes::copy_from_slice(text.as_bytes()), content_type)
            .map(|manifest| manifest.media_type)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_form_is_what_request_and_text_agree_on() {
        let image = r#"{"schemaVersion":2,"config":{"digest":"d","size":1},"layers":[]}"#;
        let index = r#"{"schemaVersion":2,"manifests":[]}"#;
        assert_eq!(
            pushed(image, Some(DOCKER_MANIFEST)).unwrap(),
            DOCKER_MANIFEST
        );
        assert_eq!(pushed(image, None).unwrap(), OCI_MANIFEST);
        assert_eq!(pushed(index, Some("application/json")).unwrap(), OCI_INDEX);
        assert!(
            pushed(index, Some(OCI_MANIFEST))
                .unwrap_err()
                .contains("must have `config`")
        );
        assert!(
            pushed(image, Some(DOCKER_LIST))
                .unwrap_err()
                .contains("no `manifests`")
        );
        let named = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"digest":"d","size":1},"layers":[]}"#;
        assert!(
            pushed(named, Some(DOCKER_MANIFEST))
                .unwrap_err()
                .contains("calls itself")
        );
        assert!(
            pushed(r#"{"schemaVersion":1}"#, None)
                .unwrap_err()
                .contains("`schemaVersion` is 1")
        );
        assert!(pushed("no", None).is_err());
    }

    #[test]
    fn a_written_manifest_can_be_read_back() {
        let config = Descriptor::new(OCI_CONFIG, &Digest::of(b"c"), 1);
        let layers = [Descriptor::new(OCI_LAYER, &Digest::of(b"l"), 2)];
        let manifest = Manifest::of_image(&config, &layers);
        let again = Manifest::pushed(manifest.content.clone(), Some(OCI_MANIFEST)).unwrap();
        assert_eq!(again, manifest);
        assert_eq!(
            again.parts().unwrap(),
            Parts::Image {
                config,
                layers: layers.to_vec()
            }
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(content in proptest::collection::vec(any::<u8>(), 0..200), kind in ".{0,30}") {
            let _ = Manifest::pushed(content.into(), Some(&kind));
        }
    }
}
