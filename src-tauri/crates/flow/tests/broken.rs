//! Broken files: what is said about them, all at once.

use insta::assert_snapshot;

use crate::printed::checked;

#[test]
fn all_mistakes_of_a_live_flow_are_found_at_once() {
    let live = "\
kind: live
titel: Wheat
jobs:
  train-model:
    image: python
  eval:
    image: python
    http_port: eighty
    life_span: 1w
    cmd: python ${{ params. }}
    bash: echo
    env: [A, B]
    tags: fast
";
    assert_snapshot!(checked(&[(".apolo/live.yml", live)]));
}

#[test]
fn broken_yaml_is_shown_where_it_breaks() {
    let live = "kind: live\njobs:\n  a:\n    image: i\n   cmd: x\n";
    assert_snapshot!(checked(&[(".apolo/live.yml", live)]));
}

#[test]
fn tabs_merge_keys_and_doubled_braces_are_explained() {
    let tab = "kind: live\njobs:\n\ta: {image: i}\n";
    let merge = "kind: live\njobs:\n  a: &a {image: i}\n  b: {<<: *a}\n  c: {image: {{ x }}}\n";
    let report = format!(
        "{}\n---\n{}",
        checked(&[(".apolo/live.yml", tab)]),
        checked(&[(".neuro/live.yaml", merge)])
    );
    assert_snapshot!(report);
}

#[test]
fn a_circle_of_tasks_is_named_with_its_path() {
    let batch = "\
kind: batch
tasks:
- {id: clean, image: i, needs: [report]}
- {id: train, image: i, needs: [clean]}
- {id: report, image: i, needs: [train]}
- {id: alone, image: i, needs: [alone]}
";
    assert_snapshot!(checked(&[(".apolo/nightly.yml", batch)]));
}

#[test]
fn misspelt_names_get_a_suggestion() {
    let batch = "\
kind: batch
mixins:
  gpu: {preset: gpu-small}
tasks:
- id: prepare
  image: i
  mixins: [gpuu]
- id: train
  image: i
  needs: [prepair]
- id: report
  image: i
  cmd: ${{ parms.x }} ${{ needs.prepare.result }}
- action: ws:actions/notify
  args: {mesage: hi}
";
    let action = "kind: local\ninputs: {message: {}}\ncmd: echo ${{ inputs.message }}\n";
    assert_snapshot!(checked(&[
        (".apolo/nightly.yml", batch),
        ("actions/notify.yml", action)
    ]));
}

#[test]
fn names_no_context_has_are_found_before_a_bake() {
    let batch = "\
kind: batch
tasks:
- {id: a, image: i}
- id: b
  image: i
  cmd: ${{ needs.c.outputs.x }} ${{ volume.data.ref }}
";
    assert_snapshot!(checked(&[(".apolo/nightly.yml", batch)]));
}

#[test]
fn what_only_works_here_is_said_to_be_so() {
    let live = "kind: live\ndefaults: {tags: ~}\njobs:\n  a: {action: 'ws:act'}\n";
    let action = "kind: live\ninputs: {n: {default: x}}\njob: {image: '${{ inputs.n }}'}\n";
    let batch = "\
kind: batch
tasks:
- {id: a, image: i, needs: [b, c]}
- {id: b, image: i, needs: [d]}
- {id: c, image: i, needs: [d]}
- {id: d, image: i, needs: []}
";
    assert_snapshot!(checked(&[
        (".apolo/live.yml", live),
        (".apolo/b.yml", batch),
        ("act.yml", action)
    ]));
}

#[test]
fn a_folder_without_a_flow_gets_a_clear_answer() {
    assert_snapshot!(checked(&[("README.md", "nothing here")]));
}

#[test]
fn the_name_of_the_folder_has_to_be_fit_for_an_id() {
    let workspace = flow::MemoryWorkspace::new("/tmp/2 bad names")
        .file(".apolo/live.yml", "kind: live\njobs: {a: {image: i}}\n");
    assert_snapshot!(crate::printed::printed(&flow::open(&workspace).diagnostics));
}

#[test]
fn a_list_of_mixins_without_anything_is_only_refused_by_the_official_tools() {
    let batch = "kind: batch\ntasks:\n- id: a\n  mixins: ~\n  image: i\n";
    let found = checked(&[(".apolo/nightly.yml", batch)]);
    assert!(found.contains("4:11 portability[empty-list]"), "{found}");
}

#[test]
fn mistakes_of_values_are_found_before_their_task_runs() {
    let batch = "kind: batch\ntasks:\n- id: a\n  image: i\n  http_port: ${{ 'none' }}\n";
    let found = checked(&[(".apolo/nightly.yml", batch)]);
    assert!(found.contains("5:18 error"), "{found}");
}

