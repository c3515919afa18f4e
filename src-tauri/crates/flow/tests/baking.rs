//! Batches: graphs, tasks, and bakes that another process goes on with.

use flow::batch::{Outcome, Results, TaskId, TaskKind, TaskResult, draft, prepare};
use flow::config::Enable;
use flow::{open, open_in};
use indexmap::IndexMap;

use crate::printed::{ada, folder, session};

const BATCH: &str = "\
kind: batch
params: {epochs: '3'}
defaults: {tags: [nightly], max_parallel: 2}
tasks:
- id: grid_${{ matrix.ORDINAL }}
  image: python
  strategy: {matrix: {lr: [0.1, 0.2]}}
  cmd: train ${{ matrix.lr }} ${{ params.epochs }}
- id: sum
  image: python
  cmd: sum ${{ needs.grid_0.outputs.score }}
- {id: call, action: 'ws:act', args: {who: '${{ needs.sum.outputs.best }}'}}
- {id: always, image: python, enable: '${{ always() }}'}
";

const ACTION: &str = "\
kind: batch
inputs: {who: {}, loud: {type: bool, default: false}}
outputs: {said: {value: '${{ needs.say.outputs.text }}!'}}
tasks:
- {id: say, image: alpine, cmd: 'echo ${{ inputs.who }} ${{ inputs.loud }}'}
";

fn files() -> [(&'static str, &'static str); 3] {
    [
        (".apolo/nightly.yml", BATCH),
        ("act.yml", ACTION),
        (".apolo/project.yml", "id: wheat\n"),
    ]
}

fn succeeded(outputs: &[(&str, &str)]) -> TaskResult {
    let mut result = TaskResult::bare(Outcome::Succeeded);
    result.outputs = outputs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    result
}

fn results() -> Results {
    Results::from([
        (TaskId::top("grid_0"), succeeded(&[("score", "7")])),
        (TaskId::top("grid_1"), succeeded(&[])),
        (TaskId::top("sum"), succeeded(&[("best", "grid_0")])),
        (TaskId::parse("call.say"), succeeded(&[("text", "hi")])),
    ])
}

#[test]
fn a_batch_becomes_a_graph_with_the_graphs_of_its_calls() {
    let workspace = folder(&files());
    let platform = ada();
    let session = session(&workspace, &platform);
    let bake = prepare(
        &open(&workspace).tree,
        &session,
        "nightly",
        &IndexMap::new(),
    )
    .expect("the batch is sound");
    assert!(bake.check().is_empty());
    insta::assert_json_snapshot!(bake.graph.graphs());
    let kinds: Vec<TaskKind> = bake.graph.walk().map(|node| node.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| kind.is_call()).count(), 1);
}

#[test]
fn tasks_are_evaluated_when_what_they_need_has_ended() {
    let workspace = folder(&files());
    let platform = ada();
    let session = session(&workspace, &platform);
    let bake = prepare(
        &open(&workspace).tree,
        &session,
        "nightly",
        &IndexMap::new(),
    )
    .expect("the batch is sound");
    let command = |id: &str, results: &Results| {
        bake.task(&session, &TaskId::parse(id), results)
            .map(|task| task.config.exec.cmd)
    };
    let first = command("grid_1", &Results::new()).expect("it needs nothing");
    assert_eq!(first.as_deref(), Some("train 0.2 3"));
    let troubles = command("sum", &Results::new()).expect_err("grid_0 has not ended");
    assert!(troubles.only_unknown());
    let sum = command("sum", &results()).expect("grid_0 has ended");
    assert_eq!(sum.as_deref(), Some("sum 7"));
    let say = command("call.say", &results()).expect("the inputs are known");
    assert_eq!(say.as_deref(), Some("echo grid_0 False"));
    let outputs = bake
        .outputs(&session, &TaskId::top("call"), &results())
        .expect("all ended");
    assert_eq!(outputs["said"], "hi!");
}

#[test]
fn conditions_follow_the_results() {
    let workspace = folder(&files());
    let platform = ada();
    let session = session(&workspace, &platform);
    let bake = prepare(
        &open(&workspace).tree,
        &session,
        "nightly",
        &IndexMap::new(),
    )
    .expect("the batch is sound");
    let enable = |id: &str, results: &Results| bake.enable(&session, &TaskId::parse(id), results);
    assert_eq!(enable("sum", &results()).ok(), Some(Enable::Yes));
    let mut failed = results();
    failed.insert(TaskId::top("grid_1"), TaskResult::bare(Outcome::Failed));
    assert_eq!(enable("sum", &failed).ok(), Some(Enable::No));
    failed.insert(TaskId::top("call"), TaskResult::bare(Outcome::Failed));
    assert_eq!(enable("always", &failed).ok(), Some(Enable::Always));
}

#[test]
fn a_bake_goes_on_from_its_stored_files_with_the_same_keys() {
    let workspace = folder(&files());
    let platform = ada();
    let here = session(&workspace, &platform);
    let bake = prepare(&open(&workspace).tree, &here, "nightly", &IndexMap::new())
        .expect("the batch is sound");
    let stored = bake.config_files();
    assert_eq!(stored.actions.keys().collect::<Vec<_>>(), ["ws:act"]);
    let elsewhere = stored.workspace();
    let there = session(&elsewhere, &platform);
    let project = open_in(&elsewhere, &stored.config_dir());
    assert!(project.is_sound());
    let again = prepare(&project.tree, &there, stored.batch_name(), &bake.params)
        .expect("the stored batch is sound");
    for id in ["grid_0", "sum", "call.say", "always"] {
        let id = TaskId::parse(id);
        let key = |bake: &flow::batch::Bake, session| {
            let mut results = results();
            results.insert(TaskId::top("call"), succeeded(&[("said", "hi!")]));
            bake.task(session, &id, &results)
                .expect("complete")
                .config
                .caching_key
        };
        assert_eq!(key(&bake, &here), key(&again, &there), "{id}");
    }
}

#[test]
fn a_draft_can_be_drawn_before_parameters_are_given() {
    let batch = "\
kind: batch
params: {rows: ~}
tasks:
- {image: i, strategy: {matrix: {x: '${{ range(int(params.rows)) }}'}}}
- {id: last, image: i}
";
    let workspace = folder(&[(".apolo/b.yml", batch)]);
    let platform = ada();
    let session = session(&workspace, &platform);
    let project = open(&workspace).tree;
    assert!(prepare(&project, &session, "b", &IndexMap::new()).is_err());
    let graph = draft(&project, &session, "b").expect("it can be drawn");
    assert_eq!(graph.nodes.keys().collect::<Vec<_>>(), ["task-1", "last"]);
}
