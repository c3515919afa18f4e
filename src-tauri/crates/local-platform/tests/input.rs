//! What is typed into jobs, and jobs with a terminal.

use local_platform::RunnerChoice;
use protocol::JobStatus;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test]
async fn a_job_waits_for_its_input_and_gets_it() {
    for choice in [RunnerChoice::Best, RunnerChoice::Process] {
        let desk = Desk::with(|options| options.runner = choice).await;
        let job = desk
            .submit(
                "read line; echo got $line; test -t 0 || echo no terminal",
                json!({}),
            )
            .await;
        desk.type_into(&job.id, "one line\n").await;
        let job = desk.finished(&job.id).await;
        assert_eq!(job.status, JobStatus::Succeeded);
        assert_eq!(
            desk.log(&job.id, "").await,
            "got one line\nno terminal\n",
            "{choice:?}"
        );
    }
}

#[tokio::test]
async fn a_job_with_a_terminal_sees_one() {
    for choice in [RunnerChoice::Best, RunnerChoice::Process] {
        let desk = Desk::with(|options| options.runner = choice).await;
        let script = "test -t 0 && test -t 1 && echo terminal $TERM; stty size; read line; echo got $line; exit 4";
        let job = desk.submit(script, json!({"tty": true})).await;
        desk.type_into(&job.id, "one line\n").await;
        let job = desk.finished(&job.id).await;
        assert_eq!(job.history.exit_code, Some(4));
        let log = desk.log(&job.id, "").await;
        // A terminal shows what is typed; when, nobody knows.
        let log = log.replacen("one line\r\n", "", 1);
        assert_eq!(
            log, "terminal xterm\r\n24 80\r\ngot one line\r\n",
            "{choice:?}"
        );
    }
}
