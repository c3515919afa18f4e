//! Accounts and contexts: signing in at a second platform, working there, and leaving it.

use contract::{FailureCode, SecretText, SignedIn};
use protocol::Query;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::desk::{TestDesk, eventually};

const LIVE: &str = "kind: live\njobs:\n  hello:\n    image: ubuntu\n    bash: echo from the oven\n";
const BATCH: &str = "kind: batch\ntasks:\n  - id: knead\n    image: ubuntu\n    bash: echo kneaded\n  - id: rest\n    needs: [knead]\n    image: ubuntu\n    bash: echo rested\n";

async fn signed_in(test: &TestDesk, cloud: &Cloud, token: &str) -> SignedIn {
    let request = json!({ "url": cloud.url(), "token": token });
    let answer = test.call("sign_in_token", request).await;
    serde_json::from_value(answer.expect("the token is taken")).expect("it is a sign-in")
}

async fn used(test: &TestDesk, name: &str, project: Option<&str>) -> Value {
    let request = json!({ "name": name, "project": project });
    test.call("context_use", request).await.expect("it is used")
}

/// Fills in the sign-in page as a person does; answers where the browser is sent then.
async fn filled_in(address: &str, token: &str) -> String {
    let page = address.split('?').next().expect("there is a page");
    let mut fields = Query::parse(address.split_once('?').expect("it has a query").1);
    fields.push("token", token);
    let answer = http()
        .post(page)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(fields.to_string())
        .send()
        .await
        .expect("the page answers");
    let to = answer
        .headers()
        .get("location")
        .expect("it sends the browser on");
    to.to_str().expect("it is text").to_owned()
}

fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .expect("a client can be made")
}

#[tokio::test]
async fn a_project_runs_in_the_chosen_context_and_nowhere_else() {
    let (test, cloud) = (TestDesk::open().await, Cloud::start().await);
    let token = cloud.token();
    let signed = signed_in(&test, &cloud, &token).await;
    assert_eq!(signed.context, "bakehouse@local");
    let project = test.written("rye", "live.yml", LIVE);
    used(&test, &signed.context, Some(&project)).await;
    let start = json!({ "project": project, "job": "hello", "params": {} });
    let started = test.call("live_start", start).await.expect("it starts");
    let raw_id = started["row"]["rawId"]
        .as_str()
        .expect("it has an id")
        .to_owned();

    let there = cloud.client(&token);
    let job = there
        .jobs()
        .get(&raw_id)
        .await
        .expect("the cloud has the job");
    assert_eq!(job.owner, "user");
    let view = test.call("job_view", json!({ "rawId": raw_id })).await;
    assert_eq!(
        view.expect("it is found by its id alone")["rawId"],
        raw_id.as_str()
    );
    let done = eventually("the job has ended", || async {
        let table = test.call("live_table", json!({ "project": project })).await;
        let table = table.expect("the table is told");
        (table["rows"][0]["state"] == "succeeded").then_some(())
    });
    done.await;

    // The same project in the context of this computer knows nothing of it.
    used(&test, "local", Some(&project)).await;
    let table = test.call("live_table", json!({ "project": project })).await;
    let rows = table.expect("the table is told")["rows"].clone();
    assert_eq!(rows[0]["rawId"], Value::Null, "{rows}");
}

#[tokio::test]
async fn a_bake_of_a_context_is_executed_there_to_its_end() {
    let (test, cloud) = (TestDesk::open().await, Cloud::start().await);
    let token = cloud.token();
    let signed = signed_in(&test, &cloud, &token).await;
    used(&test, &signed.context, None).await;
    let project = test.written("rye", "bread.yml", BATCH);
    let start = json!({ "project": project, "batch": "bread", "params": {}, "tags": [], "executor": "here" });
    let begun = test.call("bake_start", start).await.expect("it begins");
    let id = begun["row"]["id"]
        .as_str()
        .expect("it has an id")
        .to_owned();
    let done = eventually("the bake has ended", || async {
        let ask = json!({ "project": project, "bake": id });
        let view = test.call("bake_view", ask).await.expect("it is told");
        (view["row"]["state"] == "succeeded").then_some(())
    });
    done.await;
    let bake = cloud.client(&token).flow().bakes().get(&id).await;
    assert_eq!(bake.expect("the cloud has the bake").batch, "bread");
}

