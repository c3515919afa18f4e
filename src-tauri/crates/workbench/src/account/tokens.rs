//! The tokens of an account: read from the vault, refreshed in time and by one at a time, and put
//! back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use client::{Network, Token, TokenProvider, Tokens};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use vault::{Secret, Vault};

use super::record::AccountRecord;
use crate::credentials::blocking;

/// How tokens are written into the vault.
#[derive(Serialize, Deserialize)]
struct Written {
    access: String,
    #[serde(default)]
    refresh: Option<String>,
    #[serde(default)]
    renew_at: Option<Timestamp>,
}

/// The tokens of one account. All clients of the account share it.
pub(crate) struct AccountTokens {
    account: AccountRecord,
    vault: Arc<Vault>,
    network: Network,
    /// Nothing until they were read. Whoever refreshes holds it.
    tokens: Mutex<Option<Tokens>>,
    /// Whether the person has to sign in again.
    spent: AtomicBool,
}

impl AccountTokens {
    pub(crate) fn new(account: AccountRecord, vault: Arc<Vault>, network: Network) -> Self {
        Self {
            account,
            vault,
            network,
            tokens: Mutex::new(None),
            spent: AtomicBool::new(false),
        }
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.spent.load(Ordering::SeqCst)
    }

    /// Keeps the tokens of a new sign-in: whatever waits for them goes on with them.
    pub(crate) async fn renew(&self, tokens: Tokens) -> Result<(), String> {
        let mut kept = self.tokens.lock().await;
        self.write(&tokens).await?;
        *kept = Some(tokens);
        self.spent.store(false, Ordering::SeqCst);
        Ok(())
    }

    async fn write(&self, tokens: &Tokens) -> Result<(), String> {
        let written = Written {
            access: tokens.access.clone(),
            refresh: tokens.refresh.clone(),
            renew_at: tokens.renew_at,
        };
        let text = serde_json::to_string(&written).map_err(|error| error.to_string())?;
        let (vault, name) = (Arc::clone(&self.vault), self.account.vault_name());
        blocking(move || vault.put(&name, &Secret::new(text)))
            .await
            .map_err(|failure| failure.message)?
            .map_err(|error| error.to_string())
    }

    async fn read(&self) -> Result<Tokens, String> {
        let (vault, name) = (Arc::clone(&self.vault), self.account.vault_name());
        let found = blocking(move || vault.get(&name))
            .await
            .map_err(|failure| failure.message)?
            .map_err(|error| error.to_string())?;
        let text = found.ok_or_else(|| self.sign_in())?;
        // The reason of a failure could tell a part of the token.
        let written: Written = serde_json::from_str(text.expose()).map_err(|_| self.sign_in())?;
        Ok(Tokens {
            access: written.access,
            refresh: written.refresh,
            renew_at: written.renew_at,
        })
    }

    /// What the person reads when nothing but a new sign-in helps.
    fn sign_in(&self) -> String {
        self.spent.store(true, Ordering::SeqCst);
        let AccountRecord { user, url, .. } = &self.account;
        format!("sign in again as {user} at {url}")
    }

    async fn refreshed(&self, old: &Tokens) -> Result<Tokens, String> {
        let refresh = old.refresh.as_deref().ok_or_else(|| self.sign_in())?;
        let endpoint = self.account.endpoint();
        let new = endpoint.refresh(refresh, &self.network).await;
        let new = new.map_err(|error| match error.status() {
            Some(400 | 401 | 403) => self.sign_in(),
            _ => format!("the token could not be refreshed: {}", error.failure),
        })?;
        self.write(&new).await?;
        Ok(new)
    }
}

fn is_due(tokens: &Tokens) -> bool {
    tokens.renew_at.is_some_and(|at| at <= Timestamp::now())
}

