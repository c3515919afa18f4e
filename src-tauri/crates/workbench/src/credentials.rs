//! Where credentials are kept: probing the keyring, and the person's choice where there is none.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contract::{
    CredentialsChoice, CredentialsPlace, CredentialsView, DeskEvent, Failure, FailureCode,
};
use vault::{Place, Probe, Secret, Vault, VaultError};

use crate::desk::{CredentialsMode, DeskOptions};
use crate::settings::CredentialsFallback;
use crate::view::failure::capital;
use crate::{Desk, platform};

/// How long one step of probing the keyring may take.
const PROBE_LIMIT: Duration = Duration::from_secs(3);

/// The vault of this process, once it is known.
pub(crate) struct Credentials {
    mode: CredentialsMode,
    file: PathBuf,
    state: Mutex<State>,
}

#[derive(Clone)]
enum State {
    /// The keyring has not been looked for.
    Unprobed,
    /// A place is open.
    Open {
        vault: Arc<Vault>,
        missing: Option<Missing>,
    },
    /// There is no keyring, and the person has to choose or to give the password.
    Closed {
        place: CredentialsPlace,
        missing: Missing,
    },
}

/// Why the keyring cannot be used.
#[derive(Debug, Clone)]
struct Missing {
    reason: String,
    hint: String,
}

impl Credentials {
    pub(crate) fn new(options: &DeskOptions) -> Self {
        Self {
            mode: options.credentials,
            file: options.folders.data.join("credentials.sealed"),
            state: Mutex::new(State::Unprobed),
        }
    }

    /// The open vault; a failure that the window answers with its choice when there is none.
    pub(crate) async fn vault(&self, desk: &Desk) -> Result<Arc<Vault>, Failure> {
        match self.state(desk).await {
            State::Open { vault, .. } => Ok(vault),
            State::Closed { missing, .. } => Err(needed(&missing)),
            State::Unprobed => Err(Failure::internal("The keyring was not looked for.")),
        }
    }

    /// Whether other programs of ours cannot get at them.
    pub(crate) fn are_in_memory(&self) -> bool {
        match &*self.lock() {
            State::Open { vault, .. } => !matches!(vault.place(), Place::Keyring),
            State::Unprobed | State::Closed { .. } => true,
        }
    }

    /// Where credentials are kept.
    pub(crate) async fn view(&self, desk: &Desk) -> CredentialsView {
        match self.state(desk).await {
            State::Open { vault, missing } => {
                let place = match vault.place() {
                    Place::Keyring => CredentialsPlace::Keyring,
                    Place::SessionOnly => CredentialsPlace::Session,
                    Place::EncryptedFile(_) => CredentialsPlace::File,
                };
                shown(place, missing.as_ref())
            }
            State::Closed { place, missing } => shown(place, Some(&missing)),
            State::Unprobed => shown(CredentialsPlace::Undecided, None),
        }
    }

    async fn state(&self, desk: &Desk) -> State {
        let known = self.lock().clone();
        if !matches!(known, State::Unprobed) {
            return known;
        }
        let found = self.find(desk).await;
        *self.lock() = found.clone();
        found
    }

