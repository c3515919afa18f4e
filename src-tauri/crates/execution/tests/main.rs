//! Live jobs and bakes on the real local platform, with real jobs.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod faults;
mod world;

use std::path::Path;
use std::time::{Duration, Instant};

use execution::{bake, live};
use flow::live::JobInputs;
use flow::{NoJobs, Session};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use protocol::flow::TaskStatus;
use protocol::{JobStatus, LogQuery};
use tokio_util::sync::CancellationToken;
use world::{World, project};

/// The platform starts this very program as the supervisor of a job: with these words the test
/// harness runs only this test, which then is the supervisor.
#[test]
#[allow(
    non_snake_case,
    reason = "the platform's word is the filter that selects it"
)]
#[expect(
    clippy::exit,
    reason = "a supervisor ends with the code that it is told"
)]
fn supervisor__job() {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if let [word, folder] = &arguments[..]
        && word == local_platform::JOB_WORD
    {
        std::process::exit(local_platform::supervise(Path::new(folder)));
    }
}

const SAMPLE: &str = r#"
kind: batch
tasks:
- id: prepare
  image: ubuntu
  bash: |
    echo "::set-output name=count::3"
    echo preparing
- id: train_${{ matrix.x }}
  image: ubuntu
  strategy:
    matrix:
      x: [one, two]
  needs: [prepare]
  env: {COUNT: "${{ needs.prepare.outputs.count }}"}
  bash: echo "::set-output name=score::${{ matrix.x }}-$COUNT"
- id: report
  image: ubuntu
  needs: [train_one, train_two]
  bash: echo "::set-output name=text::${{ needs.train_one.outputs.score }}"
"#;

