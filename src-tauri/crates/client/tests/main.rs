//! The client against a small server that misbehaves on purpose.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod network;
mod server;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use client::{Client, Failure, Patience, Token, TokenProvider};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt as _, TryStreamExt as _};
use protocol::flow::NewProject;
use protocol::{JobFilter, JobSubmission, LogQuery, PlatformUri, UriContext};
use server::{Server, job_json};

fn client(server: &Server) -> Client {
    Client::new(&server.api(), Arc::new(Token::new("secret-token")))
        .unwrap()
        .with_patience(Patience {
            more_tries: 3,
            first_pause: Duration::from_millis(5),
        })
}

fn place(text: &str) -> PlatformUri {
    PlatformUri::parse(text, &UriContext::new("local", "org", "proj")).unwrap()
}

#[tokio::test]
async fn the_configuration_is_fetched_once_and_names_the_services_of_a_cluster() {
    let server = Server::start().await;
    let client = client(&server);
    assert_eq!(client.config().await.unwrap().clusters[0].name, "local");
    client.cluster("local").await.unwrap();
    let error = client.cluster("moon").await.err().unwrap();
    assert!(error.to_string().contains("no cluster `moon`"), "{error}");
    assert_eq!(server.count("config"), 1);
}

#[tokio::test]
async fn a_read_is_tried_again_while_the_server_is_away_and_a_submission_is_not() {
    let server = Server::start().await;
    let client = client(&server);
    server.state.unavailable.store(2, Ordering::SeqCst);
    assert_eq!(client.jobs().get("job-1").await.unwrap().id, "job-1");
    assert_eq!(server.count("get"), 3);

    server.state.unavailable.store(1, Ordering::SeqCst);
    let submission = JobSubmission {
        image: "ubuntu".into(),
        ..JobSubmission::default()
    };
    let error = client.jobs().submit(&submission).await.unwrap_err();
    assert_eq!(error.status(), Some(503));
    assert!(error.is_passing());
    assert_eq!(server.count("submit"), 1);
    assert_eq!(client.jobs().submit(&submission).await.unwrap().id, "job-1");
}

