//! What is said about a place, and what a value comes to.

use flow::live::{JobInputs, PreparedLive};
use insta::assert_snapshot;

use super::{ACTION, BATCH, FLOW, LIVE, NIGHTLY, at_cursor, cut, marked, with_service};
use crate::printed::{ada, folder, session};

fn hovered(path: &str, text: &str, piece: &str) -> String {
    let text = cut(text, piece);
    let (plain, _) = marked(&text);
    match at_cursor(path, &text, |service, offset| service.hover(path, offset)) {
        Some(found) => format!(
            "<{}>\n{}\n{}",
            &plain[found.span.start..found.span.end],
            found.title,
            found.text
        ),
        None => "nothing".to_owned(),
    }
}

#[test]
fn hovering_tells_keys_values_functions_and_names() {
    let report = [
        hovered(NIGHTLY, BATCH, "strat⎸egy: {matrix"),
        hovered(NIGHTLY, BATCH, "try ${{ matrix.l⎸r }}"),
        hovered(NIGHTLY, BATCH, "${{ params.ep⎸ochs }}"),
        hovered(NIGHTLY, BATCH, "${{ params.r⎸ows }}"),
        hovered(NIGHTLY, BATCH, "${{ needs.prepare.out⎸puts.n }}"),
        hovered(NIGHTLY, BATCH, "${{ l⎸en(project.id) }}"),
        hovered(NIGHTLY, BATCH, "len(project.⎸id) }}"),
        hovered(NIGHTLY, BATCH, "${{ images.train.re⎸f }}"),
        hovered(NIGHTLY, BATCH, "needs: [pre⎸pare]"),
        hovered(NIGHTLY, BATCH, "ws:actions/not⎸ify"),
        hovered(NIGHTLY, BATCH, "args: {mess⎸age"),
        hovered(LIVE, FLOW, "LR: ${{ params.l⎸r }}"),
        hovered(LIVE, FLOW, "inspect_job('train')⎸.id }}"),
        hovered("actions/notify.yml", ACTION, "${{ inputs.mess⎸age }}"),
    ];
    assert_snapshot!(report.join("\n\n"));
}

#[test]
fn a_value_tells_what_it_is_made_of() {
    let text = cut(BATCH, "args: {message: \"⎸");
    let found = at_cursor(NIGHTLY, &text, |service, offset| {
        service.value_at(NIGHTLY, offset)
    });
    let found = found.expect("there is a value");
    let inputs: Vec<&str> = found.inputs.iter().map(|input| &*input.path).collect();
    assert_eq!(inputs, ["needs.fit.result", "project.id"]);
    assert!(matches!(found.preview, flow::Preview::NotYet(_)));
    assert!(matches!(found.inputs[1].preview, flow::Preview::Known(_)));
}

const SAME: &str = "\
kind: live
defaults:
  env: {A: one}
images:
  own: {ref: 'image:own:v1'}
jobs:
  train:
    title: of ${{ project.id }}
    image: ${{ images.own.ref }}
    preset: cpu-${{ 'small' }}
    http_port: ${{ 8000 + 80 }}
    life_span: ${{ '1h' }}
    cmd: run ${{ env.A }} ${{ params.lr }}
    params: {lr: '0.1'}
  bad:
    image: python
    cmd: run ${{ env.B }}
";

/// What the editor says of the whole value under a key of the last block of a text.
fn told(text: &str, key: &str) -> flow::Preview {
    let at = text.find(&format!("    {key}: ")).expect("it is there") + key.len() + 6;
    with_service(&[(LIVE, text)], |service| {
        service.value_at(LIVE, at).expect("a value").preview
    })
}

#[test]
fn the_editor_and_a_start_come_to_the_same_values() {
    let text = SAME;
    let workspace = folder(&[(LIVE, text)]);
    let platform = ada();
    let opened = flow::open(&workspace);
    let session = session(&workspace, &platform);
    let live = opened.tree.live.clone().expect("a live flow");
    let prepared = PreparedLive::new(&opened.tree, &session, live).expect("it is sound");
    let start = |job: &str| prepared.job(&session, job, &JobInputs::default());
    let planned = start("train").expect("it is planned");
    let refused = start("bad").expect_err("it is wrong");
    let exec = &planned.config.exec;
    let known = |key: &str| match told(text, key) {
        flow::Preview::Known(value) => value.to_string(),
        other => panic!("{key}: {other:?}"),
    };
    assert_eq!(Some(known("title")), exec.title);
    assert_eq!(known("image"), exec.image);
    assert_eq!(Some(known("preset")), exec.preset);
    assert_eq!(
        known("http_port"),
        exec.http_port.expect("a port").to_string()
    );
    assert_eq!(
        known("life_span").parse().ok(),
        exec.life_span,
        "times are seconds"
    );
    assert_eq!(Some(known("cmd")), exec.cmd);
    let bad = text.find("run ${{ env.B }}").expect("it is there");
    let told = with_service(&[(LIVE, text)], |service| service.value_at(LIVE, bad));
    let flow::Preview::Wrong(found) = told.expect("a value").preview else {
        panic!("the editor knows no better than the start");
    };
    assert_eq!(found.message, refused.list[0].diagnostic.message);
}
