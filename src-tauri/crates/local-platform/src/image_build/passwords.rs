//! Passwords for registries: the files and variables in which the tools hand them to a builder.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use base64::Engine as _;
use bollard::auth::DockerCredentials;
use serde::Deserialize;

use crate::engine::credentials;
use crate::runner::{Mount, behind};

/// Where the builder's image expects the file.
const FOLDER: &str = "/kaniko/.docker";
/// Variables that begin so hold more of them, or the path of a file with them.
const VARIABLE: &str = "NE_REGISTRY_AUTH";

/// Passwords by registry.
#[derive(Debug, Default)]
pub(super) struct Passwords {
    known: HashMap<String, DockerCredentials>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    auths: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
}

impl Passwords {
    /// Finds what the job was given. What cannot be read is as if it were not there; the engine
    /// says which registry wants a password.
    pub(super) fn find(mounts: &[Mount]) -> Self {
        let mut passwords = Self::default();
        for mount in mounts {
            let is_ours = mount.target.starts_with(FOLDER)
                && mount.target.extension().is_some_and(|kind| kind == "json");
            if is_ours && let Ok(text) = std::fs::read_to_string(&mount.source) {
                passwords.take(&text);
            }
        }
        let mut variables: Vec<(String, String)> = std::env::vars()
            .filter(|(name, _)| name.starts_with(VARIABLE))
            .collect();
        variables.sort();
        for (_, value) in variables {
            let file = behind(mounts, Path::new(&value));
            match file.map(std::fs::read_to_string) {
                Some(Ok(text)) => passwords.take(&text),
                _ => passwords.take(&value),
            }
        }
        passwords
    }

    fn take(&mut self, text: &str) {
        let Ok(file) = serde_json::from_str::<File>(text) else {
            return;
        };
        for (registry, entry) in file.auths {
            if let Some(credentials) = entry.credentials(&registry) {
                self.known.insert(registry, credentials);
            }
        }
    }

    /// Adds what the user of this computer has told the engine's own programs, for images whose
    /// registry is not known yet.
    pub(super) async fn add_own(&mut self, images: impl Iterator<Item = &String>) {
        for image in images {
            if self.of(image).is_none()
                && let Some(found) = credentials(image).await
                && let Some(registry) = found.serveraddress.clone()
            {
                self.known.insert(registry, found);
            }
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> HashMap<String, DockerCredentials> {
        self.known.clone()
    }

    /// The one for the registry of an image.
    pub(super) fn of(&self, reference: &str) -> Option<DockerCredentials> {
        let first = reference.split_once('/').map_or("", |(first, _)| first);
        let is_host = first.contains(['.', ':']) || first == "localhost";
        let found = |host: &str| self.known.get(host).cloned();
        if is_host {
            return found(first).or_else(|| found(&format!("https://{first}")));
        }
        found("https://index.docker.io/v1/").or_else(|| found("docker.io"))
    }
}

impl Entry {
    fn credentials(self, registry: &str) -> Option<DockerCredentials> {
        let decoded = self.auth.and_then(|auth| {
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(auth)
                .ok()?;
            let text = String::from_utf8(bytes).ok()?;
            let (user, password) = text.split_once(':')?;
            Some((user.to_owned(), password.to_owned()))
        });
        let (username, password) = match decoded {
            Some((user, password)) => (Some(user), Some(password)),
            None => (self.username, self.password),
        };
        (username.is_some() || self.identitytoken.is_some()).then(|| DockerCredentials {
            username,
            password,
            identitytoken: self.identitytoken,
            serveraddress: Some(registry.to_owned()),
            ..DockerCredentials::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn passwords_are_found_by_the_registry_of_an_image() {
        let mut passwords = Passwords::default();
        // `user:to:ken`
        passwords
            .take(r#"{"auths": {"ghcr.io": {"auth": "dXNlcjp0bzprZW4="}, "x": {"auth": "?"}}}"#);
        passwords.take("no JSON");
        let found = passwords.of("ghcr.io/a/b:1").unwrap();
        assert_eq!(found.username.as_deref(), Some("user"));
        assert_eq!(found.password.as_deref(), Some("to:ken"));
        assert!(passwords.of("quay.io/a/b").is_none());
        assert!(passwords.of("ubuntu").is_none());
        assert_eq!(passwords.all().len(), 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".*", image in ".*") {
            let mut passwords = Passwords::default();
            passwords.take(&text);
            let _ = passwords.of(&image);
        }
    }
}
