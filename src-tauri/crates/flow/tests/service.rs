//! The language service: files with a cursor (`⎸`) in, answers out.

use flow::service::edit::{At, EditError, quoted, remove, set};
use flow::service::{Edit, Service, apply};
use flow::{NoJobs, Session, open};
use insta::assert_snapshot;
use proptest::prelude::*;
use source::Text;

use crate::folder::Folder;
use crate::printed::{ada, folder, session};

const CURSOR: char = '⎸';
const NIGHTLY: &str = ".apolo/nightly.yml";
const LIVE: &str = ".apolo/live.yml";

const PROJECT: &str = "\
id: wheat
images:
  shared: {ref: 'image:shared:v1'}
mixins:
  gpu: {preset: gpu-small}
";

const BATCH: &str = "\
kind: batch
params:
  # how long to train
  epochs: '3'
  rows: ~
volumes:
  data: {remote: 'storage:data', mount: /data}
images:
  train: {ref: 'image:train:v1'}
tasks:
- id: prepare   # first
  image: ${{ images.train.ref }}
  volumes: ['${{ volumes.data.ref_ro }}']
- id: fit
  needs: [prepare]
  image: ${{ images.shared.ref }}
  mixins: [gpu]
  cmd: fit ${{ params.epochs }} ${{ params.rows }} ${{ needs.prepare.outputs.n }}
