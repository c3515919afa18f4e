//! The editor: questions about texts that are not saved, and files that are written.

use std::path::Path;

use contract::{
    EditorApply, EditorChange, EditorFileAsk, EditorPoint, EditorRename, EditorSave, EditorText,
    FailureCode, FileEdits, FlowChange, FlowCheck, SymbolKindView, TextEdit, TextRange, ValueState,
};
use indexmap::IndexMap;
use serde_json::json;
use workbench::commands;

use crate::desk::TestDesk;

const NIGHTLY: &str = ".neuro/nightly.yml";
const PROJECT_FILE: &str = ".neuro/project.yml";

const BATCH: &str = "\
kind: batch
params:
  rounds: '3'
tasks:
- id: make   # first 🦀
  image: ${{ images.base.ref }}
- id: use
  needs: [make]
  image: ${{ images.base.ref }}
  cmd: use ${{ params.rounds }} ${{ needs.make.outputs.path }}
";

const SHARED: &str = "\
id: rye
images:
  base: {ref: 'image:base:v1'}   # for all
";

/// A project of a batch and a project file.
fn written(test: &TestDesk) -> String {
    test.written("rye", "project.yml", SHARED);
    test.written("rye", "nightly.yml", BATCH)
}

fn text(project: &str, file: &str) -> EditorText {
    EditorText {
        project: project.to_owned(),
        file: file.to_owned(),
        unsaved: IndexMap::new(),
    }
}

/// The batch with another text that is not saved.
fn unsaved(project: &str, content: &str) -> EditorText {
    EditorText {
        unsaved: IndexMap::from([(NIGHTLY.to_owned(), content.to_owned())]),
        ..text(project, NIGHTLY)
    }
}

/// The place behind a piece of a text, as the window counts it.
fn behind(text: EditorText, content: &str, piece: &str) -> EditorPoint {
    let at = content.find(piece).expect("the piece is there") + piece.len();
    let line = content[..at].matches('\n').count();
    let start = content[..at].rfind('\n').map_or(0, |at| at + 1);
    let column = content[start..at].encode_utf16().count();
    EditorPoint {
        text,
        line: u32::try_from(line + 1).expect("it is short"),
        column: u32::try_from(column + 1).expect("it is short"),
    }
}

/// A text with edits, as the window applies them.
fn edited(content: &str, edits: &[TextEdit]) -> String {
    let place = |line: u32, column: u32| {
        let lines = content.split_inclusive('\n').take(line as usize - 1);
        let start: usize = lines.map(str::len).sum();
        let units = content[start..].char_indices().scan(0, |sum, (at, one)| {
            let before = *sum;
            *sum += one.len_utf16();
            Some((before, at))
        });
        let mut units = units.chain([(usize::MAX, content.len() - start)]);
        let found = units.find(|(before, _)| *before >= column as usize - 1);
        start + found.expect("an end").1
    };
    let mut edits: Vec<&TextEdit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.range.line, edit.range.column));
    let mut whole = content.to_owned();
    for edit in edits.into_iter().rev() {
        let TextRange {
            line,
            column,
            end_line,
            end_column,
        } = edit.range;
        whole.replace_range(place(line, column)..place(end_line, end_column), &edit.text);
    }
    whole
}

fn saved(project: &str, file: &str) -> String {
    std::fs::read_to_string(Path::new(project).join(file)).expect("it is there")
}

#[tokio::test]
async fn a_text_that_is_not_saved_is_told_what_the_check_would_say() {
    let test = TestDesk::open().await;
    let project = written(&test);
    let wrong = BATCH
        .replace("needs: [make]", "neds: [make]")
        .replace("params.rounds", "params.round");
    let found = commands::editor_check(&test.desk, unsaved(&project, &wrong)).await;
    let found = found.expect("it is checked").findings;
    assert_eq!(saved(&project, NIGHTLY), BATCH, "nothing is written");
    test.written("rye", "nightly.yml", &wrong);
    let check = FlowCheck {
        project: project.clone(),
        evaluated: false,
    };
    let checked = commands::flow_check(&test.desk, check).await;
    let views: Vec<_> = found.iter().map(|one| one.finding.clone()).collect();
    assert_eq!(views, checked.expect("it is checked").diagnostics);
    assert!(!found.is_empty());
    let misspelt = found.iter().find(|one| one.finding.candidates == ["needs"]);
    let misspelt = misspelt.expect("the key is told");
    let range = misspelt.range;
    assert_eq!((range.line, range.column, range.end_column), (8, 3, 7));
    let mended = edited(&wrong, &misspelt.fixes[0].edits);
    assert!(mended.contains("  needs: [make]\n"), "{mended}");
}

