//! Inside of running jobs: terminals, and ports that are reached from this computer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contract::{
    FailureCode, ForwardAsk, ForwardClose, ForwardOpen, ForwardRow, ForwardState, LiveStart,
    LiveStop, ProjectAsk, TerminalCommand, TerminalOpen, TerminalResize, TerminalSize,
    TerminalType,
};
use futures_util::StreamExt as _;
use indexmap::IndexMap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use workbench::commands;

use crate::desk::{TestDesk, eventually};

const LIVE: &str = "kind: live
jobs:
  inner:
    image: ubuntu
    bash: sleep 600
";

const SIZE: TerminalSize = TerminalSize {
    columns: 91,
    rows: 17,
};

/// Starts the job; answers its id when it runs.
async fn started(test: &TestDesk, project: &str) -> String {
    let request = LiveStart {
        project: project.to_owned(),
        job: "inner".to_owned(),
        suffix: None,
        params: IndexMap::new(),
        work: None,
    };
    let started = commands::live_start(&test.desk, request).await;
    let id = started
        .expect("it starts")
        .row
        .raw_id
        .expect("it has an id");
    running(test, project, &id).await;
    id
}

async fn running(test: &TestDesk, project: &str, id: &str) {
    let ask = ProjectAsk {
        project: project.to_owned(),
    };
    eventually("the job runs", async || {
        let table = commands::live_table(&test.desk, ask.clone()).await.ok()?;
        let mut rows = table.rows.into_iter();
        let row = rows.find(|row| row.raw_id.as_deref() == Some(id))?;
        row.started_at
    })
    .await;
}

fn opening(id: &str, what: TerminalCommand) -> TerminalOpen {
    TerminalOpen {
        terminal: "one".to_owned(),
        raw_id: id.to_owned(),
        what,
        size: SIZE,
    }
}

#[tokio::test]
async fn a_terminal_says_what_a_command_writes_and_how_it_ended() {
    let test = TestDesk::open().await;
    let project = test.written("p", "live.yml", LIVE);
    let id = started(&test, &project).await;
    let line = "sh -c 'stty size; read word; echo \"got $word\"; stty size; exit 3'".to_owned();
    let open = opening(&id, TerminalCommand::Command { line });
    let stream = commands::terminal_open(&test.desk, open.clone()).await;
    let mut stream = Box::pin(stream.expect("it opens"));
    let first = stream.next().await.expect("it tells what it is");
    assert_eq!(first.has_screen, Some(true));

    let again = commands::terminal_open(&test.desk, open).await;
    let again = again.map(drop).expect_err("one terminal has one name");
    assert_eq!(again.code, FailureCode::Conflict);

    let mut said = Vec::new();
    let mut typed = false;
    let exit_code = loop {
        let chunk = stream.next().await.expect("it ends with a last piece");
        said.extend(STANDARD.decode(&chunk.bytes).expect("it is base64"));
        if !typed && String::from_utf8_lossy(&said).contains("17 91") {
            typed = true;
            let resize = TerminalResize {
                terminal: "one".to_owned(),
                size: TerminalSize {
                    columns: 120,
                    rows: 40,
                },
            };
            let told = commands::terminal_resize(&test.desk, resize).await;
            assert!(told.expect("it is told").open);
            let keys = TerminalType {
                terminal: "one".to_owned(),
                bytes: STANDARD.encode("grüße\r"),
            };
            let told = commands::terminal_type(&test.desk, keys).await;
            assert!(told.expect("it is typed").open);
        }
        if chunk.ended {
            break chunk.exit_code;
        }
    };
    let said = String::from_utf8(said).expect("it is UTF-8");
    assert!(
        said.contains("got grüße") && said.contains("40 120"),
        "{said}"
    );
    assert_eq!(exit_code, Some(3));
    drop(stream);
    let keys = TerminalType {
        terminal: "one".to_owned(),
        bytes: String::new(),
    };
    let told = commands::terminal_type(&test.desk, keys).await;
    assert!(!told.expect("it answers").open);
}

#[tokio::test]
async fn a_terminal_needs_a_running_job() {
    let test = TestDesk::open().await;
    let project = test.written("p", "live.yml", LIVE);
    let id = started(&test, &project).await;
    let stop = LiveStop {
        project: project.clone(),
        raw_id: id.clone(),
    };
    commands::live_stop(&test.desk, stop)
        .await
        .expect("it stops");
    let refused = eventually("it has ended", async || {
        let open = opening(&id, TerminalCommand::Shell {});
        let opened = commands::terminal_open(&test.desk, open).await;
        opened.map(drop).err()
    })
    .await;
    assert_eq!(refused.code, FailureCode::Conflict);
    assert!(refused.hint.is_some());
}

/// A server that says `hello` to whoever comes; its port.
async fn server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("it listens");
    let port = listener.local_addr().expect("it has a port").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"hello").await;
        }
    });
    port
}

async fn heard(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let mut said = String::new();
    stream.read_to_string(&mut said).await.ok()?;
    Some(said).filter(|said| !said.is_empty())
}

async fn rows(test: &TestDesk) -> Vec<ForwardRow> {
    let table = commands::forward_table(&test.desk, ForwardAsk {}).await;
    table.expect("they are told").rows
}

#[tokio::test]
async fn forwards_carry_are_opened_again_and_follow_a_job_that_is_started_again() {
    let test = TestDesk::open().await;
    let project = test.written("p", "live.yml", LIVE);
    let id = started(&test, &project).await;
    let job_port = server().await;
    let open = ForwardOpen {
        raw_id: id.clone(),
        title: Some("inner".to_owned()),
        local_port: None,
        job_port,
        once: false,
    };
    let table = commands::forward_open(&test.desk, open.clone()).await;
    let local_port = table.expect("it is forwarded").rows[0].local_port;
    assert_eq!(heard(local_port).await.as_deref(), Some("hello"));
    let taken = ForwardOpen {
        local_port: Some(local_port),
        ..open
    };
    let other = ForwardOpen {
        job_port: job_port.wrapping_add(1).max(1),
        ..taken
    };
    let refused = commands::forward_open(&test.desk, other).await;
    let refused = refused.map(drop).expect_err("the port is taken");
    assert_eq!(refused.field.as_deref(), Some("localPort"));

    let test = test.restarted().await;
    let row = eventually("it is opened again", async || rows(&test).await.pop()).await;
    assert_eq!((row.local_port, row.job_port), (local_port, job_port));
    let said = eventually("it carries", async || heard(local_port).await).await;
    assert_eq!(said, "hello");

    let stop = LiveStop {
        project: project.clone(),
        raw_id: id.clone(),
    };
    commands::live_stop(&test.desk, stop)
        .await
        .expect("it stops");
    eventually("it has ended", async || {
        let row = rows(&test).await.pop()?;
        (row.state == ForwardState::Waiting && row.problem.is_some()).then_some(())
    })
    .await;
    let newer = started(&test, &project).await;
    assert_ne!(newer, id);
    eventually("it follows", async || {
        let row = rows(&test).await.pop()?;
        (row.raw_id == newer && row.state == ForwardState::Open).then_some(())
    })
    .await;
    assert_eq!(heard(local_port).await.as_deref(), Some("hello"));

    let close = ForwardClose {
        id: rows(&test).await[0].id,
    };
    commands::forward_close(&test.desk, close)
        .await
        .expect("it is closed");
    assert!(TcpStream::connect(("127.0.0.1", local_port)).await.is_err());
}
