//! Zip archives, harmless and hostile.

use std::io::{Cursor, Write as _};

use template_store::{ArchiveError, Limits, OpenError, Secret};
use zip::unstable::write::FileOptionsExt as _;
use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod, ZipWriter};

use crate::trial::{Trial, listing, words};

/// Makes an archive and puts it where the trial finds it.
pub(crate) fn zip(make: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    make(&mut writer);
    writer.finish().unwrap().into_inner()
}

pub(crate) fn file(zip: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, text: &str) {
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(text.as_bytes()).unwrap();
}

fn opened(trial: &Trial, bytes: &[u8]) -> Result<template_store::Opened, OpenError> {
    std::fs::write(trial.path("t.zip"), bytes).unwrap();
    trial.typed("t.zip")
}

#[test]
fn the_one_top_folder_is_stripped_and_modes_and_links_are_kept() {
    let trial = Trial::new();
    let bytes = zip(|zip| {
        let plain = SimpleFileOptions::default();
        zip.add_directory("repo-main/", plain).unwrap();
        file(zip, "repo-main/cookiecutter.json", "{}");
        zip.start_file("repo-main/run", plain.unix_permissions(0o755))
            .unwrap();
        zip.write_all(b"r").unwrap();
        zip.add_symlink("repo-main/link", "run", plain).unwrap();
        zip.add_directory("repo-main/empty", plain).unwrap();
    });
    let listing = listing(&opened(&trial, &bytes).unwrap().tree);
    assert_eq!(listing["run"], "program r");
    assert_eq!(listing["link"], "-> run");
    assert_eq!(listing["empty"], "folder");
    assert!(listing.contains_key("cookiecutter.json"));
}

#[test]
fn an_archive_without_a_top_folder_is_read_as_it_is() {
    let trial = Trial::new();
    let bytes = zip(|zip| {
        file(zip, "cookiecutter.json", "{}");
        file(zip, "a/b", "x");
    });
    assert!(opened(&trial, &bytes).unwrap().tree.bytes("a/b").is_some());
}

#[test]
fn names_that_lead_out_are_refused_whatever_they_look_like() {
    let trial = Trial::new();
    for name in [
        "../evil",
        "a/../../evil",
        "/etc/evil",
        "..\\evil",
        "C:\\evil",
        "a/..",
        "C:evil",
    ] {
        let bytes = zip(|zip| {
            file(zip, "cookiecutter.json", "{}");
            file(zip, name, "evil");
        });
        let error = opened(&trial, &bytes).unwrap_err();
        assert!(
            matches!(error, OpenError::Archive(ArchiveError::Outside { .. })),
            "{name}: {error}"
        );
    }
    assert!(!trial.path("evil").exists());
}

#[test]
fn links_that_lead_out_are_kept_as_links_and_never_followed() {
    let trial = Trial::new();
    let bytes = zip(|zip| {
        file(zip, "t/cookiecutter.json", "{}");
        zip.add_symlink("t/link", "/etc/passwd", SimpleFileOptions::default())
            .unwrap();
        zip.add_symlink("t/up", "../../..", SimpleFileOptions::default())
            .unwrap();
    });
    let tree = opened(&trial, &bytes).unwrap().tree;
    assert!(tree.bytes("link").is_none());
    assert!(tree.resolve("up").is_none());
}

#[test]
fn bombs_end_at_the_ratio_the_size_and_the_number_of_entries() {
    let mut trial = Trial::new();
    let bomb = zip(|zip| {
        file(zip, "t/cookiecutter.json", "{}");
        file(zip, "t/bomb", &"0".repeat(8 << 20));
    });
    assert!(bomb.len() < 20_000);
    let error = opened(&trial, &bomb).unwrap_err();
    assert!(
        words(&error).contains("grows more than 200 times"),
        "{error}"
    );
    trial.limits = Limits {
        bytes: 100_000,
        entries: 3,
        ..Limits::default()
    };
    let error = opened(&trial, &bomb).unwrap_err();
    assert!(
        words(&error).contains("larger than 100000 bytes"),
        "{error}"
    );
    let many = zip(|zip| (0..5).for_each(|at| file(zip, &format!("t/{at}"), "")));
    let error = opened(&trial, &many).unwrap_err();
    assert!(words(&error).contains("more than 3 files"), "{error}");
    let deep = zip(|zip| {
        file(zip, "t/cookiecutter.json", "{}");
        file(zip, &format!("t/{}x", "d/".repeat(200)), "x");
    });
    assert!(words(&opened(&trial, &deep).unwrap_err()).contains("deep"));
}

#[test]
fn a_password_is_asked_for_and_a_wrong_one_is_told() {
    for aes in [true, false] {
        let mut trial = Trial::new();
        let bytes = zip(|zip| {
            let plain =
                SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
            let locked = if aes {
                plain.with_aes_encryption(AesMode::Aes256, "open")
            } else {
                plain.with_deprecated_encryption(b"open").unwrap()
            };
            zip.start_file("t/cookiecutter.json", locked).unwrap();
            zip.write_all(b"{\"a\": \"b\"}").unwrap();
        });
        let error = opened(&trial, &bytes).unwrap_err();
        assert!(
            matches!(
                error,
                OpenError::Archive(ArchiveError::PasswordNeeded { .. })
            ),
            "{error}"
        );
        trial.password = Some(Secret::new("wrong"));
        let error = opened(&trial, &bytes).unwrap_err();
        assert!(
            matches!(
                error,
                OpenError::Archive(ArchiveError::PasswordWrong { .. })
            ),
            "{error}"
        );
        trial.password = Some(Secret::new("open"));
        assert!(opened(&trial, &bytes).is_ok());
    }
}

#[test]
fn what_is_no_archive_is_empty_or_names_a_file_twice_is_told() {
    let trial = Trial::new();
    let error = opened(&trial, b"no archive at all").unwrap_err();
    assert!(words(&error).contains("no valid zip archive"), "{error}");
    let error = opened(&trial, &zip(|_| {})).unwrap_err();
    assert!(words(&error).contains("is empty"), "{error}");
    assert!(matches!(
        trial.typed("none.zip"),
        Err(OpenError::NotFound { .. })
    ));
    let twice = zip(|zip| {
        file(zip, "t/a", "1");
        file(zip, "t/./a", "2");
    });
    let error = opened(&trial, &twice).unwrap_err();
    assert!(words(&error).contains("twice"), "{error}");
    let clash = zip(|zip| {
        file(zip, "t/cookiecutter.json", "{}");
        file(zip, "t/a", "1");
        file(zip, "t/a/b", "2");
    });
    let error = opened(&trial, &clash).unwrap_err();
    assert!(
        words(&error).contains("both a file and a folder"),
        "{error}"
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]
    #[test]
    fn damaged_archives_give_an_error_or_a_tree_but_never_a_panic(
        at in 0usize..400, with in proptest::prelude::any::<u8>(), cut in 0usize..400,
    ) {
        let mut bytes = zip(|zip| {
            file(zip, "t/cookiecutter.json", "{\"name\": \"x\"}");
            file(zip, "t/{{cookiecutter.name}}/a", "text text text text");
        });
        let length = bytes.len();
        bytes[at % length] = with;
        bytes.truncate(length - cut % 40);
        let _ = opened(&Trial::new(), &bytes);
    }
}
