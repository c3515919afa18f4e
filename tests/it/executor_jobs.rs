//! Bakes that are executed by a job of the platform or by `bakehouse execute`: killed, cancelled,
//! moved, taken up.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use client::{Client, Token};
use execution::Place;
use execution::bake::{self as baking, Created, Setup};
use flow::{MemoryWorkspace, NoJobs, Platform, Session};
use indexmap::IndexMap;
use local_platform::{CLUSTER, DEFAULT_PROJECT, ORG, TOOL_USER, last_served, mint_token};
use protocol::flow::{Attempt, Task, TaskStatus};
use protocol::{Job, JobFilter, JobStatus, JobSubmission, LogQuery};

use crate::desk::{TestDesk, eventually, program};

/// Waits for a file, then gives something out.
const GATED: &str = "kind: batch
tasks:
- id: first
  image: ubuntu
  volumes: ['storage:gate:/gate:ro']
  bash: |
    until [ -e /gate/open ]; do sleep 0.05; done
    echo '::set-output name=value::42'
- id: second
  image: ubuntu
  needs: [first]
  bash: |
    test '${{ needs.first.outputs.value }}' = 42
";

/// A platform, seen from outside of the application.
struct World {
    test: TestDesk,
    token: String,
}

impl World {
    async fn new() -> Self {
        Self::around(TestDesk::open().await).await
    }

    /// The same without an application that takes up what a killed executor leaves.
    async fn without_application() -> Self {
        Self::around(TestDesk::serving().await).await
    }

    async fn around(test: TestDesk) -> Self {
        let data = test.folder.path().join("local");
        eventually("the platform is served", async || last_served(&data)).await;
        let token = mint_token(&data, TOOL_USER).expect("a token can be made");
        let world = Self { test, token };
        std::fs::create_dir_all(world.gate()).expect("storage can be written");
        world
    }

    fn data(&self) -> PathBuf {
        self.test.folder.path().join("local")
    }

    fn gate(&self) -> PathBuf {
        let storage = self.data().join("storage");
        storage.join(ORG).join(DEFAULT_PROJECT).join("gate")
    }

    fn open_gate(&self) {
        std::fs::write(self.gate().join("open"), "").expect("storage can be written");
    }

    /// A client of the platform where it is served now.
    async fn client(&self) -> Client {
        let data = self.data();
        let served = eventually("the platform is served", async || last_served(&data)).await;
        let token = Arc::new(Token::new(self.token.as_str()));
        Client::new(&served.url, token).expect("it has an address")
    }

    /// Sets a bake up as another tool does: nobody of ours executes it.
    async fn create(&self, batch: &str) -> Created {
        let client = self.client().await;
        let cluster = client.cluster(CLUSTER).await.expect("it has a cluster");
        let place = Place::new(cluster.cluster(), ORG, DEFAULT_PROJECT, TOOL_USER);
        let workspace = MemoryWorkspace::new("/nowhere/at/all")
            .file(".neuro/project.yml", "id: outside\n")
            .file(".neuro/b.yml", batch);
        let parsed = flow::open(&workspace);
        let platform = Platform {
            user: TOOL_USER.to_owned(),
            cluster: CLUSTER.to_owned(),
            org: Some(ORG.to_owned()),
            project: DEFAULT_PROJECT.to_owned(),
        };
        let session = Session {
            workspace: &workspace,
            platform: &platform,
            jobs: &NoJobs,
        };
        let batch = flow::batch::prepare(&parsed.tree, &session, "b", &IndexMap::new());
        let batch = batch.unwrap_or_else(|found| panic!("{:?}", found.diagnostics()));
        let setup = Setup {
            batch: &batch,
            name: None,
            tags: Vec::new(),
            files: baking::FilesRead::default(),
        };
        let created = baking::create(&client, &place, setup).await;
        created.expect("the bake is set up")
    }

    /// Submits the job of an executor as `apolo-flow bake` does.
    async fn submit(&self, bake: &str) -> Job {
        let submission = JobSubmission {
            project_name: DEFAULT_PROJECT.to_owned(),
            cluster_name: CLUSTER.to_owned(),
            org_name: Some(ORG.to_owned()),
            image: "ghcr.io/neuro-inc/apolo-flow:26.7.2".to_owned(),
            command: Some(format!("apolo-flow --fake-workspace execute {bake}")),
            tags: vec![format!("bake_id:{bake}"), "remote_executor".to_owned()],
            pass_config: true,
            ..JobSubmission::default()
        };
        let client = self.client().await;
        let job = client.jobs().submit(&submission).await;
        job.expect("the executor is accepted")
    }

