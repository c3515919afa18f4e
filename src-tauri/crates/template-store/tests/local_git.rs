//! Repositories of this computer, through `file://`.

use template_store::{Freshness, Note, OpenError, Terms, Wanted, Watch};

use crate::origin::{Origin, git};
use crate::trial::{Trial, listing, read, text, words};

const FILE: &str = "{{cookiecutter.name}}/a.txt";

#[test]
fn every_kind_of_version_is_found() {
    let trial = Trial::new();
    let Some(origin) = Origin::usual(trial.path("tpl")) else {
        return;
    };
    let first = origin.git(&["rev-parse", "v0.9"]);
    let second = origin.git(&["rev-parse", "v0.10^{commit}"]);
    let expected = [
        ("", "two\n", &second),
        ("main", "two\n", &second),
        ("v0.9", "one\r\n", &first),
        ("v0.10", "two\n", &second),
        ("refs/tags/v0.9", "one\r\n", &first),
        (&first, "one\r\n", &first),
        (&first[..9], "one\r\n", &first),
    ];
    for (checkout, content, commit) in expected {
        let opened = trial.at(&origin.url(), checkout).unwrap();
        assert_eq!(text(&opened.tree, FILE), content, "{checkout}");
        assert_eq!(opened.pin.commit.as_ref(), Some(commit), "{checkout}");
    }
    let side = trial.at(&origin.url(), "side").unwrap();
    assert_eq!(text(&side.tree, "side.txt"), "side\n");
}

#[test]
fn versions_are_listed_with_the_newest_number_first() {
    let trial = Trial::new();
    let Some(origin) = Origin::usual(trial.path("tpl")) else {
        return;
    };
    let wanted = Wanted::new(read(&origin.url(), trial.folder.path()));
    let versions = trial
        .terms(|terms| trial.store.versions(&wanted, terms))
        .unwrap();
    let names = |all: &[template_store::Version]| {
        all.iter().map(|one| one.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&versions.tags), ["v0.10", "v0.9"]);
    assert_eq!(names(&versions.branches), ["main", "side"]);
    assert_eq!(versions.default.as_ref().unwrap().name, "main");
    let tag = origin.git(&["rev-parse", "v0.10^{commit}"]);
    assert_eq!(versions.tags[0].commit, tag);
    assert_eq!(
        trial.store.known_versions(&wanted.reference),
        Some(versions)
    );
}

#[test]
fn the_copy_answers_until_it_is_refreshed_and_stands_in_for_a_source_that_is_gone() {
    let mut trial = Trial::new();
    let Some(origin) = Origin::usual(trial.path("tpl")) else {
        return;
    };
    let before = trial.typed(&origin.url()).unwrap();
    origin.write(FILE, "three\n");
    let newest = origin.commit("Third");
    let cached = trial.typed(&origin.url()).unwrap();
    assert_eq!(cached.pin, before.pin);
    assert_eq!(cached.fetched, before.fetched);

    trial.freshness = Freshness::Refresh;
    let fresh = trial.typed(&origin.url()).unwrap();
    assert_eq!(fresh.pin.commit, Some(newest.clone()));
    assert_eq!(text(&fresh.tree, FILE), "three\n");

    std::fs::rename(&origin.path, trial.path("gone")).unwrap();
    let wanted = Wanted::new(read(&origin.url(), trial.folder.path()));
    let instead = trial.open(&wanted).unwrap();
    assert_eq!(instead.pin.commit, Some(newest));
    let note = instead
        .notes
        .iter()
        .map(ToString::to_string)
        .next()
        .unwrap();
    assert!(note.contains("cannot be reached"), "{note}");
    trial.freshness = Freshness::Offline;
    assert!(trial.open(&wanted).is_ok());
    trial.store.forget(&origin.url()).unwrap();
    assert!(matches!(
        trial.open(&wanted),
        Err(OpenError::NotCached { .. })
    ));
}

