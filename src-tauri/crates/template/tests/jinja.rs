//! Expressions and blocks against the answers of Python's Jinja2 3.1 in cookiecutter 2.7.
//!
//! `peers/jinja2.json` holds what the real tool wrote for each text, or that it refused. What we do
//! otherwise is listed below with its reason; an entry that agrees fails too, so that the list
//! cannot rot.

use serde_json::{Map, Value};
use template::{Answers, Node, Template, Tree};

use crate::behaviour::setting;

/// Texts that are answered otherwise, and why.
const OTHERWISE: &[(&str, &str)] = &[
    (
        "{{ '%s is %d' % ('a', 3) }}",
        "no template of the 324 looked at formats with `%`",
    ),
    (
        "{{ '%s' % 'x' }}",
        "no template of the 324 looked at formats with `%`",
    ),
    (
        r#"{{ "%05.1f" % 3.14159 }}"#,
        "no template of the 324 looked at formats with `%`",
    ),
    (
        r#"{{ "%x" % 255 }}"#,
        "no template of the 324 looked at formats with `%`",
    ),
    (
        r#"{{ "%-5s|" % 'a' }}"#,
        "no template of the 324 looked at formats with `%`",
    ),
    (
        r#"{{ "%(a)s" % {'a': 1} }}"#,
        "no template of the 324 looked at formats with `%`",
    ),
    (
        "{{ lipsum is defined }}",
        "placeholder text is of no use in a project",
    ),
    (
        "{{ 'ǆ'.title() }}",
        "digraph letters have no title case here",
    ),
    ("{{ +1 }}", "the engine has no unary plus"),
    (
        "{% for i in range(10) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}",
        "`break` and `continue` work without asking for their extension",
    ),
    ("{{ self }}", "inner objects of Python are not shown"),
];

fn ours(context: &Map<String, Value>, probe: &Value) -> Result<String, String> {
    let mut settings = context.clone();
    if probe["trim"] == Value::Bool(true) {
        let trim = serde_json::json!({"trim_blocks": true, "lstrip_blocks": true});
        settings.insert("_jinja2_env_vars".to_owned(), trim);
    }
    let file = |text: &str| Node::File {
        mode: 0o644,
        bytes: text.as_bytes().into(),
    };
    let source = probe["source"].as_str().unwrap();
    let tree = Tree::new([
        (
            "cookiecutter.json".to_owned(),
            file(&Value::Object(settings).to_string()),
        ),
        ("{{cookiecutter.num}}/f".to_owned(), file(source)),
    ]);
    let plan = Template::read(tree.unwrap())
        .unwrap()
        .plan(&Answers::default(), &setting());
    match plan.diagnostics.iter().find(|one| one.is_error()) {
        Some(error) => Err(error.message.clone()),
        None => Ok(plan.text("f").unwrap().to_owned()),
    }
}

#[test]
fn expressions_and_blocks_answer_as_in_python() {
    let file: Value = serde_json::from_str(include_str!("peers/jinja2.json")).unwrap();
    let context = file["context"].as_object().unwrap();
    let mut wrong = Vec::new();
    for probe in file["probes"].as_array().unwrap() {
        let source = probe["source"].as_str().unwrap();
        let (ours, theirs) = (ours(context, probe), probe["output"].as_str());
        let agrees = ours.as_deref().ok() == theirs;
        let listed = OTHERWISE.iter().any(|(known, _)| *known == source);
        if agrees == listed {
            wrong.push(format!(
                "{source}\n  theirs: {theirs:?}\n  ours:   {ours:?}\n"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of them differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Texts made at random that agreed once, with what the real tool wrote for them.
#[test]
fn random_expressions_and_blocks_answer_as_in_python() {
    let file: Value = serde_json::from_str(include_str!("peers/jinja2-random.json")).unwrap();
    let mut wrong = Vec::new();
    for probe in file["probes"].as_array().unwrap() {
        let source = probe["source"].as_str().unwrap();
        let mut context = file["context"].as_object().unwrap().clone();
        context.insert("_jinja2_env_vars".to_owned(), probe["env"].clone());
        context.insert("p".to_owned(), "p".into());
        let file = Node::File {
            mode: 0o644,
            bytes: source.as_bytes().into(),
        };
        let tree = Tree::new([("{{cookiecutter.p}}/f".to_owned(), file)]).unwrap();
        let plan = Template::without_questions(tree).plan_of(&context, &setting());
        let ours = plan.text("f").filter(|_| plan.is_sound());
        if ours != probe["output"].as_str() {
            wrong.push(format!(
                "{source}\n  theirs: {}\n  ours:   {ours:?}",
                probe["output"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
