//! Images of a flow that are built by a container engine of the test's own: for a bake, and by
//! `bakehouse build`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use local_platform::last_served;
use serde_json::Value;

use crate::command_line::{code, text};
use crate::desk::{eventually, program};
use crate::podman::{IMAGE, Podman};

/// A platform that runs jobs in containers, and a project on it.
struct Yard {
    folder: tempfile::TempDir,
    server: Child,
    _podman: Podman,
}

const LIVE: &str = "
kind: live
images:
  mine: {ref: 'image:mine:v1', context: docker, dockerfile: docker/Dockerfile, build_args: [WHO=me]}
jobs:
  say: {image: '${{ images.mine.ref }}', cmd: cat /made.txt}
";

const BATCH: &str = "
kind: batch
params: {word: {default: one}}
images:
  mine:
    ref: image:mine:v1
    context: docker
    dockerfile: docker/Dockerfile
    build_args: [WHO=somebody]
    env: {FROM_ENV: the environment}
tasks:
- id: say
  image: ${{ images.mine.ref }}
  cmd: sh -c 'echo ${{ params.word }}; echo \"::set-output name=made::$(cat /made.txt)\"'
- id: again
  needs: []
  image: ${{ images.mine.ref }}
  env: {WORD: '${{ params.word }}'}
  cmd: cat /made.txt
";

