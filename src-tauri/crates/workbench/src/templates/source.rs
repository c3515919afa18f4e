//! Where templates lie: what was typed is understood, credentials are handed on, errors are told.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use contract::{Failure, FailureCode, Freshness, GivenCredential, SecretText};
use template_store::{
    Credential, Limits, Network, OpenError, Reading, Reference, ReferenceError, Secret, Store,
    Terms, Wanted,
};

use crate::Desk;
use crate::templates::person;
use crate::templates::work::{FETCH_LIMIT, Work};
use crate::view::failure::capital;

/// A source as it was typed, and how it may be asked.
#[derive(Default)]
pub(crate) struct Source {
    pub(crate) typed: String,
    pub(crate) checkout: Option<String>,
    pub(crate) directory: Option<String>,
    pub(crate) freshness: Freshness,
    pub(crate) base: Option<String>,
    pub(crate) credential: Option<GivenCredential>,
    pub(crate) password: Option<SecretText>,
}

impl Source {
    /// What is wanted, understood.
    pub(crate) fn wanted(&self, desk: &Desk) -> Result<Wanted, Failure> {
        let (config, _) = person::config(desk);
        let home = &desk.folders().home;
        let base = self.base.as_ref().map(PathBuf::from);
        let reading = Reading {
            abbreviations: &config.abbreviations,
            home: Some(home),
            base: base.as_deref().unwrap_or(home),
        };
        let some = |text: &Option<String>| {
            let text = text.as_deref().map(str::trim);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Ok(Wanted {
            reference: Reference::parse(&self.typed, &reading).map_err(|error| bad(&error))?,
            checkout: some(&self.checkout),
            directory: some(&self.directory).map(|one| one.trim_matches('/').to_owned()),
        })
    }

    /// Asks the store under the conditions of this source. What was given for a host is kept in
    /// memory once it has opened it.
    pub(crate) fn ask<T>(
        &self,
        desk: &Desk,
        work: &Work,
        act: impl FnOnce(&Store, &Terms<'_>) -> Result<T, OpenError>,
    ) -> Result<T, OpenError> {
        let given = self.credential.as_ref().map(|given| Credential {
            user: given.user.clone(),
            secret: Secret::new(given.secret.reveal()),
        });
        let asked: Arc<Mutex<Option<String>>> = Arc::default();
        let answerer = {
            let (desk, given, asked) = (desk.clone(), given.clone(), Arc::clone(&asked));
            Arc::new(move |question: &template_store::Question| {
                *asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(question.host.clone());
                let kept = || desk.templates().credential(&question.host);
                given.clone().or_else(kept)
            })
        };
        let network = Network::default();
        let answer = work.watched(FETCH_LIMIT, |watch| {
            let terms = Terms {
                freshness: freshness(self.freshness),
                network: &network,
                answerer,
                password: self
                    .password
                    .as_ref()
                    .map(|text| Secret::new(text.reveal())),
                limits: Limits::default(),
                watch,
            };
            act(&Store::new(&desk.folders().data), &terms)
        })?;
        let host = asked.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Some(host), Some(credential)) = (host, given) {
            desk.templates().remember_credential(&host, credential);
        }
        Ok(answer)
    }
}

/// When the store asks the source.
pub(crate) fn freshness(wanted: Freshness) -> template_store::Freshness {
    match wanted {
        Freshness::Cached => template_store::Freshness::Cached,
        Freshness::Refresh => template_store::Freshness::Refresh,
        Freshness::Offline => template_store::Freshness::Offline,
    }
}

fn bad(error: &ReferenceError) -> Failure {
    let hint = "Type a folder, a zip file, `gh:owner/name`, or the address of a git repository.";
    Failure::invalid("source", format!("{}.", capital(error))).hint(hint)
}

/// Why a template could not be opened, where nothing more can be asked.
pub(crate) fn failure(error: &OpenError) -> Failure {
    let code = match error {
        OpenError::NotFound { .. } | OpenError::NoBundled { .. } | OpenError::NotCached { .. } => {
            FailureCode::NotFound
        }
        OpenError::NoNetwork { .. } | OpenError::NoSsh { .. } | OpenError::TimedOut { .. } => {
            FailureCode::Unreachable
        }
        OpenError::NoDirectory { .. }
        | OpenError::NotATemplate { .. }
        | OpenError::Version { .. } => FailureCode::Invalid,
        _ => FailureCode::Refused,
    };
    let field = match error {
        OpenError::NoDirectory { .. } => "directory",
        OpenError::Version { .. } => "checkout",
        _ => "source",
    };
    let mut failure = Failure::new(code, format!("{}.", capital(error)));
    failure.field = Some(field.to_owned());
    failure.hint = error.hint().map(str::to_owned);
    failure
}

/// A folder below another, with `/`.
pub(crate) fn below(folder: Option<&str>, inner: &str) -> Option<String> {
    let inner = inner.trim_matches('/');
    match folder.filter(|folder| !folder.is_empty()) {
        _ if inner.is_empty() || inner == "." => folder.map(str::to_owned),
        Some(folder) => Some(format!("{folder}/{inner}")),
        None => Some(inner.to_owned()),
    }
}

/// The last part of a place, as a name for what lies there.
pub(crate) fn last_part(place: &str) -> String {
    let place = place.trim_end_matches('/');
    let last = place.rsplit(['/', ':']).next().unwrap_or(place);
    let stem = last.strip_suffix(".git").or(last.strip_suffix(".zip"));
    stem.unwrap_or(last).to_owned()
}

/// A path that a person typed: `~` is the home folder.
pub(crate) fn path(desk: &Desk, typed: &str) -> PathBuf {
    match typed.trim().strip_prefix("~/") {
        Some(rest) => desk.folders().home.join(rest),
        None => Path::new(typed.trim()).to_owned(),
    }
}
