//! Accounts and contexts as they are kept in `contexts.yml`. No token is among them: tokens are in
//! the vault.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use client::{Standing, TokenEndpoint};
use contract::{Failure, FailureCode, SignInWay};
use local_platform::{CLUSTER, DEFAULT_PROJECT, ORG, TOOL_USER};
use serde::{Deserialize, Serialize};

use crate::locked::lock;
use crate::{Folders, stored};

/// So many colours tell contexts apart.
pub(super) const COLOURS: u8 = 8;

/// Name of the context that is always there.
pub(crate) const LOCAL: &str = "local";

/// A user of a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountRecord {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) user: String,
    pub(crate) way: SignInWay,
    pub(crate) token_url: String,
    pub(crate) client_id: String,
}

impl AccountRecord {
    /// Under which name the vault keeps its tokens.
    pub(crate) fn vault_name(&self) -> String {
        format!("account {}", self.id)
    }

    pub(crate) fn endpoint(&self) -> TokenEndpoint {
        TokenEndpoint {
            url: self.token_url.clone(),
            client_id: self.client_id.clone(),
        }
    }
}

/// A place to work in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContextRecord {
    pub(crate) name: String,
    pub(crate) account: String,
    pub(crate) cluster: String,
    pub(crate) org: String,
    pub(crate) project: String,
    #[serde(default)]
    pub(crate) protected: bool,
    #[serde(default)]
    pub(crate) colour: u8,
}

/// A cluster, an organisation, and the project of flows that name none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) cluster: String,
    pub(crate) org: String,
    pub(crate) project: String,
}

/// What is kept of the local platform's context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LocalRecord {
    pub(crate) protected: bool,
    pub(crate) colour: u8,
}

/// Everything that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    pub(crate) accounts: Vec<AccountRecord>,
    pub(crate) contexts: Vec<ContextRecord>,
    pub(crate) local: LocalRecord,
    /// Name of the context that is worked in; the local platform when missing.
    pub(crate) current: Option<String>,
    /// Contexts that single projects work in.
    pub(crate) projects: BTreeMap<PathBuf, String>,
}

/// Where a desk works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Here {
    /// On the local platform.
    Local(LocalRecord),
    /// On another one.
    Cloud(Box<ContextRecord>, Box<AccountRecord>),
}

impl Here {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Local(_) => LOCAL,
            Self::Cloud(context, _) => &context.name,
        }
    }

    pub(crate) fn protected(&self) -> bool {
        match self {
            Self::Local(local) => local.protected,
            Self::Cloud(context, _) => context.protected,
        }
    }

    /// From where a client of it speaks.
    pub(crate) fn standing(&self) -> Standing {
        match self {
            Self::Local(_) => Standing {
                cluster: CLUSTER.to_owned(),
                org: ORG.to_owned(),
                project: DEFAULT_PROJECT.to_owned(),
                user: TOOL_USER.to_owned(),
            },
            Self::Cloud(context, account) => Standing {
                cluster: context.cluster.clone(),
                org: context.org.clone(),
                project: context.project.clone(),
                user: account.user.clone(),
            },
        }
    }
}

impl Kept {
    /// The context of a name.
    pub(crate) fn find(&self, name: &str) -> Option<Here> {
        if name == LOCAL {
            return Some(Here::Local(self.local));
        }
        let context = self.contexts.iter().find(|one| one.name == name)?;
        let account = self.account(&context.account)?;
        Some(Here::Cloud(
            Box::new(context.clone()),
            Box::new(account.clone()),
        ))
    }

    pub(crate) fn account(&self, id: &str) -> Option<&AccountRecord> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// Name of the context of a project, or of all that have none of their own.
    pub(crate) fn current(&self, project: Option<&Path>) -> &str {
        let own = project.and_then(|path| self.projects.get(path));
        let known = |name: &&String| self.find(name).is_some();
        own.filter(known)
            .or_else(|| self.current.as_ref().filter(known))
            .map_or(LOCAL, String::as_str)
    }

    /// A name that no context has yet.
    pub(crate) fn free_name(&self, wanted: &str) -> String {
        let taken = |name: &str| self.find(name).is_some();
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        std::iter::once(wanted.to_owned())
            .chain(numbered)
            .find(|name| !taken(name))
            .expect("numbers do not end")
    }

