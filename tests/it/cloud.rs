//! A second platform, served by itself, that stands for the cloud: whoever is not signed in is not
//! let in.

use client::{Client, Token};
use local_platform::{Options, Running, SecretsPlace, Server};
use std::sync::Arc;
use tempfile::TempDir;

use crate::desk::program;

/// A platform of others.
pub(crate) struct Cloud {
    running: Running,
    folder: TempDir,
}

impl Cloud {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let options = Options {
            port: 0,
            tool_tokens: false,
            secrets: SecretsPlace::Session,
            engine: Some("unix:///nowhere/engine.sock".to_owned()),
            ..Options::new(folder.path().join("data"), program())
        };
        let running = Server::start(options).await.expect("the platform starts");
        Self { running, folder }
    }

    /// Its entry.
    pub(crate) fn url(&self) -> String {
        self.running.url().to_owned()
    }

    /// A token of its user `user`, who manages it.
    pub(crate) fn token(&self) -> String {
        let token = self.running.mint_token("user");
        token.expect("the platform makes a token")
    }

    /// A token of somebody who is let in and may do nothing yet.
    pub(crate) fn add_user(&self, name: &str) -> String {
        let data = self.folder.path().join("data");
        local_platform::add_user(&data, name).expect("the user is added")
    }

    pub(crate) fn client(&self, token: &str) -> Client {
        Client::new(&self.url(), Arc::new(Token::new(token))).expect("it is an address")
    }
}
