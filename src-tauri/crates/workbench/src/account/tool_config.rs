//! Accounts of the command-line tools `apolo` and `neuro`: read, never written.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use client::{TokenEndpoint, Tokens};
use contract::{SignInWay, ToolAccount};
use jiff::Timestamp;
use protocol::{Claims, PassedConfig};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use serde::Deserialize;

use super::sign_in::Newcomer;

/// Folders of the tools, first those that a variable names.
const FOLDERS: [(&str, &str); 2] = [("APOLO_CONFIG", ".apolo"), ("NEUROMATION_CONFIG", ".neuro")];
/// Variables that hold a whole configuration.
const PASSED: [&str; 2] = ["APOLO_PASSED_CONFIG", "NEURO_PASSED_CONFIG"];

/// An account that was found.
pub(super) struct Found {
    /// The folder, or the name of the variable.
    pub(super) place: String,
    read: Result<Read, String>,
}

/// What is known of it.
struct Read {
    url: String,
    token: String,
    refresh: Option<String>,
    renew_at: Option<Timestamp>,
    endpoint: Option<TokenEndpoint>,
    cluster: Option<String>,
    org: Option<String>,
    project: Option<String>,
}

/// All accounts of the tools on this computer.
pub(super) fn found(home: &Path) -> Vec<Found> {
    found_by(home, &|name| std::env::var_os(name))
}

fn found_by(home: &Path, variable: &dyn Fn(&str) -> Option<OsString>) -> Vec<Found> {
    let mut all = Vec::new();
    for name in PASSED {
        if let Some(text) = variable(name).filter(|text| !text.is_empty()) {
            all.push(Found {
                place: name.to_owned(),
                read: passed(&text.to_string_lossy()),
            });
        }
    }
    for (name, usual) in FOLDERS {
        let named = variable(name)
            .filter(|text| !text.is_empty())
            .map(PathBuf::from);
        let folder = named.unwrap_or_else(|| home.join(usual));
        let place = folder.display().to_string();
        let seen = all.iter().any(|found: &Found| found.place == place);
        if !seen && folder.join("db").is_file() {
            all.push(Found {
                place,
                read: database(&folder.join("db")),
            });
        }
    }
    all
}

fn passed(text: &str) -> Result<Read, String> {
    let passed = PassedConfig::decode(text).map_err(|error| error.to_string())?;
    Ok(Read {
        url: passed.url,
        token: passed.token,
        refresh: None,
        renew_at: None,
        endpoint: None,
        cluster: Some(passed.cluster),
        org: passed.org_name,
        project: passed.project_name,
    })
}

/// The part of the tools' notes on OAuth that we need.
#[derive(Deserialize)]
struct AuthConfig {
    token_url: String,
    client_id: String,
}

fn database(file: &Path) -> Result<Read, String> {
    let damaged = |error: rusqlite::Error| format!("its database cannot be read ({error})");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(file, flags).map_err(damaged)?;
    let row = database
        .query_row(
            "SELECT url, token, refresh_token, expiration_time, auth_config, cluster_name, \
             org_name, project_name FROM main LIMIT 1",
            [],
            |row| {
                Ok((
                    row.get::<_, Option<String>>(0)?,
                    row.get::<_, Option<String>>(1)?,
                    row.get::<_, Option<String>>(2)?,
                    row.get::<_, Option<f64>>(3)?,
                    row.get::<_, Option<String>>(4)?,
                    (row.get(5)?, row.get(6)?, row.get(7)?),
                ))
            },
        )
        .optional()
        .map_err(damaged)?;
    let nobody = || "nobody is logged in there".to_owned();
    let (url, token, refresh, expires, auth, (cluster, org, project)) = row.ok_or_else(nobody)?;
    let auth: Option<AuthConfig> = auth.and_then(|text| serde_json::from_str(&text).ok());
    Ok(Read {
        url: url.filter(|url| !url.is_empty()).ok_or_else(nobody)?,
        token: token.filter(|token| !token.is_empty()).ok_or_else(nobody)?,
        renew_at: expires.and_then(moment),
        refresh: refresh.filter(|token| !token.is_empty()),
        endpoint: auth.map(|auth| TokenEndpoint {
            url: auth.token_url,
            client_id: auth.client_id,
        }),
        cluster,
        org,
        project,
    })
}

/// Seconds since 1970; what is no time, or never, is none.
fn moment(seconds: f64) -> Option<Timestamp> {
    if !seconds.is_finite() || seconds <= 0.0 {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "beyond the range it is the largest"
    )]
    Timestamp::from_second(seconds as i64).ok()
}

impl Found {
    /// What the person is shown of it: no token.
    pub(super) fn view(self) -> ToolAccount {
        match self.read {
            Ok(read) => {
                let user = Claims::read(&read.token);
                let user = user.as_ref().ok().and_then(|claims| claims.user().ok());
                let parts = [&read.cluster, &read.org, &read.project];
                let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
                ToolAccount {
                    place: self.place,
                    user: user.map(str::to_owned),
                    url: Some(read.url),
                    works_in: (!parts.is_empty()).then(|| parts.join("/")),
                    problem: None,
                }
            }
            Err(problem) => ToolAccount {
                place: self.place,
                url: None,
                user: None,
                works_in: None,
                problem: Some(problem),
            },
        }
    }

    pub(super) fn newcomer(self) -> Result<Newcomer, String> {
        let read = self.read?;
        Ok(Newcomer {
            url: read.url.trim_end_matches('/').to_owned(),
            way: SignInWay::Import,
            tokens: Tokens {
                access: read.token,
                // Without a refresh token nothing can be done at the end but to sign in again.
                renew_at: read.renew_at.filter(|_| read.refresh.is_some()),
                refresh: read.refresh,
            },
            endpoint: read.endpoint,
            begins_in: read
                .cluster
                .map(|cluster| (cluster, read.org, read.project)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_go_before_folders_and_broken_ones_say_why() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".neuro");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(
            folder.join("db"),
            "no database at all, but long enough to look at",
        )
        .unwrap();
        let variable = |name: &str| (name == "APOLO_PASSED_CONFIG").then(|| "?".into());
        let all = found_by(home.path(), &variable);
        let views: Vec<ToolAccount> = all.into_iter().map(Found::view).collect();
        assert_eq!(views.len(), 2);
        assert_eq!(views[0].place, "APOLO_PASSED_CONFIG");
        assert_eq!(views[0].problem.as_deref(), Some("it is not base64"));
        assert!(views[1].problem.as_deref().unwrap().contains("database"));
        assert!(found_by(&home.path().join("none"), &|_| None).is_empty());
    }

    #[test]
    fn times_that_are_none_are_left_out() {
        assert_eq!(moment(f64::NAN), None);
        assert_eq!(moment(f64::INFINITY), None);
        assert_eq!(moment(-1.0), None);
        assert_eq!(moment(60.5), Timestamp::from_second(60).ok());
        assert_eq!(moment(1e300), None);
    }
}
