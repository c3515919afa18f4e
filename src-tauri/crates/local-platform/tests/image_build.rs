//! Images built by jobs: what the tools ask a builder's image for.

use std::io::Read as _;
use std::path::PathBuf;

use local_platform::Options;
use protocol::{Job, JobStatus};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::podman::{IMAGE, Podman};

const BUILDER: &str = "gcr.io/kaniko-project/executor:v1.20.0-debug";

/// A platform with an engine of its own, and a context in its storage.
struct Yard {
    desk: Desk,
    podman: Podman,
}

impl Yard {
    async fn open() -> Option<Self> {
        let podman = Podman::start()?;
        let desk = Desk::with(|options| options.engine = Some(podman.address())).await;
        Some(Self { desk, podman })
    }

    async fn build(&self, name: &str, more: &str) -> (Job, String) {
        build(&self.desk, name, more).await
    }

    /// The manifest of an image, as an engine would pull it.
    async fn manifest(&self, name: &str, tag: &str) -> Value {
        let path = format!("bakehouse/proj/{name}/manifests/{tag}");
        let (status, manifest) = self.desk.read_v2(&path).await;
        assert_eq!(status, StatusCode::OK, "{manifest}");
        manifest
    }

    /// Files of the last layer of an image, with their texts.
    async fn last_layer(&self, name: &str, tag: &str) -> Vec<(String, String)> {
        let manifest = self.manifest(name, tag).await;
        let layers = manifest["layers"].as_array().unwrap();
        let layer = layers.last().unwrap()["digest"].as_str().unwrap();
        let blob = format!("bakehouse/proj/{name}/blobs/{layer}");
        let response = self.desk.v2(Method::GET, &blob).send().await.unwrap();
        let bytes = response.bytes().await.unwrap();
        let mut archive = tar::Archive::new(&bytes[..]);
        let files = archive.entries().unwrap().map(|entry| {
            let mut entry = entry.unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            (entry.path().unwrap().display().to_string(), text)
        });
        files.collect()
    }
}

fn host(desk: &Desk) -> String {
    desk.origin().replace("http://", "")
}

fn write(desk: &Desk, name: &str, text: &str) {
    let context: PathBuf = desk.data_dir().join("storage/bakehouse/proj/context");
    std::fs::create_dir_all(&context).unwrap();
    std::fs::write(context.join(name), text).unwrap();
}

/// A job as the tools submit it, with the image `name` as its result.
fn submission(desk: &Desk, name: &str, more: &str) -> Value {
    let host = host(desk);
    let command = format!(
        "--context=/kaniko_context --dockerfile=/kaniko_context/Dockerfile \
         --destination={host}/bakehouse/proj/{name} --cache=true --cache-repo=127.0.0.1 \
         --verbosity=info --image-fs-extract-retry=1 --push-retry=3 --use-new-run=true \
         --snapshot-mode=redo {more}"
    );
    json!({
        "image": BUILDER, "command": command, "tags": ["kaniko-builds-image:x"],
        "env": { "container": "docker", "FROM_ENV": "from the environment" },
        "volumes": [{
            "src_storage_uri": "storage://local/bakehouse/proj/context",
            "dst_path": "/kaniko_context", "read_only": false,
        }],
    })
}

async fn build(desk: &Desk, name: &str, more: &str) -> (Job, String) {
    let submitted = desk.submit("", submission(desk, name, more)).await;
    let job = desk.finished(&submitted.id).await;
    let log = desk.log(&job.id, "").await;
    (job, log)
}

