//! Opening templates from everywhere, and looking at them.

use std::io::Write as _;

use contract::{
    AnswersExport, AnswersForm, AnswersImport, ExplainAsk, FailureCode, Freshness, LintAsk,
    RecentAsk, SecretText, TemplateAsk, TemplateCompare, TemplateForget, TemplateOpen,
    TemplateOpening, VersionsAsk,
};
use indexmap::IndexMap;
use serde_json::{Value, json};
use workbench::commands;

use crate::desk::TestDesk;
use crate::origin::{Origin, opened};

async fn open(test: &TestDesk, request: TemplateOpen) -> TemplateOpening {
    commands::template_open(&test.desk, request)
        .await
        .expect("it answers")
}

fn named(source: &str) -> TemplateOpen {
    TemplateOpen {
        source: source.to_owned(),
        ..TemplateOpen::default()
    }
}

fn ask(template: &str, values: &[(&str, Value)]) -> TemplateAsk {
    let values = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    TemplateAsk {
        template: template.to_owned(),
        values: Some(values.collect()),
        ..TemplateAsk::default()
    }
}

#[tokio::test]
async fn a_git_repository_is_opened_with_its_commit_and_remembered() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    let head = origin.git(&["rev-parse", "HEAD"]);
    let template = opened(&test, &origin.url()).await;
    assert_eq!(template.commit.as_deref(), Some(head.as_str()));
    assert_eq!((template.name.as_str(), template.questions), ("small", 3));
    let recent = commands::template_recent(&test.desk, RecentAsk {})
        .await
        .expect("there is a list");
    assert_eq!(recent.sources[0].source, origin.url());
    let test = test.restarted().await;
    let again = opened(&test, &recent.sources[0].source).await;
    assert_eq!(again.id, template.id, "the id tells the same content");
    let forget = TemplateForget {
        source: origin.url(),
    };
    let left = commands::template_forget(&test.desk, forget)
        .await
        .expect("it is taken off");
    assert_eq!(left.sources, []);
}

#[tokio::test]
async fn a_version_is_picked_from_branches_and_tags() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    let first = origin.git(&["rev-parse", "HEAD"]);
    origin.git(&["tag", "v1"]);
    origin.write("{{cookiecutter.slug}}/new.txt", "new\n");
    origin.commit("Second");
    let ask = VersionsAsk {
        source: origin.url(),
        ..VersionsAsk::default()
    };
    let versions = commands::template_versions(&test.desk, ask)
        .await
        .expect("there are versions");
    assert_eq!(versions.tags[0].name, "v1");
    assert_eq!(versions.branches[0].name, "main");
    let request = TemplateOpen {
        checkout: Some("v1".to_owned()),
        ..named(&origin.url())
    };
    let TemplateOpening::Opened { template } = open(&test, request).await else {
        panic!("it opens");
    };
    assert_eq!(template.commit, Some(first));
    let request = TemplateOpen {
        checkout: Some("v2".to_owned()),
        ..named(&origin.url())
    };
    let asked = open(&test, request).await;
    let TemplateOpening::Version { message } = asked else {
        panic!("another version is asked for, but: {asked:?}");
    };
    assert!(message.contains("v1"), "{message}");
}

