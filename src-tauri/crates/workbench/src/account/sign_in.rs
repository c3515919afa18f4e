//! Signing in and out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::{Client, SignIn, Token, TokenEndpoint, Tokens, pasted_code};
use contract::{
    ContextsView, Failure, FailureCode, SecretText, SignInBegin, SignInBegun, SignInCancel,
    SignInFinish, SignInImport, SignInToken, SignInWay, SignOut, SignedIn, ToolAccounts,
    ToolAccountsAsk,
};
use protocol::{Claims, PassedConfig, ProjectAccess, ServerConfig};

use super::connect::network_to;
use super::record::{AccountRecord, ContextRecord, Kept, Place};
use super::{contexts, tool_config};
use crate::Desk;
use crate::credentials::{blocking, refused};
use crate::locked::lock;
use crate::view::failure;

/// How long somebody may take in the browser.
const PATIENCE: Duration = Duration::from_secs(600);

/// Sign-ins that have begun.
#[derive(Default)]
pub(crate) struct SignIns {
    begun: Mutex<HashMap<String, Begun>>,
}

#[derive(Clone)]
struct Begun {
    url: String,
    way: SignInWay,
    sign_in: Arc<SignIn>,
    given_up: tokio_util::sync::CancellationToken,
}

/// What is to become an account.
pub(super) struct Newcomer {
    pub(super) url: String,
    pub(super) way: SignInWay,
    pub(super) tokens: Tokens,
    /// Where its tokens are refreshed; told by the platform when missing.
    pub(super) endpoint: Option<TokenEndpoint>,
    /// Cluster, organisation and project to begin with.
    pub(super) begins_in: Option<(String, Option<String>, Option<String>)>,
}

/// Begins to sign in with a browser: the caller opens the page.
pub async fn sign_in_begin(desk: &Desk, request: SignInBegin) -> Result<SignInBegun, Failure> {
    // Found out now, so that nobody signs in for nothing.
    desk.credentials().vault(desk).await?;
    let url = entry(&request.url)?;
    let network = network_to(&url);
    let begun = match request.headless {
        true => SignIn::headless(&url, &network).await,
        false => SignIn::browser(&url, &network).await,
    };
    let sign_in = begun.map_err(|error| not_signed_in(&error))?;
    let address = sign_in.address().map_err(|error| not_signed_in(&error))?;
    let id = uuid::Uuid::new_v4().to_string();
    let comes_back = sign_in.comes_back();
    let begun = Begun {
        url,
        way: match request.headless {
            true => SignInWay::Headless,
            false => SignInWay::Browser,
        },
        sign_in: Arc::new(sign_in),
        given_up: tokio_util::sync::CancellationToken::new(),
    };
    lock(&desk.sign_ins().begun).insert(id.clone(), begun);
    Ok(SignInBegun {
        sign_in: id,
        address: address.to_string(),
        comes_back,
    })
}

/// Ends a sign-in: waits for the browser, or takes the code that was pasted.
pub async fn sign_in_finish(desk: &Desk, request: SignInFinish) -> Result<SignedIn, Failure> {
    let begun = lock(&desk.sign_ins().begun).get(&request.sign_in).cloned();
    let begun = begun.ok_or_else(|| Failure::not_found("This sign-in is over; begin again."))?;
    let tokens = match &request.code {
        Some(code) => begun.sign_in.finish(&readable_code(code)?).await,
        None => tokio::select! {
            tokens = begun.sign_in.wait(PATIENCE) => tokens,
            () = begun.given_up.cancelled() => {
                let message = "The sign-in was given up.";
                return Err(Failure::new(FailureCode::Refused, message));
            }
        },
    };
    // A code that was mistyped may be pasted again; a browser comes only once.
    if tokens.is_ok() || request.code.is_none() {
        lock(&desk.sign_ins().begun).remove(&request.sign_in);
    }
    let newcomer = Newcomer {
        tokens: tokens.map_err(|error| not_signed_in(&error))?,
        endpoint: Some(begun.sign_in.endpoint()),
        url: begun.url,
        way: begun.way,
        begins_in: None,
    };
    welcome(desk, newcomer).await
}

/// Gives a sign-in up.
pub async fn sign_in_cancel(desk: &Desk, request: SignInCancel) -> Result<ContextsView, Failure> {
    if let Some(begun) = lock(&desk.sign_ins().begun).remove(&request.sign_in) {
        begun.given_up.cancel();
    }
    Ok(contexts::view(desk, None))
}

/// Signs in with a token, which may be that of a service account.
pub async fn sign_in_token(desk: &Desk, request: SignInToken) -> Result<SignedIn, Failure> {
    let token = request.token.reveal().trim().to_owned();
    if token.is_empty() || !token.bytes().all(|one| one.is_ascii_graphic()) {
        return Err(Failure::invalid(
            "token",
            "This is no token: it has blanks or other letters.",
        ));
    }
    // Service accounts are given a whole configuration in place of a token.
    let (token, begins_in) = match PassedConfig::decode(&token) {
        Ok(passed) => {
            let begins_in = (passed.cluster, passed.org_name, passed.project_name);
            (passed.token, Some(begins_in))
        }
        Err(_) => (token, None),
    };
    let newcomer = Newcomer {
        url: entry(&request.url)?,
        way: SignInWay::Token,
        tokens: Tokens {
            access: token,
            refresh: None,
            renew_at: None,
        },
        endpoint: None,
        begins_in,
    };
    welcome(desk, newcomer).await
}