    /// Adds a context of a free name, in the colour that is next.
    pub(crate) fn add(&mut self, name: String, account: String, place: Place) {
        let number = (self.contexts.len() + 1) % usize::from(COLOURS);
        let Place {
            cluster,
            org,
            project,
        } = place;
        self.contexts.push(ContextRecord {
            name,
            account,
            cluster,
            org,
            project,
            protected: false,
            colour: u8::try_from(number).unwrap_or(0),
        });
    }

    /// Forgets an account and all that belongs to it.
    pub(crate) fn forget(&mut self, account: &str) {
        self.accounts.retain(|one| one.id != account);
        self.contexts.retain(|one| one.account != account);
        self.forget_lost_names();
    }

    /// Lets projects whose context is gone work where all others do.
    pub(crate) fn forget_lost_names(&mut self) {
        let names: Vec<String> = self.contexts.iter().map(|one| one.name.clone()).collect();
        let known = |name: &String| name == LOCAL || names.contains(name);
        self.projects.retain(|_, name| known(name));
        self.current = self.current.take().filter(known);
    }
}

/// Accounts and contexts, in memory and on disk.
#[derive(Debug)]
pub(crate) struct ContextStore {
    path: PathBuf,
    kept: Mutex<Kept>,
}

impl ContextStore {
    /// Reads them. A damaged file is set aside, told about, and never overwritten.
    pub(crate) fn open(folders: &Folders) -> Self {
        let path = folders.config.join("contexts.yml");
        let kept = stored::read_or_set_aside(&path, "contexts");
        Self {
            path,
            kept: Mutex::new(kept),
        }
    }

    pub(crate) fn kept(&self) -> Kept {
        lock(&self.kept).clone()
    }

    /// Reads something without copying all.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&Kept) -> T) -> T {
        read(&lock(&self.kept))
    }

    /// Changes them; what cannot be written is not changed.
    pub(crate) fn change<T>(
        &self,
        change: impl FnOnce(&mut Kept) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut kept = lock(&self.kept);
        let mut new = kept.clone();
        let answer = change(&mut new)?;
        if new != *kept {
            stored::write(&self.path, &new).map_err(|error| {
                let message = format!("The contexts could not be saved: {error}.");
                Failure::new(FailureCode::Refused, message)
                    .hint("Check that the folder is yours and that the disk is not full.")
            })?;
            *kept = new;
        }
        Ok(answer)
    }
}

/// The refusal where a context is not there.
pub(crate) fn unknown(kept: &Kept, name: &str) -> Failure {
    let names = kept.contexts.iter().map(|one| one.name.as_str());
    let names: Vec<&str> = std::iter::once(LOCAL).chain(names).collect();
    Failure::not_found(format!("There is no context `{name}`."))
        .hint(format!("There are: {}.", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Kept {
        let account = AccountRecord {
            id: "ann@x".to_owned(),
            url: "https://x/api/v1".to_owned(),
            user: "ann".to_owned(),
            way: SignInWay::Token,
            token_url: String::new(),
            client_id: String::new(),
        };
        let context = |name: &str| ContextRecord {
            name: name.to_owned(),
            account: "ann@x".to_owned(),
            cluster: "c".to_owned(),
            org: "o".to_owned(),
            project: "p".to_owned(),
            protected: false,
            colour: 0,
        };
        Kept {
            accounts: vec![account],
            contexts: vec![context("one"), context("two")],
            current: Some("one".to_owned()),
            projects: BTreeMap::from([(PathBuf::from("/p"), "two".to_owned())]),
            ..Kept::default()
        }
    }

    #[test]
    fn a_project_works_in_its_own_context_or_in_that_of_all() {
        let mut kept = kept();
        assert_eq!(kept.current(None), "one");
        assert_eq!(kept.current(Some(Path::new("/p"))), "two");
        assert_eq!(kept.current(Some(Path::new("/q"))), "one");
        kept.contexts.remove(1);
        assert_eq!(
            kept.current(Some(Path::new("/p"))),
            "one",
            "its own is gone"
        );
        kept.forget("ann@x");
        assert_eq!(kept.current(Some(Path::new("/p"))), LOCAL);
        assert!(kept.projects.is_empty() && kept.current.is_none());
    }

    #[test]
    fn names_of_contexts_are_never_given_twice() {
        let kept = kept();
        assert_eq!(kept.free_name("three"), "three");
        assert_eq!(kept.free_name("one"), "one-2");
        assert_eq!(kept.free_name(LOCAL), "local-2");
    }
}