    async fn attempt(&self, bake: &str) -> Attempt {
        let newest = self.client().await;
        let newest = newest.flow().attempts().newest(bake).await;
        newest.expect("it answers").expect("there is an attempt")
    }

    async fn tasks(&self, bake: &str) -> Vec<Task> {
        let attempt = self.attempt(bake).await;
        let client = self.client().await;
        let tasks = client.flow().tasks().list(&attempt.id).await;
        let mut tasks = tasks.expect("it answers");
        tasks.sort_by(|one, other| one.yaml_id.cmp(&other.yaml_id));
        tasks
    }

    /// The jobs of a bake but its executor.
    async fn jobs(&self, bake: &str) -> Vec<Job> {
        let filter = JobFilter {
            tags: vec![format!("bake_id:{bake}")],
            ..JobFilter::default()
        };
        let client = self.client().await;
        let jobs = client.jobs().list(&filter).await.expect("it answers");
        let of_task = |job: &Job| !job.tags.iter().any(|tag| tag == "remote_executor");
        jobs.into_iter().filter(of_task).collect()
    }

    async fn running_task(&self, bake: &str) -> Job {
        eventually("a task runs", async || {
            let jobs = self.jobs(bake).await;
            jobs.into_iter()
                .find(|job| job.status == JobStatus::Running)
        })
        .await
    }

    async fn finished(&self, job: &str) -> Job {
        eventually("the job ends", async || {
            let job = self.client().await.jobs().get(job).await.ok()?;
            job.status.is_finished().then_some(job)
        })
        .await
    }

    /// Waits for the end of a job, which must be a good one.
    async fn succeeds(&self, job: &str) {
        let ended = self.finished(job).await;
        assert_eq!(
            ended.status,
            JobStatus::Succeeded,
            "{}",
            self.log(job).await
        );
    }

    async fn log(&self, job: &str) -> String {
        use futures_util::StreamExt as _;
        let client = self.client().await;
        let cluster = client.cluster(CLUSTER).await.expect("it has a cluster");
        let mut log = cluster.logs(job, &LogQuery::default());
        let mut bytes = Vec::new();
        while let Some(piece) = log.next().await {
            bytes.extend_from_slice(&piece.expect("the log can be read"));
        }
        String::from_utf8(bytes).expect("it is text")
    }

    /// The process of a job, if it runs.
    fn process(&self, job: &str) -> Option<u32> {
        let file = self.data().join("jobs").join(job).join("state.json");
        let state: serde_json::Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
        u32::try_from(state["pid"].as_u64()?).ok()
    }

    fn execute(&self, bake: &str) -> Command {
        let mut command = Command::new(program());
        command
            .args(["--credentials", "session", "execute", bake])
            .env("BAKEHOUSE_HOME", self.test.folder.path())
            .env_remove("NEURO_PASSED_CONFIG")
            .stdin(Stdio::null());
        command
    }
}

fn kill(process: u32) {
    let killed = Command::new("kill")
        .args(["-9", &process.to_string()])
        .status();
    assert!(killed.expect("kill can be run").success());
}

fn parent(process: u32) -> u32 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
    let after_name = stat.rsplit(')').next().expect("it has a name");
    let parent = after_name.split_whitespace().nth(1);
    parent
        .and_then(|text| text.parse().ok())
        .expect("it has a parent")
}

fn text(output: &Output) -> String {
    let (out, error) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(error)
    )
}