impl Yard {
    /// Nothing (and a word about it) where there is no engine.
    async fn open(dockerfile: &str) -> Option<Self> {
        let podman = Podman::start()?;
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut serve = Command::new(program());
        serve
            .args(["serve", "--secrets", "session", "--port", "0"])
            .args(["--runner", "container", "--engine", &podman.address()])
            .env("BAKEHOUSE_HOME", folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let server = serve.spawn().expect("the program runs");
        let yard = Self {
            folder,
            server,
            _podman: podman,
        };
        let data = yard.folder.path().join("local");
        eventually("the platform is served", async || last_served(&data)).await;
        yard.write(".neuro/project.yml", "id: yard");
        yard.write(".neuro/live.yml", LIVE);
        yard.write(".neuro/b.yml", BATCH);
        yard.write("docker/Dockerfile", dockerfile);
        Some(yard)
    }

    fn project(&self) -> PathBuf {
        self.folder.path().join("yard")
    }

    fn write(&self, path: &str, content: &str) {
        let file = self.project().join(path);
        let folder = file.parent().unwrap_or(Path::new("/"));
        std::fs::create_dir_all(folder).expect("the folder can be made");
        std::fs::write(file, content).expect("the file can be written");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(["--credentials", "session", "--platform-port", "0"])
            .args(arguments)
            .env("BAKEHOUSE_HOME", self.folder.path())
            .env_remove("NEURO_PASSED_CONFIG")
            .current_dir(self.project())
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    /// The newest bake, as `inspect` tells it; nothing before there is one.
    fn inspect(&self) -> Option<Value> {
        let told = self.run(&["inspect", "--json"]);
        serde_json::from_slice(&told.stdout).ok()
    }

    /// The builder of the newest bake, once its image is being built.
    async fn builder(&self) -> String {
        eventually("the image is being built", async || {
            let image = self.inspect()?["images"][0].clone();
            let builds = image["state"] == "building";
            builds.then(|| image["rawId"].as_str().unwrap_or_default().to_owned())
        })
        .await
    }

    /// The status of a job, in the words of the platform.
    fn status(&self, job: &str) -> String {
        let told = self.run(&["status", job, "--json"]);
        let told: Value = serde_json::from_slice(&told.stdout).unwrap_or_default();
        told["state"].as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Yard {
    fn drop(&mut self) {
        // What has ended already needs no end.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(output)))
}

fn good(more: &str) -> String {
    format!(
        "FROM {IMAGE}\nARG WHO=nobody\nARG FROM_ENV=nowhere\n{more}\n\
         RUN echo \"$WHO from $FROM_ENV\" > /made.txt\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bake_builds_its_image_once_and_its_tasks_run_in_it() {
    let Some(yard) = Yard::open(&good("")).await else {
        return;
    };
    let bake = yard.run(&["bake", "b", "--json"]);
    assert_eq!(code(&bake), 0, "{}", text(&bake));
    let view = json(&bake);
    let image = &view["images"][0];
    assert_eq!(image["state"], "built", "{image}");
    assert_eq!(image["definitions"], serde_json::json!(["mine"]));
    assert_eq!(
        view["tasks"][0]["outputs"]["made"],
        "somebody from the environment"
    );
    assert!(
        text(&bake).contains("building   image:mine:v1"),
        "{}",
        text(&bake)
    );
    let id = view["row"]["id"].as_str().expect("it has an id");
    for name in ["mine", "image:mine:v1"] {
        let shown = yard.run(&["show", id, name]);
        let shown = text(&shown);
        assert!(
            shown.contains("STEP") && shown.contains("Pushed"),
            "{shown}"
        );
    }
    let inspected = text(&yard.run(&["inspect", id]));
    assert!(inspected.contains("IMAGE"), "{inspected}");

    // With another parameter the tasks run again, in the image that is there.
    let second = yard.run(&["bake", "b", "--json", "--param", "word=two"]);
    assert_eq!(code(&second), 0, "{}", text(&second));
    let view = json(&second);
    assert_eq!(view["images"][0]["state"], "cached");
    assert_eq!(view["images"][0]["rawId"], Value::Null);
    assert_eq!(view["tasks"][1]["state"], "succeeded");

    // What is to be built anew always is, from what lies in the folder now.
    let forced = BATCH.replace("    build_args", "    force_rebuild: yes\n    build_args");
    yard.write(".neuro/b.yml", &forced.replace("somebody", "another"));
    let third = yard.run(&["bake", "b", "--json", "--param", "word=three"]);
    let view = json(&third);
    assert_eq!(view["images"][0]["state"], "built", "{}", text(&third));
    assert_eq!(
        view["tasks"][0]["outputs"]["made"],
        "another from the environment"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_fails_fails_the_bake_and_a_restart_builds_again() {
    let bad = format!("FROM {IMAGE}\nRUN echo before && exit 7\n");
    let Some(yard) = Yard::open(&bad).await else {
        return;
    };
    let bake = yard.run(&["bake", "b", "--json"]);
    assert_eq!(code(&bake), 1, "{}", text(&bake));
    let view = json(&bake);
    assert_eq!(view["images"][0]["state"], "buildFailed");
    let problem = view["problem"].as_str().expect("a reason is told");
    assert!(
        problem.contains("there is no image `image:mine:v1`: its build failed with exit code 1")
    );
    assert!(problem.contains("exit status 7"), "{problem}");
    let states = (&view["tasks"][0]["state"], &view["tasks"][1]["state"]);
    assert_eq!(states, (&"failed".into(), &"skipped".into()), "{problem}");

    // The storage holds what the image is built from: mended there, a new attempt builds it.
    let id = view["row"]["id"].as_str().expect("it has an id");
    let context = view["images"][0]["context"]
        .as_str()
        .expect("it has a context");
    let context = context.trim_start_matches("storage:/");
    let storage = yard.folder.path().join("local/storage/bakehouse");
    std::fs::write(storage.join(context).join("Dockerfile"), good("")).expect("it can be written");
    let again = yard.run(&["restart", id, "--json"]);
    assert_eq!(code(&again), 0, "{}", text(&again));
    assert_eq!(json(&again)["images"][0]["state"], "built");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_outlives_its_executor_and_ends_with_a_cancelled_bake() {
    let Some(yard) = Yard::open(&good("RUN sleep 3")).await else {
        return;
    };
    let mut bake = yard.command(&["bake", "b"]);
    bake.stdout(Stdio::null()).stderr(Stdio::null());
    let mut executor = bake.spawn().expect("the program runs");
    let builder = yard.builder().await;
    executor.kill().expect("it can be killed");
    executor.wait().expect("it has ended");
    let view = yard.inspect().expect("there is a bake");
    let id = view["row"]["id"].as_str().expect("it has an id").to_owned();
    let next = yard.run(&["execute", &id]);
    assert_eq!(code(&next), 0, "{}", text(&next));
    let view = yard.inspect().expect("there is a bake");
    assert_eq!(view["images"][0]["state"], "built");
    assert_eq!(view["images"][0]["rawId"], builder, "it was built once");

    let forced = BATCH.replace("    build_args", "    force_rebuild: yes\n    build_args");
    yard.write(".neuro/b.yml", &forced);
    yard.write("docker/Dockerfile", &good("RUN sleep 600"));
    let mut bake = yard.command(&["bake", "b", "--param", "word=two"]);
    let bake = bake.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let builder = yard.builder().await;
    let view = yard.inspect().expect("there is a bake");
    let id = view["row"]["id"].as_str().expect("it has an id").to_owned();
    let cancelled = yard.run(&["cancel", &id]);
    assert_eq!(code(&cancelled), 0, "{}", text(&cancelled));
    let bake = bake.expect("the program runs").wait_with_output();
    let bake = bake.expect("it ends");
    assert_eq!(code(&bake), 130, "{}", text(&bake));
    assert_eq!(yard.status(&builder), "cancelled");
    let view = yard.inspect().expect("there is a bake");
    assert_eq!(view["images"][0]["state"], "buildFailed");
    assert_eq!(view["tasks"][0]["state"], "skipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_built_from_the_command_line_with_its_log_and_its_exit_code() {
    let Some(yard) = Yard::open(&good("")).await else {
        return;
    };
    let early = yard.run(&["run", "say"]);
    assert_eq!(code(&early), 1, "{}", text(&early));
    assert!(
        text(&early).contains("`bakehouse build mine` builds it"),
        "{}",
        text(&early)
    );
    let built = yard.run(&["build", "mine"]);
    assert_eq!(code(&built), 0, "{}", text(&built));
    let log = text(&built);
    assert!(log.contains("STEP") && log.contains("Pushed"), "{log}");
    let again = yard.run(&["build", "mine"]);
    assert_eq!(code(&again), 0, "{}", text(&again));
    assert!(text(&again).contains("exists already"), "{}", text(&again));
    let said = yard.run(&["run", "say"]);
    assert!(text(&said).contains("me from nowhere"), "{}", text(&said));
    yard.write("docker/Dockerfile", &format!("FROM {IMAGE}\nRUN exit 7\n"));
    let failed = yard.run(&["build", "mine", "--force-overwrite"]);
    assert_eq!(code(&failed), 1, "{}", text(&failed));
    assert!(text(&failed).contains("exit status 7"), "{}", text(&failed));
}
