//! Hosts that ask who we are, or never answer.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use contract::{
    DeskEvent, FailureCode, GivenCredential, SecretText, TemplateOpen, TemplateOpening, WorkStop,
};
use workbench::commands;

use crate::desk::TestDesk;

/// A host that gives every request the same answer, or none; gives back its address.
fn host(answer: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            match answer {
                Some(answer) => {
                    let _ = stream.write_all(answer.as_bytes());
                }
                None => open.push(stream),
            }
        }
    });
    format!("http://{address}/private/rye.git")
}

const WHO: &str = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\
                   Content-Length: 0\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_private_place_asks_who_we_are_and_a_token_is_told_nowhere() {
    let test = TestDesk::open().await;
    let source = host(Some(WHO));
    let ask = TemplateOpen {
        source: source.clone(),
        work: Some("private".to_owned()),
        ..TemplateOpen::default()
    };
    let opening = commands::template_open(&test.desk, ask.clone())
        .await
        .expect("it answers");
    let TemplateOpening::Credential { place, refused, .. } = opening else {
        panic!("it asks who we are, but: {opening:?}");
    };
    assert_eq!((place, refused), (source, false));
    let mut events = test.desk.listen();
    let with = TemplateOpen {
        credential: Some(GivenCredential {
            user: "anna".to_owned(),
            secret: SecretText::new("crumbs-and-crust"),
        }),
        ..ask
    };
    // The place speaks no https, so the token is not sent at all.
    let refused = commands::template_open(&test.desk, with.clone())
        .await
        .expect_err("it is refused");
    assert_eq!(refused.code, FailureCode::Refused);
    assert!(refused.message.contains("unencrypted"), "{refused:?}");
    let mut told = format!("{with:?}{refused:?}");
    while let Ok(event) = events.try_recv() {
        told += &format!("{event:?}");
    }
    assert!(!told.contains("crumbs"), "{told}");
    let written = std::process::Command::new("grep")
        .args(["-r", "crumbs", &test.path()])
        .output()
        .expect("grep runs");
    assert!(written.stdout.is_empty(), "nothing is kept on disk");
}

#[tokio::test(flavor = "multi_thread")]
async fn fetching_from_a_host_that_never_answers_can_be_stopped() {
    let test = TestDesk::open().await;
    let request = TemplateOpen {
        source: host(None),
        work: Some("silent".to_owned()),
        ..TemplateOpen::default()
    };
    let mut events = test.desk.listen();
    let desk = test.desk.clone();
    let running = tokio::spawn(async move { commands::template_open(&desk, request).await });
    while !matches!(
        events.recv().await,
        Ok(DeskEvent::WorkProgressed { work, .. }) if work == "silent"
    ) {}
    let stop = WorkStop {
        work: "silent".to_owned(),
    };
    let stopped = commands::work_stop(&test.desk, stop)
        .await
        .expect("it answers");
    assert!(stopped.found);
    let opening = running.await.expect("it ends").expect("it answers");
    assert_eq!(opening, TemplateOpening::Stopped {});
}