#[tokio::test]
async fn what_is_no_template_offers_its_folders_and_nested_ones_are_a_choice() {
    let test = TestDesk::open().await;
    let origin = Origin::make(&test, "several");
    origin.write("inner/cookiecutter.json", r#"{"name": "rye"}"#);
    origin.write("inner/{{cookiecutter.name}}/a", "a");
    origin.commit("First");
    let asked = open(&test, named(&origin.url())).await;
    let TemplateOpening::Folder { folders, .. } = asked else {
        panic!("a folder is asked for, but: {asked:?}");
    };
    assert_eq!(folders, ["inner"]);
    origin.write(
        "cookiecutter.json",
        r#"{"templates": {"plain": {"path": "./inner", "title": "Plain"}}}"#,
    );
    origin.commit("Second");
    let asked = open(
        &test,
        TemplateOpen {
            freshness: Some(Freshness::Refresh),
            ..named(&origin.url())
        },
    )
    .await;
    let TemplateOpening::Nested { templates } = asked else {
        panic!("a template is asked for, but: {asked:?}");
    };
    assert_eq!(
        (templates[0].name.as_str(), templates[0].label.as_str()),
        ("plain", "Plain")
    );
    let request = TemplateOpen {
        nested: Some("plain".to_owned()),
        ..named(&origin.url())
    };
    let TemplateOpening::Opened { template } = open(&test, request).await else {
        panic!("it opens");
    };
    let form = commands::template_form(&test.desk, ask(&template.id, &[]))
        .await
        .expect("there is a form");
    assert_eq!(form.fields[0].name, "name");
    assert!(form.command.contains("--directory"), "{}", form.command);
}

#[tokio::test]
async fn a_locked_archive_asks_for_its_password_and_tells_it_nowhere() {
    let test = TestDesk::open().await;
    let file = test.folder.path().join("rye.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&file).expect("it can be made"));
    let options = zip::write::SimpleFileOptions::default()
        .with_aes_encryption(zip::AesMode::Aes256, "crumbs and crust");
    for (name, text) in [
        ("rye/cookiecutter.json", r#"{"name": "rye"}"#),
        ("rye/{{cookiecutter.name}}/a", "a"),
    ] {
        zip.start_file(name, options).expect("it begins");
        zip.write_all(text.as_bytes()).expect("it is written");
    }
    zip.finish().expect("it ends");
    let mut events = test.desk.listen();
    let source = file.display().to_string();
    let asked = open(&test, named(&source)).await;
    assert!(
        matches!(asked, TemplateOpening::Password { wrong: false, .. }),
        "{asked:?}"
    );
    let with = |password: &str| TemplateOpen {
        password: Some(SecretText::new(password)),
        work: Some("zip".to_owned()),
        ..named(&source)
    };
    let asked = open(&test, with("guess")).await;
    assert!(
        matches!(asked, TemplateOpening::Password { wrong: true, .. }),
        "{asked:?}"
    );
    let answer = open(&test, with("crumbs and crust")).await;
    assert!(
        matches!(answer, TemplateOpening::Opened { .. }),
        "{answer:?}"
    );
    let mut told = format!("{:?}{answer:?}", with("crumbs and crust"));
    while let Ok(event) = events.try_recv() {
        told += &format!("{event:?}");
    }
    assert!(told.contains("WorkProgressed"), "progress is told");
    assert!(!told.contains("crumbs"), "{told}");
}

#[tokio::test]
async fn what_is_not_there_is_told_clearly() {
    let test = TestDesk::open().await;
    for (source, code) in [
        ("/no/such/folder", FailureCode::NotFound),
        ("", FailureCode::Invalid),
        ("hg+https://example.org/x", FailureCode::Invalid),
        ("bundled:nosuch", FailureCode::NotFound),
    ] {
        let refused = commands::template_open(&test.desk, named(source))
            .await
            .expect_err("it is refused");
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            (code, Some("source")),
            "{source}"
        );
    }
    let offline = TemplateOpen {
        freshness: Some(Freshness::Offline),
        ..named("https://example.org/never/seen.git")
    };
    let refused = commands::template_open(&test.desk, offline)
        .await
        .expect_err("there is no copy");
    assert_eq!(refused.code, FailureCode::NotFound);
    let refused = commands::template_form(&test.desk, ask("t-nosuch", &[]))
        .await
        .expect_err("nobody opened it");
    assert_eq!(refused.code, FailureCode::NotFound);
}

#[tokio::test]
async fn short_names_and_preferred_answers_of_the_person_are_used() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    let config = format!(
        "default_context:\n  name: Anna\nabbreviations:\n  us: file://{}/{{0}}\n",
        origin.path.parent().expect("it has one").display()
    );
    std::fs::write(test.folder.path().join(".cookiecutterrc"), config).expect("it is written");
    let template = opened(&test, "us:small").await;
    let form = commands::template_form(&test.desk, ask(&template.id, &[]))
        .await
        .expect("there is a form");
    assert_eq!(form.fields[0].value, "Anna");
    std::fs::write(test.folder.path().join(".cookiecutterrc"), "- no table").expect("it is");
    let template = opened(&test, &origin.url()).await;
    assert!(
        template.notes.iter().any(|note| note.contains("settings")),
        "{:?}",
        template.notes
    );
}

#[tokio::test]
async fn a_place_in_the_preview_is_explained_by_template_line_and_answers() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    origin.write(
        "{{cookiecutter.slug}}/test.txt",
        "always\n{% if cookiecutter.tests %}\nonly 𝄞 {{ cookiecutter.slug }}\n{% endif %}\n",
    );
    origin.commit("Tests");
    let template = opened(&test, &origin.url()).await;
    let shown = ask(&template.id, &[("name", "Oats".into())]);
    let preview = commands::template_preview(&test.desk, shown.clone())
        .await
        .expect("there is a preview");
    let entry = preview.entries.iter().find(|one| one.path == "test.txt");
    let text = entry.and_then(|one| one.text.clone()).expect("it is text");
    let before = &text[..text.find("oats").expect("it is filled in")];
    let request = ExplainAsk {
        ask: shown,
        path: "test.txt".to_owned(),
        offset: u32::try_from(before.encode_utf16().count()).expect("it fits"),
    };
    let found = commands::template_explain(&test.desk, request)
        .await
        .expect("it is explained");
    assert_eq!(
        (found.file.as_str(), found.line),
        ("{{cookiecutter.slug}}/test.txt", 3)
    );
    assert_eq!(found.variables, ["slug"]);
    assert!(
        found
            .answers
            .iter()
            .any(|one| one.name == "name" && one.value == "Oats"),
        "{found:?}"
    );
    assert!(found.reasons.iter().any(|one| one.line == 2), "{found:?}");
}

