//! Repositories behind HTTPS and ssh, spoken to by us and answered by git's own programs.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use template_store::{
    Credential, Freshness, GitAddress, OpenError, Question, Reference, Secret, Stage, Stop, Wanted,
};

use crate::origin::{Origin, git};
use crate::server::{Server, Shop, proxy};
use crate::trial::{Trial, text, words};

const FILE: &str = "{{cookiecutter.name}}/a.txt";
/// `ada:token`.
const ADA: &str = "YWRhOnRva2Vu";

struct Remote {
    trial: Trial,
    origin: Origin,
    server: Server,
}

/// The usual repository behind the server.
fn remote(shop: Shop) -> Option<Remote> {
    let mut trial = Trial::new();
    let origin = Origin::usual(trial.path("tpl"))?;
    let served = trial.path("served");
    std::fs::create_dir_all(&served).unwrap();
    publish(&origin, &served);
    let server = Server::start(
        trial.folder.path(),
        Shop {
            repositories: served,
            ..shop
        },
    );
    trial.network.ca_file = Some(server.ca_file.clone());
    trial.network.no_proxy = None;
    Some(Remote {
        trial,
        origin,
        server,
    })
}

fn publish(origin: &Origin, served: &Path) {
    let _ = std::fs::remove_dir_all(served.join("tpl.git"));
    git(served, &["clone", "-q", "--bare", &origin.url(), "tpl.git"]);
}

#[test]
fn every_kind_of_version_is_fetched_over_https() {
    let Some(remote) = remote(Shop::default()) else {
        return;
    };
    let url = remote.server.url("tpl.git");
    let first = remote.origin.git(&["rev-parse", "v0.9"]);
    for (checkout, content) in [
        ("", "two\n"),
        ("side", "two\n"),
        ("v0.9", "one\r\n"),
        ("v0.10", "two\n"),
        (&first, "one\r\n"),
        (&first[..8], "one\r\n"),
    ] {
        let opened = remote.trial.at(&url, checkout).unwrap();
        assert_eq!(text(&opened.tree, FILE), content, "{checkout}");
    }
    let seen = remote.trial.seen.lock().unwrap();
    assert!(seen.iter().any(|now| now.stage == Stage::Reading));
    let received = seen.iter().filter(|now| now.stage != Stage::Reading);
    let most = received.max_by_key(|now| now.done).unwrap();
    assert!(most.bytes > 100 && most.done >= 4, "{most:?}");
    assert_eq!(most.total, Some(most.done));
}

#[test]
fn a_commit_that_nothing_stands_at_is_fetched_by_itself_or_found_in_the_history() {
    let Some(remote) = remote(Shop::default()) else {
        return;
    };
    remote.origin.git(&["tag", "-d", "v0.9"]);
    publish(&remote.origin, &remote.server.shop.repositories);
    let first = remote.origin.git(&["rev-parse", "main~1"]);
    let url = remote.server.url("tpl.git");
    assert_eq!(
        text(&remote.trial.at(&url, &first).unwrap().tree, FILE),
        "one\r\n"
    );
    remote.trial.store.forget(&url).unwrap();
    let short = remote.trial.at(&url, &first[..10]).unwrap();
    assert_eq!(short.pin.commit, Some(first));
    let unknown = remote.trial.at(&url, "deadbeef").unwrap_err();
    assert!(matches!(unknown, OpenError::Version { .. }), "{unknown}");
}

#[test]
fn a_refresh_that_brings_nothing_new_receives_nothing() {
    let Some(mut remote) = remote(Shop::default()) else {
        return;
    };
    let url = remote.server.url("tpl.git");
    let before = remote.trial.typed(&url).unwrap();
    let fetches = || {
        let asked = remote.server.asked();
        asked.iter().filter(|line| line.starts_with("POST")).count()
    };
    let posts = fetches();
    assert_eq!(remote.trial.typed(&url).unwrap().pin, before.pin);
    assert_eq!(fetches(), posts, "the copy is enough");
    remote.trial.freshness = Freshness::Refresh;
    let after = remote.trial.typed(&url).unwrap();
    assert_eq!(after.fetched, before.fetched);
    assert!(after.checked > before.checked);
    assert_eq!(fetches(), posts + 1, "only the versions are asked for");
}

#[test]
fn history_is_fetched_over_https() {
    let Some(remote) = remote(Shop::default()) else {
        return;
    };
    let wanted = Wanted::new(Reference::Git(GitAddress::plain(
        &remote.server.url("tpl.git"),
    )));
    remote.trial.terms(|terms| {
        let history = remote.trial.store.history(&wanted, terms).unwrap();
        assert_eq!(history.commits.len(), 3);
        let again = remote.trial.store.history(&wanted, terms).unwrap();
        assert_eq!(again.commits, history.commits);
    });
}

