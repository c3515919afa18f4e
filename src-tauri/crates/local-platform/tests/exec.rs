//! Commands in running jobs.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use local_platform::RunnerChoice;
use protocol::Job;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::attach::{sized, typed, until};
use crate::desk::Desk;
use crate::logs::{Socket, refused, socket};

const RUNNERS: [RunnerChoice; 2] = [RunnerChoice::Best, RunnerChoice::Process];

async fn desk(choice: RunnerChoice) -> Desk {
    Desk::with(|options| options.runner = choice).await
}

pub(crate) async fn exec(
    desk: &Desk,
    id: &str,
    command: &str,
    streams: &str,
) -> Result<Socket, Error> {
    let encoded: String = command.bytes().map(|byte| format!("%{byte:02x}")).collect();
    socket(desk, &format!("jobs/{id}/exec?cmd={encoded}&{streams}")).await
}

pub(crate) const PLAIN: &str = "tty=0&stdin=1&stdout=1&stderr=1";
pub(crate) const TERMINAL: &str = "tty=1&stdin=1&stdout=1&stderr=0";

/// A shell script as a command.
pub(crate) fn script(text: &str) -> String {
    format!("sh -c {}", protocol::quote(text))
}

/// Both outputs and the exit code.
pub(crate) async fn outcome(mut socket: Socket) -> (String, String, i64) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    loop {
        let Some(Ok(Message::Binary(frame))) = socket.next().await else {
            panic!("no exit code")
        };
        match frame[0] {
            1 => stdout.extend_from_slice(&frame[1..]),
            2 => stderr.extend_from_slice(&frame[1..]),
            3 => {
                let exit: Value = serde_json::from_slice(&frame[1..]).unwrap();
                let text = |bytes| String::from_utf8(bytes).unwrap();
                return (
                    text(stdout),
                    text(stderr),
                    exit["exit_code"].as_i64().unwrap(),
                );
            }
            other => panic!("channel {other}"),
        }
    }
}

pub(crate) async fn run(desk: &Desk, id: &str, text: &str) -> (String, String, i64) {
    outcome(exec(desk, id, &script(text), PLAIN).await.unwrap()).await
}

async fn sleeper(desk: &Desk, more: Value) -> Job {
    let job = desk.submit("sleep 60", more).await;
    desk.started(&job.id).await
}

#[tokio::test]
async fn both_outputs_and_the_exit_code_come_back() {
    for choice in RUNNERS {
        let desk = desk(choice).await;
        let job = sleeper(&desk, json!({})).await;
        let out = run(&desk, &job.id, "echo out; echo err >&2; exit 7").await;
        assert_eq!(
            out,
            ("out\n".to_owned(), "err\n".to_owned(), 7),
            "{choice:?}"
        );
        let (stdout, _, code) = run(&desk, &job.id, "seq 1 200000; kill -TERM $$").await;
        assert_eq!(code, 128 + 15, "{choice:?}");
        assert_eq!(stdout.lines().count(), 200_000);
        let missing = exec(&desk, &job.id, "no-such-program-here 'a b'", PLAIN).await;
        let (stdout, stderr, code) = outcome(missing.unwrap()).await;
        assert_eq!((&stdout[..], code), ("", 127), "{choice:?}: {stderr}");
        assert!(stderr.contains("no-such-program-here"), "{stderr}");
    }
}

#[tokio::test]
async fn a_command_has_the_environment_the_folder_and_the_files_of_the_job() {
    for choice in RUNNERS {
        let desk = desk(choice).await;
        let volume = json!({
            "src_storage_uri": "storage://local/bakehouse/proj/code",
            "dst_path": "/code", "read_only": false
        });
        let more = json!({
            "env": {"COLOUR": "größer 'q'"}, "volumes": [volume], "working_dir": "/code/deep"
        });
        let job = desk
            .submit(
                "echo secret > \"$PWD/of-the-job\"; echo done; sleep 60",
                more,
            )
            .await;
        desk.started(&job.id).await;
        desk.until(&job.id, |_| {
            desk.data_dir()
                .join("storage/bakehouse/proj/code/deep/of-the-job")
                .exists()
        })
        .await;
        let look = "echo $COLOUR; echo $NEURO_JOB_ID; cat of-the-job; touch from-exec";
        let (stdout, stderr, code) = run(&desk, &job.id, look).await;
        let expected = format!("größer 'q'\n{}\nsecret\n", job.id);
        assert_eq!(
            (stdout, stderr, code),
            (expected, String::new(), 0),
            "{choice:?}"
        );
        let made = desk
            .data_dir()
            .join("storage/bakehouse/proj/code/deep/from-exec");
        assert!(made.exists());
    }
}