#[tokio::test]
async fn a_batch_runs_to_its_end_and_its_second_bake_is_taken_from_the_cache() {
    let world = World::new().await;
    let project = project(SAMPLE, &[]);
    let started = Instant::now();
    let first = world.bake(&project).await;
    let took = started.elapsed();
    assert_eq!(first.result, TaskStatus::Succeeded, "{}", first.histories());
    insta::assert_snapshot!(first.histories(), @r"
    prepare: pending running succeeded
    report: pending running succeeded
    train_one: pending running succeeded
    train_two: pending running succeeded
    ");
    assert_eq!(
        first.task("report").outputs.as_ref().unwrap()["text"],
        "one-3"
    );
    assert!(took < Duration::from_secs(10), "{took:?}");
    let shown = first
        .shown
        .iter()
        .filter(|change| matches!(change, bake::Change::Task(_)));
    // Each task was seen to begin and to end; whether running, too, depends on its speed.
    assert!(shown.count() >= 8);

    let second = world.bake(&project).await;
    assert_eq!(second.result, TaskStatus::Succeeded);
    insta::assert_snapshot!(second.histories(), @r"
    prepare: cached
    report: cached
    train_one: cached
    train_two: cached
    ");
    assert_eq!(second.task("report").raw_id, first.task("report").raw_id);
    assert_eq!(
        second.task("report").outputs.as_ref().unwrap()["text"],
        "one-3"
    );
}

#[tokio::test]
async fn a_failure_stops_the_bake_and_the_clean_up_still_runs() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    // A task that is stopped before it began has never run: the failure waits for it.
    let runs = folder.path().join("runs");
    let batch = "
kind: batch
tasks:
- {id: bad, image: ubuntu, bash: 'until [ -e RUNS ]; do sleep 0.05; done; exit 3'}
- {id: long, image: ubuntu, needs: [], bash: 'touch RUNS; sleep 60'}
- {id: after, image: ubuntu, needs: [bad], bash: 'true'}
- {id: clean, image: ubuntu, needs: [bad, long], enable: '${{ always() }}', bash: echo clean}
";
    let batch = batch.replace("RUNS", runs.to_str().unwrap());
    let baked = world.bake(&project(&batch, &[])).await;
    assert_eq!(baked.result, TaskStatus::Failed);
    insta::assert_snapshot!(baked.histories(), @r"
    after: skipped
    bad: pending running failed
    clean: pending running succeeded
    long: pending running cancelled
    ");
    let job = world
        .client
        .jobs()
        .get(&baked.task("bad").raw_id)
        .await
        .unwrap();
    assert_eq!(job.history.exit_code, Some(3));
}

#[tokio::test]
async fn stateful_batch_and_local_actions_do_their_part() {
    let world = World::new().await;
    let batch = "
kind: batch
tasks:
- {id: here, action: 'ws:here'}
- {id: state, action: 'ws:state', args: {name: '${{ needs.here.outputs.place }}'}}
- {id: call, action: 'ws:call'}
";
    let here =
        "kind: local\ncmd: sh -c 'echo shown; echo \"::set-output name=place::$(cat note)\"'\n";
    let state = "
kind: stateful
inputs: {name: {}}
main: {image: ubuntu, bash: 'echo \"::save-state name=id::${{ inputs.name }}\"'}
post: {image: ubuntu, bash: 'echo \"::set-output name=gone::${{ state.id }}\"'}
";
    let call = "
kind: batch
tasks:
- {id: inner, image: ubuntu, bash: 'echo \"::set-output name=v::deep\"'}
outputs: {v: {value: '${{ needs.inner.outputs.v }}!'}}
";
    let files = [
        ("here.yml", here),
        ("state.yml", state),
        ("call.yml", call),
        ("note", "home"),
    ];
    let baked = world.bake(&project(batch, &files)).await;
    assert_eq!(baked.result, TaskStatus::Succeeded, "{:?}", baked.shown);
    insta::assert_snapshot!(baked.histories(), @r"
    call.inner: pending running succeeded
    call: pending running succeeded
    here: pending succeeded
    post-state: pending running succeeded
    state: pending running succeeded
    ");
    assert_eq!(baked.task("call").outputs.as_ref().unwrap()["v"], "deep!");
    assert_eq!(
        baked.task("post-state").outputs.as_ref().unwrap()["gone"],
        "home"
    );
    let output = baked.shown.iter().find_map(|change| match change {
        bake::Change::LocalOutput { text, .. } => Some(text.as_str()),
        _ => None,
    });
    assert_eq!(output, Some("shown\n"));
}

#[tokio::test]
async fn a_cancelled_attempt_is_stopped_by_whoever_executes_it() {
    let world = World::new().await;
    let batch = "
kind: batch
tasks:
- {id: long, image: ubuntu, bash: sleep 60}
- {id: after, image: ubuntu, bash: 'true'}
";
    let project = project(batch, &[]);
    let created = world.create(&project).await;
    let order = world.order(&created, &project).await;
    let (send, mut running) = tokio::sync::mpsc::unbounded_channel();
    let executing = tokio::spawn(bake::execute(
        order,
        CancellationToken::new(),
        move |change| {
            if let bake::Change::Task(record) = change {
                // Nobody listens any more once the test has seen what it waited for.
                send.send(record.status()).ok();
            }
        },
    ));
    while running.recv().await.unwrap() != TaskStatus::Running {}
    bake::cancel(&world.client, &created.attempt).await.unwrap();
    let result = executing.await.unwrap().unwrap();
    assert_eq!(result, TaskStatus::Cancelled);
    let baked = world.baked(created, result, Vec::new()).await;
    insta::assert_snapshot!(baked.histories(), @r"
    after: skipped
    long: pending running cancelled
    ");
    let again = bake::cancel(&world.client, &baked.inspected.attempt)
        .await
        .unwrap_err();
    assert!(
        again.to_string().contains("has ended already (cancelled)"),
        "{again}"
    );
}

const SLOW: &str = "
kind: batch
tasks:
- {id: a, image: ubuntu, bash: 'sleep 1; echo \"::set-output name=v::A\"'}
- {id: b, image: ubuntu, needs: [], bash: sleep 1}
- {id: c, image: ubuntu, needs: [a, b], bash: 'echo ${{ needs.a.outputs.v }}'}
";

#[tokio::test]
async fn a_bake_whose_executor_died_is_taken_up_and_no_task_runs_twice() {
    let world = World::new().await;
    let project = project(&SLOW.replace("sleep 1", "sleep 3"), &[]);
    let created = world.create(&project).await;
    for life in [60, 200, 500, 900] {
        let order = world.order(&created, &project).await;
        let executing = bake::execute(order, CancellationToken::new(), |_| {});
        // The executor dies in the middle of whatever it is doing.
        let died = tokio::time::timeout(Duration::from_millis(life), executing).await;
        assert!(died.is_err(), "it was quicker than {life} ms");
    }
    let (result, shown) = world.execute(&created, &project).await;
    assert_eq!(world.jobs_of(&created).await.len(), 3);
    let baked = world.baked(created, result, shown).await;
    assert_eq!(baked.result, TaskStatus::Succeeded, "{}", baked.histories());
    insta::assert_snapshot!(baked.histories(), @r"
    a: pending running succeeded
    b: pending running succeeded
    c: pending running succeeded
    ");
}

#[tokio::test]
async fn a_platform_that_goes_away_and_comes_back_does_not_disturb_a_bake() {
    let mut world = World::new().await;
    let project = project(SLOW, &[]);
    let created = world.create(&project).await;
    let order = world.order(&created, &project).await;
    let executing = tokio::spawn(bake::execute(order, CancellationToken::new(), |_| {}));
    tokio::time::sleep(Duration::from_millis(400)).await;
    world.stop_server().await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    world.start_server().await;
    let result = tokio::time::timeout(Duration::from_secs(60), executing).await;
    assert_eq!(result.unwrap().unwrap().unwrap(), TaskStatus::Succeeded);
    assert_eq!(world.jobs_of(&created).await.len(), 3);
}

#[tokio::test]
async fn a_failed_bake_is_tried_again_from_where_it_failed() {
    let world = World::new().await;
    let flag = tempfile::tempdir().unwrap();
    let batch = format!(
        "
kind: batch
defaults: {{cache: {{strategy: none}}}}
tasks:
- {{id: a, image: ubuntu, bash: 'echo \"::set-output name=v::A\"'}}
- {{id: b, image: ubuntu, bash: 'test -f {}/flag'}}
- {{id: c, image: ubuntu, bash: 'echo \"::set-output name=w::${{{{ needs.b.result }}}}\"'}}
",
        flag.path().display()
    );
    let project = project(&batch, &[]);
    let first = world.bake(&project).await;
    assert_eq!(
        first.histories(),
        "a: pending running succeeded\nb: pending running failed\nc: skipped"
    );
    std::fs::write(flag.path().join("flag"), "").unwrap();
    let bake = first.inspected.bake.clone();
    let restart = world.restart(&bake, bake::Again::Failed).await.unwrap();
    let begun = restart.begin(&world.client, &world.place).await.unwrap();
    let attempt = begun.attempt;
    let refused = world.refused(&bake, bake::Again::Failed).await;
    assert!(refused.contains("attempt 2 of"), "{refused}");
    let projects = world
        .client
        .flow()
        .projects()
        .list(&world.place.cluster)
        .await
        .unwrap();
    let created = bake::Created {
        project: projects[0].clone(),
        bake,
        attempt,
    };
    let (result, shown) = world.execute(&created, &project).await;
    let second = world.baked(created, result, shown).await;
    assert_eq!(
        second.result,
        TaskStatus::Succeeded,
        "{}",
        second.histories()
    );
    assert_eq!(
        second.histories(),
        "a: succeeded\nb: pending running succeeded\nc: pending running succeeded"
    );
    assert_eq!(second.task("a").raw_id, first.task("a").raw_id);
    let bake = second.inspected.bake;
    let refused = world.refused(&bake, bake::Again::Failed).await;
    assert!(refused.contains("nothing failed"), "{refused}");
}

#[tokio::test]
async fn a_name_is_taken_as_long_as_its_bake_goes_on() {
    let world = World::new().await;
    let project = project(
        "kind: batch\ntasks:\n- {id: a, image: i, bash: 'true'}\n",
        &[],
    );
    let batch = world.prepare(&*project.workspace);
    let setup = || bake::Setup {
        batch: &batch,
        name: Some("night".into()),
        tags: Vec::new(),
        files: bake::FilesRead::default(),
    };
    let first = bake::create(&world.client, &world.place, setup())
        .await
        .unwrap();
    let refused = bake::create(&world.client, &world.place, setup())
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("a bake named `night` goes on"),
        "{refused}"
    );
    let (result, _) = world.execute(&first, &project).await;
    assert_eq!(result, TaskStatus::Succeeded);
    let second = bake::create(&world.client, &world.place, setup())
        .await
        .unwrap();
    let found = bake::find(&world.client, &second.project.id, "night")
        .await
        .unwrap();
    assert_eq!(found.id, second.bake.id);
    let missing = bake::find(&world.client, &second.project.id, "day")
        .await
        .unwrap_err();
    assert_eq!(missing.to_string(), "there is no bake `day` in this flow");
}

#[tokio::test]
async fn a_batch_with_a_circle_is_refused_before_anything_is_recorded() {
    let world = World::new().await;
    let batch =
        "kind: batch\ntasks:\n- {id: a, image: i, needs: [b]}\n- {id: b, image: i, needs: [a]}\n";
    let project = project(batch, &[]);
    let batch = world.prepare(&*project.workspace);
    let setup = bake::Setup {
        batch: &batch,
        name: None,
        tags: Vec::new(),
        files: bake::FilesRead::default(),
    };
    let refused = bake::create(&world.client, &world.place, setup)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("circle"), "{refused}");
    let flows = world
        .client
        .flow()
        .projects()
        .list(&world.place.cluster)
        .await
        .unwrap();
    assert!(flows.is_empty());
}

#[tokio::test]
async fn a_task_that_the_platform_refuses_fails_with_its_reason() {
    let world = World::new().await;
    let batch = "kind: batch\ntasks:\n- {id: a, image: i, preset: no-such-preset, bash: 'true'}\n";
    let baked = world.bake(&project(batch, &[])).await;
    assert_eq!(baked.result, TaskStatus::Failed);
    assert_eq!(baked.histories(), "a: failed");
    let reason = baked.shown.iter().find_map(|change| match change {
        bake::Change::Problem { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    assert!(reason.unwrap().contains("no-such-preset"));
}

const LIVE: &str = "
kind: live
volumes:
  code: {remote: 'storage:tests/code', mount: /code, local: code}
jobs:
  train:
    image: ubuntu
    life_span: 1h
    volumes: ['${{ upload(volumes.code).ref_ro }}']
    bash: echo hello from train; ls; sleep 60
  many: {image: ubuntu, multi: yes, bash: sleep 60}
";

fn plan(
    world: &World,
    project: &world::Project,
    job: &str,
    suffix: Option<&str>,
) -> live::LivePlan {
    let parsed = flow::open(&*project.workspace);
    let platform = world.platform();
    let session = Session {
        workspace: &*project.workspace,
        platform: &platform,
        jobs: &NoJobs,
    };
    let inputs = JobInputs {
        suffix: suffix.map(str::to_owned),
        ..JobInputs::default()
    };
    let planned = flow::live::evaluate(&parsed.tree, &session, job, &inputs);
    let planned = planned.unwrap_or_else(|troubles| panic!("{:?}", troubles.diagnostics()));
    live::plan(&planned, &world.place).unwrap()
}

fn tags(job: &str) -> Vec<String> {
    vec![
        "project:tests".into(),
        "flow:live".into(),
        format!("job:{job}"),
    ]
}

#[tokio::test]
async fn a_live_job_is_uploaded_started_found_followed_and_killed() {
    let world = World::new().await;
    let project = project(
        "kind: batch\ntasks: []\n",
        &[(".apolo/live.yml", LIVE), ("code/a.txt", "x")],
    );
    let plan = plan(&world, &project, "train", None);
    assert_eq!(
        plan.command[..3],
        ["apolo", "run", "--description=live.train"]
    );
    let stages = std::sync::Mutex::new(Vec::new());
    let job = live::launch(&world.client, &world.place, &plan, |stage| {
        stages.lock().unwrap().push(stage);
    });
    let job = job.await.unwrap();
    let stages = stages.into_inner().unwrap();
    let sent = stages.iter().find_map(|stage| match stage {
        live::LaunchStage::Uploaded(sent) => Some(sent.sent),
        _ => None,
    });
    assert_eq!(sent, Some(1));
    assert_eq!(stages.last(), Some(&live::LaunchStage::Submitting));
    assert_eq!(job.name.as_deref(), Some("tests-train"));
    assert_eq!(job.max_run_time_minutes, Some(60));

    let cluster = world.client.cluster(&world.place.cluster).await.unwrap();
    let mut log = cluster.logs(&job.id, &LogQuery::default()).lines();
    assert_eq!(log.next().await.unwrap().unwrap(), "hello from train");
    let wanted = tags("train");
    let wanted = live::FoundJobs {
        tags: &wanted,
        suffix: None,
        multi: false,
    };
    let find = async || {
        let found = live::find(&world.client, &world.place, &wanted, Timestamp::now());
        found.await.unwrap()
    };
    assert_eq!(find().await[0].id, job.id);
    let killed = live::kill(&world.client, &job.id).await.unwrap();
    assert_eq!(killed.status, JobStatus::Cancelled);
    let found = find().await;
    assert_eq!(
        (found[0].id.as_str(), &found[0].status),
        (job.id.as_str(), &JobStatus::Cancelled)
    );
    let uploaded = cluster
        .storage()
        .list(&plan.uploads[0].remote)
        .await
        .unwrap();
    assert_eq!(uploaded[0].path, "a.txt");
}

#[tokio::test]
async fn runs_of_a_multi_job_are_told_apart_by_their_suffix() {
    let world = World::new().await;
    let project = project("kind: batch\ntasks: []\n", &[(".apolo/live.yml", LIVE)]);
    for suffix in ["one", "two"] {
        let plan = plan(&world, &project, "many", Some(suffix));
        live::launch(&world.client, &world.place, &plan, |_| {})
            .await
            .unwrap();
    }
    let wanted = tags("many");
    let mut wanted = live::FoundJobs {
        tags: &wanted,
        suffix: None,
        multi: true,
    };
    let now = Timestamp::now();
    let all = live::find(&world.client, &world.place, &wanted, now)
        .await
        .unwrap();
    let newest = live::newest_by_suffix(all);
    let suffixes: Vec<_> = newest.iter().filter_map(live::suffix_of).collect();
    assert_eq!(suffixes, ["two", "one"]);
    wanted.suffix = Some("one");
    let one = live::find(&world.client, &world.place, &wanted, now)
        .await
        .unwrap();
    assert_eq!(live::suffix_of(&one[0]), Some("one"));
    let flow = ["project:tests".to_owned(), "flow:live".to_owned()];
    for job in live::find_all_running(&world.client, &world.place, &flow)
        .await
        .unwrap()
    {
        live::kill(&world.client, &job.id).await.unwrap();
    }
    let left = live::find_all_running(&world.client, &world.place, &flow)
        .await
        .unwrap();
    assert!(left.is_empty());
}
