//! Zip archives behind HTTPS.

use std::sync::Arc;

use template_store::{Credential, Freshness, Limits, OpenError, Secret};

use crate::archives::{file, zip};
use crate::server::{Server, Shop};
use crate::trial::{Trial, text, words};

fn archive(content: &str) -> Vec<u8> {
    zip(|zip| {
        file(zip, "t-main/cookiecutter.json", "{}");
        file(zip, "t-main/a", content);
    })
}

fn served(wants: Option<&str>) -> (Trial, Server) {
    let mut trial = Trial::new();
    let shop = Shop {
        wants: wants.map(str::to_owned),
        ..Shop::default()
    };
    let server = Server::start(trial.folder.path(), shop);
    put(&server, archive("one"));
    trial.network.ca_file = Some(server.ca_file.clone());
    (trial, server)
}

fn put(server: &Server, bytes: Vec<u8>) {
    let mut files = server.shop.files.lock().unwrap();
    files.insert("/t.zip".to_owned(), bytes);
}

#[test]
fn an_archive_is_fetched_once_refreshed_on_demand_and_not_lost_to_a_bad_one() {
    let (mut trial, server) = served(None);
    let url = server.url("t.zip");
    assert_eq!(text(&trial.typed(&url).unwrap().tree, "a"), "one");
    put(&server, archive("longer"));
    assert_eq!(text(&trial.typed(&url).unwrap().tree, "a"), "one");
    trial.freshness = Freshness::Refresh;
    assert_eq!(text(&trial.typed(&url).unwrap().tree, "a"), "longer");
    let same = trial.typed(&url).unwrap();
    assert!(
        same.checked > same.fetched,
        "the server said it is the same"
    );
    put(&server, b"broken".to_vec());
    assert!(matches!(trial.typed(&url), Err(OpenError::Archive(_))));
    trial.freshness = Freshness::Offline;
    assert_eq!(text(&trial.typed(&url).unwrap().tree, "a"), "longer");
}

#[test]
fn a_private_archive_asks_and_one_that_is_too_large_ends() {
    let (mut trial, server) = served(Some("YWRhOnRva2Vu"));
    let url = server.url("t.zip");
    let error = trial.typed(&url).unwrap_err();
    assert!(
        matches!(error, OpenError::AuthenticationNeeded { .. }),
        "{error}"
    );
    trial.answerer = Arc::new(|_| {
        Some(Credential {
            user: "ada".to_owned(),
            secret: Secret::new("token"),
        })
    });
    trial.limits = Limits {
        download: 100,
        ..Limits::default()
    };
    let error = trial.typed(&url).unwrap_err();
    assert!(words(&error).contains("larger than 100 bytes"), "{error}");
    trial.limits = Limits::default();
    assert!(trial.typed(&url).is_ok());
    let error = trial.typed(&server.url("none.zip")).unwrap_err();
    assert!(matches!(error, OpenError::NotFound { .. }), "{error}");
}