#[tokio::test]
async fn answers_are_compared_exported_and_read_again() {
    let test = TestDesk::open().await;
    let template = opened(&test, &Origin::small(&test).url()).await;
    let before = ask(&template.id, &[("name", "Rye".into())]);
    let after = ask(
        &template.id,
        &[("name", "Oats".into()), ("tests", false.into())],
    );
    let compared = commands::template_compare(
        &test.desk,
        TemplateCompare {
            before,
            after: after.clone(),
        },
    )
    .await
    .expect("it compares");
    let readme = compared.changes.iter().find(|one| one.path == "README.md");
    let difference = readme
        .and_then(|one| one.difference.as_deref())
        .unwrap_or_default();
    assert!(difference.contains("-# Rye\n+# Oats"), "{difference}");
    let path = test.folder.path().join("answers.json");
    for form in [AnswersForm::Answers, AnswersForm::Replay] {
        let export = AnswersExport {
            ask: after.clone(),
            form,
            path: Some(path.display().to_string()),
        };
        let file = commands::answers_export(&test.desk, export)
            .await
            .expect("it is written");
        assert_eq!(std::fs::read_to_string(&path).ok(), Some(file.text));
        let import = AnswersImport {
            template: Some(template.id.clone()),
            path: Some(path.display().to_string()),
            ..AnswersImport::default()
        };
        let read = commands::answers_import(&test.desk, import)
            .await
            .expect("it is read");
        assert_eq!((read.form, read.unknown.len()), (form, 0));
        assert_eq!(read.answers["name"], "Oats");
        assert_eq!(read.answers["tests"], false);
    }
}

#[tokio::test]
async fn answers_that_are_not_asked_are_left_out_and_other_texts_refused() {
    let test = TestDesk::open().await;
    let template = opened(&test, &Origin::small(&test).url()).await;
    let import = AnswersImport {
        template: Some(template.id.clone()),
        text: Some(json!({"name": "Rye", "else": 1}).to_string()),
        ..AnswersImport::default()
    };
    let read = commands::answers_import(&test.desk, import)
        .await
        .expect("it is read");
    assert_eq!(read.unknown, ["else"]);
    for text in ["", "[]", "{"] {
        let import = AnswersImport {
            text: Some(text.to_owned()),
            ..AnswersImport::default()
        };
        let refused = commands::answers_import(&test.desk, import)
            .await
            .expect_err("no answers");
        assert_eq!(refused.field.as_deref(), Some("text"));
    }
}

