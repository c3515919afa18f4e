//! Clients of the platforms that we are signed in to, and which of them a request means.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use client::{Client, Network, Proxy, Standing};
use contract::Failure;
use flow::Platform;
use serde::Serialize;

use super::record::{AccountRecord, ContextRecord, Here, Kept, unknown};
use super::tokens::AccountTokens;
use crate::Desk;
use crate::locked::lock;
use crate::project::find_root;
use crate::view::failure;

/// What this process has of other platforms.
#[derive(Default)]
pub(crate) struct Connections {
    tokens: Mutex<HashMap<String, Arc<AccountTokens>>>,
    /// By the name of the context, with what it was made from.
    clients: Mutex<HashMap<String, (ContextRecord, Client)>>,
    /// In which context a job was seen.
    jobs: Mutex<HashMap<String, String>>,
}

/// How other platforms are reached.
pub(crate) fn network() -> Network {
    Network {
        proxy: Proxy::System,
        ..Network::default()
    }
}

/// The network for one platform: those of this computer are reached directly.
pub(crate) fn network_to(url: &str) -> Network {
    let here = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    match here.iter().any(|start| url.starts_with(start)) {
        true => Network::default(),
        false => network(),
    }
}

impl Connections {
    /// Forgets what was made for an account.
    pub(crate) fn forget(&self, account: &str) {
        lock(&self.tokens).remove(account);
        lock(&self.clients).retain(|_, (context, _)| context.account != account);
    }

    /// Forgets everything, because credentials are kept elsewhere now.
    pub(crate) fn forget_all(&self) {
        lock(&self.tokens).clear();
        lock(&self.clients).clear();
    }

    /// Whether the person has to sign in again with an account, as far as it is known.
    pub(crate) fn is_spent(&self, account: &str) -> bool {
        let known = lock(&self.tokens).get(account).cloned();
        known.is_some_and(|tokens| tokens.is_spent())
    }
}

impl Desk {
    /// Where this desk works.
    pub(crate) fn here(&self) -> Result<Here, Failure> {
        self.contexts().with(|kept| match self.chosen() {
            Some(name) => kept.find(name).ok_or_else(|| unknown(kept, name)),
            None => Ok(current(kept, None)),
        })
    }

    /// Who we are there, for evaluation. Where there is nothing, as on the local platform.
    pub(crate) fn who(&self) -> Platform {
        let here = self.here().unwrap_or(Here::Local(Default::default()));
        who(&here.standing())
    }

    /// Adds to a failure which account has to be signed in with.
    pub(crate) fn signed(&self, failure: Failure) -> Failure {
        match self.here() {
            Ok(Here::Cloud(_, account)) => super::signed(failure, Some(&account)),
            _ => failure,
        }
    }

    /// The same desk in the context of a project.
    pub(crate) fn of_project(&self, root: &Path) -> Self {
        match self.chosen() {
            Some(_) => self.clone(),
            None => self.within(
                self.contexts()
                    .with(|kept| kept.current(Some(root)).to_owned()),
            ),
        }
    }

    /// The tokens of an account, shared by all its clients.
    pub(crate) async fn tokens_of(
        &self,
        account: &AccountRecord,
    ) -> Result<Arc<AccountTokens>, Failure> {
        if let Some(known) = lock(&self.connections().tokens).get(&account.id) {
            return Ok(Arc::clone(known));
        }
        let vault = self.credentials().vault(self).await?;
        let mut tokens = lock(&self.connections().tokens);
        let made = || {
            Arc::new(AccountTokens::new(
                account.clone(),
                vault,
                network_to(&account.url),
            ))
        };
        Ok(Arc::clone(
            tokens.entry(account.id.clone()).or_insert_with(made),
        ))
    }

    /// A client of another platform.
    pub(crate) async fn cloud_client(
        &self,
        context: &ContextRecord,
        account: &AccountRecord,
    ) -> Result<Client, Failure> {
        if let Some((made_from, client)) = lock(&self.connections().clients).get(&context.name)
            && made_from == context
        {
            return Ok(client.clone());
        }
        let tokens = self.tokens_of(account).await?;
        let client = Client::over(&account.url, tokens, &network_to(&account.url));
        let client = client.map_err(|error| failure::of_client(&error))?;
        let here = Here::Cloud(Box::new(context.clone()), Box::new(account.clone()));
        let client = guarded(client.at(here.standing()), &here);
        let kept = (context.clone(), client.clone());
        lock(&self.connections().clients).insert(context.name.clone(), kept);
        Ok(client)
    }

    /// This desk in the context that a request means: the one of its project, or of its job, or the
    /// one that is worked in.
    pub(crate) async fn meant_by(&self, request: &impl Serialize) -> Self {
        if self.chosen().is_some() {
            return self.clone();
        }
        let asked = serde_json::to_value(request).unwrap_or_default();
        let text = |key: &str| asked.get(key).and_then(serde_json::Value::as_str);
        if let Some(project) = text("project") {
            let root = find_root(Path::new(project));
            return self.of_project(&root.unwrap_or_else(|_| project.into()));
        }
        match text("rawId") {
            Some(job) => self.of_job(job).await,
            None => self.clone(),
        }
    }

    /// This desk in the context that has a job. With the local platform alone nothing is asked.
    async fn of_job(&self, job: &str) -> Self {
        if let Some(known) = lock(&self.connections().jobs).get(job) {
            return self.within(known.clone());
        }
        let kept = self.contexts().kept();
        if kept.contexts.is_empty() {
            return self.clone();
        }
        let first = current(&kept, None).name().to_owned();
        let others = kept.contexts.iter().map(|one| one.name.as_str());
        let others = std::iter::once(super::record::LOCAL).chain(others);
        let names = std::iter::once(first.as_str()).chain(others.filter(|name| *name != first));
        for name in names {
            let desk = self.within(name.to_owned());
            let Some(client) = desk.client_if_ready().await else {
                continue;
            };
            if client.jobs().get(job).await.is_ok() {
                lock(&self.connections().jobs).insert(job.to_owned(), name.to_owned());
                return desk;
            }
        }
        self.clone()
    }
}

fn current(kept: &Kept, project: Option<&Path>) -> Here {
    kept.find(kept.current(project))
        .unwrap_or(Here::Local(kept.local))
}

/// A client that changes nothing where that is not allowed.
pub(crate) fn guarded(client: Client, here: &Here) -> Client {
    if !here.protected() {
        return client;
    }
    let name = here.name();
    client.protected(&format!(
        "the context `{name}` is protected, it is only read"
    ))
}

/// A standing in the words of evaluation.
pub(crate) fn who(standing: &Standing) -> Platform {
    Platform {
        user: standing.user.clone(),
        cluster: standing.cluster.clone(),
        org: Some(standing.org.clone()),
        project: standing.project.clone(),
    }
}

/// Who we are on the local platform, for what is the same wherever it is done.
pub(crate) fn local_who() -> Platform {
    who(&Here::Local(super::record::LocalRecord::default()).standing())
}
