//! The language service: files with a cursor (`⎸`) in, answers out.

mod answers;
mod completion;
mod definition;
mod edits;
mod hover;
mod lists;
mod modules;
mod outputs;
mod real;
mod rename;

use flow::service::{Edit, Service, apply};
use flow::{Session, open};

use crate::printed::{ada, folder, session};

pub(crate) const CURSOR: char = '⎸';
pub(crate) const NIGHTLY: &str = ".apolo/nightly.yml";
pub(crate) const LIVE: &str = ".apolo/live.yml";

pub(crate) const PROJECT: &str = "\
id: wheat
images:
  shared: {ref: 'image:shared:v1'}
mixins:
  gpu: {preset: gpu-small}
";

pub(crate) const BATCH: &str = "\
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

pub(crate) const FLOW: &str = "\
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

pub(crate) const ACTION: &str = "\
kind: local
descr: Tells somebody.
inputs:
  message: {descr: What to say.}
  loud: {type: bool, default: false}
cmd: echo ${{ inputs.message }}
";

/// A text without its cursor, and where that was.
pub(crate) fn marked(text: &str) -> (String, usize) {
    let offset = text.find(CURSOR).expect("there is a cursor");
    (text.replace(CURSOR, ""), offset)
}

pub(crate) fn with_service<T>(files: &[(&str, &str)], ask: impl FnOnce(Service<'_>) -> T) -> T {
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
pub(crate) fn at_cursor<T>(path: &str, text: &str, ask: impl FnOnce(Service<'_>, usize) -> T) -> T {
    let (text, offset) = marked(text);
    with_service(&[(path, &text)], |service| ask(service, offset))
}

/// The text with a cursor instead of the only occurrence of a piece, inside of that.
pub(crate) fn cut(text: &str, piece: &str) -> String {
    let (wanted, _) = marked(piece);
    assert_eq!(text.matches(&wanted).count(), 1, "{wanted}");
    text.replace(&wanted, piece)
}

/// The lines that edits change.
pub(crate) fn changes(file: &str, content: &str, edits: &[Edit]) -> String {
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

/// A text with a part cut out and another put in.
pub(crate) fn mutated(text: &str, at: usize, removed: usize, added: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let at = at % (characters.len() + 1);
    let end = (at + removed).min(characters.len());
    let head: String = characters[..at].iter().collect();
    let tail: String = characters[end..].iter().collect();
    [&head, added, &tail].concat()
}