#[test]
fn many_windows_may_open_one_source_at_once() {
    let trial = Trial::new();
    let Some(origin) = Origin::usual(trial.path("tpl")) else {
        return;
    };
    let wanted = Wanted::new(read(&origin.url(), trial.folder.path()));
    let store = &trial.store;
    let open = || {
        let terms = Terms {
            freshness: Freshness::Refresh,
            network: &trial.network,
            answerer: template_store::no_credentials(),
            password: None,
            limits: trial.limits,
            watch: Watch {
                progress: &|_| {},
                stop: &trial.stop,
                limit: trial.limit,
            },
        };
        store.open(&wanted, &terms).unwrap().pin
    };
    let pins: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(pins.iter().all(|pin| *pin == pins[0]));
}

#[test]
fn a_name_that_is_a_branch_and_a_tag_is_asked_about() {
    let trial = Trial::new();
    let Some(origin) = Origin::usual(trial.path("tpl")) else {
        return;
    };
    origin.git(&["tag", "side", "main"]);
    let error = trial.at(&origin.url(), "side").unwrap_err();
    assert!(words(&error).contains("heads/side, tags/side"), "{error}");
    assert!(trial.at(&origin.url(), "heads/side").is_ok());
    assert!(trial.at(&origin.url(), "tags/side").is_ok());
}

