//! What people type to name a template.

use std::path::Path;

use indexmap::IndexMap;
use template_store::{Reading, Reference, ReferenceError};

fn parse(typed: &str) -> Result<Reference, ReferenceError> {
    let own = [
        (
            "work".to_owned(),
            "https://git.example.org/{0}.git".to_owned(),
        ),
        ("exact".to_owned(), "/srv/template".to_owned()),
    ];
    Reference::parse(
        typed,
        &Reading {
            abbreviations: &IndexMap::from(own),
            home: Some(Path::new("/home/ada")),
            base: Path::new("/base"),
        },
    )
}

fn shown(typed: &str) -> String {
    match parse(typed) {
        Ok(Reference::Bundled(id)) => format!("bundled {id}"),
        Ok(Reference::Folder(path)) => format!("folder {}", path.display()),
        Ok(Reference::ZipFile(path)) => format!("zip {}", path.display()),
        Ok(Reference::ZipUrl { url, credential }) => {
            format!(
                "web zip {url} {}",
                credential.map_or_else(String::new, |one| one.user)
            )
        }
        Ok(Reference::Git(address)) => format!(
            "git {} {}",
            address.url,
            address.credential.map_or_else(String::new, |one| one.user)
        ),
        Err(error) => format!("error {error}"),
    }
}

#[test]
fn addresses_paths_and_abbreviations_are_told_apart() {
    let expected = [
        ("project", "bundled project"),
        ("bundled:barebone", "bundled barebone"),
        ("gh:a/b", "git https://github.com/a/b.git "),
        ("gl:a/b", "git https://gitlab.com/a/b.git "),
        ("bb:a/b", "git https://bitbucket.org/a/b "),
        ("work:x/y", "git https://git.example.org/x/y.git "),
        ("exact", "folder /srv/template"),
        ("git+https://example.org/a", "git https://example.org/a "),
        (
            "https://ada:pw@example.org/a.git",
            "git https://example.org/a.git ada",
        ),
        (
            "https://token@example.org/a.git",
            "git https://example.org/a.git x-access-token",
        ),
        (
            "https://example.org/a.ZIP?x=1",
            "web zip https://example.org/a.ZIP?x=1 ",
        ),
        ("git@example.org:a/b.git", "git git@example.org:a/b.git "),
        ("ssh://git:pw@example.org/a", "git ssh://git@example.org/a "),
        ("./some/folder", "folder /base/./some/folder"),
        ("~/t.zip", "zip /home/ada/t.zip"),
        ("file:///srv/t.zip", "zip /srv/t.zip"),
        ("file:///srv/t", "git file:///srv/t "),
    ];
    for (typed, meaning) in expected {
        assert_eq!(shown(typed), meaning, "{typed}");
    }
}

#[test]
fn what_names_no_template_is_refused_with_a_reason() {
    for typed in [
        "",
        "  ",
        "hg+https://example.org/a",
        "ftp://example.org/a",
        "https://",
    ] {
        assert!(parse(typed).is_err(), "{typed}");
    }
    let error = parse("https://ada:secret@exa mple.org").unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn no_name_and_no_debug_text_holds_a_password() {
    let reference = parse("https://ada:geheim@example.org/a.git").unwrap();
    assert!(!reference.name().contains("geheim"));
    assert!(!format!("{reference:?}").contains("geheim"));
}

proptest::proptest! {
    #[test]
    fn nothing_typed_makes_us_panic(typed in ".{0,60}") {
        let _ = parse(&typed);
    }
}
