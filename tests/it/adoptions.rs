//! Projects that do not remember their template.

use std::path::PathBuf;

use contract::{AdoptApply, AdoptAsk, UpdateAsk, UpdateCheckAsk, UpdateState};
use workbench::commands;

use crate::desk::TestDesk;
use crate::origin::Origin;

/// A project that was made without us, from the second version, and changed a little.
fn oats(test: &TestDesk) -> PathBuf {
    let root = test.folder.path().join("oats-here");
    std::fs::create_dir(&root).expect("it can be made");
    for (name, text) in [
        (
            "README.md",
            "# Oat Cake\n\none\ntwo\nthree\nfour\nfive\nmy own line\n",
        ),
        ("run.sh", "#!/bin/sh\necho run\n"),
        ("old.txt", "old\n"),
        ("second.txt", "second of Oat Cake\n"),
        ("tests.txt", "without tests\n"),
        ("mine.txt", "mine\n"),
    ] {
        std::fs::write(root.join(name), text).expect("it can be written");
    }
    root
}

#[tokio::test]
async fn the_version_and_the_answers_of_a_project_are_found_out() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    origin.write(
        "{{cookiecutter.slug}}/second.txt",
        "second of {{ cookiecutter.name }}\n",
    );
    origin.write(
        "{{cookiecutter.slug}}/tests.txt",
        "{% if cookiecutter.tests %}with{% else %}without{% endif %} tests\n",
    );
    let second = origin.commit("Second");
    // Equally close, but it has a lesser name.
    origin.git(&["tag", "v2"]);
    origin.git(&["checkout", "-q", "-b", "side"]);
    origin.write("notes.txt", "not part of the project\n");
    origin.commit("Beside the template");
    origin.git(&["checkout", "-q", "main"]);
    origin.write("{{cookiecutter.slug}}/third.txt", "third\n");
    let third = origin.commit("Third");
    let root = oats(&test);
    let ask = AdoptAsk {
        project: root.display().to_string(),
        source: origin.url(),
        ..AdoptAsk::default()
    };
    let offer = commands::adopt_offer(&test.desk, ask)
        .await
        .expect("it looks");
    assert_eq!(offer.compared, 4);
    assert_eq!(offer.versions[0].commit, second, "{:?}", offer.versions);
    assert_eq!((offer.versions[0].lines, offer.versions[0].missing), (1, 0));
    let value = |name: &str| {
        let field = offer.fields.iter().find(|one| one.name == name);
        field.map(|one| one.value.clone())
    };
    assert_eq!(value("name").as_deref(), Some("Oat Cake"));
    assert_eq!(value("tests").as_deref(), Some("no"));
    adopted_project_is_followed(&test, &root, offer, (&second, &third)).await;
}

async fn adopted_project_is_followed(
    test: &TestDesk,
    root: &std::path::Path,
    offer: contract::AdoptOffer,
    (second, third): (&str, &str),
) {
    let adopt = AdoptApply {
        adoption: offer.adoption,
        commit: None,
    };
    let adopted = commands::adopt_apply(&test.desk, adopt)
        .await
        .expect("it is adopted");
    assert_eq!(adopted.commit, second);
    let check = UpdateCheckAsk {
        project: root.display().to_string(),
        ..UpdateCheckAsk::default()
    };
    let found = commands::update_check(&test.desk, check)
        .await
        .expect("it answers");
    assert_eq!(
        (found.state, found.newest.as_deref()),
        (UpdateState::Behind, Some(third))
    );
    let ask = UpdateAsk {
        project: root.display().to_string(),
        ..UpdateAsk::default()
    };
    let shown = commands::update_preview(&test.desk, ask)
        .await
        .expect("it answers");
    let paths: Vec<&str> = shown.changes.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["third.txt"]);
}