#[tokio::test]
async fn completions_come_from_the_unsaved_text_and_from_other_files() {
    let test = TestDesk::open().await;
    let project = written(&test);
    let labels = async |content: &str, piece: &str| {
        let point = behind(unsaved(&project, content), content, piece);
        let found = commands::editor_complete(&test.desk, point).await;
        let items = found.expect("it is answered").items;
        items.into_iter().map(|it| it.label).collect::<Vec<_>>()
    };
    assert_eq!(
        labels(&format!("{BATCH}- id: more\n  needs: [us"), "needs: [us").await,
        ["use"]
    );
    let reads = format!("{BATCH}- id: more\n  image: ${{{{ images.");
    assert_eq!(
        labels(&reads, "- id: more\n  image: ${{ images.").await,
        ["base"]
    );
    let elsewhere = EditorText {
        unsaved: IndexMap::from([
            (NIGHTLY.to_owned(), reads.clone()),
            (PROJECT_FILE.to_owned(), SHARED.replace("base", "ground")),
        ]),
        ..text(&project, NIGHTLY)
    };
    let point = behind(elsewhere, &reads, "- id: more\n  image: ${{ images.");
    let found = commands::editor_complete(&test.desk, point).await;
    let item = found.expect("it is answered").items.remove(0);
    assert_eq!(item.label, "ground");
    assert_eq!(item.range.column, item.range.end_column);
}

#[tokio::test]
async fn hovering_tells_the_value_its_type_and_where_it_comes_from() {
    let test = TestDesk::open().await;
    let project = written(&test);
    let hover = async |piece: &str| {
        let point = behind(text(&project, NIGHTLY), BATCH, piece);
        let found = commands::editor_hover(&test.desk, point).await;
        found.expect("it is answered")
    };
    let found = hover("params.rou").await;
    let value = found.value.expect("there is a value");
    assert_eq!(
        (value.state, value.value.as_deref()),
        (ValueState::Known, Some("3"))
    );
    assert_eq!(value.type_name.as_deref(), Some("str"));
    assert_eq!(value.inputs[0].path, "params.rounds");
    assert_eq!(found.hover.expect("a text").range, value.range);
    let later = hover("needs.make.outputs.pa")
        .await
        .value
        .expect("a place for a value");
    assert_eq!((later.state, later.value), (ValueState::NotYet, None));
    assert!(later.why.is_some_and(|why| why.contains("make")));
    let key = hover("  ima").await;
    assert!(
        key.hover
            .is_some_and(|hover| hover.title.starts_with("image:"))
    );
}

#[tokio::test]
async fn definitions_and_uses_are_found_across_files() {
    let test = TestDesk::open().await;
    let project = written(&test);
    let point = behind(text(&project, NIGHTLY), BATCH, "images.ba");
    let found = commands::editor_definition(&test.desk, point.clone()).await;
    let places = found.expect("it is answered").places;
    let [place] = places.as_slice() else {
        panic!("there is one definition: {places:?}");
    };
    assert_eq!((place.file.as_str(), place.range.line), (PROJECT_FILE, 3));
    assert!(place.source.contains("base:"));
    let found = commands::editor_references(&test.desk, point).await;
    let places = found.expect("it is answered").places;
    let lines: Vec<_> = places
        .iter()
        .map(|it| (it.file.as_str(), it.range.line))
        .collect();
    assert_eq!(lines, [(PROJECT_FILE, 3), (NIGHTLY, 6), (NIGHTLY, 9)]);
}

