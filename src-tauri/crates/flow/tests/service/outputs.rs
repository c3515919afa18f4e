//! Outputs of tasks: offered where they are read, led back to the script that says them.

use flow::service::apply;

use super::{BATCH, NIGHTLY, cut, marked, with_service};

const TASKS: &str = "\
- id: say
  image: python
  mixins: [talk]
  bash: |
    echo '::set-output name=loss::0.1'
    echo ::set-output name=path::/a
- id: hear
  needs: [say]
  image: python
  env: {OTHER: '${{ needs.say.outputs.other }}'}
  cmd: x ${{ needs.say.outputs.loss }}
- id: call
  action: ws:actions/measure
- id: last
  needs: [call, hear]
  image: python
  cmd: y ${{ needs.call.outputs.weight }}
mixins:
  talk:
    python: print('::set-output name=mood::good')
";

const MEASURE: &str = "\
kind: stateful
outputs:
  weight: {descr: In grams.}
  height: {}
main:
  image: python
  bash: |
    echo ::save-state name=scale::1
    echo ::set-output name=weight::2
post:
  image: python
  cmd: clean ${{ state.scale }}
";

const MEASURE_PATH: &str = "actions/measure.yml";

/// Asks with a cursor in the batch or in the action.
fn asked<T>(
    path: &str,
    piece: &str,
    cut_behind: &str,
    ask: impl FnOnce(flow::service::Service<'_>, usize) -> T,
) -> T {
    let batch = format!("{BATCH}{TASKS}");
    let text = if path == NIGHTLY {
        batch.as_str()
    } else {
        MEASURE
    };
    let text = cut(text, piece).replace(cut_behind, "⎸");
    let (plain, offset) = marked(&text);
    let mut files = vec![(NIGHTLY, batch.as_str()), (MEASURE_PATH, MEASURE)];
    files.retain(|(file, _)| *file != path);
    files.push((path, &plain));
    with_service(&files, |service| ask(service, offset))
}

fn labels(path: &str, piece: &str, cut_behind: &str) -> Vec<String> {
    let found = asked(path, piece, cut_behind, |service, offset| {
        service.complete(path, offset)
    });
    found.into_iter().map(|one| one.label).collect()
}

#[test]
fn outputs_are_offered_that_scripts_say_or_others_read() {
    assert_eq!(
        labels(NIGHTLY, "say.outputs.⎸loss", "⎸loss"),
        ["loss", "path", "mood", "other"]
    );
    assert_eq!(
        labels(NIGHTLY, "say.outputs.⎸other", "⎸other"),
        ["loss", "path", "mood"]
    );
    assert_eq!(
        labels(NIGHTLY, "call.outputs.⎸weight", "⎸weight"),
        ["weight", "height"]
    );
    assert_eq!(labels(MEASURE_PATH, "state.⎸scale", "⎸scale"), ["scale"]);
}

#[test]
fn an_output_is_defined_by_the_script_or_the_action() {
    let line = |path: &str, piece: &str| {
        let found = asked(path, piece, "⎸", |service, offset| {
            service.definition(path, offset)
        });
        found.map(|place| (place.file, place.span.start))
    };
    let batch = format!("{BATCH}{TASKS}");
    let (file, at) = line(NIGHTLY, "say.outputs.lo⎸ss").expect("it is said");
    assert_eq!((file.as_str(), &batch[at..at + 6]), (NIGHTLY, "loss::"));
    let (file, at) = line(NIGHTLY, "call.outputs.wei⎸ght").expect("it is listed");
    assert_eq!(
        (file.as_str(), &MEASURE[at..at + 7]),
        (MEASURE_PATH, "weight:")
    );
    assert_eq!(line(NIGHTLY, "say.outputs.oth⎸er"), None);
}

#[test]
fn an_output_gets_its_new_name_where_it_is_said_and_read() {
    let renamed = |path: &str, piece: &str, name: &str| {
        asked(path, piece, "⎸", |service, offset| {
            service.rename(path, offset, name)
        })
    };
    let batch = format!("{BATCH}{TASKS}");
    let edits = renamed(NIGHTLY, "say.outputs.lo⎸ss", "gain").expect("it is said");
    assert_eq!(apply(&batch, &edits), batch.replace("loss", "gain"));
    let edits = renamed(MEASURE_PATH, "weig⎸ht: {", "mass").expect("it is listed");
    let own = |file: &str| -> Vec<_> {
        edits
            .iter()
            .filter(|edit| edit.file == file)
            .cloned()
            .collect()
    };
    assert_eq!(
        apply(MEASURE, &own(MEASURE_PATH)),
        MEASURE.replace("weight", "mass")
    );
    assert_eq!(
        apply(&batch, &own(NIGHTLY)),
        batch.replace("weight", "mass")
    );
    let refused = renamed(NIGHTLY, "say.outputs.oth⎸er", "gain").expect_err("nobody says it");
    assert!(
        refused.to_string().contains("no output `other`"),
        "{refused}"
    );
}