#[tokio::test]
async fn authors_hear_of_mistakes_in_their_templates() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    origin.write("{{cookiecutter.slug}}/bad.txt", "{{ cookiecutter.nmae }}\n");
    let ask = LintAsk {
        source: origin.path.display().to_string(),
        ..LintAsk::default()
    };
    let report = commands::template_lint(&test.desk, ask)
        .await
        .expect("it looks");
    let found = report
        .diagnostics
        .iter()
        .find(|one| one.file.ends_with("bad.txt"));
    let found = found.expect("the mistake is found");
    assert!(found.message.contains("nmae"), "{found:?}");
}

#[tokio::test]
async fn the_needs_of_a_flow_are_told_before_it_is_made() {
    let test = TestDesk::open().await;
    let origin = Origin::make(&test, "flow");
    origin.write("cookiecutter.json", r#"{"id": "rye"}"#);
    origin.write(
        "{{cookiecutter.id}}/.neuro/project.yml",
        "id: {{ cookiecutter.id }}\n",
    );
    origin.write(
        "{{cookiecutter.id}}/.neuro/live.yml",
        "kind: live\njobs:\n  a:\n    image: x\n    env:\n      KEY: secret:wandb\n    volumes:\n      - storage:data:/data:rw\n",
    );
    origin.commit("First");
    let template = opened(&test, &origin.url()).await;
    test.call(
        "project_create",
        json!({"template": "project", "answers": {"project_name": "Rye"}, "parent": test.path()}),
    )
    .await
    .expect("a project starts the platform");
    let needs = crate::desk::eventually("the platform answers", || async {
        let needs = commands::platform_needs(&test.desk, ask(&template.id, &[]))
            .await
            .ok()?;
        needs.asked.then_some(needs)
    })
    .await;
    assert_eq!(needs.id.as_deref(), Some("rye"));
    assert_eq!(needs.id_state, contract::IdState::Free);
    assert_eq!(needs.secrets[0].uri, "secret:wandb");
    assert_eq!(
        (needs.secrets[0].places[0].line, needs.secrets[0].present),
        (6, Some(false))
    );
    assert_eq!(
        (needs.storage[0].uri.as_str(), needs.storage[0].present),
        ("storage:data", Some(false))
    );
}

#[tokio::test]
async fn values_of_every_kind_answer_questions() {
    let test = TestDesk::open().await;
    let origin = Origin::make(&test, "kinds");
    origin.write(
        "cookiecutter.json",
        r#"{"name": "rye", "flag": false, "pick": ["a", "b"], "table": {"x": "1"}}"#,
    );
    origin.write(
        "{{cookiecutter.name}}/a.txt",
        "{{ cookiecutter.flag }} {{ cookiecutter.pick }} {{ cookiecutter.table.y }}\n",
    );
    origin.commit("First");
    let template = opened(&test, &origin.url()).await;
    let values = [
        ("flag", json!(true)),
        ("pick", json!("b")),
        ("table", json!({"y": "2"})),
    ];
    let preview = commands::template_preview(&test.desk, ask(&template.id, &values))
        .await
        .expect("there is a preview");
    assert_eq!(preview.diagnostics, []);
    let text = preview.entries.iter().find_map(|one| one.text.as_deref());
    assert_eq!(text, Some("True b 2\n"));
    let by_text = TemplateAsk {
        template: template.id.clone(),
        answers: IndexMap::from([("table".to_owned(), "no json".to_owned())]),
        ..TemplateAsk::default()
    };
    let form = commands::template_form(&test.desk, by_text)
        .await
        .expect("a form");
    assert!(!form.sound && form.fields[3].problem.is_some());
}
