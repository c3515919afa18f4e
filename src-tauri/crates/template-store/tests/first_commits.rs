//! A repository with a first commit, looked at by the git program.

use template_store::write::{Author, CommitError, FirstCommit, Person};

use crate::origin::git;
use crate::workshop::{Workshop, project};

fn ada() -> Author {
    Author {
        name: "Ada Lovelace".to_owned(),
        email: "ada@example.org".to_owned(),
    }
}

#[test]
fn git_finds_a_clean_tree_with_one_commit_that_leaves_ignored_files_out() {
    if std::process::Command::new("git").output().is_err() {
        eprintln!("skipped: there is no git program to look at the repository with");
        return;
    }
    let shop = Workshop::new();
    let plan = project(&[
        (".gitignore", "*.log\n/build/\n!keep.log\n"),
        ("a.txt", "a\r\n"),
        ("x.log", "no\n"),
        ("keep.log", "yes\n"),
        ("build/out", "no\n"),
        ("sub/run", "#!/bin/sh\n"),
        ("sub/.gitignore", "secret\n"),
        ("sub/secret", "no\n"),
    ]);
    let mut draft = shop.draft(&plan).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("a.txt", draft.root().join("link")).unwrap();
    let author = ada();
    let commit = draft
        .start_git(&FirstCommit {
            branch: Some("trunk"),
            message: Some("First steps"),
            author: Some(&author),
        })
        .unwrap();
    draft.place().unwrap();
    let made = shop.path("made");
    assert_eq!(Some(git(&made, &["rev-parse", "HEAD"])), commit);
    assert_eq!(git(&made, &["status", "--porcelain"]), "");
    assert_eq!(git(&made, &["branch", "--show-current"]), "trunk");
    assert_eq!(
        git(&made, &["log", "--format=%an <%ae> %s"]),
        "Ada Lovelace <ada@example.org> First steps"
    );
    git(&made, &["fsck", "--strict"]);
    let files = git(
        &made,
        &["ls-tree", "-r", "--format=%(objectmode) %(path)", "HEAD"],
    );
    let mut expected = vec![
        "100644 .gitignore",
        "100644 a.txt",
        "100644 keep.log",
        "120000 link",
        "100644 sub/.gitignore",
        "100755 sub/run",
    ];
    if cfg!(not(unix)) {
        expected.remove(3);
    }
    assert_eq!(files.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_repository_without_a_commit_needs_no_author() {
    let shop = Workshop::new();
    let mut draft = shop.draft(&project(&[("a", "a\n")])).unwrap();
    let none = FirstCommit {
        branch: None,
        message: None,
        author: None,
    };
    assert_eq!(draft.start_git(&none), Ok(None));
    let head = std::fs::read_to_string(draft.root().join(".git/HEAD")).unwrap();
    assert_eq!(head, "ref: refs/heads/main\n");
    let named = FirstCommit {
        message: Some("x"),
        ..none
    };
    assert_eq!(draft.start_git(&named), Err(CommitError::NoAuthor));
    for branch in ["", "a..b", "-x", "a b", "x.lock"] {
        let bad = FirstCommit {
            branch: Some(branch),
            ..none
        };
        assert!(
            matches!(draft.start_git(&bad), Err(CommitError::BadBranch { .. })),
            "{branch}"
        );
    }
}

#[test]
fn the_configuration_of_the_person_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gitconfig");
    let text =
        "[user]\n name = Ada Lovelace\n email = ada@example.org\n[init]\n defaultBranch = trunk\n";
    std::fs::write(&path, text).unwrap();
    let person = Person::read_file(&path);
    assert_eq!(person.author, Some(ada()));
    assert_eq!(person.branch.as_deref(), Some("trunk"));
    assert_eq!(
        Person::read_file(&folder.path().join("none")),
        Person::default()
    );
}
