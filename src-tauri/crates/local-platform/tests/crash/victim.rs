//! A server in a process of its own, which is killed without warning.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use local_platform::mint_token;
use reqwest::{Client, Method, RequestBuilder};
use rusqlite::Connection;
use serde_json::Value;

use crate::desk::{client, exe};

/// The server and how it is reached; killed when dropped.
pub(super) struct Victim {
    process: Child,
    pub(super) desk: Reach,
}

/// How a server is reached.
#[derive(Clone)]
pub(super) struct Reach {
    url: String,
    pub(super) token: String,
    client: Client,
}

impl Victim {
    /// Starts it on the data and waits until it serves.
    pub(super) fn start(data: &Path) -> Self {
        let mut process = Command::new(exe())
            .arg("serve")
            .arg(data)
            .arg("0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        assert!(url.starts_with("http"), "the server did not come up again");
        let desk = Reach {
            url: url.trim().to_owned(),
            token: mint_token(data, "alice").unwrap(),
            client: client(),
        };
        Self { process, desk }
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Reach {
    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/{path}", self.url);
        self.client.request(method, url).bearer_auth(&self.token)
    }

    /// A request to the registry.
    pub(super) fn registry(&self, method: Method, path: &str) -> RequestBuilder {
        let root = self.url.trim_end_matches("/api/v1");
        let request = self.client.request(method, format!("{root}{path}"));
        request.basic_auth("token", Some(&self.token))
    }

    /// Sends JSON; nothing if the server went away or refused.
    pub(super) async fn send(&self, method: Method, path: &str, body: &Value) -> Option<Value> {
        let answer = self.request(method, path).json(body).send().await.ok()?;
        answer.error_for_status().ok()?.json().await.ok()
    }

    /// Reads JSON from a server that must be there.
    pub(super) async fn get(&self, path: &str) -> Value {
        let answer = self.request(Method::GET, path).send().await.unwrap();
        answer.json().await.unwrap()
    }
}

/// Checks the databases as SQLite itself does, beside the running server.
pub(super) fn check_databases(data: &Path) {
    let found = std::fs::read_dir(data).unwrap().flatten();
    let paths: Vec<PathBuf> = found.map(|entry| entry.path()).collect();
    let mut checked = 0;
    for path in paths {
        if path.extension().is_some_and(|word| word == "sqlite") {
            let database = Connection::open(&path).unwrap();
            let said: String = database
                .query_row("PRAGMA integrity_check", [], |row| row.get(0))
                .unwrap();
            assert_eq!(said, "ok", "{}", path.display());
            checked += 1;
        }
    }
    assert!(checked > 0);
}
