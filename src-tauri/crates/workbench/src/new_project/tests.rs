//! Forms and previews of the templates that are part of the application.

use std::path::Path;

use contract::{FieldInput, TemplateAsk, TemplateField};
use indexmap::IndexMap;

use super::{Asked, file, form, preview, refuse_unsound, templates};
use crate::templates::OpenTemplate;

fn ask(pairs: &[(&str, &str)]) -> TemplateAsk {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    TemplateAsk {
        answers: pairs.iter().map(owned).collect(),
        ..TemplateAsk::default()
    }
}

fn bundled(id: &str) -> OpenTemplate {
    OpenTemplate::bundled(id).unwrap().unwrap()
}

fn asked<'a>(open: &'a OpenTemplate, ask: &'a TemplateAsk) -> Asked<'a> {
    Asked {
        open,
        ask,
        parent: Path::new("/home/anna"),
    }
}

fn field<'a>(fields: &'a [TemplateField], name: &str) -> &'a TemplateField {
    fields.iter().find(|field| field.name == name).unwrap()
}

#[test]
fn every_template_has_a_sound_preview() {
    for card in templates().templates {
        let open = bundled(&card.id);
        let ask = ask(&[("project_name", "Rye & Oats")]);
        let shown = preview(asked(&open, &ask));
        assert_eq!(shown.diagnostics, []);
        assert_eq!(shown.folder, "rye-oats");
        assert!(shown.entries.iter().all(|one| one.digest.len() == 16));
    }
}

#[test]
fn texts_can_be_left_out_and_asked_for_one_by_one() {
    let open = bundled("project");
    let ask = TemplateAsk {
        texts: Some(false),
        ..ask(&[("project_name", "Rye")])
    };
    let shown = preview(asked(&open, &ask));
    assert!(shown.entries.iter().all(|one| one.text.is_none()));
    let readme = file(asked(&open, &ask), "README.md").unwrap();
    assert!(readme.text.unwrap().contains("Rye"));
    assert!(!readme.marks.is_empty());
    assert!(file(asked(&open, &ask), "nosuch").is_err());
}

#[test]
fn the_form_derives_what_was_not_answered_and_says_what_is_wrong() {
    let open = bundled("project");
    let good = ask(&[("project_name", "Brot & Käse 2")]);
    let shown = form(asked(&open, &good));
    let value = |name: &str| {
        let field = field(&shown.fields, name);
        (field.value.as_str(), field.derived)
    };
    assert_eq!(value("project_name"), ("Brot & Käse 2", false));
    assert_eq!(value("project_dir"), ("brot-kase-2", true));
    assert_eq!(value("project_id"), ("brot_kase_2", true));
    assert_eq!(value("keep_hints"), ("yes", true));
    assert!(field(&shown.fields, "project_name").essential);
    assert!(!field(&shown.fields, "project_id").essential);
    assert!(matches!(shown.fields[4].input, FieldInput::Switch {}));
    assert_eq!(shown.folder.as_deref(), Some("brot-kase-2"));
    assert!(shown.sound);
    assert_eq!(
        shown.command,
        "bakehouse new project -a 'project_name=Brot & Käse 2' -o /home/anna"
    );
    let bad = ask(&[
        ("project_name", " "),
        ("project_dir", "../x"),
        ("project_id", "UPPER"),
        ("code_directory", "my code"),
        ("keep_hints", "perhaps"),
    ]);
    let shown = form(asked(&open, &bad));
    assert!(!shown.sound);
    assert!(
        shown.fields.iter().all(|field| field.problem.is_some()),
        "{shown:#?}"
    );
    let failure = refuse_unsound(&asked(&open, &bad).plan()).unwrap_err();
    let told = failure.diagnostics.len();
    assert_eq!(told, 5, "{failure:#?}");
}

#[test]
fn values_go_before_texts() {
    let open = bundled("project");
    let ask = TemplateAsk {
        values: Some(IndexMap::from([("keep_hints".to_owned(), false.into())])),
        ..ask(&[("project_name", "Rye"), ("keep_hints", "yes")])
    };
    let shown = form(asked(&open, &ask));
    assert_eq!(field(&shown.fields, "keep_hints").value, "no");
}