    /// Looks for the keyring, else does what the person chose earlier.
    async fn find(&self, desk: &Desk) -> State {
        if self.mode == CredentialsMode::SessionOnly {
            return State::Open {
                vault: Arc::new(Vault::session_only()),
                missing: None,
            };
        }
        let missing = match probe().await {
            Ok(()) => {
                return State::Open {
                    vault: Arc::new(Vault::keyring()),
                    missing: None,
                };
            }
            Err(missing) => missing,
        };
        match desk.settings().credentials() {
            Some(CredentialsFallback::SessionOnly) => State::Open {
                vault: Arc::new(Vault::session_only()),
                missing: Some(missing),
            },
            Some(CredentialsFallback::EncryptedFile) => State::Closed {
                place: CredentialsPlace::Locked,
                missing,
            },
            None => State::Closed {
                place: CredentialsPlace::Undecided,
                missing,
            },
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn missing(&self) -> Option<Missing> {
        match &*self.lock() {
            State::Open { missing, .. } => missing.clone(),
            State::Closed { missing, .. } => Some(missing.clone()),
            State::Unprobed => None,
        }
    }
}

/// Puts credentials where the person says, and goes on with what waited for it.
pub async fn credentials_choose(
    desk: &Desk,
    request: CredentialsChoice,
) -> Result<CredentialsView, Failure> {
    let credentials = desk.credentials();
    let missing = credentials.missing();
    let state = match request {
        CredentialsChoice::Keyring {} => {
            probe().await.map_err(|missing| needed(&missing))?;
            desk.settings().remember_credentials(None)?;
            State::Open {
                vault: Arc::new(Vault::keyring()),
                missing: None,
            }
        }
        CredentialsChoice::Session {} => {
            desk.settings()
                .remember_credentials(Some(CredentialsFallback::SessionOnly))?;
            State::Open {
                vault: Arc::new(Vault::session_only()),
                missing,
            }
        }
        CredentialsChoice::File { password } => {
            let vault = open_file(credentials.file.clone(), password).await?;
            desk.settings()
                .remember_credentials(Some(CredentialsFallback::EncryptedFile))?;
            State::Open {
                vault: Arc::new(vault),
                missing,
            }
        }
    };
    *credentials.lock() = state;
    desk.connections().forget_all();
    let view = credentials.view(desk).await;
    desk.tell(DeskEvent::CredentialsChanged {
        credentials: view.clone(),
    });
    platform::start_soon(desk);
    Ok(view)
}

async fn open_file(path: PathBuf, password: String) -> Result<Vault, Failure> {
    if password.chars().count() < 8 {
        let message = "The password needs at least eight characters.";
        return Err(Failure::invalid("password", message));
    }
    let opened = blocking(move || Vault::encrypted_file(path, &Secret::new(password))).await?;
    opened.map_err(|error| match error {
        VaultError::WrongPassword { .. } => {
            Failure::invalid("password", sentence(&error)).hint(error.hint())
        }
        other => refused(&other),
    })
}

/// A vault's refusal as the window shows it.
pub(crate) fn refused(error: &VaultError) -> Failure {
    let message = format!("The credentials could not be kept or read: {error}.");
    Failure::new(FailureCode::CredentialsNeeded, message).hint(error.hint())
}

/// Runs a call that may block away from the threads that serve the window.
pub(crate) async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(call)
        .await
        .map_err(|error| Failure::internal(format!("A background call ended early: {error}.")))
}

async fn probe() -> Result<(), Missing> {
    let probed = blocking(|| Vault::probe(PROBE_LIMIT)).await;
    match probed {
        Ok(Probe::Available) => Ok(()),
        Ok(Probe::Unavailable { reason, hint }) => {
            tracing::info!(reason, "the keyring cannot be used");
            Err(Missing {
                reason: in_words(reason),
                hint,
            })
        }
        Err(failure) => Err(Missing {
            reason: failure.message,
            hint: String::new(),
        }),
    }
}

/// What the keyring answered, in words for people where it is known what they mean.
fn in_words(reason: String) -> String {
    let no_service = [
        "ServiceUnknown",
        "NameHasNoOwner",
        "DBUS_SESSION_BUS_ADDRESS",
        "No such file",
    ];
    if no_service.iter().any(|sign| reason.contains(sign)) {
        return "no keyring service runs in this session".to_owned();
    }
    reason
}

fn needed(missing: &Missing) -> Failure {
    let message = format!(
        "Credentials cannot be kept in the keyring: {}.",
        missing.reason
    );
    Failure::new(FailureCode::CredentialsNeeded, message).hint(missing.hint.clone())
}

fn shown(place: CredentialsPlace, missing: Option<&Missing>) -> CredentialsView {
    CredentialsView {
        place,
        reason: missing.map(|missing| format!("{}.", capital(&missing.reason))),
        hint: missing
            .map(|missing| missing.hint.clone())
            .filter(|hint| !hint.is_empty()),
    }
}

fn sentence(error: &VaultError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| {
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    })
}