#[tokio::test]
async fn a_protected_context_shows_and_changes_nothing() {
    let (test, cloud) = (TestDesk::open().await, Cloud::start().await);
    let signed = signed_in(&test, &cloud, &cloud.token()).await;
    let project = test.written("rye", "live.yml", LIVE);
    used(&test, &signed.context, Some(&project)).await;
    let start = json!({ "project": project, "job": "hello", "params": {} });
    for name in [signed.context.as_str(), "local"] {
        used(&test, name, Some(&project)).await;
        let change = json!({ "name": name, "protected": true });
        test.call("context_change", change)
            .await
            .expect("it is protected");
        let refused = test
            .call("live_start", start.clone())
            .await
            .expect_err("it is refused");
        assert_eq!(refused.code, FailureCode::Refused);
        assert!(
            refused.message.contains(&format!("`{name}` is protected")),
            "{refused}"
        );
        let table = test.call("live_table", json!({ "project": project })).await;
        table.expect("it is still read");
        let change = json!({ "name": name, "protected": false });
        test.call("context_change", change)
            .await
            .expect("it is opened");
    }
    test.call("live_start", start).await.expect("now it starts");
}

#[tokio::test]
async fn a_browser_signs_in_and_only_with_the_state_it_was_sent_with() {
    let (test, cloud) = (TestDesk::open().await, Cloud::start().await);
    let begin = json!({ "url": cloud.url(), "headless": false });
    let begun = test.call("sign_in_begin", begin).await.expect("it begins");
    let address = begun["address"]
        .as_str()
        .expect("there is a page")
        .to_owned();
    let back = filled_in(&address, &cloud.add_user("bob")).await;
    let finish = json!({ "signIn": begun["signIn"] });
    let browser = async {
        let (start, query) = back.split_once('?').expect("it brings a code");
        let known = Query::parse(query);
        let code = known.get("code").expect("it brings a code");
        let forged = http()
            .get(format!("{start}?code=forged&state=guessed"))
            .send()
            .await;
        assert_eq!(forged.expect("it is answered").status(), 400);
        let without = http().get(format!("{start}?code={code}")).send().await;
        assert_eq!(without.expect("it is answered").status(), 400);
        http().get(&back).send().await.expect("it is answered")
    };
    let (signed, answer) = tokio::join!(test.call("sign_in_finish", finish), browser);
    assert!(answer.status().is_success() || answer.status().is_redirection());
    let signed = signed.expect("he is signed in");
    assert_eq!(signed["account"]["user"], "bob");
    assert_eq!(signed["account"]["way"], "browser");
}

#[tokio::test]
async fn a_code_is_pasted_and_a_wrong_one_may_be_pasted_again() {
    let (test, cloud) = (TestDesk::open().await, Cloud::start().await);
    let begin = json!({ "url": cloud.url(), "headless": true });
    let begun = test.call("sign_in_begin", begin).await.expect("it begins");
    assert_eq!(begun["comesBack"], false);
    let address = begun["address"].as_str().expect("there is a page");
    let back = filled_in(address, &cloud.add_user("bob")).await;
    let finish = |code: &str| json!({ "signIn": begun["signIn"], "code": code });
    let refused = test.call("sign_in_finish", finish("two words")).await;
    assert_eq!(refused.expect_err("no code").field.as_deref(), Some("code"));
    let refused = test.call("sign_in_finish", finish("mistyped")).await;
    assert!(refused.is_err());
    let signed = test.call("sign_in_finish", finish(&back)).await;
    assert_eq!(
        signed.expect("he is signed in")["account"]["way"],
        "headless"
    );
}

