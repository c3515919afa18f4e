//! Any bytes as a file of a template, as the name of one and as a default.
#![no_main]

use libfuzzer_sys::fuzz_target;
use template::{Answers, Tree};
use template_fuzz::{everything, file};

const SETTINGS: &str =
    r#"{"a": "x", "b": ["y", "z"], "c": true, "d": {"k": "v"}, "_l": [1, [2]], "p": "p"}"#;

fuzz_target!(|bytes: &[u8]| {
    let mut nodes = vec![
        ("cookiecutter.json".to_owned(), file(SETTINGS.as_bytes())),
        ("{{cookiecutter.p}}/f".to_owned(), file(bytes)),
        ("hooks/post_gen_project.py".to_owned(), file(bytes)),
    ];
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.contains('/')
    {
        nodes.push((format!("{{{{cookiecutter.p}}}}/{text}"), file(b"")));
    }
    if let Ok(tree) = Tree::new(nodes) {
        everything(tree, &Answers::default());
    }
});