#[tokio::test]
async fn a_new_name_is_written_into_all_files_at_once() {
    let test = TestDesk::open().await;
    let project = written(&test);
    let at = behind(text(&project, NIGHTLY), BATCH, "images.ba");
    let old = commands::editor_renamable(&test.desk, at.clone()).await;
    let old = old.expect("it can be renamed");
    assert_eq!(
        (old.name.as_str(), old.kind, old.uses),
        ("base", SymbolKindView::Image, 3)
    );
    let request = EditorRename {
        at,
        name: "ground".to_owned(),
    };
    let edits = commands::editor_rename(&test.desk, request)
        .await
        .expect("it is renamed");
    assert_eq!(
        saved(&project, NIGHTLY),
        BATCH,
        "nothing is written before it is asked for"
    );
    let apply = EditorApply {
        project: project.clone(),
        files: edits.files,
    };
    let applied = commands::editor_apply(&test.desk, apply.clone()).await;
    assert_eq!(applied.expect("it is written").files.len(), 2);
    assert_eq!(
        saved(&project, NIGHTLY),
        BATCH.replace("images.base", "images.ground")
    );
    assert_eq!(
        saved(&project, PROJECT_FILE),
        SHARED.replace("base: {", "ground: {")
    );
    let again = commands::editor_apply(&test.desk, apply).await;
    assert_eq!(
        again.expect_err("it is done already").code,
        FailureCode::Conflict
    );
}

#[tokio::test]
async fn nothing_is_written_when_one_file_was_changed_meanwhile() {
    let test = TestDesk::open().await;
    let project = written(&test);
    let request = EditorRename {
        at: behind(text(&project, NIGHTLY), BATCH, "images.ba"),
        name: "ground".to_owned(),
    };
    let edits = commands::editor_rename(&test.desk, request)
        .await
        .expect("it is renamed");
    let other = format!("{BATCH}# somebody was here\n");
    test.written("rye", "nightly.yml", &other);
    let apply = EditorApply {
        project: project.clone(),
        files: edits.files,
    };
    let refused = commands::editor_apply(&test.desk, apply)
        .await
        .expect_err("it is refused");
    assert_eq!(refused.code, FailureCode::Conflict);
    assert!(refused.message.contains(NIGHTLY), "{}", refused.message);
    assert_eq!(saved(&project, NIGHTLY), other);
    assert_eq!(saved(&project, PROJECT_FILE), SHARED);
}

#[tokio::test]
async fn a_new_name_in_a_text_that_is_not_saved_stays_in_its_editor() {
    let test = TestDesk::open().await;
    let project = written(&test);
    let longer = format!("{BATCH}- id: more\n  needs: [make]\n  image: i\n");
    let request = EditorRename {
        at: behind(unsaved(&project, &longer), &longer, "id: ma"),
        name: "knead".to_owned(),
    };
    let edits = commands::editor_rename(&test.desk, request)
        .await
        .expect("it is renamed");
    let [file] = edits.files.as_slice() else {
        panic!("one file uses it: {edits:?}");
    };
    assert_eq!(
        (file.file.as_str(), file.version.as_deref()),
        (NIGHTLY, None)
    );
    let after = edited(&longer, &file.edits);
    assert_eq!(after.matches("knead").count(), 4);
    assert!(after.contains("- id: knead   # first 🦀\n"));
    let apply = EditorApply {
        project,
        files: edits.files,
    };
    let refused = commands::editor_apply(&test.desk, apply).await;
    assert_eq!(
        refused.expect_err("it is not saved").code,
        FailureCode::Invalid
    );
}

#[tokio::test]
async fn names_that_cannot_be_are_refused_at_the_field() {
    let test = TestDesk::open().await;
    let project = written(&test);
    let request = |piece: &str, name: &str| EditorRename {
        at: behind(text(&project, NIGHTLY), BATCH, piece),
        name: name.to_owned(),
    };
    let taken = commands::editor_rename(&test.desk, request("id: ma", "use")).await;
    let taken = taken.expect_err("it is taken");
    assert_eq!(
        (taken.code, taken.field.as_deref()),
        (FailureCode::Invalid, Some("name"))
    );
    let nothing = behind(text(&project, NIGHTLY), BATCH, "kind: ba");
    let nothing = commands::editor_renamable(&test.desk, nothing).await;
    assert_eq!(nothing.expect_err("no name").field.as_deref(), Some("at"));
}

