//! Talks to a repository elsewhere: asks for its versions, fetches one of them.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use gix::bstr::{BString, ByteSlice as _};
use gix::credentials::helper::{Action, NextAction};
use gix::credentials::protocol::{Context, Outcome};
use gix::protocol::handshake::Ref;
use gix::protocol::transport::client::blocking_io::http;
use gix::remote::fetch::{Shallow, Tags};
use gix::remote::{Direction, ref_map};
use gix::sec::identity::Account;

use crate::credential::{Answerer, Credential, Question};
use crate::git::complaint::{by_status, reached, ssh};
use crate::git::repository::{GitError, create, id, whole};
use crate::git::versions::{Version, Versions};
use crate::git::worker::Handle;
use crate::network::Prepared;
use crate::reference::GitAddress;

/// Where the fetched version is put in the new repository.
const PIN: &str = "refs/bakehouse/pin";

/// All that is needed to reach a repository.
#[derive(Clone)]
pub(crate) struct Dial {
    pub(crate) address: GitAddress,
    pub(crate) prepared: Prepared,
    pub(crate) ssh: String,
    pub(crate) answerer: Answerer,
}

/// What is fetched.
#[derive(Debug, Clone)]
pub(crate) enum Extent {
    /// One version without its history.
    One(String),
    /// All branches and tags with their history.
    All,
}

/// Whether a place asked who we are, and whether we could say.
#[derive(Debug, Default)]
struct Asked {
    asked: AtomicBool,
    answered: AtomicBool,
}

impl Dial {
    /// Branches and tags of the repository. Needs an empty folder for its bookkeeping.
    pub(crate) fn versions(&self, scratch: &Path, handle: &Handle) -> Result<Versions, GitError> {
        let repo = create(scratch, &self.ssh)?;
        let asked = Arc::new(Asked::default());
        let remote = repo
            .remote_at(self.address.url.as_str())?
            .with_fetch_tags(Tags::None)
            .with_refspecs(
                [
                    "+HEAD:refs/x/head",
                    "+refs/heads/*:refs/x/heads/*",
                    "+refs/tags/*:refs/x/tags/*",
                ],
                Direction::Fetch,
            )?;
        let reached = (|| {
            let connection = remote
                .connect(Direction::Fetch)?
                .with_credentials(self.credentials(Arc::clone(&asked)));
            let connection = connection.with_transport_options(self.transport());
            connection.ref_map(handle.meter.clone(), ref_map::Options::default())
        })();
        let (map, _) = reached.map_err(|error| self.said(&error, &asked))?;
        Ok(versions(&map.remote_refs))
    }

    /// Fetches into a new repository; gives back the commit, for [`Extent::One`].
    pub(crate) fn fetch(
        &self,
        into: &Path,
        extent: &Extent,
        handle: &Handle,
    ) -> Result<Option<String>, GitError> {
        let repo = create(into, &self.ssh)?;
        let asked = Arc::new(Asked::default());
        let specs = match extent {
            Extent::One(what) => vec![format!("+{what}:{PIN}")],
            Extent::All => ["heads", "tags"]
                .map(|kind| format!("+refs/{kind}/*:refs/{kind}/*"))
                .to_vec(),
        };
        let remote = repo
            .remote_at(self.address.url.as_str())?
            .with_fetch_tags(Tags::None)
            .with_refspecs(specs.iter().map(String::as_str), Direction::Fetch)?;
        let shallow = match extent {
            Extent::One(_) => Shallow::DepthAtRemote(NonZeroU32::MIN),
            Extent::All => Shallow::NoChange,
        };
        let received = (|| {
            let connection = remote
                .connect(Direction::Fetch)?
                .with_credentials(self.credentials(Arc::clone(&asked)));
            connection
                .with_transport_options(self.transport())
                .prepare_fetch(handle.meter.clone(), ref_map::Options::default())?
                .with_shallow(shallow)
                .with_write_packed_refs_only(true)
                .receive(handle.meter.clone(), &handle.interrupt)
        })();
        received.map_err(|error| self.said(&error, &asked))?;
        match extent {
            Extent::All => Ok(None),
            Extent::One(what) => pinned(&repo, what).map(Some),
        }
    }

    /// Proxy and certificates, for what goes over HTTP; nothing for ssh.
    fn transport(&self) -> Box<dyn std::any::Any> {
        let prepared = self.prepared.clone();
        let backend = http::reqwest::Options {
            configure_client: Some(Box::new(move |builder| Ok(prepared.apply(builder)))),
            configure_request: None,
        };
        Box::new(http::Options {
            backend: Some(Arc::new(Mutex::new(backend))),
            ..http::Options::default()
        })
    }