/// The accounts of the command-line tools on this computer.
pub async fn tool_accounts(
    desk: &Desk,
    _request: ToolAccountsAsk,
) -> Result<ToolAccounts, Failure> {
    let home = desk.folders().home.clone();
    let accounts = blocking(move || tool_config::found(&home)).await?;
    let accounts = accounts.into_iter().map(tool_config::Found::view).collect();
    Ok(ToolAccounts { accounts })
}

/// Takes an account of the command-line tools over; their files stay as they are.
pub async fn sign_in_import(desk: &Desk, request: SignInImport) -> Result<SignedIn, Failure> {
    let home = desk.folders().home.clone();
    let found = blocking(move || tool_config::found(&home)).await?;
    let found = found.into_iter().find(|found| found.place == request.place);
    let found = found.ok_or_else(|| {
        let message = format!("There is no account of the tools in {}.", request.place);
        Failure::not_found(message).hint("Log in with `apolo login`, or sign in here.")
    })?;
    let newcomer = found.newcomer().map_err(|problem| {
        let message = format!(
            "The account in {} cannot be taken over: {problem}.",
            request.place
        );
        Failure::new(FailureCode::Refused, message).hint("Sign in here instead.")
    })?;
    welcome(desk, newcomer).await
}

/// Signs out: forgets the tokens, the account and its contexts.
pub async fn sign_out(desk: &Desk, request: SignOut) -> Result<ContextsView, Failure> {
    let kept = desk.contexts().kept();
    let account = kept.account(&request.account).cloned();
    let account = account.ok_or_else(|| Failure::not_found("There is no such account."))?;
    let vault = desk.credentials().vault(desk).await?;
    let name = account.vault_name();
    blocking(move || vault.delete(&name))
        .await?
        .map_err(|error| refused(&error))?;
    desk.contexts().change(|kept| {
        kept.forget(&account.id);
        Ok(())
    })?;
    desk.connections().forget(&account.id);
    Ok(contexts::tell(desk))
}

/// Takes somebody in whose token the platform knows: keeps the token, the account, and a context
/// for each organisation of each cluster.
async fn welcome(desk: &Desk, mut newcomer: Newcomer) -> Result<SignedIn, Failure> {
    newcomer.tokens = refreshed(&newcomer).await?;
    let user = user_of(&newcomer.tokens)?;
    let config = config_of(&newcomer).await?;
    let endpoint = newcomer.endpoint.clone();
    let endpoint = endpoint.unwrap_or_else(|| TokenEndpoint::of(&config));
    let account = AccountRecord {
        id: format!("{user}@{}", newcomer.url),
        url: newcomer.url.clone(),
        user,
        way: newcomer.way,
        token_url: endpoint.url,
        client_id: endpoint.client_id,
    };
    let places = places(&config, newcomer.begins_in.as_ref());
    if places.is_empty() {
        let message = "The platform knows you, but you may work in no cluster of it yet.";
        return Err(Failure::new(FailureCode::Refused, message)
            .hint("Ask whoever manages it to add you to an organisation."));
    }
    // Those who are at work with this account already go on with the new token.
    let tokens = desk.tokens_of(&account).await?;
    let renewed = tokens.renew(newcomer.tokens).await;
    renewed.map_err(|reason| {
        let message = format!("The token could not be kept: {reason}.");
        Failure::new(FailureCode::CredentialsNeeded, message)
    })?;
    let context = desk
        .contexts()
        .change(|kept| Ok(settle(kept, &account, places)))?;
    let view = contexts::tell(desk);
    let shown = view.accounts.iter().find(|shown| shown.id == account.id);
    Ok(SignedIn {
        account: shown
            .cloned()
            .ok_or_else(|| Failure::internal("The account is not kept."))?,
        context,
        contexts: view,
    })
}

/// Where somebody can work, what comes first to begin with.
fn places(
    config: &ServerConfig,
    begins_in: Option<&(String, Option<String>, Option<String>)>,
) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for cluster in &config.clusters {
        for org in &cluster.orgs {
            let inside = |one: &&ProjectAccess| {
                one.cluster_name == cluster.name && one.org_name.as_ref() == Some(org)
            };
            let first = config
                .projects
                .iter()
                .filter(inside)
                .map(|one| &one.name)
                .min();
            // Without a project of their own people work in one of their name, once it is made.
            let project = first.cloned().unwrap_or_default();
            places.push(Place {
                cluster: cluster.name.clone(),
                org: org.clone(),
                project,
            });
        }
    }
    if let Some((cluster, org, project)) = begins_in {
        let fits = |place: &Place| {
            place.cluster == *cluster && org.as_ref().is_none_or(|org| place.org == *org)
        };
        if let Some(at) = places.iter().position(fits) {
            let mut first = places.remove(at);
            if let Some(project) = project {
                first.project.clone_from(project);
            }
            places.insert(0, first);
        }
    }
    places
}