fn statuses(tasks: &[Task]) -> Vec<(&str, TaskStatus)> {
    let last = |task: &Task| task.statuses.last().map(|last| last.status.clone());
    tasks
        .iter()
        .filter_map(|task| Some((task.yaml_id.as_str(), last(task)?)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_the_platform_executes_a_bake_and_tells_how_it_goes() {
    let world = World::new().await;
    world.open_gate();
    let bake = world.create(GATED).await.bake.id;
    let job = world.submit(&bake).await;
    let job = world.finished(&job.id).await;
    let log = world.log(&job.id).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{log}");
    assert_eq!(job.history.exit_code, Some(0));
    let attempt = world.attempt(&bake).await;
    assert_eq!(attempt.result, TaskStatus::Succeeded);
    assert_eq!(attempt.executor_id.as_deref(), Some(job.id.as_str()));
    let tasks = world.tasks(&bake).await;
    let done = TaskStatus::Succeeded;
    assert_eq!(
        statuses(&tasks),
        [("first", done.clone()), ("second", done)]
    );
    let first = format!(
        "Task first {} is succeeded with following outputs:\n  value: 42\n",
        tasks[0].raw_id
    );
    assert!(log.contains(&first), "{log}");
    assert!(log.ends_with("Attempt #1 succeeded\n"), "{log}");
    let client = world.client().await;
    let flows = client.flow().projects().list(CLUSTER).await;
    let flows: Vec<String> = flows
        .expect("it answers")
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(flows, ["outside"], "no flow of an executor's own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_executor_goes_on_and_no_task_runs_twice() {
    let world = World::new().await;
    let bake = world.create(GATED).await.bake.id;
    let job = world.submit(&bake).await;
    world.running_task(&bake).await;
    let first = world.process(&job.id).expect("the executor runs");
    kill(first);
    eventually("the next executor runs", async || {
        world.process(&job.id).filter(|process| *process != first)
    })
    .await;
    world.open_gate();
    world.succeeds(&job.id).await;
    assert_eq!(world.attempt(&bake).await.result, TaskStatus::Succeeded);
    assert_eq!(world.jobs(&bake).await.len(), 2, "one job for each task");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_executor_that_is_lost_ends_its_attempt_and_its_tasks() {
    let world = World::new().await;
    let bake = world.create(GATED).await.bake.id;
    let job = world.submit(&bake).await;
    let task = world.running_task(&bake).await;
    let executor = world.process(&job.id).expect("the executor runs");
    kill(parent(executor));
    kill(executor);
    assert_eq!(world.finished(&job.id).await.status, JobStatus::Failed);
    assert_eq!(world.finished(&task.id).await.status, JobStatus::Cancelled);
    assert_eq!(world.attempt(&bake).await.result, TaskStatus::Failed);
    let tasks = world.tasks(&bake).await;
    assert_eq!(statuses(&tasks), [("first", TaskStatus::Cancelled)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_a_bake_ends_its_tasks_and_its_executor_with_130() {
    let world = World::new().await;
    let bake = world.create(GATED).await.bake.id;
    let job = world.submit(&bake).await;
    let task = world.running_task(&bake).await;
    let client = world.client().await;
    let attempt = world.attempt(&bake).await;
    baking::cancel(&client, &attempt).await.expect("it goes on");
    let job = world.finished(&job.id).await;
    assert_eq!(
        job.history.exit_code,
        Some(130),
        "{}",
        world.log(&job.id).await
    );
    assert_eq!(world.finished(&task.id).await.status, JobStatus::Cancelled);
    let tasks = world.tasks(&bake).await;
    assert_eq!(
        statuses(&tasks),
        [
            ("first", TaskStatus::Cancelled),
            ("second", TaskStatus::Skipped)
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_the_job_of_an_executor_stops_the_bake() {
    let world = World::new().await;
    let bake = world.create(GATED).await.bake.id;
    let job = world.submit(&bake).await;
    let task = world.running_task(&bake).await;
    let client = world.client().await;
    client.jobs().kill(&job.id).await.expect("it is killed");
    assert_eq!(world.attempt(&bake).await.result, TaskStatus::Cancelled);
    assert_eq!(world.finished(&task.id).await.status, JobStatus::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_executor_survives_a_restart_of_the_platform_on_another_port() {
    let world = World::new().await;
    let bake = world.create(GATED).await.bake.id;
    let job = world.submit(&bake).await;
    world.running_task(&bake).await;
    let World { test, token } = world;
    let before = last_served(&test.folder.path().join("local"));
    let test = test.restarted().await;
    let world = World { test, token };
    let client = world.client().await;
    assert_ne!(
        before.map(|served| served.url),
        Some(client.api_url().to_string())
    );
    world.open_gate();
    world.succeeds(&job.id).await;
    assert_eq!(world.jobs(&bake).await.len(), 2, "one job for each task");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bake_that_cannot_be_executed_fails_with_its_reason() {
    let world = World::new().await;
    let job = world
        .submit("bake-0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f")
        .await;
    let job = world.finished(&job.id).await;
    assert_eq!(job.history.exit_code, Some(1));
    let log = world.log(&job.id).await;
    assert!(
        log.contains("The platform has no bake bake-0a1b2c3d"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_executes_a_bake_in_the_foreground_but_not_that_of_a_job() {
    let world = World::new().await;
    let bake = world.create(GATED).await.bake.id;
    let job = world.submit(&bake).await;
    world.running_task(&bake).await;
    let refused = world.execute(&bake).output().expect("the program runs");
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused));
    assert!(
        text(&refused).contains("executes this bake"),
        "{}",
        text(&refused)
    );
    world.open_gate();
    world.finished(&job.id).await;
    let over = world.execute(&bake).output().expect("the program runs");
    assert_eq!(over.status.code(), Some(0), "{}", text(&over));

    let fails = "kind: batch\ntasks:\n- id: bad\n  image: ubuntu\n  bash: exit 3\n";
    let bake = world.create(fails).await.bake.id;
    let failed = world.execute(&bake).output().expect("the program runs");
    assert_eq!(failed.status.code(), Some(1), "{}", text(&failed));
    assert!(
        text(&failed).contains("Attempt #1 failed"),
        "{}",
        text(&failed)
    );
    assert_eq!(world.attempt(&bake).await.executor_id, None);
}

const STEPS: &str = "kind: batch
tasks:
- {id: a, image: ubuntu, needs: [], cmd: echo '::set-output name=v::1'}
- {id: b, image: ubuntu, needs: [], cmd: sleep 0.2}
- {id: c, image: ubuntu, needs: [a], env: {V: '${{ needs.a.outputs.v }}'}, cmd: 'true'}
- {id: bad, image: ubuntu, needs: [b, c], cmd: 'false'}
- {id: d, image: ubuntu, needs: [b], cmd: 'true'}
- {id: e, image: ubuntu, needs: [bad], cmd: 'true'}
- {id: last, image: ubuntu, needs: [bad, d], enable: '${{ always() }}', cmd: 'true'}
";

#[tokio::test(flavor = "multi_thread")]
async fn the_command_can_be_killed_at_any_moment_and_started_again() {
    let more = std::env::var("BAKEHOUSE_KILLS").ok();
    let bakes: u64 = more.map_or(2, |count| count.parse().expect("it is a number"));
    let world = World::without_application().await;
    let mut killed = 0;
    for round in 0..bakes {
        // Another salt each time, so that nothing comes from the cache.
        let salted = STEPS.replace(
            "tasks:",
            &format!("defaults: {{fail_fast: false, env: {{S: '{round}'}}}}\ntasks:"),
        );
        let bake = world.create(&salted).await.bake.id;
        for kill in 0..3 {
            let mut command = world.execute(&bake);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let mut process = command.spawn().expect("the program runs");
            let life = 15 + (round * 97 + kill * 53) % 240;
            tokio::time::sleep(std::time::Duration::from_millis(life)).await;
            killed += u64::from(process.try_wait().expect("it can be waited for").is_none());
            process.kill().expect("it can be killed");
            process.wait().expect("it can be waited for");
        }
        let last = world.execute(&bake).output().expect("the program runs");
        assert_eq!(last.status.code(), Some(1), "{}", text(&last));
        let tasks = world.tasks(&bake).await;
        let mut ends = statuses(&tasks);
        ends.sort_by_key(|(id, _)| *id);
        let ends: Vec<String> = ends.iter().map(|(id, end)| format!("{id} {end}")).collect();
        let expected = "a succeeded, b succeeded, bad failed, c succeeded, d succeeded, e skipped, \
                        last succeeded";
        assert_eq!(ends.join(", "), expected, "{}", text(&last));
        let client = world.client().await;
        let filter = JobFilter {
            tags: vec![format!("bake_id:{bake}")],
            ..JobFilter::default()
        };
        let jobs = client.jobs().list(&filter).await.expect("jobs are listed");
        assert_eq!(jobs.len(), 6, "one for each task that ran");
    }
    assert!(killed >= bakes, "they lived too long: {killed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_takes_up_what_it_left_and_not_what_others_execute() {
    let world = World::new().await;
    world.open_gate();
    let foreign = world.create(GATED).await.bake.id;
    let left = world.create(GATED).await;
    let mark = world.data().join("executors");
    std::fs::create_dir_all(&mark).expect("the folder can be made");
    let mark = mark.join(format!("{}.lock", left.attempt.id));
    std::fs::write(mark, "").expect("it can be written");
    let World { test, token } = world;
    let test = test.restarted().await;
    let world = World { test, token };
    eventually("the one that was left is executed", async || {
        let attempt = world.attempt(&left.bake.id).await;
        attempt.result.is_finished().then_some(())
    })
    .await;
    assert_eq!(world.attempt(&foreign).await.result, TaskStatus::Pending);
    assert!(
        !Path::new(&world.data())
            .join(format!("executors/{}.lock", left.attempt.id))
            .exists()
    );
}