#[tokio::test]
async fn a_read_gives_up_in_the_end_and_says_which_call_failed() {
    let server = Server::start().await;
    server.state.unavailable.store(99, Ordering::SeqCst);
    let error = client(&server).jobs().get("job-1").await.unwrap_err();
    let expected = format!(
        "the platform answered 503: away for a moment (GET {}/jobs/job-1)",
        server.api()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(server.count("get"), 4);
}

#[tokio::test]
async fn lists_come_as_lines_or_as_a_document_and_a_broken_list_is_an_error() {
    let server = Server::start().await;
    let client = client(&server);
    let jobs = client.jobs();
    for (name, expected) in [("lines", 2), ("document", 1), ("nothing", 0)] {
        let filter = JobFilter {
            name: Some(name.to_owned()),
            ..JobFilter::default()
        };
        assert_eq!(jobs.list(&filter).await.unwrap().len(), expected, "{name}");
    }
    let filter = JobFilter {
        name: Some("broken".into()),
        ..JobFilter::default()
    };
    let error = jobs.list(&filter).await.unwrap_err();
    assert!(
        matches!(&error.failure, Failure::Broken { reason } if reason == "the database is gone"),
        "{error}"
    );
}

#[tokio::test]
async fn every_kind_of_refusal_keeps_status_and_words() {
    let server = Server::start().await;
    let client = client(&server);
    for (job, status, message) in [
        ("no-such", 400, "no such job no-such"),
        (
            "forbidden",
            403,
            "missing permission: read on job://local/x",
        ),
        ("plain", 500, "Oops"),
        ("empty", 405, "Method Not Allowed"),
        ("busy", 429, "too many"),
    ] {
        let error = client.jobs().get(job).await.unwrap_err();
        assert_eq!(error.status(), Some(status), "{job}");
        assert_eq!(error.message().as_deref(), Some(message), "{job}");
        assert_eq!(error.is_passing(), matches!(status, 429 | 500), "{job}");
        assert_eq!(error.is_untouched(), status == 429, "{job}");
    }
    let busy = client.jobs().get("busy").await.unwrap_err();
    assert_eq!(busy.retry_after(), Some(Duration::ZERO));
    let cut = client.jobs().get("cut").await.unwrap_err();
    assert!(matches!(cut.failure, Failure::Broken { .. }), "{cut}");
    let error = client.jobs().get("garbage").await.unwrap_err();
    assert!(
        matches!(error.failure, Failure::Unreadable { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let client = Client::new(
        &format!("http://{address}/api/v1/"),
        Arc::new(Token::new("x")),
    )
    .unwrap()
    .with_patience(Patience {
        more_tries: 1,
        first_pause: Duration::from_millis(1),
    });
    let error = client.fetch_config().await.unwrap_err();
    assert!(
        matches!(error.failure, Failure::Unreachable { .. }),
        "{error}"
    );
    assert!(Client::new("ftp://x", Arc::new(Token::new("x"))).is_err());
    assert!(Client::new("not an address", Arc::new(Token::new("x"))).is_err());
}

struct SignedOut;

impl TokenProvider for SignedOut {
    fn token(&self) -> BoxFuture<'_, Result<Token, String>> {
        Box::pin(async { Err("you have signed out".to_owned()) })
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_and_no_error_shows_a_token() {
    let server = Server::start().await;
    let client = Client::new(&server.api(), Arc::new(SignedOut)).unwrap();
    let error = client.jobs().get("job-1").await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(server.count("get"), 0);
    let wrong = Client::new(&server.api(), Arc::new(Token::new("wrong-token"))).unwrap();
    let error = wrong.jobs().get("job-1").await.unwrap_err();
    assert!(error.is_unauthorized());
    assert!(!format!("{error:?} {error} {wrong:?}").contains("wrong-token"));
}

#[tokio::test]
async fn a_log_goes_on_after_a_dropped_connection_without_loss_or_repetition() {
    let server = Server::start().await;
    let cluster = client(&server).cluster("local").await.unwrap();
    let log = cluster.logs("dropping", &LogQuery::default());
    let text = log.collect_bytes().await.unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), server::LOG);
    assert!(server.count("log") > 2);
}

#[tokio::test]
async fn log_lines_are_whole_even_when_a_letter_is_cut_in_two() {
    let server = Server::start().await;
    let cluster = client(&server).cluster("local").await.unwrap();
    let lines: Vec<String> = cluster
        .logs("dropping", &LogQuery::default())
        .lines()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(lines, ["first", "", "zweite Zeile äöü", "no end"]);
}

#[tokio::test]
async fn a_refused_log_tells_the_reason_of_the_header() {
    let server = Server::start().await;
    let cluster = client(&server).cluster("local").await.unwrap();
    let mut log = cluster.logs("gone", &LogQuery::default());
    let error = log.next().await.unwrap().unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert_eq!(error.message().as_deref(), Some("job `gone` has no log"));
}

#[tokio::test]
async fn a_log_that_only_drops_is_given_up() {
    let server = Server::start().await;
    let cluster = client(&server).cluster("local").await.unwrap();
    let mut log = cluster.logs("hopeless", &LogQuery::default());
    let error = log.next().await.unwrap().unwrap_err();
    assert!(matches!(error.failure, Failure::Broken { .. }), "{error}");
}

#[tokio::test]
async fn a_folder_is_uploaded_once_and_then_only_what_changed() {
    let server = Server::start().await;
    let cluster = client(&server).cluster("local").await.unwrap();
    let storage = cluster.storage();
    let folder = tempfile::tempdir().unwrap();
    let large = vec![7_u8; 2 * 1024 * 1024 + 5];
    std::fs::create_dir_all(folder.path().join("inner dir/deep")).unwrap();
    std::fs::write(folder.path().join("inner dir/deep/large"), &large).unwrap();
    std::fs::write(folder.path().join("ä b.txt"), "text").unwrap();
    std::fs::write(folder.path().join("empty"), "").unwrap();
    std::fs::write(folder.path().join("left.pyc"), "no").unwrap();
    std::fs::write(folder.path().join(".neuroignore"), "*.pyc\n").unwrap();

    let to = place("storage:data/set 1");
    let first = storage
        .upload_folder(folder.path(), &to, &|_| {})
        .await
        .unwrap();
    assert_eq!(first.sent, 4);
    let there = server.state.files.lock().unwrap().clone();
    assert_eq!(there["/org/proj/data/set 1/inner dir/deep/large"], large);
    assert_eq!(there["/org/proj/data/set 1/ä b.txt"], b"text");
    assert!(!there.contains_key("/org/proj/data/set 1/left.pyc"));

    let again = storage
        .upload_folder(folder.path(), &to, &|_| {})
        .await
        .unwrap();
    assert_eq!((again.sent, again.kept), (0, 4));
    std::fs::write(folder.path().join("ä b.txt"), "longer text").unwrap();
    let third = storage
        .upload_folder(folder.path(), &to, &|_| {})
        .await
        .unwrap();
    assert_eq!((third.sent, third.kept, third.bytes), (1, 3, 11));

    let missing = folder.path().join("missing");
    let error = storage
        .upload_folder(&missing, &to, &|_| {})
        .await
        .unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
}

#[tokio::test]
async fn a_large_file_that_was_broken_off_goes_on_where_it_stopped() {
    let server = Server::start().await;
    let cluster = client(&server).cluster("local").await.unwrap();
    let storage = cluster.storage();
    let folder = tempfile::tempdir().unwrap();
    let large: Vec<u8> = (0..3 * 1024 * 1024 + 7_u32)
        .map(|at| (at % 251) as u8)
        .collect();
    std::fs::write(folder.path().join("large"), &large).unwrap();
    let to = place("storage:set");
    let there = "/org/proj/set/large".to_owned();
    storage.mkdir(&to).await.unwrap();
    let begun = 1024 * 1024 + 5;
    let put = |content: Vec<u8>| {
        let mut files = server.state.files.lock().unwrap();
        files.insert(there.clone(), content);
    };
    put(large[..begun].to_vec());
    let told = std::sync::Mutex::new(Vec::new());
    let progress = |now: client::TransferProgress| told.lock().unwrap().push(now);
    let sent = storage.upload_folder(folder.path(), &to, &progress).await;
    assert_eq!(sent.unwrap().bytes, (large.len() - begun) as u64);
    assert_eq!(server.state.files.lock().unwrap()[&there], large);
    let last = *told.lock().unwrap().last().unwrap();
    assert_eq!((last.files, last.of_files), (1, 1));

    put(vec![1; begun]);
    let sent = storage.upload_folder(folder.path(), &to, &|_| {}).await;
    assert_eq!(sent.unwrap().bytes, large.len() as u64, "it is another one");
    assert_eq!(server.state.files.lock().unwrap()[&there], large);
}

#[tokio::test]
async fn a_folder_is_downloaded_once_and_then_only_what_changed() {
    let server = Server::start().await;
    let cluster = client(&server).cluster("local").await.unwrap();
    let storage = cluster.storage();
    let from = place("storage:set");
    storage.mkdir(&from).await.unwrap();
    for (name, content) in [("a.txt", "0123456789"), ("empty", "")] {
        storage.create(&from.join(name), content).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("new/inside");
    // What an earlier download left.
    std::fs::create_dir_all(&to).unwrap();
    std::fs::write(to.join(".a.txt.10-4000000000.part"), "0123").unwrap();
    let first = storage.download_folder(&from, &to, &|_| {}).await.unwrap();
    assert_eq!((first.sent, first.kept, first.bytes), (2, 0, 6));
    assert_eq!(std::fs::read(to.join("a.txt")).unwrap(), b"0123456789");
    assert_eq!(std::fs::read(to.join("empty")).unwrap(), b"");
    let again = storage.download_folder(&from, &to, &|_| {}).await.unwrap();
    assert_eq!((again.sent, again.kept, again.bytes), (0, 2, 0));
    std::fs::write(to.join("a.txt"), "changed here").unwrap();
    let third = storage.download_folder(&from, &to, &|_| {}).await.unwrap();
    assert_eq!((third.sent, third.bytes), (1, 10));
    let names: Vec<_> = std::fs::read_dir(&to).unwrap().flatten().collect();
    assert_eq!(names.len(), 2, "nothing unfinished is left");
}

#[tokio::test]
async fn a_storage_cannot_write_outside_of_the_folder() {
    let server = Server::start().await;
    let cluster = client(&server).cluster("local").await.unwrap();
    let storage = cluster.storage();
    let from = place("storage:set");
    storage.mkdir(&from).await.unwrap();
    let evil = "/org/proj/set/..".to_owned();
    server.state.files.lock().unwrap().insert(evil, vec![1]);
    let folder = tempfile::tempdir().unwrap();
    let refused = storage
        .download_folder(&from, &folder.path().join("in"), &|_| {})
        .await;
    let error = refused.unwrap_err();
    assert!(
        error.to_string().contains("is no name of a file"),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_is_read_from_an_offset() {
    let server = Server::start().await;
    let cluster = client(&server).cluster("local").await.unwrap();
    let storage = cluster.storage();
    let file = place("storage:a.txt");
    storage.create(&file, "0123456789").await.unwrap();
    storage.write(&file, 8, "xyz").await.unwrap();
    let tail: Vec<_> = storage
        .open(&file, 5)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(tail.concat(), b"567xyz");
    assert_eq!(storage.stat(&file).await.unwrap().unwrap().length, 11);
    assert_eq!(storage.stat(&place("storage:b")).await.unwrap(), None);
    assert!(storage.stat(&place("job:b")).await.is_err());
}

#[tokio::test]
async fn two_who_record_the_same_flow_at_once_get_the_same_record() {
    let server = Server::start().await;
    let flow = NewProject {
        name: "flow".into(),
        project_name: Some("proj".into()),
        cluster: "local".into(),
        org_name: Some("org".into()),
    };
    // The server says 404 first and then 409: somebody else was quicker.
    let record = client(&server)
        .flow()
        .projects()
        .get_or_create(&flow)
        .await
        .unwrap();
    assert_eq!(record.id, "projects-1");
    assert_eq!(server.count("project"), 3);
}

#[test]
fn the_job_of_the_test_server_is_a_job() {
    let job: protocol::Job = serde_json::from_value(job_json("job-1")).unwrap();
    assert_eq!(job.status, protocol::JobStatus::Running);
}

#[tokio::test]
async fn calls_may_be_made_from_any_thread() {
    let server = Server::start().await;
    let client = client(&server);
    let task = tokio::spawn(async move {
        client.jobs().list(&JobFilter::default()).await?;
        let cluster = client.cluster("local").await?;
        let storage = cluster.storage();
        storage.mkdir(&place("storage:a")).await?;
        storage.list(&place("storage:a")).await?;
        let folder = tempfile::tempdir().unwrap();
        storage
            .upload_folder(folder.path(), &place("storage:a"), &|_| {})
            .await
    });
    assert_eq!(task.await.unwrap().unwrap().sent, 0);
}
