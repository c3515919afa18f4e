//! Opens zip archives of the web: from their copies, or after asking the server.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::blocking::Response;
use reqwest::header::{ETAG, IF_NONE_MATCH};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::cache::{Pinned, Shelf};
use crate::credential::{Credential, Question};
use crate::job::{Found, Job};
use crate::limits::TooLarge;
use crate::note::Note;
use crate::open_error::OpenError;
use crate::store::{Freshness, Store};
use crate::watch::{Progress, Stage};

impl Store {
    /// Opens an archive: the copy, or what the server has.
    pub(crate) fn open_zip(
        &self,
        url: &Url,
        credential: Option<&Credential>,
        job: &Job<'_>,
    ) -> Result<Found, OpenError> {
        let shelf = self.shelf(&job.name);
        let visit = Visit {
            shelf: &shelf,
            url,
            credential,
            job,
        };
        match job.terms.freshness {
            Freshness::Offline => visit.look_up()?.ok_or_else(|| OpenError::NotCached {
                name: job.name.clone(),
                checkout: None,
            }),
            Freshness::Cached => match visit.look_up()? {
                Some(found) => Ok(found),
                None => visit.refresh(),
            },
            Freshness::Refresh => match visit.refresh() {
                Err(error) if error.is_unreachable() => visit.instead(error),
                other => other,
            },
        }
    }
}

struct Visit<'a> {
    shelf: &'a Shelf,
    url: &'a Url,
    credential: Option<&'a Credential>,
    job: &'a Job<'a>,
}

impl Visit<'_> {
    fn look_up(&self) -> Result<Option<Found>, OpenError> {
        let record = self.shelf.record();
        let Some(pin) = record.pins.get("") else {
            return Ok(None);
        };
        let Some(path) = self.shelf.archive(&pin.commit) else {
            return Ok(None);
        };
        let (nodes, notes) = self.job.zip(&path)?;
        Ok(Some(Found {
            nodes,
            notes,
            commit: None,
            fetched: Some(pin.fetched),
            checked: Some(pin.checked),
        }))
    }

    fn refresh(&self) -> Result<Found, OpenError> {
        let mut record = self.shelf.record();
        let known = record
            .pins
            .get("")
            .filter(|pin| self.shelf.archive(&pin.commit).is_some())
            .cloned();
        let etag = known.as_ref().and_then(|pin| pin.etag.clone());
        let answer = self.answer(etag.as_deref())?;
        let now = Timestamp::now();
        let pin = match known {
            Some(known) if answer.status() == StatusCode::NOT_MODIFIED => Pinned {
                checked: now,
                ..known
            },
            _ => self.receive(answer, now)?,
        };
        record.pins.insert(String::new(), pin);
        self.shelf
            .remember(&record)
            .map_err(OpenError::cache(self.shelf.path()))?;
        self.shelf.tidy(&record);
        self.look_up()?.ok_or_else(|| OpenError::NotCached {
            name: self.job.name.clone(),
            checkout: None,
        })
    }

    /// Asks, and once more with a name when the server wants one.
    fn answer(&self, etag: Option<&str>) -> Result<Response, OpenError> {
        (self.job.terms.watch.progress)(Progress::new(Stage::Connecting));
        let answer = self.ask(etag, self.credential)?;
        let name = self.job.name.clone();
        if answer.status() != StatusCode::UNAUTHORIZED {
            return self.judged(answer);
        }
        if self.credential.is_some() {
            return Err(OpenError::AuthenticationRefused { name });
        }
        let question = Question {
            url: self.url.to_string(),
            host: self.url.host_str().unwrap_or_default().to_owned(),
            user: None,
        };
        let Some(credential) = (self.job.terms.answerer)(&question) else {
            return Err(OpenError::AuthenticationNeeded { name });
        };
        if self.url.scheme() != "https" {
            return Err(OpenError::ClearText { name });
        }
        self.judged(self.ask(etag, Some(&credential))?)
    }

    fn ask(
        &self,
        etag: Option<&str>,
        credential: Option<&Credential>,
    ) -> Result<Response, OpenError> {
        let client = self.job.terms.network.client(self.job.deadline.left())?;
        let mut request = client.get(self.url.clone());
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(one) = credential {
            request = request.basic_auth(&one.user, Some(one.secret.reveal()));
        }
        request.send().map_err(|error| self.unreachable(&error))
    }

    fn judged(&self, answer: Response) -> Result<Response, OpenError> {
        let name = self.job.name.clone();
        match answer.status() {
            status if status.is_success() || status == StatusCode::NOT_MODIFIED => Ok(answer),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(OpenError::AuthenticationRefused { name })
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(OpenError::NotFound { name }),
            status => Err(OpenError::NoNetwork {
                name,
                why: format!("the server answers {status}"),
            }),
        }
    }

    fn unreachable(&self, error: &(dyn std::error::Error + 'static)) -> OpenError {
        OpenError::NoNetwork {
            name: self.job.name.clone(),
            why: crate::chain::chain(error),
        }
    }

    /// Receives the archive into a file of its own, reads it once, and takes it in.
    fn receive(&self, mut answer: Response, now: Timestamp) -> Result<Pinned, OpenError> {
        let etag = answer
            .headers()
            .get(ETAG)
            .and_then(|etag| etag.to_str().ok())
            .map(str::to_owned);
        let failed = |error| OpenError::cache(self.shelf.path())(error);
        let scratch = self.shelf.scratch().map_err(failed)?;
        let path = scratch.path().join("archive.zip");
        let digest = self.write(&mut answer, &path)?;
        // What cannot be read does not replace what can.
        self.job.zip(&path)?;
        self.shelf
            .take_in(&path, &format!("{digest}.zip"))
            .map_err(failed)?;
        Ok(Pinned {
            commit: digest,
            fetched: now,
            checked: now,
            etag,
        })
    }

    fn write(&self, answer: &mut Response, path: &Path) -> Result<String, OpenError> {
        let most = self.job.terms.limits.download;
        let total = answer.content_length();
        let failed = |error: io::Error| OpenError::cache(path)(error);
        let mut file = File::create(path).map_err(failed)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 64 << 10];
        let mut bytes = 0;
        loop {
            if let Some(ended) = self.job.deadline.ended() {
                return Err(OpenError::ended(&self.job.name, ended));
            }
            let count = answer
                .read(&mut buffer)
                .map_err(|error| OpenError::NoNetwork {
                    name: self.job.name.clone(),
                    why: crate::chain::chain(&error),
                })?;
            if count == 0 {
                break;
            }
            bytes += count as u64;
            if bytes > most {
                return Err(OpenError::TooLarge {
                    name: self.job.name.clone(),
                    why: TooLarge::Download(most),
                });
            }
            hash.update(&buffer[..count]);
            file.write_all(&buffer[..count]).map_err(failed)?;
            (self.job.terms.watch.progress)(Progress {
                stage: Stage::Receiving,
                bytes,
                done: bytes,
                total,
            });
        }
        file.sync_all().map_err(failed)?;
        drop(file);
        Ok(hex::encode(hash.finalize()))
    }

    fn instead(&self, error: OpenError) -> Result<Found, OpenError> {
        let Ok(Some(mut found)) = self.look_up() else {
            return Err(error);
        };
        if let Some(fetched) = found.fetched {
            found.notes.push(Note::FromCache {
                why: error.to_string(),
                fetched,
            });
        }
        Ok(found)
    }
}