/// The database of the tools, as they make it.
const TOOL_TABLE: &str = "CREATE TABLE main (auth_config TEXT, token TEXT, expiration_time REAL, \
    refresh_token TEXT, url TEXT, admin_url TEXT, vcluster_url TEXT, version TEXT, \
    project_name TEXT, cluster_name TEXT, org_name TEXT, clusters TEXT, projects TEXT, \
    timestamp REAL)";

#[tokio::test]
async fn an_account_of_the_tools_is_taken_over_and_refreshed() {
    let (test, cloud) = (TestDesk::open().await, Cloud::start().await);
    let network = client::Network::default();
    let sign_in = client::SignIn::headless(&cloud.url(), &network).await;
    let sign_in = sign_in.expect("it begins");
    let address = sign_in.address().expect("there is a page");
    let back = filled_in(address.as_str(), &cloud.add_user("bob")).await;
    let code = client::pasted_code(&back).expect("it brings a code");
    let tokens = sign_in.finish(&code).await.expect("it is exchanged");
    let endpoint = sign_in.endpoint();
    let folder = test.folder.path().join(".neuro");
    std::fs::create_dir(&folder).expect("the folder can be made");
    let database = rusqlite::Connection::open(folder.join("db")).expect("it is made");
    database
        .pragma_update(None, "journal_mode", "wal")
        .expect("as the tools do");
    database.execute(TOOL_TABLE, []).expect("the table is made");
    let auth = json!({ "token_url": endpoint.url, "client_id": endpoint.client_id });
    let row = (
        auth.to_string(),
        protocol::Claims::token("bob", b"ended"),
        1.0,
        &tokens.refresh,
        cloud.url(),
    );
    let sql = "INSERT INTO main (auth_config, token, expiration_time, refresh_token, url, \
        cluster_name, org_name, project_name) \
        VALUES (?1, ?2, ?3, ?4, ?5, 'local', 'bakehouse', 'oven')";
    database.execute(sql, row).expect("the row is written");

    let found = test
        .call("tool_accounts", json!({}))
        .await
        .expect("they are listed");
    let place = folder.display().to_string();
    let accounts = found["accounts"].as_array().expect("it is a list");
    let ours = accounts
        .iter()
        .find(|account| account["place"] == place.as_str());
    let ours = ours.expect("it is found");
    assert_eq!(
        (&ours["user"], &ours["worksIn"]),
        (&json!("bob"), &json!("local/bakehouse/oven"))
    );
    let signed = test.call("sign_in_import", json!({ "place": place })).await;
    let signed: SignedIn =
        serde_json::from_value(signed.expect("it is taken over")).expect("it is one");
    assert_eq!(signed.account.user, "bob");
    let context = signed
        .contexts
        .contexts
        .iter()
        .find(|one| one.name == signed.context);
    assert_eq!(context.expect("it is there").project, "oven");
    used(&test, &signed.context, None).await;
    let project = test.written("rye", "live.yml", LIVE);
    let table = test.call("live_table", json!({ "project": project })).await;
    table.expect("the refreshed token is taken");
}

#[tokio::test]
async fn who_is_signed_out_elsewhere_is_told_and_goes_on_after_signing_in() {
    let (test, cloud) = (TestDesk::open().await, Cloud::start().await);
    let client = cloud.client(&cloud.token());
    let new = protocol::NewServiceAccount {
        name: Some("ci".to_owned()),
        default_cluster: "local".to_owned(),
        default_project: "default-project".to_owned(),
        default_org: None,
    };
    let made = client
        .service_accounts()
        .create(&new)
        .await
        .expect("it is made");
    let signed = signed_in(&test, &cloud, &made.token).await;
    assert_eq!(signed.account.user, "user/service-accounts/ci");
    let project = test.written("rye", "live.yml", LIVE);
    used(&test, &signed.context, Some(&project)).await;
    let table = json!({ "project": project });
    test.call("live_table", table.clone())
        .await
        .expect("it may look");
    client
        .service_accounts()
        .remove("ci")
        .await
        .expect("it is removed");
    let refused = test
        .call("live_table", table.clone())
        .await
        .expect_err("not any more");
    assert_eq!(refused.code, FailureCode::SignInNeeded, "{refused}");
    assert_eq!(refused.account.as_deref(), Some(signed.account.id.as_str()));
    let view = test
        .call("contexts_view", json!({}))
        .await
        .expect("it is told");
    assert_eq!(view["accounts"][0]["signedOut"], true, "{view}");

    let again = client
        .service_accounts()
        .create(&new)
        .await
        .expect("it is made anew");
    signed_in(&test, &cloud, &again.token).await;
    test.call("live_table", table)
        .await
        .expect("the same action goes on");
    let view = test
        .call("contexts_view", json!({}))
        .await
        .expect("it is told");
    assert_eq!(view["accounts"].as_array().map(Vec::len), Some(1));
    assert_eq!(view["accounts"][0]["signedOut"], false);
}

