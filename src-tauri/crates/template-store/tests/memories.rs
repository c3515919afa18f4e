//! Answers and the file that names a project's template.

use serde_json::json;
use template_store::{Memory, Remembered, read_cruft, write_cruft};

fn answers(source: &str, second: i64, name: &str) -> Remembered {
    let json = json!({"name": name});
    Remembered {
        source: source.to_owned(),
        directory: None,
        checkout: Some("v1".to_owned()),
        given: jiff::Timestamp::from_second(second).unwrap(),
        answers: json.as_object().unwrap().clone(),
    }
}

#[test]
fn answers_are_recalled_for_each_template_and_same_names_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::new(folder.path());
    assert_eq!(memory.recall("https://one.example/t.git", None), None);
    memory
        .remember(&answers("https://one.example/t.git", 1, "old"))
        .unwrap();
    memory
        .remember(&answers("https://one.example/t.git", 2, "one"))
        .unwrap();
    memory
        .remember(&answers("https://two.example/t.git", 3, "two"))
        .unwrap();
    let recalled = memory.recall("https://one.example/t.git", None).unwrap();
    assert_eq!(recalled.answers["name"], "one");
    let recent: Vec<_> = memory.recent().into_iter().map(|one| one.source).collect();
    assert_eq!(
        recent,
        ["https://two.example/t.git", "https://one.example/t.git"]
    );
    assert_eq!(
        memory.recall("https://one.example/t.git", Some("sub")),
        None
    );
}

#[test]
fn the_file_that_names_the_template_is_written_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(read_cruft(folder.path()).unwrap(), None);
    write_cruft(folder.path(), "{}\n").unwrap();
    write_cruft(folder.path(), "{\"template\": \"x\"}\n").unwrap();
    assert_eq!(
        read_cruft(folder.path()).unwrap().unwrap(),
        "{\"template\": \"x\"}\n"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
