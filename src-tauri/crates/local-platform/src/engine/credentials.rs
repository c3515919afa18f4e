//! What the user has told `docker login` or `podman login`, so that private images can be had.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use bollard::auth::DockerCredentials;
use serde::Deserialize;
use tokio::io::AsyncWriteExt as _;

/// How long a helper program may take; some ask the user.
const HELPER: Duration = Duration::from_secs(20);
/// The name under which the credentials of the registry without a name are kept.
const NAMELESS: &str = "https://index.docker.io/v1/";

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Config {
    auths: HashMap<String, Login>,
    creds_store: Option<String>,
    cred_helpers: HashMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Login {
    auth: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Told {
    username: String,
    secret: String,
}

/// The credentials for the registry of an image, if there are any.
pub(crate) async fn credentials(image: &str) -> Option<DockerCredentials> {
    let registry = registry(image);
    for path in files() {
        let Ok(text) = tokio::fs::read(&path).await else {
            continue;
        };
        // A file that cannot be read as what it should be is as good as none.
        let Ok(config) = serde_json::from_slice::<Config>(&text) else {
            continue;
        };
        if let Some(found) = config.of(&registry).await {
            return Some(found);
        }
    }
    None
}

impl Config {
    async fn of(&self, registry: &str) -> Option<DockerCredentials> {
        if let Some(helper) = self
            .cred_helpers
            .get(registry)
            .or(self.creds_store.as_ref())
            && let Some(told) = ask(helper, registry).await
        {
            return Some(login(registry, told.username, told.secret));
        }
        let names = [registry.to_owned(), format!("https://{registry}")];
        let kept = names.iter().find_map(|name| self.auths.get(name))?;
        let decoded = base64::engine::general_purpose::STANDARD
            .decode(kept.auth.as_ref()?)
            .ok()?;
        let text = String::from_utf8(decoded).ok()?;
        let (user, password) = text.split_once(':')?;
        Some(login(registry, user.to_owned(), password.to_owned()))
    }
}

fn login(registry: &str, username: String, password: String) -> DockerCredentials {
    DockerCredentials {
        username: Some(username),
        password: Some(password),
        serveraddress: Some(registry.to_owned()),
        ..DockerCredentials::default()
    }
}

fn files() -> Vec<PathBuf> {
    let folder = |name: &str, below: &str| {
        let folder = std::env::var_os(name)?;
        Some(PathBuf::from(folder).join(below))
    };
    [
        folder("DOCKER_CONFIG", "config.json"),
        folder("HOME", ".docker/config.json"),
        folder("XDG_RUNTIME_DIR", "containers/auth.json"),
        folder("HOME", ".config/containers/auth.json"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The registry of an image, under the name that logins are kept with.
fn registry(image: &str) -> String {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host.to_owned(),
        _ => NAMELESS.to_owned(),
    }
}

async fn ask(helper: &str, registry: &str) -> Option<Told> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if !helper.chars().all(plain) {
        return None;
    }
    let mut process = tokio::process::Command::new(format!("docker-credential-{helper}"))
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let mut stdin = process.stdin.take()?;
    stdin.write_all(registry.as_bytes()).await.ok()?;
    drop(stdin);
    let output = tokio::time::timeout(HELPER, process.wait_with_output());
    serde_json::from_slice(&output.await.ok()?.ok()?.stdout).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_what_stands_before_the_first_slash_if_it_is_a_host() {
        assert_eq!(registry("ghcr.io/a/b:c"), "ghcr.io");
        assert_eq!(registry("localhost/a"), "localhost");
        assert_eq!(registry("127.0.0.1:5000/a/b"), "127.0.0.1:5000");
        assert_eq!(registry("ubuntu"), NAMELESS);
        assert_eq!(registry("library/ubuntu:latest"), NAMELESS);
    }

    #[tokio::test]
    async fn a_kept_login_is_found() {
        let text = r#"{"auths": {"ghcr.io": {"auth": "dXNlcjpwYTpzcw=="}, "x": {}}}"#;
        let config: Config = serde_json::from_str(text).unwrap();
        let found = config.of("ghcr.io").await.unwrap();
        assert_eq!(found.username.as_deref(), Some("user"));
        assert_eq!(found.password.as_deref(), Some("pa:ss"));
        assert!(config.of("quay.io").await.is_none());
        assert!(config.of("x").await.is_none());
    }
}