    /// Answers the first question; a second one means that the answer was wrong.
    fn credentials(
        &self,
        state: Arc<Asked>,
    ) -> impl FnMut(Action) -> gix::Result<Option<Outcome>> + use<> {
        let address = self.address.clone();
        let answerer = Arc::clone(&self.answerer);
        move |action| {
            let Action::Get(context) = action else {
                return Ok(None);
            };
            state.asked.store(true, Ordering::Relaxed);
            let question = question(&address, &context);
            // What stood in the address is for its own host, not for one it was sent on to.
            let own = address
                .credential
                .clone()
                .filter(|_| host(&address.url) == question.host);
            let Some(answer) = own.or_else(|| answerer(&question)) else {
                return Ok(None);
            };
            state.answered.store(true, Ordering::Relaxed);
            Ok(Some(outcome(&answer, context)))
        }
    }

    /// An error in our words.
    fn said(&self, error: &gix::Error, asked: &Asked) -> GitError {
        let text = whole(error);
        if text.contains("clear text") {
            return GitError::ClearText;
        }
        if asked.asked.load(Ordering::Relaxed) && !self.is_ssh() {
            let answered = asked.answered.load(Ordering::Relaxed);
            return if answered && reached(error).is_none() {
                GitError::AuthenticationRefused
            } else {
                GitError::AuthenticationNeeded
            };
        }
        if let Some(said) = reached(error) {
            return said;
        }
        if self.is_ssh() {
            return ssh(text);
        }
        by_status(text)
    }

    fn is_ssh(&self) -> bool {
        !self.address.url.contains("://") || self.address.url.starts_with("ssh://")
    }
}

fn question(address: &GitAddress, context: &Context) -> Question {
    let url = context.url.as_ref().map_or_else(
        || address.url.clone(),
        |url| url.to_str_lossy().into_owned(),
    );
    Question {
        host: context.host.clone().unwrap_or_else(|| host(&url)),
        user: context.username.clone(),
        url,
    }
}

/// The host of an address, with its port.
fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}

fn outcome(answer: &Credential, context: Context) -> Outcome {
    Outcome {
        identity: Account {
            username: answer.user.clone(),
            password: answer.secret.reveal().to_owned(),
            oauth_refresh_token: None,
        },
        next: NextAction::from(context),
    }
}

/// The commit a fetched version stands at.
fn pinned(repo: &gix::Repository, what: &str) -> Result<String, GitError> {
    let Some(mut found) = repo.try_find_reference(PIN)? else {
        let commit = repo.find_object(id(what)?)?.peel_to_commit()?;
        return Ok(commit.id.to_string());
    };
    Ok(found.peel_to_commit()?.id.to_string())
}

fn versions(refs: &[Ref]) -> Versions {
    let mut versions = Versions::default();
    for one in refs {
        let (name, commit) = match one {
            Ref::Direct {
                full_ref_name,
                object,
            }
            | Ref::Peeled {
                full_ref_name,
                object,
                ..
            } => (full_ref_name, object),
            Ref::Symbolic {
                full_ref_name,
                target,
                object,
                ..
            } => {
                if full_ref_name == "HEAD" {
                    versions.default = Some(version(short_branch(target), &object.to_string()));
                    continue;
                }
                (full_ref_name, object)
            }
            Ref::Unborn { .. } => continue,
        };
        versions.add(&name.to_str_lossy(), &commit.to_string());
    }
    versions.sort();
    versions
}

impl Versions {
    /// Takes in a reference by its full name.
    pub(crate) fn add(&mut self, full: &str, commit: &str) {
        if let Some(name) = full.strip_prefix("refs/heads/") {
            self.branches.push(version(name.to_owned(), commit));
        } else if let Some(name) = full.strip_prefix("refs/tags/") {
            self.tags.push(version(name.to_owned(), commit));
        } else if full == "HEAD" && self.default.is_none() {
            self.default = Some(version("HEAD".to_owned(), commit));
        }
    }
}

fn version(name: String, commit: &str) -> Version {
    Version {
        name,
        commit: commit.to_owned(),
    }
}

fn short_branch(target: &BString) -> String {
    let target = target.to_str_lossy();
    target
        .strip_prefix("refs/heads/")
        .unwrap_or(&target)
        .to_owned()
}
