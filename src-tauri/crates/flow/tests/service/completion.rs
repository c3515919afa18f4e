//! What is offered while typing.

use insta::assert_snapshot;

use super::{BATCH, FLOW, LIVE, NIGHTLY, at_cursor, cut, marked};

fn completed(path: &str, text: &str) -> String {
    let (plain, _) = marked(text);
    let found = at_cursor(path, text, |service, offset| service.complete(path, offset));
    let lines = found.iter().map(|one| {
        let replaced = &plain[one.span.start..one.span.end];
        let doc = one.documentation.lines().next().unwrap_or_default();
        let line = format!(
            "{:?} {} [{}] {doc} <{replaced}> -> <{}>",
            one.kind, one.label, one.detail, one.insert
        );
        line
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn labels(path: &str, text: &str) -> Vec<String> {
    let found = at_cursor(path, text, |service, offset| service.complete(path, offset));
    found.into_iter().map(|one| one.label).collect()
}

#[test]
fn keys_of_a_block_are_offered_with_what_they_are_for() {
    let text = format!("{BATCH}- id: new\n  ca⎸\n");
    assert_snapshot!(completed(NIGHTLY, &text));
}

#[test]
fn keys_that_are_written_are_not_offered_again() {
    let found = labels(
        LIVE,
        "kind: live\njobs:\n  a:\n    ⎸\n    image: i\n    cmd: x\n",
    );
    assert!(!found.contains(&"image".to_owned()) && !found.contains(&"cmd".to_owned()));
    assert!(found.contains(&"preset".to_owned()));
    let found = labels(LIVE, "kind: live\njobs:\n  a: {image: i, pr⎸}\n");
    assert_eq!(found[0], "preset");
    assert!(!found.contains(&"image".to_owned()));
}

#[test]
fn keys_that_exclude_each_other_are_not_offered_together() {
    let call = labels(NIGHTLY, "kind: batch\ntasks:\n- action: ws:x\n  ⎸\n");
    assert_eq!(call, ["id", "needs", "strategy", "enable", "cache", "args"]);
    let script = labels(LIVE, "kind: live\njobs:\n  a:\n    bash: x\n    ⎸\n");
    for key in ["cmd", "python", "action", "module"] {
        assert!(!script.contains(&key.to_owned()), "{key}");
    }
}

#[test]
fn the_top_of_an_empty_file_offers_the_keys_of_a_flow() {
    assert_snapshot!(completed(LIVE, "⎸"));
    assert_eq!(labels(".apolo/new.yml", "kind: ⎸"), ["batch"]);
}

#[test]
fn members_are_offered_behind_a_dot_that_ends_an_unfinished_expression() {
    let text = cut(
        BATCH,
        "needs: [prepare]\n  image: ${{ images.⎸shared.ref }}",
    );
    let text = text.replace("shared.ref }}", "");
    assert_snapshot!(completed(NIGHTLY, &text));
    let text = format!("{BATCH}- id: new\n  cmd: run ${{{{ params.⎸\n");
    assert_snapshot!(completed(NIGHTLY, &text));
}

#[test]
fn needs_offer_tasks_then_results_and_outputs() {
    let task = |expression: &str| {
        format!("{BATCH}- id: new\n  needs: [fit, tell]\n  cmd: |\n    one\n    {expression}\n")
    };
    assert_eq!(labels(NIGHTLY, &task("run ${{ needs.⎸")), ["fit", "tell"]);
    assert_eq!(
        labels(NIGHTLY, &task("run ${{ needs['fit'].⎸ }}")),
        ["result", "outputs"]
    );
    assert_eq!(
        labels(NIGHTLY, &task("run ${{ failure('⎸")),
        ["fit", "tell"]
    );
}

#[test]
fn contexts_and_functions_are_offered_at_the_beginning_of_an_expression() {
    let text = cut(FLOW, "LR: ${{ p⎸arams.lr }}");
    assert_snapshot!(completed(LIVE, &text));
}

#[test]
fn values_come_from_the_key_the_project_and_the_platform() {
    let task = |line: &str| format!("{BATCH}- id: new\n  {line}\n");
    let found = |line: &str| labels(NIGHTLY, &task(line)).join(", ");
    let report = [
        found("preset: ⎸"),
        found("needs: [pre⎸]"),
        found("needs:\n  - ⎸"),
        found("needs: {fit: ⎸}"),
        found("mixins: [⎸"),
        found("action: ⎸"),
        found("image: $⎸"),
        found("restart: ⎸"),
        found("pass_config: ⎸"),
        found("cache: {strategy: ⎸}"),
        found("action: ws:actions/notify\n  args:\n    ⎸"),
    ];
    assert_snapshot!(report.join("\n"));
}

#[test]
fn brackets_may_go_over_several_lines() {
    let task = |lines: &str| format!("{BATCH}- id: new\n{lines}");
    let needs = labels(NIGHTLY, &task("  needs: [\n    fit,\n    pre⎸\n  ]\n"));
    assert_eq!(needs, ["prepare"]);
    let keys = labels(
        NIGHTLY,
        &task("  cache: {\n    strategy: none,\n    ⎸\n  }\n"),
    );
    assert_eq!(keys, ["life_span"]);
    let below = labels(NIGHTLY, &task("  needs: [\n  work⎸\n"));
    assert_eq!(below, ["workdir"]);
}

#[test]
fn nothing_is_offered_in_comments_and_in_scripts() {
    assert_eq!(labels(LIVE, "kind: live # ⎸\n").len(), 0);
    let script = "kind: live\njobs:\n  a:\n    bash: |\n      # run ${{ flow.tit⎸\n";
    assert_eq!(labels(LIVE, script), ["title"]);
    assert_eq!(
        labels(LIVE, "kind: live\njobs:\n  a:\n    bash: |\n      pre⎸\n").len(),
        0
    );
}