#[test]
fn a_private_repository_asks_and_the_token_is_never_kept() {
    let Some(mut remote) = remote(Shop {
        wants: Some(ADA.to_owned()),
        ..Shop::default()
    }) else {
        return;
    };
    let url = remote.server.url("tpl.git");
    let error = remote.trial.typed(&url).unwrap_err();
    assert!(
        matches!(error, OpenError::AuthenticationNeeded { .. }),
        "{error}"
    );

    let questions: Arc<Mutex<Vec<Question>>> = Arc::default();
    let heard = Arc::clone(&questions);
    remote.trial.answerer = Arc::new(move |question: &Question| {
        heard.lock().unwrap().push(question.clone());
        Some(Credential {
            user: "ada".to_owned(),
            secret: Secret::new("wrong"),
        })
    });
    let error = remote.trial.typed(&url).unwrap_err();
    assert!(
        matches!(error, OpenError::AuthenticationRefused { .. }),
        "{error}"
    );
    assert!(questions.lock().unwrap()[0].host.starts_with("localhost"));

    remote.trial.answerer = Arc::new(|_| {
        Some(Credential {
            user: "ada".to_owned(),
            secret: Secret::new("token"),
        })
    });
    assert!(remote.trial.typed(&url).is_ok());
    let with_token = url.replace("https://", "https://ada:token@");
    remote.trial.answerer = template_store::no_credentials();
    remote.trial.freshness = Freshness::Refresh;
    let opened = remote.trial.typed(&with_token).unwrap();
    assert_eq!(opened.pin.source, url);
    assert_eq!(
        found(&remote.trial.path("data"), b"token"),
        Vec::<String>::new()
    );
}

/// Files below a folder that hold some bytes.
fn found(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            all.extend(found(&entry.path(), bytes));
        } else if std::fs::read(entry.path())
            .unwrap()
            .windows(bytes.len())
            .any(|part| part == bytes)
        {
            all.push(entry.path().display().to_string());
        }
    }
    all
}

#[test]
fn a_server_with_an_unknown_certificate_is_not_trusted() {
    let Some(mut remote) = remote(Shop::default()) else {
        return;
    };
    remote.trial.network.ca_file = None;
    let error = remote
        .trial
        .typed(&remote.server.url("tpl.git"))
        .unwrap_err();
    assert!(matches!(error, OpenError::NoNetwork { .. }), "{error}");
    assert!(
        words(&error).to_lowercase().contains("certificate"),
        "{error}"
    );
}

#[test]
fn a_given_proxy_is_used_except_for_hosts_beside_it() {
    let Some(mut remote) = remote(Shop::default()) else {
        return;
    };
    let tunnels = Arc::default();
    let port = proxy(Arc::clone(&tunnels));
    let url = remote.server.url("tpl.git");
    remote.trial.network.proxy = Some(format!("http://127.0.0.1:{port}"));
    remote.trial.typed(&url).unwrap();
    let used = tunnels.lock().unwrap().clone();
    assert!(!used.is_empty());
    assert!(
        used.iter()
            .all(|to| to == &format!("localhost:{}", remote.server.port))
    );
    remote.trial.store.forget(&url).unwrap();
    remote.trial.network.no_proxy = Some("localhost".to_owned());
    remote.trial.typed(&url).unwrap();
    assert_eq!(tunnels.lock().unwrap().len(), used.len());
    remote.trial.network.no_proxy = None;
    remote.trial.network.proxy = Some("http://127.0.0.1:9".to_owned());
    remote.trial.store.forget(&url).unwrap();
    let error = remote.trial.typed(&url).unwrap_err();
    assert!(matches!(error, OpenError::NoNetwork { .. }), "{error}");
}

/// The environment of a process cannot be changed while others read it, so the test starts itself.
#[test]
fn the_proxy_of_the_environment_is_used_when_none_is_given() {
    if let Ok(url) = std::env::var("TEMPLATE_STORE_URL") {
        let mut trial = Trial::new();
        trial.network.ca_file = std::env::var_os("TEMPLATE_STORE_CA").map(Into::into);
        trial.typed(&url).unwrap();
        return;
    }
    let Some(remote) = remote(Shop::default()) else {
        return;
    };
    let tunnels = Arc::default();
    let port = proxy(Arc::clone(&tunnels));
    for (beside, used) in [("", true), ("localhost", false)] {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["the_proxy_of_the_environment", "--nocapture"])
            .env("TEMPLATE_STORE_URL", remote.server.url("tpl.git"))
            .env("TEMPLATE_STORE_CA", &remote.server.ca_file)
            .env("HTTPS_PROXY", format!("http://127.0.0.1:{port}"))
            .env("NO_PROXY", beside)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let tunnels = std::mem::take(&mut *tunnels.lock().unwrap());
        assert_eq!(!tunnels.is_empty(), used, "{tunnels:?}");
    }
}

