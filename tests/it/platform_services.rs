//! Every service of the platform, asked through our client.

use client::{Client, Failure};
use protocol::{Action, NewServiceAccount, PassedConfig, Permission, PlatformImage};

use crate::cloud::Cloud;

const SCOPE: (&str, &str) = ("bakehouse", "default-project");

async fn cluster(client: &Client) -> client::ClusterServices {
    client.cluster("local").await.expect("there is a cluster")
}

#[tokio::test]
async fn secrets_are_kept_listed_without_values_and_removed() {
    let cloud = Cloud::start().await;
    let client = cloud.client(&cloud.token());
    let cluster = cluster(&client).await;
    let secrets = cluster.secrets(SCOPE.0, SCOPE.1);
    secrets.put("oven", b"\x00crust").await.expect("it is kept");
    secrets
        .put("oven", b"crumb\xff")
        .await
        .expect("it is replaced");
    let listed = secrets.list().await.expect("they are listed");
    assert_eq!((listed.len(), listed[0].key.as_str()), (1, "oven"));
    assert_eq!(listed[0].value, None);
    let value = secrets.reveal("oven").await.expect("it is read");
    assert_eq!(value.as_deref(), Some(&b"crumb\xff"[..]));
    secrets.remove("oven").await.expect("it is removed");
    assert_eq!(secrets.reveal("oven").await.expect("it is asked"), None);
    let again = secrets.remove("oven").await.expect_err("it is gone");
    assert!(again.is_not_found(), "{again}");
}

#[tokio::test]
async fn disks_are_made_found_by_both_names_and_removed() {
    let cloud = Cloud::start().await;
    let client = cloud.client(&cloud.token());
    let cluster = cluster(&client).await;
    let disks = cluster.disks(SCOPE.0, SCOPE.1);
    let made = disks.create(Some("flour"), 1 << 20, Some(3600.0)).await;
    let made = made.expect("it is made");
    assert_eq!((made.storage, made.life_span), (1 << 20, Some(3600.0)));
    for called in ["flour", &made.id] {
        let found = disks.find(called).await.expect("it is asked");
        assert_eq!(found.map(|disk| disk.id), Some(made.id.clone()), "{called}");
    }
    assert_eq!(disks.list().await.expect("they are listed").len(), 1);
    disks.remove("flour").await.expect("it is removed");
    assert_eq!(disks.find("flour").await.expect("it is asked"), None);
}

#[tokio::test]
async fn what_is_shared_is_seen_by_both_and_what_is_missing_is_named() {
    let cloud = Cloud::start().await;
    let owner = cloud.client(&cloud.token());
    let guest = cloud.client(&cloud.add_user("bob"));
    let at_guest = cluster(&guest).await;
    let secrets = at_guest.secrets(SCOPE.0, SCOPE.1);
    let refused = secrets.put("oven", b"x").await.expect_err("it is refused");
    assert_eq!(refused.status(), Some(403), "{refused}");
    let uri = "secret://local/bakehouse/default-project/oven";
    assert_eq!(refused.missing().len(), 1, "{refused}");
    assert!(refused.missing()[0].uri.starts_with("secret://local"));

    let users = owner.users();
    let permission = Permission {
        uri: "secret://local/bakehouse/default-project".to_owned(),
        action: Action::Write,
    };
    let given = users.grant("bob", std::slice::from_ref(&permission)).await;
    assert_eq!(given.expect("it is granted")[0].action, Action::Write);
    secrets.put("oven", b"x").await.expect("he may now");
    let has = guest.users().permissions("bob", Some(uri)).await;
    assert!(!has.expect("he may look").is_empty());
    let shared = users.shared("user", None).await.expect("they are listed");
    let to_bob = |grant: &&protocol::Grant| grant.user == "bob";
    assert_eq!(shared.iter().filter(to_bob).count(), 1, "{shared:?}");
    users
        .revoke("bob", &permission.uri)
        .await
        .expect("it is revoked");
    let again = secrets.put("oven", b"y").await.expect_err("not any more");
    assert_eq!(again.status(), Some(403));
}