#[tokio::test]
async fn a_command_in_a_sandbox_sees_what_the_job_sees_and_no_more() {
    let desk = desk(RunnerChoice::Best).await;
    let job = desk
        .submit("echo mine > /tmp/of-the-job; sleep 60.125", json!({}))
        .await;
    let job = desk.started(&job.id).await;
    if job.runner.as_deref() != Some("sandbox") {
        eprintln!("skipped: no sandbox here");
        return;
    }
    let private = desk
        .data_dir()
        .join("jobs")
        .join(&job.id)
        .join("private/of-the-job");
    desk.until(&job.id, |_| private.exists()).await;
    let marker = format!("bakehouse-exec-{}", std::process::id());
    let look = format!(
        "cat /tmp/of-the-job; touch /usr/{marker} /etc/{marker} 2>/dev/null && echo WRITTEN; \
         ls {} | wc -l; grep -c NoNewPrivs:.1 /proc/self/status",
        desk.data_dir().display()
    );
    let (stdout, _, _) = run(&desk, &job.id, &look).await;
    assert_eq!(stdout, "mine\n0\n1\n");
    let (processes, _, _) = run(&desk, &job.id, "cat /proc/[0-9]*/cmdline").await;
    assert!(!processes.contains("local-platform"), "{processes}");
    if rustix::process::geteuid().is_root() {
        assert!(processes.contains("60.125"), "{processes}");
        // The first process is the sandbox's own, the second the command.
        run(&desk, &job.id, "kill 2").await;
        desk.finished(&job.id).await;
    }
}

#[tokio::test]
async fn what_the_job_may_use_holds_for_its_commands_too() {
    for choice in RUNNERS {
        let desk = desk(choice).await;
        let show = "cat /proc/self/cgroup";
        let job = desk.submit(&format!("{show}; sleep 60"), json!({})).await;
        desk.started(&job.id).await;
        let mut log = socket(&desk, &format!("jobs/{}/log_ws", job.id))
            .await
            .unwrap();
        let Some(Ok(Message::Binary(of_job))) = log.next().await else {
            panic!("no output")
        };
        let (of_command, _, _) = run(&desk, &job.id, show).await;
        let of_job = String::from_utf8(of_job.to_vec()).unwrap();
        assert_eq!(of_command, of_job, "{choice:?}");
    }
}

#[tokio::test]
async fn what_is_typed_reaches_the_command() {
    for choice in RUNNERS {
        let desk = desk(choice).await;
        let job = sleeper(&desk, json!({})).await;
        let mut shell = exec(&desk, &job.id, "sh", PLAIN).await.unwrap();
        shell.send(typed("echo $((6 * 7))\n")).await.unwrap();
        until(&mut shell, "42\n").await;
        shell.send(typed("")).await.unwrap();
        shell.send(typed("exit 3\n")).await.unwrap();
        assert_eq!(outcome(shell).await.2, 3, "{choice:?}");
        let deaf = exec(&desk, &job.id, "cat", "stdout=1").await.unwrap();
        assert_eq!(outcome(deaf).await, (String::new(), String::new(), 0));
    }
}