#[tokio::test]
async fn accounts_are_forgotten_with_their_contexts_and_their_tokens() {
    let (test, cloud) = (TestDesk::open().await, Cloud::start().await);
    let signed = signed_in(&test, &cloud, &cloud.token()).await;
    used(&test, &signed.context, None).await;
    let out = json!({ "account": signed.account.id });
    let view = test.call("sign_out", out).await.expect("it is forgotten");
    assert_eq!(view["current"], "local");
    assert_eq!(view["accounts"], json!([]));
    let wrong = json!({ "name": signed.context });
    let refused = test
        .call("context_use", wrong)
        .await
        .expect_err("it is gone");
    assert_eq!(refused.code, FailureCode::NotFound);
    assert!(
        refused
            .hint
            .expect("it names those that are there")
            .contains("local")
    );
}

#[tokio::test]
async fn a_token_that_the_platform_does_not_know_is_refused_and_not_kept() {
    let (test, cloud) = (TestDesk::open().await, Cloud::start().await);
    let foreign = Cloud::start().await.token();
    let request = json!({ "url": cloud.url(), "token": foreign });
    let refused = test
        .call("sign_in_token", request)
        .await
        .expect_err("it is refused");
    assert_eq!(refused.field.as_deref(), Some("token"), "{refused}");
    let view = test
        .call("contexts_view", json!({}))
        .await
        .expect("it is told");
    assert_eq!(view["accounts"], json!([]));
    assert!(!format!("{:?}", SecretText::new(foreign.clone())).contains(&foreign));
}

/// Everything that this program writes, except what the platforms keep by themselves.
fn written_under(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder)
        .expect("it can be listed")
        .flatten()
    {
        let path = entry.path();
        match path.is_dir() {
            true => written_under(&path, found),
            false => found.push(path),
        }
    }
}

#[tokio::test]
async fn tokens_of_accounts_are_in_no_file_no_event_and_no_answer() {
    let (test, cloud) = (TestDesk::open().await, Cloud::start().await);
    let mut events = test.desk.listen();
    let token = cloud.token();
    let secret = token
        .rsplit('.')
        .next()
        .expect("it has a signature")
        .to_owned();
    assert!(secret.len() > 10);
    let signed = signed_in(&test, &cloud, &token).await;
    let mut told = serde_json::to_string(&signed).expect("it is written");
    let project = test.written("rye", "live.yml", LIVE);
    used(&test, &signed.context, Some(&project)).await;
    let start = json!({ "project": project, "job": "hello", "params": {} });
    let started = test.call("live_start", start).await.expect("it starts");
    told.push_str(&started.to_string());
    for command in ["contexts_view", "app_view", "home_view", "tool_accounts"] {
        let answer = test.call(command, json!({})).await.expect("it answers");
        told.push_str(&answer.to_string());
    }
    while let Ok(event) = events.try_recv() {
        told.push_str(&serde_json::to_string(&event).expect("it is written"));
    }
    assert!(told.contains("contextsChanged") && !told.contains(&secret));
    let mut files = Vec::new();
    written_under(test.folder.path(), &mut files);
    assert!(files.iter().any(|file| file.ends_with("contexts.yml")));
    for file in files {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let found = bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "{} holds the token", file.display());
    }
}