#[tokio::test]
async fn one_thing_changes_and_the_rest_stays() {
    let test = TestDesk::open().await;
    let project = written(&test);
    let after = async |change: serde_json::Value| {
        let change: FlowChange = serde_json::from_value(change).expect("a change");
        let text = text(&project, NIGHTLY);
        let made = commands::editor_change(&test.desk, EditorChange { text, change }).await;
        let made = made.expect("it is made").files;
        assert!(made[0].version.is_some());
        edited(BATCH, &made[0].edits)
    };
    let preset = json!({"kind": "set", "path": ["tasks", 0], "key": "preset",
        "value": {"kind": "text", "text": "yes"}});
    let preset = after(preset).await;
    assert!(
        preset.contains("base.ref }}\n  preset: 'yes'\n- id: use"),
        "{preset}"
    );
    let removed = json!({"kind": "remove", "path": ["tasks", 1], "key": "needs"});
    assert_eq!(after(removed).await, BATCH.replace("  needs: [make]\n", ""));
    let need = json!({"kind": "addItem", "path": ["tasks", 1, "needs"],
        "value": {"kind": "text", "text": "other"}});
    assert_eq!(after(need).await, BATCH.replace("[make]", "[make, other]"));
    let unneeded = json!({"kind": "removeItem", "path": ["tasks", 1, "needs"], "item": 0});
    assert_eq!(after(unneeded).await, BATCH.replace("[make]", "[]"));
    let task = json!({"kind": "addTask", "after": "make", "yaml": "id: mid\nimage: i"});
    let task = after(task).await;
    assert!(
        task.contains("base.ref }}\n- id: mid\n  image: i\n- id: use"),
        "{task}"
    );
}

#[tokio::test]
async fn saving_is_refused_when_the_file_is_not_what_it_was() {
    let test = TestDesk::open().await;
    let project = written(&test);
    let ask = EditorFileAsk {
        project: project.clone(),
        file: NIGHTLY.to_owned(),
    };
    let open = commands::editor_open(&test.desk, ask)
        .await
        .expect("it opens");
    assert_eq!(open.text, BATCH);
    let save = |text: &str, version: Option<&str>, file: &str| EditorSave {
        project: project.clone(),
        file: file.to_owned(),
        text: text.to_owned(),
        version: version.map(str::to_owned),
    };
    let first = save("kind: batch\ntasks: []\n", Some(&open.version), NIGHTLY);
    let first = commands::editor_save(&test.desk, first)
        .await
        .expect("it is saved");
    assert_eq!(saved(&project, NIGHTLY), first.text);
    let late = save(BATCH, Some(&open.version), NIGHTLY);
    let late = commands::editor_save(&test.desk, late)
        .await
        .expect_err("it is refused");
    assert_eq!(late.code, FailureCode::Conflict);
    assert_eq!(saved(&project, NIGHTLY), first.text);
    let new = save("kind: batch\ntasks: []\n", None, ".neuro/new.yml");
    commands::editor_save(&test.desk, new.clone())
        .await
        .expect("it is new");
    let twice = commands::editor_save(&test.desk, new)
        .await
        .expect_err("it is there");
    assert_eq!(twice.code, FailureCode::Conflict);
    std::fs::remove_file(Path::new(&project).join(NIGHTLY)).expect("it can be removed");
    let gone = save(BATCH, Some(&first.version), NIGHTLY);
    let gone = commands::editor_save(&test.desk, gone)
        .await
        .expect_err("it is gone");
    assert_eq!(gone.code, FailureCode::Conflict);
}