#[tokio::test]
async fn roles_are_made_granted_to_and_removed() {
    let cloud = Cloud::start().await;
    let client = cloud.client(&cloud.token());
    let users = client.users();
    users
        .add_role("user/roles/readers")
        .await
        .expect("it is made");
    let roles = users.roles("user").await.expect("they are listed");
    assert_eq!(roles, ["user/roles/readers"]);
    let permission = Permission {
        uri: "storage://local/bakehouse/default-project".to_owned(),
        action: Action::Read,
    };
    let given = users.grant("user/roles/readers", &[permission]).await;
    given.expect("a role is granted to like a user");
    let has = users.permissions("user/roles/readers", None).await;
    assert_eq!(has.expect("it is asked")[0].action, Action::Read);
    users
        .remove_role("user/roles/readers")
        .await
        .expect("it is removed");
    assert!(
        users
            .roles("user")
            .await
            .expect("they are listed")
            .is_empty()
    );
}

#[tokio::test]
async fn service_accounts_sign_in_with_the_token_they_were_made_with() {
    let cloud = Cloud::start().await;
    let client = cloud.client(&cloud.token());
    let accounts = client.service_accounts();
    let new = NewServiceAccount {
        name: Some("ci".to_owned()),
        default_cluster: "local".to_owned(),
        default_project: SCOPE.1.to_owned(),
        default_org: Some(SCOPE.0.to_owned()),
    };
    let made = accounts.create(&new).await.expect("it is made");
    assert!(!format!("{made:?}").contains(&made.token));
    let config = PassedConfig::decode(&made.token).expect("it is a whole configuration");
    assert_eq!(config.url, cloud.url());
    let as_account = cloud.client(&config.token);
    assert!(
        as_account
            .fetch_config()
            .await
            .expect("it answers")
            .authorized
    );
    assert_eq!(accounts.list().await.expect("they are listed").len(), 1);
    let found = accounts.find("ci").await.expect("it is asked");
    assert_eq!(found, Some(made.account));
    accounts.remove("ci").await.expect("it is removed");
    let config = as_account.fetch_config().await.expect("it answers");
    assert!(!config.authorized, "its token is worth nothing");
}

#[tokio::test]
async fn images_buckets_and_limits_that_are_not_there_are_told_as_that() {
    let cloud = Cloud::start().await;
    let client = cloud.client(&cloud.token());
    let cluster = cluster(&client).await;
    let registry = cluster.registry("user");
    assert_eq!(registry.images().await.expect("it is asked"), [""; 0]);
    let image = PlatformImage {
        cluster: "local".to_owned(),
        org: SCOPE.0.to_owned(),
        project: SCOPE.1.to_owned(),
        name: "rye".to_owned(),
        tag: "v1".to_owned(),
    };
    assert!(!registry.has(&image).await.expect("it is asked"));
    assert_eq!(registry.manifest(&image).await.expect("it is asked"), None);
    let buckets = cluster.buckets(SCOPE.0, SCOPE.1).list().await;
    let refused = buckets.expect_err("there are none here");
    assert_eq!(refused.status(), Some(501));
    assert!(refused.to_string().contains("use storage:"), "{refused}");
    assert!(client.admin().await.expect("it is asked").is_none());
}

#[tokio::test]
async fn a_protected_client_reads_and_changes_nothing() {
    let cloud = Cloud::start().await;
    let token = cloud.token();
    let reason = "the context `production` is protected";
    let client = cloud.client(&token).protected(reason);
    let cluster = cluster(&client).await;
    let secrets = cluster.secrets(SCOPE.0, SCOPE.1);
    assert!(secrets.list().await.expect("reading goes on").is_empty());
    let refusals = [
        secrets.put("oven", b"x").await.err(),
        client.jobs().kill("job-x").await.err(),
        client.users().add_role("user/roles/x").await.err(),
        cluster.exec("job-x", ("sh", false)).await.err(),
    ];
    for refused in refusals {
        let error = refused.expect("it is refused");
        assert!(
            matches!(&error.failure, Failure::Protected { .. }),
            "{error}"
        );
        assert!(error.is_untouched() && error.to_string().contains(reason));
    }
    let open = cloud.client(&token);
    let at_open = self::cluster(&open).await;
    let listed = at_open.secrets(SCOPE.0, SCOPE.1).list().await;
    assert!(listed.expect("it is asked").is_empty(), "nothing was sent");
}