#[tokio::test]
async fn a_build_of_the_tools_ends_as_an_image_in_the_registry() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let dockerfile = format!(
        "FROM {IMAGE}\nARG WHO=nobody\nARG FROM_ENV\nCOPY hello.txt /\n\
         RUN echo \"$WHO, $FROM_ENV, $(cat hello.txt)\" > /who.txt\nCMD [\"cat\", \"/who.txt\"]\n"
    );
    write(&yard.desk, "Dockerfile", &dockerfile);
    write(&yard.desk, "hello.txt", "hello");
    let more = "--build-arg WHO=somebody --build-arg FROM_ENV --reproducible";
    let (job, log) = yard.build("app:v1", more).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{log}");
    assert_eq!(job.runner.as_deref(), Some("bakehouse"));
    assert!(log.contains("STEP"), "{log}");
    assert!(log.contains("Not used here: --reproducible"), "{log}");
    assert!(
        log.contains("Pushed bakehouse/proj/app:v1 (sha256:"),
        "{log}"
    );
    let files = yard.last_layer("app", "v1").await;
    let who = (
        "who.txt".to_owned(),
        "somebody, from the environment, hello\n".to_owned(),
    );
    assert!(files.contains(&who), "{files:?}");

    // The next one builds on it, though the engine has forgotten it.
    let reference = format!("{}/bakehouse/proj/app:v1", host(&yard.desk));
    yard.podman.output(&["rmi", "--force", &reference]);
    write(
        &yard.desk,
        "Dockerfile",
        &format!("FROM {reference}\nRUN cp /who.txt /next.txt\n"),
    );
    let (job, log) = yard.build("next/one", "").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{log}");
    assert!(
        log.contains("Taken from the registry of this platform"),
        "{log}"
    );
    let files = yard.last_layer("next/one", "latest").await;
    let next = ("next.txt".to_owned(), who.1.clone());
    assert!(files.contains(&next), "{files:?}");
    // A job runs in it.
    yard.podman.output(&["rmi", "--all", "--force"]);
    let head = yard
        .desk
        .v2(Method::HEAD, "bakehouse/proj/app/manifests/v1");
    let head = head.send().await.unwrap();
    let digest = head.headers()["docker-content-digest"].to_str().unwrap();
    for image in ["next/one", "app:v1", &format!("app@{digest}")] {
        let image = format!("{}/bakehouse/proj/{image}", host(&yard.desk));
        let more = json!({ "image": image, "command": "cat /who.txt" });
        let job = yard.desk.submit("", more).await;
        let job = yard.desk.finished(&job.id).await;
        assert_eq!(job.runner.as_deref(), Some("container"));
        assert_eq!(yard.desk.log(&job.id, "").await, who.1, "{job:#?}");
    }
    let (_, catalog) = yard.desk.read_v2("_catalog").await;
    let expected = json!(["bakehouse/proj/app", "bakehouse/proj/next/one"]);
    assert_eq!(catalog["repositories"], expected);
}

#[tokio::test]
async fn a_build_that_fails_says_why_and_pushes_nothing() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    write(
        &yard.desk,
        "Dockerfile",
        &format!("FROM {IMAGE}\nRUN echo before && exit 7\n"),
    );
    let (job, log) = yard.build("app", "").await;
    assert_eq!(
        (job.status, job.history.exit_code),
        (JobStatus::Failed, Some(1)),
        "{log}"
    );
    assert!(log.contains("before"), "{log}");
    let last = log.lines().last().unwrap();
    assert!(
        last.starts_with("ERROR: ") && last.contains("exit status 7"),
        "{log}"
    );
    let (status, _) = yard.desk.read_v2("bakehouse/proj/app/tags/list").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    for (more, part) in [
        ("--context=/elsewhere", "no folder of a volume"),
        ("--dockerfile=/etc/passwd", "no volume"),
        ("--dockerfile=/kaniko_context/None", "No such file"),
    ] {
        let (job, log) = yard.build("app", more).await;
        assert_eq!(job.status, JobStatus::Failed);
        assert!(log.contains(part), "{log}");
    }
}

#[tokio::test]
async fn without_an_engine_a_build_says_what_to_install() {
    let desk = Desk::with(|options: &mut Options| {
        options.engine = Some("unix:///nowhere/engine.sock".to_owned());
    })
    .await;
    write(&desk, "Dockerfile", "FROM scratch\n");
    let (job, log) = build(&desk, "app", "").await;
    assert_eq!(job.status, JobStatus::Failed);
    assert!(log.contains("install and start Docker or Podman"), "{log}");
}

#[tokio::test]
async fn nobody_builds_into_repositories_of_others() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let desk = &yard.desk;
    write(desk, "Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
    let bob = desk.add_user("bob");
    let grants = json!([
        { "uri": "job://local/bakehouse/proj", "action": "write" },
        { "uri": "storage://local/bakehouse/proj", "action": "write" },
    ]);
    let (status, _) = desk
        .send(Method::POST, "users/bob/permissions", grants)
        .await;
    assert_eq!(status, StatusCode::CREATED);
    let mut body = submission(desk, "app", "");
    for (key, value) in [
        ("pass_config", json!(false)),
        ("project_name", json!("proj")),
        ("cluster_name", json!("local")),
        ("org_name", json!("bakehouse")),
    ] {
        body[key] = value;
    }
    let (status, refused) = desk.by(&bob, Method::POST, "jobs?from_preset", body).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{refused}");
    let error = refused["error"].as_str().unwrap();
    assert!(
        error.contains("`bob` may not write image://local/bakehouse/proj/app"),
        "{error}"
    );
}
