//! The addresses under which the web pages of jobs are reached, and the keys in them.
//!
//! A job has a host name of its own, `<job id>.localhost`, and a named one a second, which does not
//! change when it is started again. Where a job asks for it, its address carries a key. Keys are
//! derived from a secret of the data folder, so that nothing about them needs to be kept.

use std::fs::{self, OpenOptions};
use std::hint::black_box;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use jiff::Timestamp;
use protocol::{Job, named_host};
use rusqlite::{Connection, params};

use crate::platform::Platform;
use crate::store::docs;
use crate::token::hmac_sha256;
use crate::{DataError, job_store};

/// What the key is called in an address and in a cookie.
pub(crate) const KEY: &str = "bakehouse-key";

/// Bytes of the secret.
const SECRET: usize = 32;
/// Bytes of a key: far more than can be guessed.
const KEY_BYTES: usize = 24;
/// How many jobs of one name are looked at, newest first.
const NAMESAKES: u32 = 200;

/// Makes and checks the keys of jobs.
pub(crate) struct JobKeys {
    secret: [u8; SECRET],
}

impl JobKeys {
    /// Reads the secret at `path`, or makes one.
    pub(crate) fn load(path: &Path) -> Result<Self, DataError> {
        let secret = read_or_make(path).map_err(|source| DataError::Folder {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self { secret })
    }

    /// The key of a job.
    pub(crate) fn of(&self, job: &str) -> String {
        let mac = hmac_sha256(&self.secret, job.as_bytes());
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&mac[..KEY_BYTES])
    }

    /// Whether `given` is the key of the job. It takes as long for a nearly right key as for a
    /// wrong one.
    pub(crate) fn fits(&self, job: &str, given: &[u8]) -> bool {
        let right = self.of(job);
        let differences = right
            .bytes()
            .zip(given)
            .fold(0, |seen, (a, b)| black_box(seen | (a ^ b)));
        right.len() == given.len() && differences == 0
    }
}

