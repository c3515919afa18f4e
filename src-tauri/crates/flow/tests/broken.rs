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