#[test]
fn what_is_not_there_and_who_does_not_answer_are_told_apart() {
    let Some(mut remote) = remote(Shop::default()) else {
        return;
    };
    let error = remote
        .trial
        .typed(&remote.server.url("none.git"))
        .unwrap_err();
    assert!(matches!(error, OpenError::NotFound { .. }), "{error}");
    let error = remote.trial.typed(&remote.server.url("page")).unwrap_err();
    assert!(matches!(error, OpenError::NotFound { .. }), "{error}");
    let error = remote.trial.typed("https://127.0.0.1:9/a.git").unwrap_err();
    assert!(matches!(error, OpenError::NoNetwork { .. }), "{error}");
    let error = remote
        .trial
        .typed("https://nowhere.invalid/a.git")
        .unwrap_err();
    assert!(matches!(error, OpenError::NoNetwork { .. }), "{error}");
    remote.trial.network.ca_file = Some("/nowhere.pem".into());
    let error = remote
        .trial
        .typed(&remote.server.url("tpl.git"))
        .unwrap_err();
    assert!(matches!(error, OpenError::Network(_)), "{error}");
}

#[test]
fn when_the_source_is_away_the_copy_answers_and_says_its_age() {
    let Some(mut remote) = remote(Shop::default()) else {
        return;
    };
    let url = remote.server.url("tpl.git");
    let before = remote.trial.typed(&url).unwrap();
    remote.trial.freshness = Freshness::Refresh;
    remote.trial.network.proxy = Some("http://127.0.0.1:9".to_owned());
    let after = remote.trial.typed(&url).unwrap();
    assert_eq!(after.pin, before.pin);
    let said = after.notes[0].to_string();
    let stamp = before.fetched.unwrap().to_string();
    assert!(
        said.contains("cannot be reached") && said.contains(&stamp),
        "{said}"
    );
}

#[test]
fn a_server_that_hangs_can_be_left_and_ends_at_the_time_limit() {
    let Some(mut remote) = remote(Shop {
        hangs: true,
        ..Shop::default()
    }) else {
        return;
    };
    let url = remote.server.url("tpl.git");
    remote.trial.limit = Duration::from_millis(700);
    let start = Instant::now();
    let error = remote.trial.typed(&url).unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::TimedOut { .. } | OpenError::NoNetwork { .. }
        ),
        "{error}"
    );
    assert!(start.elapsed() < Duration::from_secs(5));
    remote.trial.limit = Duration::from_secs(60);
    let stop = remote.trial.stop.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        stop.stop();
    });
    let start = Instant::now();
    let error = remote.trial.typed(&url).unwrap_err();
    assert!(matches!(error, OpenError::Stopped { .. }), "{error}");
    assert!(start.elapsed() < Duration::from_secs(5));
    remote.trial.stop = Stop::default();
}

#[cfg(unix)]
#[test]
fn ssh_goes_through_the_given_program() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut trial = Trial::new();
    let Some(origin) = Origin::usual(trial.path("tpl")) else {
        return;
    };
    // Stands for ssh: drops options and host, runs the command here.
    let program = trial.path("ssh");
    let script = "#!/bin/sh\nwhile [ \"$1\" != git@example.org ]; do shift; done\nshift\nexec sh -c \"$*\"\n";
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    trial.network.ssh_command = Some(program.display().to_string());
    let url = format!("git@example.org:{}", origin.path.display());
    let opened = trial.at(&url, "v0.9").unwrap();
    assert_eq!(text(&opened.tree, FILE), "one\r\n");
    let missing = format!("ssh://git@example.org{}-none", origin.path.display());
    let error = trial.typed(&missing).unwrap_err();
    assert!(
        matches!(error, OpenError::NotFound { .. } | OpenError::Git { .. }),
        "{error}"
    );
    trial.network.ssh_command = Some("/nowhere/ssh".to_owned());
    let error = trial.typed("git@example.org:other").unwrap_err();
    assert!(matches!(error, OpenError::NoSsh { .. }), "{error}");
}