fn read_or_make(path: &Path) -> io::Result<[u8; SECRET]> {
    if let Ok(bytes) = fs::read(path)
        && let Ok(secret) = bytes.try_into()
    {
        return Ok(secret);
    }
    let mut secret = [0; SECRET];
    secret[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    secret[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    let partial = path.with_extension("new");
    // What a crash left behind must not lend its permissions.
    let _ = fs::remove_file(&partial);
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(&partial)?;
    file.write_all(&secret)?;
    file.sync_data()?;
    fs::rename(partial, path)?;
    Ok(secret)
}

/// A host name that belongs to a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JobHost {
    /// `<job id>.localhost`
    Id(String),
    /// `<name>--<ten hex digits>.localhost`
    Named {
        /// The job's name.
        name: String,
        /// The whole first label.
        label: String,
    },
}

impl JobHost {
    /// Reads the value of a `Host` header. Everything that is not exactly of one of the two forms
    /// is no job's.
    pub(crate) fn read(host: &str) -> Option<Self> {
        let name = match host.split_once(':') {
            Some((name, port)) if is_port(port) => name,
            Some(_) => return None,
            None => host,
        };
        let label = name.to_ascii_lowercase();
        let label = label.strip_suffix(".localhost")?;
        if let Some(id) = label.strip_prefix("job-")
            && id.len() == 36
            && uuid::Uuid::try_parse(id).is_ok()
        {
            return Some(Self::Id(label.to_owned()));
        }
        let (name, hash) = label.rsplit_once("--")?;
        let hexadecimal = hash.len() == 10 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        (hexadecimal && is_label(name)).then(|| Self::Named {
            name: name.to_owned(),
            label: label.to_owned(),
        })
    }

    /// The job with this host name: of several the newest, but rather one that has not ended.
    pub(crate) fn find(&self, connection: &Connection) -> Result<Option<Job>, DataError> {
        let (name, label) = match self {
            Self::Id(id) => return job_store::get(connection, id),
            Self::Named { name, label } => (name, label),
        };
        let namesakes: Vec<Job> = docs(
            connection,
            "SELECT doc FROM jobs WHERE name = ?1
             ORDER BY status IN ('succeeded', 'failed', 'cancelled'), created_at DESC, rowid DESC
             LIMIT ?2",
            params![name, NAMESAKES],
        )?;
        Ok(namesakes
            .into_iter()
            .find(|job| label_of(job).as_ref() == Some(label)))
    }
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_label(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// First label of the second host name, for a job that has a name.
fn label_of(job: &Job) -> Option<String> {
    let name = job.name.as_deref()?;
    Some(named_host(name, job.org_name.as_deref(), job.project()))
}

impl Platform {
    /// The port this platform listens on.
    pub(crate) fn port(&self) -> u16 {
        let port = self.origin.rsplit_once(':');
        port.and_then(|(_, port)| port.parse().ok())
            .expect("the origin is made with a port")
    }

    /// A job as it is shown now to somebody who may read it: it has run until now, and its page is
    /// where this server listens now.
    pub(crate) fn shown(&self, job: Job) -> Job {
        let mut job = job_store::shown(job, Timestamp::now());
        let http = job.container.http.as_ref();
        let secured = http.map(|http| http.requires_auth);
        let url = |label: &str| {
            let port = self.port();
            match secured? {
                true => {
                    let key = self.job_keys.of(&job.id);
                    Some(format!("http://{label}.localhost:{port}/?{KEY}={key}"))
                }
                false => Some(format!("http://{label}.localhost:{port}")),
            }
        };
        let (plain, named) = (url(&job.id), label_of(&job).and_then(|label| url(&label)));
        job.http_url = plain;
        job.http_url_named = named;
        job
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "job-0f0e0d0c-0b0a-4908-8706-050403020100";

    #[test]
    fn only_whole_names_of_jobs_are_names_of_jobs() {
        let id = Some(JobHost::Id(ID.to_owned()));
        assert_eq!(JobHost::read(&format!("{ID}.localhost:7471")), id);
        assert_eq!(JobHost::read(&format!("{ID}.LocalHost")), id);
        let named = JobHost::read("my-job--0123456789.localhost:1");
        assert!(matches!(named, Some(JobHost::Named { name, .. }) if name == "my-job"));
        for bad in [
            format!("{ID}.localhost.evil.example"),
            format!("{ID}.localhost:7471:1"),
            format!("{ID}.localhost:"),
            format!("{ID}.localhost."),
            format!("x.{ID}.localhost"),
            format!("{ID}x.localhost"),
            format!("{ID}.127.0.0.1"),
            format!("{ID}@evil.localhost"),
            "job-1.localhost".to_owned(),
            "evil.localhost".to_owned(),
            "a.b--0123456789.localhost".to_owned(),
            "--0123456789.localhost".to_owned(),
            "a--012345678g.localhost".to_owned(),
            "localhost".to_owned(),
            ".localhost".to_owned(),
            String::new(),
        ] {
            assert_eq!(JobHost::read(&bad), None, "{bad}");
        }
    }

    #[test]
    fn a_key_fits_its_job_only_and_outlives_the_server() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job-keys");
        let keys = JobKeys::load(&path).unwrap();
        let key = keys.of("job-1");
        assert!(keys.fits("job-1", key.as_bytes()));
        assert!(!keys.fits("job-2", key.as_bytes()));
        assert!(!keys.fits("job-1", &key.as_bytes()[1..]));
        assert!(!keys.fits("job-1", format!("{key}x").as_bytes()));
        assert!(!keys.fits("job-1", b""));
        assert_eq!(JobKeys::load(&path).unwrap().of("job-1"), key);
    }

    proptest! {
        #[test]
        fn no_host_text_is_taken_for_more_than_it_is(host in "\\PC{0,80}") {
            match JobHost::read(&host) {
                Some(JobHost::Id(label) | JobHost::Named { label, .. }) => {
                    let name = host.split(':').next().unwrap().to_ascii_lowercase();
                    prop_assert_eq!(name, format!("{label}.localhost"));
                    prop_assert!(!label.contains('.'));
                }
                None => {}
            }
        }
    }
}