impl TokenProvider for AccountTokens {
    fn token(&self) -> BoxFuture<'_, Result<Token, String>> {
        Box::pin(async {
            let mut kept = self.tokens.lock().await;
            if kept.is_none() {
                *kept = Some(self.read().await?);
            }
            let tokens = kept.as_ref().ok_or_else(|| self.sign_in())?;
            if !is_due(tokens) {
                return Ok(Token::new(tokens.access.clone()));
            }
            // Another program of ours, or the person, may have been quicker.
            let tokens = self.read().await?;
            let tokens = match is_due(&tokens) {
                true => self.refreshed(&tokens).await?,
                false => tokens,
            };
            let token = Token::new(tokens.access.clone());
            *kept = Some(tokens);
            Ok(token)
        })
    }

    fn rejected<'a>(&'a self, token: &'a Token) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let mut kept = self.tokens.lock().await;
            let is_other = |tokens: &Tokens| Token::new(tokens.access.clone()) != *token;
            if kept.as_ref().is_some_and(is_other) {
                return true;
            }
            let Ok(stored) = self.read().await else {
                return false;
            };
            if is_other(&stored) {
                *kept = Some(stored);
                return true;
            }
            match self.refreshed(&stored).await {
                Ok(new) => {
                    *kept = Some(new);
                    true
                }
                Err(reason) => {
                    tracing::info!(reason, account = self.account.id, "a token is not taken");
                    false
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use client::TokenEndpoint;
    use contract::SignInWay;
    use futures_util::future::join_all;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// A token endpoint that gives as many tokens as it is told, and refuses after that.
    async fn endpoint(most: usize) -> (TokenEndpoint, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = [0; 4096];
                let length = stream.read(&mut asked).await.unwrap();
                let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
                assert!(asked.starts_with("POST /token "), "{asked}");
                let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
                let (status, body) = match number <= most {
                    true => (
                        "200 OK",
                        format!(r#"{{"access_token": "new-{number}", "expires_in": 3600}}"#),
                    ),
                    false => (
                        "400 Bad Request",
                        r#"{"error": "invalid_grant"}"#.to_owned(),
                    ),
                };
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let endpoint = TokenEndpoint {
            url: format!("http://127.0.0.1:{port}/token"),
            client_id: "bakehouse".to_owned(),
        };
        (endpoint, count)
    }

    fn tokens(endpoint: TokenEndpoint) -> AccountTokens {
        let account = AccountRecord {
            id: "ann@x".to_owned(),
            url: "http://x".to_owned(),
            user: "ann".to_owned(),
            way: SignInWay::Token,
            token_url: endpoint.url,
            client_id: endpoint.client_id,
        };
        AccountTokens::new(account, Arc::new(Vault::session_only()), Network::default())
    }

    fn old() -> Tokens {
        Tokens {
            access: "old".to_owned(),
            refresh: Some("again".to_owned()),
            renew_at: Timestamp::from_second(1).ok(),
        }
    }

    #[tokio::test]
    async fn many_who_want_a_new_token_at_once_get_one_and_the_same() {
        let (endpoint, count) = endpoint(2).await;
        let tokens = tokens(endpoint);
        tokens.renew(old()).await.unwrap();
        let all = join_all((0..20).map(|_| tokens.token())).await;
        let new = Token::new("new-1");
        assert!(all.iter().all(|token| token.as_ref() == Ok(&new)));
        assert_eq!(count.load(Ordering::SeqCst), 1);
        // All of them hear that it is not taken any more, and one of them fetches the next.
        let all = join_all((0..20).map(|_| tokens.rejected(&new))).await;
        assert!(all.iter().all(|renewed| *renewed));
        assert_eq!(tokens.token().await, Ok(Token::new("new-2")));
        assert_eq!(count.load(Ordering::SeqCst), 2);
        assert!(!tokens.is_spent());
    }

    #[tokio::test]
    async fn a_refused_refresh_asks_for_a_new_sign_in_and_goes_on_after_it() {
        let (endpoint, _) = endpoint(0).await;
        let tokens = tokens(endpoint);
        let missing = tokens.token().await.unwrap_err();
        assert!(missing.contains("sign in again as ann"), "{missing}");
        tokens.renew(old()).await.unwrap();
        let refused = tokens.token().await.unwrap_err();
        assert_eq!(refused, "sign in again as ann at http://x");
        assert!(tokens.is_spent());
        let lasting = Tokens {
            renew_at: None,
            ..old()
        };
        tokens.renew(lasting).await.unwrap();
        assert_eq!(tokens.token().await, Ok(Token::new("old")));
        assert!(!tokens.is_spent());
    }
}