- id: tell
  needs: {prepare: running, fit: completed}
  action: ws:actions/notify
  args: {message: \"${{ needs['fit'].result }} ${{ len(project.id) }}\"}
  enable: ${{ success('fit') }}
- id: grid_${{ matrix.ORDINAL }}
  image: python
  strategy: {matrix: {lr: [0.1, 0.2]}}
  cmd: try ${{ matrix.lr }}
- id: best
  needs: [grid_0, grid_1]
  image: python
";

const FLOW: &str = "\
kind: live
volumes:
  code: {remote: 'storage:code', mount: /code, local: src}
jobs:
  train:
    image: ${{ images.shared.ref }}
    params:
      lr: '0.1'
      secret: ~
    env:
      LR: ${{ params.lr }}   # the rate
    volumes: ['${{ volumes.code.ref_rw }}']
  watch:
    image: python
    cmd: watch ${{ inspect_job('train').id }}
";

const ACTION: &str = "\
kind: local
descr: Tells somebody.
inputs:
  message: {descr: What to say.}
  loud: {type: bool, default: false}
cmd: echo ${{ inputs.message }}
";

/// A text without its cursor, and where that was.
fn marked(text: &str) -> (String, usize) {
    let offset = text.find(CURSOR).expect("there is a cursor");
    (text.replace(CURSOR, ""), offset)
}

fn with_service<T>(files: &[(&str, &str)], ask: impl FnOnce(Service<'_>) -> T) -> T {
    let mut all = vec![
        (".apolo/project.yml", PROJECT),
        (LIVE, FLOW),
        (NIGHTLY, BATCH),
        ("actions/notify.yml", ACTION),
    ];
    all.retain(|(path, _)| files.iter().all(|(other, _)| path != other));
    all.extend(files);
    let workspace = folder(&all);
    let platform = ada();
    let session: Session<'_> = session(&workspace, &platform);
    let project = open(&workspace).tree;
    let presets = ["cpu-small".to_owned(), "gpu-small".to_owned()];
    ask(Service::new(&project, session).with_presets(&presets))
}

/// Asks about the cursor in one file, beside the others.
fn at_cursor<T>(path: &str, text: &str, ask: impl FnOnce(Service<'_>, usize) -> T) -> T {
    let (text, offset) = marked(text);
    with_service(&[(path, &text)], |service| ask(service, offset))
}

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

/// The text with a cursor instead of the only occurrence of a piece, inside of that.
fn cut(text: &str, piece: &str) -> String {
    let (wanted, _) = marked(piece);
    assert_eq!(text.matches(&wanted).count(), 1, "{wanted}");
    text.replace(&wanted, piece)
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

fn defined(path: &str, text: &str, piece: &str) -> String {
    let text = cut(text, piece);
    let found = at_cursor(path, &text, |service, offset| {
        service.definition(path, offset)
    });
    let Some(found) = found else {
        return format!("{piece}: nowhere");
    };
    let content = match found.file.as_str() {
        NIGHTLY => BATCH,
        LIVE => FLOW,
        ".apolo/project.yml" => PROJECT,
        _ => ACTION,
    };
    let text = Text::new(found.file.as_str(), content);
    let at = text.position(found.span.start);
    format!(
        "{piece}: {}:{} {}",
        found.file,
        at.line,
        text.slice(found.span).lines().next().unwrap_or_default()
    )
}

#[test]
fn definitions_are_found_in_all_files() {
    let report = [
        defined(NIGHTLY, BATCH, "needs: [prep⎸are]"),
        defined(NIGHTLY, BATCH, "needs.pre⎸pare.outputs"),
        defined(NIGHTLY, BATCH, "needs['fi⎸t']"),
        defined(NIGHTLY, BATCH, "success('fi⎸t')"),
        defined(NIGHTLY, BATCH, "images.tr⎸ain"),
        defined(NIGHTLY, BATCH, "images.sha⎸red"),
        defined(NIGHTLY, BATCH, "volumes.da⎸ta"),
        defined(NIGHTLY, BATCH, "params.epo⎸chs"),
        defined(NIGHTLY, BATCH, "needs: [gri⎸d_0"),
        defined(NIGHTLY, BATCH, "mixins: [gp⎸u]"),
        defined(NIGHTLY, BATCH, "ws:acti⎸ons"),
        defined(NIGHTLY, BATCH, "args: {mess⎸age"),
        defined(LIVE, FLOW, "params.l⎸r"),
        defined(LIVE, FLOW, "inspect_job('tr⎸ain')"),
        defined("actions/notify.yml", ACTION, "inputs.me⎸ssage"),
        defined(LIVE, FLOW, "image: pyth⎸on"),
    ];
    assert_snapshot!(report.join("\n"));
}

fn renamed(path: &str, text: &str, piece: &str, name: &str) -> String {
    let text = cut(text, piece);
    let (plain, _) = marked(&text);
    match at_cursor(path, &text, |service, offset| {
        service.rename(path, offset, name)
    }) {
        Ok(edits) => {
            let files = [
                (".apolo/project.yml", PROJECT),
                (LIVE, FLOW),
                (NIGHTLY, BATCH),
                ("actions/notify.yml", ACTION),
            ];
            let changed = files.map(|(file, content)| {
                let content = if file == path { &plain } else { content };
                changes(file, content, &edits)
            });
            changed.concat()
        }
        Err(error) => format!("{piece} -> {name}: {error}\n"),
    }
}

/// The lines that edits change.
fn changes(file: &str, content: &str, edits: &[Edit]) -> String {
    let own: Vec<Edit> = edits
        .iter()
        .filter(|edit| edit.file == file)
        .cloned()
        .collect();
    let after = apply(content, &own);
    let lines = content.lines().zip(after.lines()).enumerate();
    let changed = lines.filter(|(_, (before, after))| before != after);
    changed
        .map(|(at, (_, after))| format!("{file}:{} {after}\n", at + 1))
        .collect()
}

#[test]
fn a_new_name_reaches_all_uses_and_nothing_else() {
    let report = [
        renamed(NIGHTLY, BATCH, "id: pre⎸pare", "clean"),
        renamed(NIGHTLY, BATCH, "needs['f⎸it']", "learn"),
        renamed(NIGHTLY, BATCH, "params.epo⎸chs", "rounds"),
        renamed(NIGHTLY, BATCH, "volumes.da⎸ta", "grain"),
        renamed(NIGHTLY, BATCH, "images.sha⎸red", "common"),
        renamed(NIGHTLY, BATCH, "[gp⎸u]", "big"),
        renamed(NIGHTLY, BATCH, "{mess⎸age", "words"),
        renamed(LIVE, FLOW, "  tr⎸ain:", "learn"),
        renamed(LIVE, FLOW, "l⎸r: '0.1'", "rate"),
    ];
    assert_snapshot!(report.join("---\n"));
}

#[test]
fn names_that_cannot_be_are_refused_with_a_reason() {
    let unfinished = format!("{BATCH}- {{id: new, image: '${{{{ needs.prepare. }}}}'}}\n");
    let loose = BATCH.replace("id: tell", "id: ${{ 'tell' }}");
    let shared = format!("{FLOW}    mixins: [m]\nmixins:\n  m: {{cmd: '${{{{ params.lr }}}}'}}\n");
    let report = [
        renamed(NIGHTLY, BATCH, "id: pre⎸pare", "fit"),
        renamed(NIGHTLY, BATCH, "id: pre⎸pare", "two words"),
        renamed(NIGHTLY, BATCH, "id: pre⎸pare", "yes"),
        renamed(NIGHTLY, BATCH, "id: pre⎸pare", "grid_0"),
        renamed(NIGHTLY, BATCH, "id: pre⎸pare", "UPPER"),
        renamed(NIGHTLY, BATCH, "kind: ba⎸tch", "clean"),
        renamed(NIGHTLY, BATCH, "ws:acti⎸ons", "clean"),
        renamed(
            NIGHTLY,
            &loose.replace("prepare: running", "perpare: running"),
            "{per⎸pare",
            "clean",
        ),
        renamed(NIGHTLY, &format!("{BATCH}- [\n"), "id: pre⎸pare", "clean"),
        renamed(LIVE, &shared, "l⎸r: '0.1'", "rate"),
        renamed(NIGHTLY, &unfinished, "id: pre⎸pare", "clean"),
    ];
    assert_snapshot!(report.concat());
}

#[test]
fn the_outline_lists_what_a_file_defines() {
    let report = with_service(&[], |service| {
        let mut lines = Vec::new();
        for (path, content) in [(NIGHTLY, BATCH), (LIVE, FLOW)] {
            let text = Text::new(path, content);
            for symbol in service.outline(path) {
                let line = text.position(symbol.key.start).line;
                lines.push(format!(
                    "{line} {:?} {} [{}]",
                    symbol.kind, symbol.name, symbol.detail
                ));
                lines.extend(
                    symbol
                        .children
                        .iter()
                        .map(|it| format!("  {:?} {}", it.kind, it.name)),
                );
            }
        }
        lines.join("\n")
    });
    assert_snapshot!(report);
}

fn key(name: &str) -> At {
    At::Key(name.to_owned())
}

const EDITED: &str = "\
jobs:
  train:
    image: python   # the usual one
    env:  # for the script
      A: 1

    # at the end
    cmd: run
  empty:
  short: {image: i}
tasks:
- id: a  # first
  image: i
- id: b
";

fn edited(change: impl Fn(&Text) -> Result<Vec<Edit>, EditError>) -> String {
    let text = Text::new("f.yml", EDITED);
    match change(&text) {
        Ok(edits) => {
            let after = apply(EDITED, &edits);
            let before: Vec<&str> = EDITED.lines().collect();
            let lines = after.lines().map(|line| {
                let mark = if before.contains(&line) { ' ' } else { '>' };
                format!("{mark}{line}\n")
            });
            lines.collect()
        }
        Err(error) => format!("{error}\n"),
    }
}

#[test]
fn keys_are_set_added_and_removed_and_comments_stay() {
    let train = [key("jobs"), key("train")];
    let report = [
        edited(|text| set(text, &train, "image", "ubuntu")),
        edited(|text| set(text, &train, "env", "\nB: 2\nC: 3")),
        edited(|text| set(text, &train, "image", "|\na\nb")),
        edited(|text| set(text, &train, "preset", "gpu")),
        edited(|text| set(text, &train, "bash", "|\nset -e\nrun")),
        edited(|text| set(text, &[key("jobs"), key("train"), key("env")], "B", "2")),
        edited(|text| set(text, &[key("jobs"), key("empty")], "image", "i")),
        edited(|text| set(text, &[key("jobs"), key("short")], "preset", "gpu")),
        edited(|text| set(text, &[key("tasks"), At::Item(0)], "preset", "gpu")),
        edited(|text| set(text, &[key("tasks"), At::Item(1)], "image", "i")),
        edited(|text| remove(text, &train, "env")),
        edited(|text| remove(text, &train, "image")),
        edited(|text| remove(text, &[key("tasks"), At::Item(0)], "id")),
        edited(|text| remove(text, &[key("tasks"), At::Item(1)], "id")),
        edited(|text| remove(text, &[key("jobs"), key("short")], "image")),
        edited(|text| set(text, &[key("jobs"), key("none")], "image", "i")),
        edited(|text| set(text, &train, "image", "[")),
        edited(|text| remove(text, &train, "none")),
    ];
    assert_snapshot!(report.join("---\n"));
}

#[test]
fn values_are_quoted_only_where_yaml_needs_it() {
    let values = [
        "python",
        "yes",
        "1:30",
        "a: b",
        "it's # no",
        "",
        "'x'",
        "two\nlines",
        "${{ a }}",
    ];
    assert_eq!(
        values.map(quoted),
        [
            "python",
            "'yes'",
            "'1:30'",
            "'a: b'",
            "'it''s # no'",
            "''",
            "'''x'''",
            "\"two\\nlines\"",
            "${{ a }}"
        ]
    );
}

/// The lines of a text without empty blocks: what was nothing may have become `{}`.
fn without_empty(text: &str) -> Vec<String> {
    let lines = text.lines();
    let lines = lines.map(|line| line.replace("{}", "").trim_end().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

/// A text with a part cut out and another put in.
fn mutated(text: &str, at: usize, removed: usize, added: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let at = at % (characters.len() + 1);
    let end = (at + removed).min(characters.len());
    let head: String = characters[..at].iter().collect();
    let tail: String = characters[end..].iter().collect();
    [&head, added, &tail].concat()
}

#[test]
fn line_breaks_of_other_systems_stay_as_they_are() {
    let content = EDITED.replace('\n', "\r\n");
    let text = Text::new("f.yml", content.as_str());
    let train = [key("jobs"), key("train")];
    let edits = set(&text, &train, "preset", "|\na\nb").expect("it fits");
    let longer = apply(&content, &edits);
    assert_eq!(longer.matches('\n').count(), longer.matches("\r\n").count());
    let text = Text::new("f.yml", longer.as_str());
    let edits = remove(&text, &train, "preset").expect("it is there");
    assert_eq!(apply(&longer, &edits), content);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_key_that_is_set_and_removed_leaves_the_text_as_it_was(
        at in any::<usize>(),
        removed in 0usize..20,
        added in prop::sample::select(vec!["", "\n", " ", "#", "'", "{", "}", "[]", ": ", "- "]),
        item in 0usize..3,
    ) {
        let content = mutated(EDITED, at, removed, added);
        let text = Text::new("f.yml", content.as_str());
        let paths = [
            vec![key("jobs"), key("train")],
            vec![key("jobs"), key("short")],
            vec![key("tasks"), At::Item(item)],
        ];
        for path in paths {
            let _ = remove(&text, &path, "image");
            let Ok(edits) = set(&text, &path, "brand_new", "1") else {
                continue;
            };
            let longer = Text::new("f.yml", apply(&content, &edits));
            let Ok(edits) = remove(&longer, &path, "brand_new") else {
                panic!("it was set: {}", longer.content());
            };
            let back = apply(longer.content(), &edits);
            assert_eq!(without_empty(&back), without_empty(&content));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_place_of_a_mutated_file_gets_an_answer(
        live in any::<bool>(),
        at in any::<usize>(),
        removed in 0usize..40,
        added in prop::sample::select(vec![
            "", "${{ ", "é⎸", "\n", "  - ", ": ", "{", "[", "'", "\"", "|\n", "needs.", "#", "\t", "}}",
        ]),
        step in 1usize..5,
    ) {
        let (path, original) = if live { (LIVE, FLOW) } else { (NIGHTLY, BATCH) };
        let text = mutated(original, at, removed, added);
        with_service(&[(path, &text)], |service| {
            for offset in (0..=text.len() + 2).step_by(step * 3) {
                for one in service.complete(path, offset) {
                    assert!(text.get(one.span.start..one.span.end).is_some(), "{one:?}");
                }
                if let Some(found) = service.hover(path, offset) {
                    assert!(text.get(found.span.start..found.span.end).is_some(), "{found:?}");
                }
                let _ = service.definition(path, offset);
                let _ = service.value_at(path, offset);
            }
            let _ = service.outline(path);
        });
    }

    #[test]
    fn renaming_and_renaming_back_gives_the_same_text(
        live in any::<bool>(),
        at in any::<usize>(),
        removed in 0usize..12,
        offset in any::<usize>(),
    ) {
        let (path, original) = if live { (LIVE, FLOW) } else { (NIGHTLY, BATCH) };
        let text = mutated(original, at, removed, "");
        there_and_back(path, &text, offset % (text.len() + 1));
    }
}

/// The real projects of the corpus, if it is there.
fn real_projects() -> Vec<Folder> {
    let Some(corpus) = crate::corpus::shared().map(|shared| shared.join("corpus/flows")) else {
        return Vec::new();
    };
    let entries = std::fs::read_dir(&corpus).expect("the corpus can be listed");
    let folders = entries.flatten().filter_map(|entry| {
        let meta = std::fs::read_to_string(entry.path().join("META.json")).ok()?;
        let meta: serde_json::Value = serde_json::from_str(&meta).expect("the corpus is JSON");
        let root = entry.path().join(meta["workspace"].as_str().unwrap_or(""));
        Some(Folder {
            root: root.to_string_lossy().trim_end_matches('/').to_owned(),
            actions: corpus.join("_gh"),
            ..Folder::default()
        })
    });
    folders.collect()
}

fn in_folder<'a>(workspace: &'a Folder, platform: &'a flow::Platform) -> Session<'a> {
    Session {
        workspace,
        platform,
        jobs: &NoJobs,
    }
}

/// The flows of a project with their texts.
fn flows(project: &flow::Project) -> Vec<(String, Text)> {
    let live = project.live.iter().map(|it| (&it.path, &it.text));
    let batches = project.batches.iter().map(|it| (&it.path, &it.text));
    let all = live.chain(batches);
    all.map(|(path, text)| (path.clone(), text.clone()))
        .collect()
}

#[test]
fn every_place_of_real_projects_gets_an_answer() {
    let projects = real_projects();
    if projects.is_empty() {
        println!("skipped: there is no corpus (set BAKEHOUSE_SHARED)");
        return;
    }
    let platform = ada();
    let (mut asked, mut answered) = (0, 0);
    for workspace in projects {
        let project = open(&workspace).tree;
        let service = Service::new(&project, in_folder(&workspace, &platform));
        for (path, text) in flows(&project) {
            let length = text.content().len();
            for offset in (0..length).step_by(length / 20 + 1) {
                asked += 1;
                answered += usize::from(service.hover(&path, offset).is_some());
                let _ = service.complete(&path, offset);
            }
        }
    }
    println!("{answered} of {asked} places have something to say");
    assert!(answered * 3 >= asked, "{answered} of {asked}");
}

#[test]
fn new_names_in_real_projects_break_nothing() {
    let projects = real_projects();
    if projects.is_empty() {
        println!("skipped: there is no corpus (set BAKEHOUSE_SHARED)");
        return;
    }
    let platform = ada();
    let mut count = 0;
    for workspace in projects {
        let findings = |workspace: &Folder| {
            let opened = open(workspace);
            let session = in_folder(workspace, &platform);
            flow::check(&opened.tree, &opened.diagnostics, &session)
                .findings
                .len()
        };
        let before = findings(&workspace);
        let project = open(&workspace).tree;
        let service = Service::new(&project, in_folder(&workspace, &platform));
        for (path, _) in flows(&project) {
            for symbol in service.outline(&path) {
                let Ok(edits) = service.rename(&path, symbol.key.end, "brand_new") else {
                    continue;
                };
                let mut renamed = workspace.clone();
                for edit in &edits {
                    let place = flow::absolute(&workspace.root, &edit.file);
                    let text = std::fs::read_to_string(&place).expect("it is there");
                    let own: Vec<Edit> = edits
                        .iter()
                        .filter(|it| it.file == edit.file)
                        .cloned()
                        .collect();
                    renamed.over.insert(place, apply(&text, &own));
                }
                count += 1;
                let after = findings(&renamed);
                assert_eq!(before, after, "{} in {}{path}", symbol.name, workspace.root);
            }
        }
    }
    println!("{count} names were changed");
}

fn there_and_back(path: &str, text: &str, offset: usize) {
    let files = [
        (".apolo/project.yml", PROJECT),
        (LIVE, FLOW),
        (NIGHTLY, BATCH),
        ("actions/notify.yml", ACTION),
    ];
    let files = files.map(|(file, content)| {
        let content = if file == path { text } else { content };
        (file, content.to_owned())
    });
    let (old, edits) = with_service(&[(path, text)], |service| {
        let edits = service
            .rename(path, offset, "brand_new")
            .unwrap_or_default();
        let old = edits.first().map(|edit| {
            let file = files.iter().find(|(file, _)| *file == edit.file);
            file.expect("a known file").1[edit.span.start..edit.span.end].to_owned()
        });
        (old, edits)
    });
    let (Some(old), Some(first)) = (old, edits.first()) else {
        return;
    };
    let new = files.clone().map(|(file, content)| {
        let own: Vec<Edit> = edits
            .iter()
            .filter(|edit| edit.file == file)
            .cloned()
            .collect();
        (file, apply(&content, &own))
    });
    let borrowed: Vec<(&str, &str)> = new.iter().map(|(file, it)| (*file, &**it)).collect();
    let place = first.span.start;
    let back = with_service(&borrowed, |service| {
        service.rename(&first.file, place, &old)
    });
    let back = back.expect("the way back is open");
    for ((file, before), (_, after)) in files.iter().zip(&new) {
        let own: Vec<Edit> = back
            .iter()
            .filter(|edit| edit.file == *file)
            .cloned()
            .collect();
        assert_eq!(before, &apply(after, &own));
    }
}

#[test]
fn answers_come_while_typing_in_a_batch_of_a_thousand_tasks() {
    let task = |at: usize| {
        let before = at.saturating_sub(1);
        format!(
            "- id: t{at}\n  needs: [t{before}]\n  image: i\n  cmd: x ${{{{ needs.t{before}.outputs.y }}}}\n"
        )
    };
    let tasks: String = (1..=1000).map(task).collect();
    let text = format!("kind: batch\ntasks:\n- {{id: t0, image: i}}\n{tasks}");
    with_service(&[(NIGHTLY, &text)], |service| {
        let offset = text.find("needs.t500").expect("it is there") + "needs.t".len();
        let timed = |name: &str, ask: &dyn Fn() -> bool| {
            let start = std::time::Instant::now();
            assert!(ask(), "{name}");
            let taken = start.elapsed();
            println!("{name}: {taken:?}");
            assert!(taken.as_secs() < 5, "{name}: {taken:?}");
        };
        timed("complete", &|| {
            !service.complete(NIGHTLY, offset).is_empty()
        });
        timed("hover", &|| service.hover(NIGHTLY, offset).is_some());
        timed("definition", &|| {
            service.definition(NIGHTLY, offset).is_some()
        });
        timed("rename", &|| {
            let edits = service.rename(NIGHTLY, offset, "other");
            edits.is_ok_and(|edits| edits.len() == 3)
        });
    });
}