#[tokio::test]
async fn marks_and_line_breaks_of_other_systems_stay() {
    let test = TestDesk::open().await;
    let wide = format!("\u{feff}{}", BATCH.replace('\n', "\r\n"));
    test.written("rye", "project.yml", SHARED);
    let project = test.written("rye", "nightly.yml", &wide);
    let at = behind(text(&project, NIGHTLY), BATCH, "id: ma");
    let request = EditorRename {
        at,
        name: "knead".to_owned(),
    };
    let edits = commands::editor_rename(&test.desk, request)
        .await
        .expect("it is renamed");
    let apply = EditorApply {
        project: project.clone(),
        files: edits.files,
    };
    let applied = commands::editor_apply(&test.desk, apply)
        .await
        .expect("it is written");
    let renamed = |text: &str| {
        let text = text
            .replace("id: make", "id: knead")
            .replace("[make]", "[knead]");
        text.replace("needs.make", "needs.knead")
    };
    assert_eq!(saved(&project, NIGHTLY), renamed(&wide));
    let save = EditorSave {
        project: project.clone(),
        file: NIGHTLY.to_owned(),
        text: BATCH.to_owned(),
        version: Some(applied.files[0].version.clone()),
    };
    commands::editor_save(&test.desk, save)
        .await
        .expect("it is saved");
    assert_eq!(saved(&project, NIGHTLY), wide);
}

#[tokio::test]
async fn the_outline_lists_tasks_and_images() {
    let test = TestDesk::open().await;
    let project = written(&test);
    let found = commands::editor_outline(&test.desk, text(&project, NIGHTLY)).await;
    let items = found.expect("it is answered").items;
    let names: Vec<_> = items.iter().map(|it| (it.name.as_str(), it.kind)).collect();
    assert_eq!(
        names,
        [
            ("rounds", SymbolKindView::Param),
            ("make", SymbolKindView::Task),
            ("use", SymbolKindView::Task)
        ]
    );
    assert_eq!((items[1].key.line, items[1].key.column), (5, 7));
}

#[cfg(unix)]
#[tokio::test]
async fn no_file_outside_the_project_is_read_or_written() {
    let test = TestDesk::open().await;
    let project = written(&test);
    let secret = test.folder.path().join("secret.yml");
    std::fs::write(&secret, "a: 1\n").expect("it can be written");
    let link = Path::new(&project).join(".neuro/link.yml");
    std::os::unix::fs::symlink(&secret, link).expect("it can be linked");
    for file in [
        "../secret.yml",
        "/etc/hostname",
        "",
        ".neuro/link.yml",
        ".neuro/../../secret.yml",
    ] {
        let ask = EditorFileAsk {
            project: project.clone(),
            file: file.to_owned(),
        };
        let refused = commands::editor_open(&test.desk, ask)
            .await
            .expect_err(file);
        assert_eq!(refused.code, FailureCode::Invalid, "{file}");
        let save = EditorSave {
            project: project.clone(),
            file: file.to_owned(),
            text: "b: 2\n".to_owned(),
            version: None,
        };
        commands::editor_save(&test.desk, save)
            .await
            .expect_err(file);
    }
    assert_eq!(
        std::fs::read_to_string(&secret).expect("it is there"),
        "a: 1\n"
    );
}

#[tokio::test]
async fn edits_over_one_another_are_refused() {
    let test = TestDesk::open().await;
    let project = written(&test);
    let ask = EditorFileAsk {
        project: project.clone(),
        file: NIGHTLY.to_owned(),
    };
    let open = commands::editor_open(&test.desk, ask)
        .await
        .expect("it opens");
    let edit = |column: u32| TextEdit {
        range: TextRange {
            line: 1,
            column,
            end_line: 1,
            end_column: column + 3,
        },
        text: "x".to_owned(),
    };
    let files = vec![FileEdits {
        file: NIGHTLY.to_owned(),
        version: Some(open.version),
        edits: vec![edit(1), edit(3)],
    }];
    let apply = EditorApply {
        project: project.clone(),
        files,
    };
    let refused = commands::editor_apply(&test.desk, apply)
        .await
        .expect_err("they cross");
    assert_eq!(refused.code, FailureCode::Invalid);
    assert_eq!(saved(&project, NIGHTLY), BATCH);
}