#[tokio::test]
async fn a_terminal_is_one() {
    for choice in RUNNERS {
        let desk = desk(choice).await;
        let job = sleeper(&desk, json!({})).await;
        let mut shell = exec(&desk, &job.id, "bash --norc", TERMINAL).await.unwrap();
        shell.send(sized(33, 111)).await.unwrap();
        shell
            .send(typed(
                "test -t 0 && test -t 1 && stty size; echo \"on $TERM\"\n",
            ))
            .await
            .unwrap();
        let seen = until(&mut shell, "on xterm\r\n").await;
        assert!(seen.contains("33 111\r\n"), "{choice:?}: {seen}");
        // Ctrl-C interrupts what runs in the shell, and not the shell.
        let word = unique_sleep(70);
        shell.send(typed(&format!("sleep {word}\n"))).await.unwrap();
        desk.until(&job.id, |_| runs(&word)).await;
        shell.send(typed("\x03")).await.unwrap();
        shell.send(typed("echo code ''$?; exit 9\n")).await.unwrap();
        until(&mut shell, "code 130\r\n").await;
        assert_eq!(outcome(shell).await.2, 9, "{choice:?}");
    }
}

/// Whether a process has this word in its command line.
fn runs(word: &str) -> bool {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .any(|line| {
            line.split(|byte| *byte == 0)
                .any(|part| part == word.as_bytes())
        })
}

async fn gone(word: &str) {
    let start = std::time::Instant::now();
    while runs(word) {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{word} still runs"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A number of seconds nobody else sleeps.
fn unique_sleep(kind: u32) -> String {
    format!("1{}.{kind}", std::process::id())
}

#[tokio::test]
async fn a_command_ends_when_its_client_leaves() {
    for (number, choice) in (0..).zip(RUNNERS) {
        let desk = desk(choice).await;
        let job = sleeper(&desk, json!({})).await;
        let scripts = [
            (PLAIN, "echo begun; sleep {}; true"),
            (PLAIN, "trap '' HUP; echo begun; sleep {}; true"),
            (TERMINAL, "trap '' HUP; echo begun; sleep {}; true"),
        ];
        for (kind, (streams, text)) in (0..).zip(scripts) {
            let word = unique_sleep(10 * kind + number);
            let command = script(&text.replace("{}", &word));
            let mut client = exec(&desk, &job.id, &command, streams).await.unwrap();
            until(&mut client, "begun").await;
            desk.until(&job.id, |_| runs(&word)).await;
            drop(client);
            gone(&word).await;
        }
        assert_eq!(
            desk.job(&job.id).await.status.as_str(),
            "running",
            "{choice:?}"
        );
    }
}

#[tokio::test]
async fn a_command_ends_with_its_job() {
    for (number, choice) in (0..).zip(RUNNERS) {
        let desk = desk(choice).await;
        let job = sleeper(&desk, json!({})).await;
        let word = unique_sleep(50 + number);
        let command = script(&format!("echo begun; sleep {word}; true"));
        let mut client = exec(&desk, &job.id, &command, PLAIN).await.unwrap();
        until(&mut client, "begun").await;
        desk.send(Method::DELETE, &format!("jobs/{}", job.id), Value::Null)
            .await;
        let (_, _, code) = outcome(client).await;
        assert!(code > 128, "{choice:?}: {code}");
        gone(&word).await;
    }
}

#[tokio::test]
async fn impossible_commands_are_refused_with_the_reason() {
    let desk = Desk::new().await;
    let job = sleeper(&desk, json!({})).await;
    for (command, streams) in [("sh 'a", PLAIN), ("", PLAIN), ("sh", ""), ("sh\0", PLAIN)] {
        let (status, error) = refused(exec(&desk, &job.id, command, streams).await);
        assert_eq!(status, 400, "{command}: {error}");
    }
    let missing = socket(&desk, &format!("jobs/{}/exec?{PLAIN}", job.id)).await;
    assert_eq!(refused(missing).0, 400);
    assert_eq!(refused(exec(&desk, "nothing", "sh", PLAIN).await).0, 400);
    let ended = desk.submit("true", json!({})).await;
    desk.finished(&ended.id).await;
    let (status, error) = refused(exec(&desk, &ended.id, "sh", PLAIN).await);
    assert_eq!(status, 404);
    assert_eq!(
        error["error"],
        format!("Job '{}' is not running.", ended.id)
    );
}
