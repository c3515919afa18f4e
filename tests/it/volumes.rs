//! Volumes and images of a flow: sent, fetched, removed, built; from the window and without one.

use std::path::Path;
use std::time::{Duration, SystemTime};

use contract::{
    DeskEvent, FailureCode, ImageBuild, JobAsk, LiveStop, VolumeAct, VolumeDeed, VolumesDone,
};
use serde_json::Value;
use workbench::commands;

use crate::command_line::{bakehouse, code, text};
use crate::desk::TestDesk;

const LIVE: &str = r"
kind: live
volumes:
  data:
    remote: storage:rye/data
    mount: /data
    local: data
  results:
    remote: storage:rye/results
    mount: /results
images:
  mine:
    ref: image:rye:v1
    context: docker
    dockerfile: docker/Dockerfile
jobs:
  none: {image: ubuntu, cmd: 'true'}
";

fn project(test: &TestDesk) -> String {
    let project = test.written("rye", "live.yml", LIVE);
    let file = |name: &str, content: &str| {
        let path = Path::new(&project).join(name);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("it is made");
        std::fs::write(&path, content).expect("it is written");
        let written = std::fs::File::open(path).expect("it is there");
        let before = SystemTime::now() - Duration::from_secs(3600);
        written.set_modified(before).expect("it has a time");
    };
    file("data/a.csv", "1,2,3");
    file("data/deep/er/b.csv", "4,5,6");
    file("docker/Dockerfile", "FROM scratch\n");
    project
}

async fn act(test: &TestDesk, project: &str, deed: VolumeDeed) -> VolumesDone {
    let request = VolumeAct {
        project: project.to_owned(),
        volume: None,
        deed,
        work: Some("transfer".to_owned()),
    };
    let done = commands::volume_act(&test.desk, request).await;
    done.expect("it is done")
}

fn counts(done: &VolumesDone) -> Vec<(&str, u64, u64)> {
    let rows = done.rows.iter();
    rows.map(|row| (row.id.as_str(), row.files, row.kept))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_changed_is_sent_and_fetched() {
    let test = TestDesk::open().await;
    let project = project(&test);
    let mut events = test.desk.listen();
    let first = act(&test, &project, VolumeDeed::Upload).await;
    assert_eq!(
        counts(&first),
        [("data", 2, 0)],
        "a volume without a folder is left out"
    );
    let mut last = None;
    while let Ok(event) = events.try_recv() {
        if let DeskEvent::WorkProgressed { work, progress } = event {
            assert_eq!(work, "transfer");
            last = Some(progress);
        }
    }
    let last = last.expect("progress is told");
    assert_eq!((last.done, last.total, last.bytes), (2, Some(2), 10));
    let again = act(&test, &project, VolumeDeed::Upload).await;
    assert_eq!(counts(&again), [("data", 0, 2)]);

    let fetched = act(&test, &project, VolumeDeed::Download).await;
    assert_eq!(counts(&fetched), [("data", 2, 0)], "it is newer there");
    let here = Path::new(&project).join("data/deep");
    std::fs::remove_dir_all(&here).expect("it can be removed");
    let fetched = act(&test, &project, VolumeDeed::Download).await;
    assert_eq!(counts(&fetched), [("data", 1, 1)]);
    let content = std::fs::read_to_string(here.join("er/b.csv"));
    assert_eq!(content.expect("it is back"), "4,5,6");
    let again = act(&test, &project, VolumeDeed::Upload).await;
    assert_eq!(
        counts(&again),
        [("data", 0, 2)],
        "what was fetched is not sent back"
    );

    let cleaned = act(&test, &project, VolumeDeed::Clean).await;
    assert_eq!(counts(&cleaned), [("data", 2, 0)]);
    let again = act(&test, &project, VolumeDeed::Clean).await;
    assert_eq!(
        counts(&again),
        [("data", 0, 0)],
        "what is not there is clean"
    );
    assert!(here.is_dir(), "what is here stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_works_without_a_window() {
    let test = TestDesk::open().await;
    let project = project(&test);
    let made = bakehouse(&test, &["mkvolumes", "-C", &project]);
    assert_eq!(code(&made), 0, "{}", text(&made));
    let sent = bakehouse(&test, &["upload", "ALL", "--json", "-C", &project]);
    let sent: Value = serde_json::from_slice(&sent.stdout).expect("it prints JSON");
    assert_eq!(sent["rows"][0]["files"], 2);
    for command in ["download", "clean"] {
        let done = bakehouse(&test, &[command, "data", "-C", &project]);
        assert_eq!(code(&done), 0, "{}", text(&done));
        assert!(text(&done).contains("storage://"), "{}", text(&done));
    }
    let unknown = bakehouse(&test, &["upload", "dat", "-C", &project]);
    assert_eq!(code(&unknown), 1);
    assert!(
        text(&unknown).contains("Did you mean `data`?"),
        "{}",
        text(&unknown)
    );
    let without = bakehouse(&test, &["upload", "results", "-C", &project]);
    assert!(
        text(&without).contains("no folder on this computer"),
        "{}",
        text(&without)
    );
    let gone = bakehouse(&test, &["download", "data", "-C", &project]);
    assert_eq!(code(&gone), 1, "{}", text(&gone));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_built_by_the_job_that_the_official_tool_starts() {
    let test = TestDesk::open().await;
    let project = project(&test);
    let request = ImageBuild {
        project: project.clone(),
        image: Some("mine".to_owned()),
        force: false,
        work: None,
    };
    let builds = commands::image_build(&test.desk, request.clone()).await;
    let builds = builds.expect("the build starts");
    let raw_id = builds.rows[0].raw_id.clone().expect("there is a job");
    let ask = JobAsk {
        raw_id: raw_id.clone(),
    };
    let job = commands::job_view(&test.desk, ask)
        .await
        .expect("it is there");
    assert!(
        job.image.starts_with("gcr.io/kaniko-project/executor"),
        "{}",
        job.image
    );
    let reference = &builds.rows[0].reference;
    assert!(
        job.tags
            .contains(&format!("kaniko-builds-image:{reference}"))
    );
    let command = job.command.expect("it has a command");
    assert!(
        command.contains("--dockerfile=/kaniko_context/Dockerfile"),
        "{command}"
    );
    // How the build ends depends on what this computer can do; here only its start counts.
    let stop = LiveStop { project, raw_id };
    commands::live_stop(&test.desk, stop)
        .await
        .expect("it is stopped");

    let unknown = ImageBuild {
        image: Some("min".to_owned()),
        ..request
    };
    let refused = commands::image_build(&test.desk, unknown).await;
    let refused = refused.expect_err("there is no such image");
    assert_eq!(refused.code, FailureCode::NotFound);
}
