//! Live jobs, evaluated.

use flow::live::{JobInputs, PreparedLive, evaluate, run_command};
use flow::{Preview, open};
use insta::assert_snapshot;

use crate::printed::{ada, folder, session};

const LIVE: &str = "\
kind: live
title: Wheat
defaults:
  life_span: 1d
  volumes: ['${{ volumes.data.ref if False else \"storage:code:/code\" }}']
volumes:
  data: {remote: 'storage:data', mount: /data, local: data, read_only: yes}
images:
  own: {ref: 'image:wheat:v1', context: ., dockerfile: Dockerfile}
mixins:
  web: {http_port: 8080, browse: yes}
jobs:
  train:
    image: ${{ images.own.ref }}
    params:
      lr: {default: '0.1', descr: Learning rate}
      name: ~
    volumes: ['${{ upload(volumes.data).ref }}']
    env: {LR: '${{ params.lr }}', KEY: 'secret:key'}
    bash: |
      train --lr ${{ params.lr }} --name ${{ params.name }}
  many: {image: python, multi: yes, mixins: [web], cmd: 'run ${{ multi.suffix }}'}
";

fn live() -> String {
    LIVE.replace(
        "['${{ volumes.data.ref if False else \"storage:code:/code\" }}']",
        "[storage:code:/code]",
    )
}

#[test]
fn a_job_comes_to_the_command_that_starts_it() {
    let text = live();
    let workspace = folder(&[(".apolo/live.yml", &text)]);
    let platform = ada();
    let session = session(&workspace, &platform);
    let project = open(&workspace).tree;
    let mut given = JobInputs::default();
    given.params.insert("name".to_owned(), "it's".to_owned());
    let job = evaluate(&project, &session, "train", &given).expect("the job is complete");
    let words = run_command(&job).expect("the command can be split");
    assert_snapshot!(format!("{}\n{:?}", words.join("\n"), job.effects));
}

#[test]
fn a_missing_parameter_is_not_known_yet_rather_than_wrong() {
    let text = live();
    let workspace = folder(&[(".apolo/live.yml", &text)]);
    let platform = ada();
    let session = session(&workspace, &platform);
    let project = open(&workspace).tree;
    let troubles = evaluate(&project, &session, "train", &JobInputs::default())
        .expect_err("a name has to be given");
    assert!(troubles.only_unknown());
    let job = &project.live.as_ref().expect("there is a live flow").jobs["train"];
    assert_eq!(job.params[0].descr.as_deref(), Some("Learning rate"));
    assert_eq!(job.params[1].default, None);
}

#[test]
fn a_suffix_belongs_to_jobs_that_run_several_times() {
    let text = live();
    let workspace = folder(&[(".apolo/live.yml", &text)]);
    let platform = ada();
    let session = session(&workspace, &platform);
    let project = open(&workspace).tree;
    let given = JobInputs {
        suffix: Some("a1".to_owned()),
        ..JobInputs::default()
    };
    let job = evaluate(&project, &session, "many", &given).expect("the job is complete");
    assert_eq!(job.platform_name, "wheat-many-a1");
    assert_eq!(job.config.exec.cmd.as_deref(), Some("run a1"));
    assert!(job.config.browse);
    assert!(evaluate(&project, &session, "train", &given).is_err());
}

#[test]
fn a_preview_says_what_is_known_and_why_the_rest_is_not() {
    let text = live();
    let workspace = folder(&[(".apolo/live.yml", &text)]);
    let platform = ada();
    let session = session(&workspace, &platform);
    let project = open(&workspace).tree;
    let flow = project.live.clone().expect("there is a live flow");
    let block = flow
        .tree
        .named("jobs", "train")
        .expect("there is a job")
        .block
        .clone();
    let prepared = PreparedLive::new(&project, &session, flow).expect("the flow is sound");
    let given = JobInputs::default();
    let image = block.scalar("image").expect("there is an image");
    let preview = prepared
        .preview(&session, ("train", image), &given)
        .expect("the job exists");
    assert!(matches!(preview, Preview::Known(value) if value == "image:wheat:v1".into()));
    let cmd = block.scalar("cmd").expect("there is a command");
    let preview = prepared
        .preview(&session, ("train", cmd), &given)
        .expect("the job exists");
    assert!(matches!(preview, Preview::NotYet(unknown) if unknown.why.contains("name")));
}

#[test]
fn an_action_sees_its_inputs_and_a_module_the_flow_as_well() {
    let live = "\
kind: live
defaults: {env: {A: from-flow}, preset: big}
jobs:
  action: {action: 'ws:act', args: {n: '${{ 1 + 1 }}'}}
  module: {module: 'ws:act', args: {n: '${{ 3 }}'}}
  wrong: {action: 'ws:act', args: {n: 2}}
";
    let action =
        "kind: live\ninputs: {n: {type: int}}\njob: {image: i, cmd: 'run ${{ inputs.n }}'}\n";
    let workspace = folder(&[(".apolo/live.yml", live), ("act.yml", action)]);
    let platform = ada();
    let session = session(&workspace, &platform);
    let project = open(&workspace).tree;
    let job = |id| evaluate(&project, &session, id, &JobInputs::default());
    let action = job("action").expect("the call is complete").config.exec;
    assert_eq!(
        (action.cmd.as_deref(), action.preset),
        (Some("run 2"), None)
    );
    assert!(action.env.is_empty());
    let module = job("module").expect("the call is complete").config.exec;
    assert_eq!(
        (module.cmd.as_deref(), module.preset.as_deref()),
        (Some("run 3"), Some("big"))
    );
    let found = job("wrong").expect_err("a literal is text").diagnostics();
    assert_eq!(found[0].code, "wrong-input-type");
}