#[test]
fn unknown_versions_and_empty_repositories_are_said_plainly() {
    let trial = Trial::new();
    let Some(origin) = Origin::usual(trial.path("tpl")) else {
        return;
    };
    let error = trial.at(&origin.url(), "v0.90").unwrap_err();
    assert!(
        words(&error).contains("no branch, tag or commit `v0.90`; there are v0.10, v0.9"),
        "{error}"
    );
    let error = trial.at(&origin.url(), &"ab".repeat(20)).unwrap_err();
    assert!(matches!(error, OpenError::Version { .. }), "{error}");
    let empty = Origin::make(trial.path("empty")).unwrap();
    let error = trial.typed(&empty.url()).unwrap_err();
    assert!(words(&error).contains("no commits yet"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_programs_submodules_and_large_files_are_read_from_objects() {
    let trial = Trial::new();
    let Some(origin) = Origin::usual(trial.path("tpl")) else {
        return;
    };
    let Some(other) = Origin::usual(trial.path("other")) else {
        return;
    };
    std::os::unix::fs::symlink("../side.txt", origin.path.join("link")).unwrap();
    origin.write("run.sh", "#!/bin/sh\n");
    origin.git(&["add", "run.sh"]);
    origin.git(&["update-index", "--chmod=+x", "run.sh"]);
    origin.git(&["config", "core.fileMode", "false"]);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n";
    origin.write("model.bin", pointer);
    // A filter of the repository would run a program on check-out; objects are read, so it cannot.
    origin.write(".gitattributes", "*.txt text eol=crlf\n");
    origin.git(&["submodule", "--quiet", "add", &other.url(), "sub"]);
    origin.commit("More");
    let opened = trial.typed(&origin.url()).unwrap();
    let listing = listing(&opened.tree);
    assert_eq!(listing["link"], "-> ../side.txt");
    assert_eq!(listing["run.sh"], "program #!/bin/sh\n");
    assert_eq!(listing[FILE], "two\n");
    assert!(!listing.contains_key("sub"));
    assert!(opened.notes.contains(&Note::LargeFile {
        path: "model.bin".to_owned(),
        size: 12345
    }));
    assert!(opened.notes.contains(&Note::Submodule {
        path: "sub".to_owned(),
        url: Some(other.url())
    }));
}

#[test]
fn a_repository_without_a_template_offers_its_folders_that_are_some() {
    let trial = Trial::new();
    let Some(origin) = Origin::make(trial.path("many")) else {
        return;
    };
    origin.write("README.md", "many\n");
    origin.write("a/cookiecutter.json", "{}\n");
    origin.write("deep/b/cookiecutter.json", "{}\n");
    origin.commit("Many");
    let error = trial.typed(&origin.url()).unwrap_err();
    assert!(
        words(&error).contains("templates lie in a, deep/b"),
        "{error}"
    );
    let mut wanted = Wanted::new(read(&origin.url(), trial.folder.path()));
    wanted.directory = Some("deep/b".to_owned());
    assert!(trial.open(&wanted).is_ok());
    wanted.directory = Some("deep".to_owned());
    let error = trial.open(&wanted).unwrap_err();
    assert!(
        words(&error).contains("its folder `deep/b` is one"),
        "{error}"
    );
    wanted.directory = Some("none".to_owned());
    let error = trial.open(&wanted).unwrap_err();
    assert!(matches!(error, OpenError::NoDirectory { .. }), "{error}");
}

#[test]
fn the_history_lists_all_commits_and_any_of_them_can_be_read() {
    let trial = Trial::new();
    let Some(origin) = Origin::usual(trial.path("tpl")) else {
        return;
    };
    let wanted = Wanted::new(read(&origin.url(), trial.folder.path()));
    trial.terms(|terms| {
        let history = trial.store.history(&wanted, terms).unwrap();
        let mut subjects: Vec<_> = history.commits.iter().map(|one| &*one.subject).collect();
        subjects.sort_unstable();
        assert_eq!(subjects, ["First", "Second", "Side"]);
        let first = history.commits.iter().find(|one| one.subject == "First");
        let tree = trial.store.at_commit(&history, &first.unwrap().id, terms);
        assert_eq!(text(&tree.unwrap(), FILE), "one\r\n");
    });
}

#[test]
fn a_folder_with_a_version_is_read_from_its_commits_and_without_one_as_it_lies() {
    let trial = Trial::new();
    let Some(origin) = Origin::usual(trial.path("tpl")) else {
        return;
    };
    let folder = origin.path.display().to_string();
    let clean = trial.typed(&folder).unwrap();
    assert_eq!(clean.pin.commit, Some(origin.git(&["rev-parse", "HEAD"])));
    origin.write(FILE, "changed\n");
    let changed = trial.typed(&folder).unwrap();
    assert_eq!(text(&changed.tree, FILE), "changed\n");
    assert_eq!(changed.pin.commit, None);
    assert!(matches!(
        changed.notes.as_slice(),
        [Note::Uncommitted { .. }]
    ));
    let old = trial.at(&folder, "v0.9").unwrap();
    assert_eq!(text(&old.tree, FILE), "one\r\n");
}

#[test]
fn a_damaged_copy_is_fetched_again() {
    let trial = Trial::new();
    let Some(origin) = Origin::usual(trial.path("tpl")) else {
        return;
    };
    let before = trial.typed(&origin.url()).unwrap();
    let mut stack = vec![trial.path("data")];
    let mut damaged = 0;
    while let Some(folder) = stack.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                stack.push(entry.path());
            } else if entry.file_name().len() == 38 {
                std::fs::remove_file(entry.path()).unwrap();
                damaged += 1;
            }
        }
    }
    assert!(damaged > 3);
    let after = trial.typed(&origin.url()).unwrap();
    assert_eq!(after.pin, before.pin);
}

#[test]
fn bare_repositories_and_packed_ones_are_read_too() {
    let trial = Trial::new();
    let Some(origin) = Origin::usual(trial.path("tpl")) else {
        return;
    };
    let bare = trial.path("bare.git");
    git(
        trial.folder.path(),
        &["clone", "-q", "--bare", &origin.url(), "bare.git"],
    );
    git(&bare, &["gc", "-q"]);
    let opened = trial.at(&bare.display().to_string(), "v0.9").unwrap();
    assert_eq!(text(&opened.tree, FILE), "one\r\n");
}