#[test]
fn a_stateful_action_without_an_image_is_found_when_the_batch_is_made_ready() {
    let batch = "kind: batch\ntasks:\n- action: ws:state\n";
    let action = "kind: stateful\nmain:\n  image: ~\n  cmd: x\n";
    let found = checked(&[(".apolo/nightly.yml", batch), ("state.yml", action)]);
    assert!(found.contains("state.yml:3:10 error[no-image]"), "{found}");
}

#[test]
fn attributes_that_the_flow_of_an_action_has_not_are_found_before_a_bake() {
    let batch = "kind: batch\ntasks:\n- action: ws:act\n";
    let action = "kind: batch\ntasks:\n- image: ${{ flow.id }}\n";
    let found = checked(&[(".apolo/nightly.yml", batch), ("act.yml", action)]);
    assert!(found.contains("act.yml:3:19 error"), "{found}");
}

#[test]
fn mistakes_inside_an_expression_are_told_even_where_none_can_stand() {
    let live = "kind: live\ntitle: ${{ 1 + }}\njobs: {a: {image: i}}\n";
    let found = checked(&[(".apolo/live.yml", live)]);
    assert!(found.contains("2:8 error[no-expressions]"), "{found}");
    assert!(found.contains("2:16 error"), "{found}");
}

#[test]
fn a_broken_project_file_is_told_once_and_in_its_own_place() {
    let live = "kind: live\njobs: {a: {image: i}}\n";
    let project = "id: rye\nefaults: {}\n";
    let files = [(".apolo/live.yml", live), (".apolo/project.yml", project)];
    let found = checked(&files);
    assert_eq!(found.matches("error[").count(), 1, "{found}");
    assert!(found.contains("project.yml:2:1"), "{found}");
}

#[test]
fn mistakes_of_evaluation_are_told_beside_mistakes_of_reading() {
    let live = "\
kind: live
images:
  own:
    ref: image:own:v1
    contxt: .
jobs:
  a:
    image: python
    comand: x
    http_port: ${{ 'eighty' }}
    bash: echo ${{ nowhere.x }} ${{ images.own.ref }}
  b:
    image: python
    params: {rate: ~}
    cmd: ${{ params.rte }}
    life_span: ${{ 'long' }}
";
    assert_snapshot!(checked(&[(".apolo/live.yml", live)]));
}

#[test]
fn what_uses_a_broken_definition_is_not_blamed() {
    let live = "\
kind: live
volums:
  data: {remote: storage:data, mount: /data}
defaults:
  env: {A: x}
  evn: {B: y}
jobs:
  a:
    image: python
    volumes: [\"${{ volumes.data.ref_rw }}\"]
    cmd: ${{ env.B }}
";
    assert_snapshot!(checked(&[(".apolo/live.yml", live)]));
}

#[test]
fn a_batch_is_checked_whatever_is_wrong_in_its_parts() {
    let batch = "\
kind: batch
params: {rate: ~}
defaults:
  preset: ${{ nothing }}
tasks:
- id: a
  image: i
  strategy: {matrix: {x: [1, 2], exclude: [{y: 1}]}}
  cmd: ${{ params.rate }}
- id: b
  image: i
  needs: [a, c]
  http_port: ${{ 'eighty' }}
  cmd: ${{ params.rat }} ${{ needs.a.outputs.x }}
- id: d
  needs: [b]
  image: i
  volume: [x]
  life_span: ${{ 'no span' }}
  cmd: ${{ env.A }}
";
    assert_snapshot!(checked(&[(".apolo/b.yml", batch)]));
}

#[test]
fn an_action_is_checked_though_nothing_calls_it() {
    let live = "\
kind: live
inputs: {path: {}, port: {type: int, default: 80}}
job:
  image: python
  http_port: ${{ 'eighty' }}
  cmd: serve ${{ inputs.pth }} ${{ inputs.port }}
";
    let batch = "\
kind: batch
inputs: {path: {}}
outputs:
  model: {value: '${{ needs.trian.outputs.model }}'}
tasks:
- id: train
  image: i
  life_span: ${{ 'x' }}
  cmd: ${{ inputs.path }} ${{ env.A }}
";
    assert_snapshot!(checked(&[
        (".apolo/serve.yml", live),
        (".apolo/act.yml", batch)
    ]));
}

#[test]
fn every_expression_of_a_text_is_told_and_a_misspelt_need_only_once() {
    let live = "\
kind: live
defaults: {env: {HOME: /data}}
jobs:
  a:
    imge: python
    params: {rate: '1'}
    volumes: [\"${{ volumes.data.ref_rw }}\"]
    cmd: ${{ params.rte }} ${{ env.HOM }} ${{ params.rate }}
";
    let batch = "\
kind: batch
tasks:
- {id: prepare, image: i}
- id: train
  image: i
  needs: [prepar]
  cmd: ${{ needs.prepare.outputs.x }}
";
    assert_snapshot!(checked(&[
        (".apolo/live.yml", live),
        (".apolo/b.yml", batch)
    ]));
}
