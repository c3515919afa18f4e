//! Login through the browser page, and accounts of programs.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::desk::{Desk, read};

const CALLBACK: &str = "http://127.0.0.1:54540";
const VERIFIER: &str = "a-verifier-that-only-the-tool-knows";

fn asked(redirect: &str) -> Vec<(&'static str, String)> {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    vec![
        ("response_type", "code".to_owned()),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256".to_owned()),
        ("client_id", "bakehouse".to_owned()),
        ("redirect_uri", redirect.to_owned()),
        ("scope", "offline_access".to_owned()),
        ("audience", "bakehouse".to_owned()),
    ]
}

fn oauth(desk: &Desk, path: &str) -> String {
    let origin = desk.running.url().trim_end_matches("/api/v1").to_owned();
    format!("{origin}/oauth/{path}")
}

/// What the browser is sent to after the page was filled in.
async fn log_in(desk: &Desk, redirect: &str, token: &str) -> (StatusCode, Option<String>) {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut fields = asked(redirect);
    fields.push(("token", token.to_owned()));
    let body = form(&fields);
    let sent = client
        .post(oauth(desk, "authorize"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await
        .unwrap();
    let to = sent.headers().get("location");
    let to = to.map(|value| value.to_str().unwrap().to_owned());
    (sent.status(), to)
}

fn form(fields: &[(&str, String)]) -> String {
    let mut query = protocol::Query::new();
    for (name, value) in fields {
        query.push(name, value.clone());
    }
    query.to_string()
}

async fn exchange(desk: &Desk, fields: &[(&str, String)]) -> (StatusCode, Value) {
    let request = desk
        .client
        .post(oauth(desk, "token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(fields));
    read(request.send().await.unwrap()).await
}

fn with_code(code: &str) -> Vec<(&'static str, String)> {
    vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code_verifier", VERIFIER.to_owned()),
        ("code", code.to_owned()),
        ("client_id", "bakehouse".to_owned()),
        ("redirect_uri", CALLBACK.to_owned()),
    ]
}

fn code_of(address: &str) -> String {
    let (_, query) = address.split_once('?').unwrap();
    protocol::Query::parse(query)
        .get("code")
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_person_with_a_token_logs_a_tool_in_and_stays_logged_in() {
    let desk = Desk::with(|options| options.tool_tokens = false).await;
    let bob = desk.add_user("bob");
    let page = desk
        .client
        .get(oauth(&desk, "authorize"))
        .query(&asked(CALLBACK));
    let page = page.send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(page.headers()["x-frame-options"], "DENY");
    assert!(page.text().await.unwrap().contains("name=\"token\""));
    let (status, to) = log_in(&desk, CALLBACK, &bob).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let to = to.unwrap();
    assert!(to.starts_with("http://127.0.0.1:54540/?code="), "{to}");
    let code = code_of(&to);
    let (status, tokens) = exchange(&desk, &with_code(&code)).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    let text = |answer: &Value, key: &str| answer[key].as_str().unwrap().to_owned();
    let (access, refresh) = (
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
    );
    let config = async |token: &str| desk.by(token, Method::GET, "config", Value::Null).await.1;
    assert_eq!(config(&access).await["authorized"], true);
    assert_eq!(
        config(&refresh).await["authorized"],
        false,
        "only to be exchanged"
    );
    assert_eq!(protocol::Claims::read(&access).unwrap().user(), Ok("bob"));
    let (status, _) = exchange(&desk, &with_code(&code)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "a code is good once");
    let renew = [
        ("grant_type", "refresh_token".to_owned()),
        ("refresh_token", refresh.clone()),
        ("client_id", "bakehouse".to_owned()),
    ];
    let (status, renewed) = exchange(&desk, &renew).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        config(&text(&renewed, "access_token")).await["authorized"],
        true
    );
    let logins = local_platform::tokens(&desk.data_dir()).unwrap();
    let login = logins.iter().find(|one| one.purpose == "login").unwrap();
    assert!(local_platform::revoke_token(&desk.data_dir(), &login.id).unwrap());
    assert_eq!(config(&access).await["authorized"], false);
    assert_eq!(exchange(&desk, &renew).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn codes_go_to_this_computer_and_to_the_program_that_asked_only() {
    let desk = Desk::new().await;
    let bob = desk.add_user("bob");
    let (status, to) = log_in(&desk, "https://evil.example", &bob).await;
    assert_eq!((status, to), (StatusCode::BAD_REQUEST, None));
    let (status, to) = log_in(&desk, CALLBACK, "e30.e30.x").await;
    assert_eq!((status, to), (StatusCode::UNAUTHORIZED, None));
    let code = code_of(&log_in(&desk, CALLBACK, &bob).await.1.unwrap());
    let mut stolen = with_code(&code);
    stolen[1].1 = "another verifier".to_owned();
    assert_eq!(exchange(&desk, &stolen).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(
        exchange(&desk, &with_code(&code)).await.0,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn without_a_browser_the_page_shows_the_code() {
    let desk = Desk::new().await;
    let bob = desk.add_user("bob");
    let (_, config) = desk.get("config").await;
    let headless = config["headless_callback_url"].as_str().unwrap();
    let (_, to) = log_in(&desk, headless, &bob).await;
    let to = to.unwrap();
    let page = desk
        .client
        .get(&to)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let code = code_of(&to);
    assert!(page.contains(&code));
    let mut fields = with_code(&code);
    fields[4].1 = headless.to_owned();
    assert_eq!(exchange(&desk, &fields).await.0, StatusCode::OK);
    let odd = format!("{}?code=<script>", oauth(&desk, "code"));
    let page = desk
        .client
        .get(odd)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(!page.contains("<script>"), "{page}");
}

#[tokio::test]
async fn a_program_gets_an_account_that_may_do_what_its_role_was_granted() {
    let desk = Desk::new().await;
    let body = json!({
        "name": "ci", "default_cluster": "local", "default_project": "proj",
        "default_org": "bakehouse",
    });
    let (status, made) = desk
        .send(Method::POST, "service_accounts", body.clone())
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let config = STANDARD.decode(made["token"].as_str().unwrap()).unwrap();
    let config: Value = serde_json::from_slice(&config).unwrap();
    assert_eq!(
        (&config["project_name"], &config["cluster"]),
        (&json!("proj"), &json!("local"))
    );
    let token = config["token"].as_str().unwrap();
    assert_eq!(made["role"], "alice/service-accounts/ci");
    let (status, _) = desk.send(Method::POST, "service_accounts", body).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let list = async || {
        desk.by(
            token,
            Method::GET,
            "secrets?org_name=bakehouse",
            Value::Null,
        )
        .await
    };
    assert_eq!(list().await.0, StatusCode::OK);
    let put = async || {
        let path = "storage/bakehouse/proj/x?op=MKDIRS";
        desk.by(token, Method::PUT, path, Value::Null).await.0
    };
    assert_eq!(put().await, StatusCode::FORBIDDEN);
    let grant = json!([{ "uri": "storage://local/bakehouse/proj", "action": "write" }]);
    let path = "users/alice:service-accounts:ci/permissions";
    assert_eq!(
        desk.send(Method::POST, path, grant).await.0,
        StatusCode::CREATED
    );
    assert_eq!(put().await, StatusCode::CREATED);
    let (_, shown) = desk.get("service_accounts/ci").await;
    assert_eq!(shown["id"], made["id"]);
    assert!(shown.get("token").is_none(), "shown once");
    let bob = desk.add_user("bob");
    let (_, of_bob) = desk
        .by(&bob, Method::GET, "service_accounts", Value::Null)
        .await;
    assert_eq!(of_bob, json!([]));
    let gone = desk
        .send(Method::DELETE, "service_accounts/ci", Value::Null)
        .await
        .0;
    assert_eq!(gone, StatusCode::NO_CONTENT);
    assert_eq!(put().await, StatusCode::UNAUTHORIZED);
}