/// Keeps an account with its contexts; answers the name of the first. Contexts that are there stay
/// as the person made them.
fn settle(kept: &mut Kept, account: &AccountRecord, places: Vec<Place>) -> String {
    kept.accounts.retain(|one| one.id != account.id);
    kept.accounts.push(account.clone());
    let mut first = None;
    for place in places {
        let same = |one: &&ContextRecord| {
            one.account == account.id && one.cluster == place.cluster && one.org == place.org
        };
        let name = match kept.contexts.iter().find(same) {
            Some(known) => known.name.clone(),
            None => {
                let name = kept.free_name(&format!("{}@{}", place.org, place.cluster));
                kept.add(name.clone(), account.id.clone(), place);
                name
            }
        };
        first.get_or_insert(name);
    }
    first.unwrap_or_default()
}

/// Tokens that count now: those of the tools may have ended since they were last used.
async fn refreshed(newcomer: &Newcomer) -> Result<Tokens, Failure> {
    let tokens = &newcomer.tokens;
    let due = tokens
        .renew_at
        .is_some_and(|at| at <= jiff::Timestamp::now());
    match (&newcomer.endpoint, &tokens.refresh) {
        (Some(endpoint), Some(refresh)) if due => {
            let network = network_to(&newcomer.url);
            let new = endpoint.refresh(refresh, &network).await;
            new.map_err(|error| not_signed_in(&error))
        }
        _ => Ok(tokens.clone()),
    }
}

fn user_of(tokens: &Tokens) -> Result<String, Failure> {
    let claims = Claims::read(&tokens.access);
    let user = claims.as_ref().map_err(Clone::clone).and_then(Claims::user);
    user.map(str::to_owned)
        .map_err(|error| Failure::invalid("token", format!("{}.", failure::capital(&error))))
}

async fn config_of(newcomer: &Newcomer) -> Result<ServerConfig, Failure> {
    let token = Arc::new(Token::new(newcomer.tokens.access.clone()));
    let client = Client::over(&newcomer.url, token, &network_to(&newcomer.url));
    let client = client.map_err(|error| not_signed_in(&error))?;
    let config = client.fetch_config().await;
    let config = config.map_err(|error| not_signed_in(&error))?;
    if config.authorized {
        return Ok(config);
    }
    let message = format!("The platform at {} does not take this token.", newcomer.url);
    Err(Failure::invalid("token", message)
        .hint("Check that it belongs to this platform and has not ended."))
}

fn readable_code(code: &SecretText) -> Result<String, Failure> {
    pasted_code(code.reveal()).ok_or_else(|| {
        let message = "This is no code; copy all of what the page shows.";
        Failure::invalid("code", message)
    })
}

/// The entry of a platform as a person wrote it.
fn entry(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let rest = rest.trim_end_matches('/');
    let text = format!("{scheme}://{rest}");
    let wrong = || {
        Failure::invalid("url", format!("`{text}` is not the address of a platform."))
            .hint("It looks like https://api.apolo.us/api/v1.")
    };
    let host = rest.split('/').next().unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    let here = matches!(name, "127.0.0.1" | "localhost");
    if host.is_empty() || host.contains('@') || !(scheme == "https" || (scheme == "http" && here)) {
        return Err(match scheme {
            "http" => Failure::invalid(
                "url",
                "Tokens are sent to other computers only by https://.",
            ),
            _ => wrong(),
        });
    }
    match rest == host {
        true => Ok(format!("{text}/api/v1")),
        false => Ok(text),
    }
}

fn not_signed_in(error: &client::ClientError) -> Failure {
    let failure = failure::of_client(error);
    let message = match error.message() {
        Some(said) => format!("The sign-in did not succeed: {said}."),
        None => format!("The sign-in did not succeed: {}.", error.failure),
    };
    let code = match failure.code {
        FailureCode::Internal => FailureCode::Refused,
        other => other,
    };
    Failure::new(code, message).hint("Check the address, then try again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_completed_and_tokens_go_nowhere_unprotected() {
        let good = |text| entry(text).unwrap();
        assert_eq!(good("api.apolo.us"), "https://api.apolo.us/api/v1");
        assert_eq!(
            good(" https://a.example/api/v1/ "),
            "https://a.example/api/v1"
        );
        assert_eq!(
            good("http://127.0.0.1:7471"),
            "http://127.0.0.1:7471/api/v1"
        );
        for bad in [
            "http://a.example/api/v1",
            "ftp://a",
            "https://",
            "https://u:p@a",
            "",
        ] {
            assert!(entry(bad).is_err(), "{bad}");
        }
        assert!(entry("http://localhost.evil.example").is_err());
    }
}
