//! What a job sees: volumes at their paths, this computer read-only, nothing of other jobs.

use local_platform::RunnerChoice;
use protocol::JobStatus;
use serde_json::{Value, json};

use crate::desk::{Desk, plain};

/// A platform that runs jobs in the sandbox, or `None` where bubblewrap does not work.
async fn sandboxed() -> Option<Desk> {
    let desk = Desk::with(|options| options.runner = RunnerChoice::Sandbox).await;
    let job = desk
        .finished(&desk.submit("true", Value::Null).await.id)
        .await;
    if job.status == JobStatus::Succeeded {
        return Some(desk);
    }
    eprintln!("skipped: {}", job.history.description.unwrap_or_default());
    None
}

fn volume(path: &str, target: &str, read_only: bool) -> Value {
    json!({
        "src_storage_uri": format!("storage://local/bakehouse/proj/{path}"),
        "dst_path": target, "read_only": read_only
    })
}

#[tokio::test]
async fn volumes_are_at_their_paths_and_read_only_ones_cannot_be_written() {
    let Some(desk) = sandboxed().await else {
        return;
    };
    let storage = desk.data_dir().join("storage/bakehouse/proj");
    std::fs::create_dir_all(storage.join("data")).unwrap();
    std::fs::write(storage.join("data/in.txt"), "hello").unwrap();
    let script = "cat /project/data/in.txt; echo; \
        touch /project/data/x 2>/dev/null && echo WRITTEN; \
        echo result > /deep/er/results/out.txt; echo more > /usr/local/odd/place/f; pwd; ls /project";
    let volumes = [
        volume("code", "/project", false),
        volume("data", "/project/data", true),
        volume("results", "/deep/er/results", false),
        volume("odd", "/usr/local/odd/place", false),
    ];
    let job = desk
        .submit(
            script,
            json!({"volumes": volumes, "working_dir": "/project"}),
        )
        .await;
    let job = desk.finished(&job.id).await;
    assert_eq!(job.runner.as_deref(), Some("sandbox"));
    assert!(
        job.runner_note
            .unwrap()
            .contains("image `ubuntu:latest` is not used")
    );
    let log = desk.log(&job.id, "").await;
    assert_eq!(log, "hello\n/project\ndata\n");
    assert_eq!(job.status, JobStatus::Succeeded);
    let text = |path: &str| std::fs::read_to_string(storage.join(path)).unwrap();
    assert_eq!(text("results/out.txt"), "result\n");
    assert_eq!(text("odd/f"), "more\n");
    assert!(!storage.join("data/x").exists());
}

#[tokio::test]
async fn a_job_writes_nothing_but_its_volumes_and_sees_no_other_process() {
    let Some(desk) = sandboxed().await else {
        return;
    };
    let marker = format!("bakehouse-test-{}", std::process::id());
    let script = format!(
        "touch /usr/{marker} 2>/dev/null && echo USR; touch /etc/{marker} 2>/dev/null && echo ETC; \
         touch /tmp/{marker} && touch /var/tmp/{marker} && touch ~/{marker} && echo TMP; \
         ls /proc | grep -c '^[0-9]'"
    );
    let job = desk.submit(&script, Value::Null).await;
    desk.finished(&job.id).await;
    let log = desk.log(&job.id, "").await;
    let (tmp, count) = log.trim().split_once('\n').unwrap();
    assert_eq!(tmp, "TMP", "{log}");
    assert!(count.parse::<u32>().unwrap() < 10, "{log}");
    for folder in ["/usr", "/etc", "/tmp", "/var/tmp"] {
        assert!(
            !std::path::Path::new(folder).join(&marker).exists(),
            "{folder}"
        );
    }
    let home = std::env::var("HOME").unwrap();
    assert!(!std::path::Path::new(&home).join(&marker).exists());
}

#[tokio::test]
async fn a_working_folder_that_exists_nowhere_is_made() {
    let Some(desk) = sandboxed().await else {
        return;
    };
    let job = desk
        .submit("pwd; touch here", json!({"working_dir": "/lab/here/deep"}))
        .await;
    let job = desk.finished(&job.id).await;
    assert_eq!(job.status, JobStatus::Succeeded);
    assert_eq!(desk.log(&job.id, "").await, "/lab/here/deep\n");
}

#[tokio::test]
async fn a_plain_process_finds_its_volumes_by_rewritten_paths() {
    let desk = Desk::with(plain).await;
    let job = desk
        .submit(
            "echo $WHERE > $WHERE/out.txt; cat /project/out.txt",
            json!({
                "volumes": [volume("code", "/project", false)],
                "env": {"WHERE": "/project"}, "working_dir": "/project/sub"
            }),
        )
        .await;
    let job = desk.finished(&job.id).await;
    assert_eq!(job.runner.as_deref(), Some("process"));
    assert!(
        job.runner_note
            .unwrap()
            .contains("replaced by the real folders")
    );
    let real = desk.data_dir().join("storage/bakehouse/proj/code");
    assert_eq!(desk.log(&job.id, "").await, format!("{}\n", real.display()));
    assert!(real.join("sub").is_dir());
}

#[tokio::test]
async fn a_volume_that_leads_out_of_the_storage_is_refused() {
    let desk = Desk::new().await;
    let root = desk.data_dir().join("storage/bakehouse/proj");
    std::fs::create_dir_all(&root).unwrap();
    std::os::unix::fs::symlink("/etc", root.join("out")).unwrap();
    let body = json!({
        "pass_config": false, "project_name": "proj", "cluster_name": "local",
        "image": "x", "command": "true", "volumes": [volume("out", "/x", false)]
    });
    let (status, refused) = desk
        .send(reqwest::Method::POST, "jobs?from_preset", body)
        .await;
    assert_eq!(status, reqwest::StatusCode::BAD_REQUEST);
    assert!(
        refused["error"]
            .as_str()
            .unwrap()
            .contains("leads out of the storage"),
        "{refused}"
    );
}
