//! Modules: names that a caller lends them are its own.

use flow::service::apply;

use super::{BATCH, LIVE, NIGHTLY, cut, marked, with_service};

const CALL: &str = "\
- id: sweep
  module: ws:actions/sweep
  args: {count: '2'}
";

const SWEEP: &str = "\
kind: batch
inputs:
  count: {type: int}
tasks:
- id: one
  image: python
  mixins: [gpu]
  volumes: ['${{ volumes.data.ref }}']
  cmd: sweep ${{ inputs.count }} ${{ params.epochs }}
";

const SERVE: &str = "\
kind: live
inputs: {}
job:
  image: ${{ images.shared.ref }}
  cmd: serve ${{ params.port }}
";

const CALLERS: &str = "\
kind: live
jobs:
  one:
    module: ws:actions/serve
    params: {port: '1'}
  two:
    module: ws:actions/serve
    params: {port: '2'}
";

const SWEEP_PATH: &str = "actions/sweep.yml";

fn places(path: &str, text: &str, piece: &str) -> String {
    let batch = format!("{BATCH}{CALL}");
    let text = cut(text, piece);
    let (plain, offset) = marked(&text);
    let mut files = vec![(NIGHTLY, batch.as_str()), (SWEEP_PATH, SWEEP)];
    files.retain(|(file, _)| *file != path);
    files.push((path, &plain));
    with_service(&files, |service| {
        let found = service.references(path, offset).into_iter();
        let found = found.map(|place| {
            let content = files.iter().find(|(file, _)| *file == place.file);
            let text = content.map_or("", |(_, text)| text);
            let line = text[..place.span.start].matches('\n').count() + 1;
            format!("{}:{line}", place.file)
        });
        found.collect::<Vec<_>>().join(" ")
    })
}

#[test]
fn names_of_the_caller_are_found_in_its_modules() {
    let batch = format!("{BATCH}{CALL}");
    assert_eq!(
        places(NIGHTLY, &batch, "epo⎸chs: '3'"),
        ".apolo/nightly.yml:4 .apolo/nightly.yml:18 actions/sweep.yml:9"
    );
    assert_eq!(
        places(SWEEP_PATH, SWEEP, "volumes.da⎸ta"),
        ".apolo/nightly.yml:7 .apolo/nightly.yml:13 actions/sweep.yml:8"
    );
    assert_eq!(
        places(SWEEP_PATH, SWEEP, "count: {⎸type"),
        "",
        "no name is there"
    );
    assert_eq!(
        places(SWEEP_PATH, SWEEP, "cou⎸nt: {"),
        "actions/sweep.yml:3 .apolo/nightly.yml:33 actions/sweep.yml:9"
    );
    let calls = places(NIGHTLY, &batch, "module: ws:acti⎸ons/sweep");
    assert_eq!(calls, ".apolo/nightly.yml:32");
}

#[test]
fn a_module_is_the_definition_of_its_call() {
    let batch = cut(&format!("{BATCH}{CALL}"), "module: ws:acti⎸ons/sweep");
    let (plain, offset) = marked(&batch);
    let files = [(NIGHTLY, plain.as_str()), (SWEEP_PATH, SWEEP)];
    let found = with_service(&files, |service| service.definition(NIGHTLY, offset));
    assert_eq!(found.map(|place| place.file).as_deref(), Some(SWEEP_PATH));
}

#[test]
fn a_parameter_gets_its_new_name_in_the_module_too() {
    let batch = cut(&format!("{BATCH}{CALL}"), "epo⎸chs: '3'");
    let (plain, offset) = marked(&batch);
    let files = [(NIGHTLY, plain.as_str()), (SWEEP_PATH, SWEEP)];
    let edits = with_service(&files, |service| service.rename(NIGHTLY, offset, "rounds"));
    let edits = edits.expect("it can be renamed");
    let own: Vec<_> = edits
        .iter()
        .filter(|it| it.file == SWEEP_PATH)
        .cloned()
        .collect();
    let after = apply(SWEEP, &own);
    assert_eq!(after, SWEEP.replace("params.epochs", "params.rounds"));
}

#[test]
fn a_name_that_several_callers_lend_stays() {
    let live = cut(CALLERS, "params: {po⎸rt: '1'}");
    let (plain, offset) = marked(&live);
    let files = [(LIVE, plain.as_str()), ("actions/serve.yml", SERVE)];
    let refused = with_service(&files, |service| service.rename(LIVE, offset, "door"));
    let refused = refused.expect_err("two jobs lend it").to_string();
    assert_eq!(
        refused,
        "actions/serve.yml:5 reads `port` for several users: change it there by hand"
    );
}

#[test]
fn modules_are_offered_the_names_of_their_callers() {
    let labels = |text: &str| {
        let (plain, offset) = marked(text);
        let batch = format!("{BATCH}{CALL}");
        let files = [(NIGHTLY, batch.as_str()), (SWEEP_PATH, plain.as_str())];
        with_service(&files, |service| {
            let found = service.complete(SWEEP_PATH, offset).into_iter();
            found.map(|one| one.label).collect::<Vec<_>>()
        })
    };
    assert_eq!(labels(&cut(SWEEP, "params.e⎸pochs")), ["epochs"]);
    assert_eq!(
        labels(&cut(SWEEP, "params.⎸epochs").replace("epochs", "")),
        ["epochs", "rows"]
    );
    assert_eq!(
        labels(&cut(SWEEP, "volumes.⎸data.ref").replace("data.ref", "")),
        ["data"]
    );
    assert_eq!(labels(&SWEEP.replace("[gpu]", "[⎸")), ["gpu"]);
}
