//! Foreign bytes: nothing panics, nothing leaves the project.

use std::collections::HashSet;

use proptest::prelude::*;
use template::{Answers, Content, Node, Plan, Setting, Template, Tree};

use crate::behaviour::setting;

fn careful() -> Setting {
    Setting {
        fuel: 20_000,
        most_bytes: 1 << 20,
        ..setting()
    }
}

/// What holds for every plan.
fn check(plan: &Plan) {
    let mut seen = HashSet::new();
    for path in plan
        .entries
        .iter()
        .map(|entry| &entry.path)
        .chain([&plan.folder])
    {
        assert!(!path.starts_with('/') && !path.contains('\0'), "{path:?}");
        assert!(
            !path.split('/').any(|part| part == ".." || part == "."),
            "{path:?}"
        );
    }
    for entry in &plan.entries {
        assert!(seen.insert(entry.path.clone()), "{} twice", entry.path);
        if let Some((parent, _)) = entry.path.rsplit_once('/') {
            assert!(seen.contains(parent), "{} before its folder", entry.path);
        }
        let size = entry.content.bytes().len();
        for mark in entry.marks() {
            assert!(mark.range.start <= mark.range.end && mark.range.end <= size);
        }
    }
}

fn planned(files: Vec<(String, Vec<u8>)>, answers: &Answers) {
    let node = |bytes: Vec<u8>| Node::File {
        mode: 0o644,
        bytes: bytes.into(),
    };
    let Ok(tree) = Tree::new(files.into_iter().map(|(path, bytes)| (path, node(bytes)))) else {
        return;
    };
    let Ok(template) = Template::read(tree) else {
        return;
    };
    let form = template.form(answers, &careful());
    assert!(
        form.fields
            .iter()
            .all(|field| !field.name.is_empty() || field.label.is_empty())
    );
    check(&template.plan(answers, &careful()));
}

/// Texts with many marks of the language in them.
fn jinja() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{{ cookiecutter.a }}".to_owned()),
        Just("{{".to_owned()),
        Just("}}".to_owned()),
        Just("{%".to_owned()),
        Just("%}".to_owned()),
        Just("{#".to_owned()),
        Just("#}".to_owned()),
        Just("{% raw %}".to_owned()),
        Just("{% endraw %}".to_owned()),
        Just("{% now 'utc' + 'days=1', '%Y' %}".to_owned()),
        Just("{% set x = [".to_owned()),
        Just("{% for i in range(9) %}".to_owned()),
        Just("{% endfor %}".to_owned()),
        Just("{% if cookiecutter.a %}".to_owned()),
        Just("{% endif %}".to_owned()),
        Just("|slugify(max_length=-3)|wordwrap(1)|truncate(2)".to_owned()),
        Just("{{ '%s'|format(cookiecutter.a) }}".to_owned()),
        Just("../".to_owned()),
        Just("/".to_owned()),
        Just("\r\n".to_owned()),
        "\\PC{0,6}",
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_and_any_name_stay_inside(name in jinja(), inner in jinja(), text in jinja(), answer in jinja()) {
        let settings = serde_json::json!({"a": "x", "b": name.clone(), "c": ["{{cookiecutter.a}}", text.clone()]});
        planned(
            vec![
                ("cookiecutter.json".to_owned(), settings.to_string().into_bytes()),
                (format!("{{{{cookiecutter.a}}}}/{inner}"), text.clone().into_bytes()),
                ("{{cookiecutter.a}}/{{cookiecutter.b}}/{{cookiecutter.a}}".to_owned(), text.into_bytes()),
                (format!("hooks/post_gen_project.{inner}"), name.into_bytes()),
            ],
            &Answers::typed([("a", answer.clone()), ("b", answer)]),
        );
    }

    #[test]
    fn any_answer_to_the_bundled_template_stays_inside(
        name in any::<String>(), dir in any::<String>(), code in jinja(), keep in any::<String>(),
    ) {
        let answers = Answers::typed([
            ("project_name", name), ("project_dir", dir), ("code_directory", code), ("keep_hints", keep),
        ]);
        let template = Template::read(template::bundled::find("project").unwrap().tree()).unwrap();
        check(&template.plan(&answers, &setting()));
    }

    #[test]
    fn any_settings_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), value in jinja()) {
        planned(vec![("cookiecutter.json".to_owned(), bytes)], &Answers::default());
        let settings = serde_json::json!({
            "a": value, "_jinja2_env_vars": {"variable_start_string": value, "line_statement_prefix": value},
            "_new_lines": value, "_copy_without_render": [value], "templates": {"x": {"path": value}},
            "__prompts__": value, "_bakehouse": {"fields": {"a": {"pattern": value}}},
        });
        planned(vec![("cookiecutter.json".to_owned(), settings.to_string().into_bytes())], &Answers::given([("a", value)]));
    }

    #[test]
    fn any_bytes_come_through_a_copied_file_unchanged(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
        let settings = br#"{"a": "x", "_copy_without_render": ["raw"]}"#.to_vec();
        let node = |bytes: Vec<u8>| Node::File { mode: 0o600, bytes: bytes.into() };
        let tree = Tree::new([
            ("cookiecutter.json".to_owned(), node(settings)),
            ("{{cookiecutter.a}}/raw".to_owned(), node(bytes.clone())),
        ]).unwrap();
        let plan = Template::read(tree).unwrap().plan(&Answers::default(), &setting());
        prop_assert_eq!(plan.entries[0].content.bytes(), &bytes[..]);
        let copied = matches!(plan.entries[0].content, Content::Copied { .. });
        prop_assert!(copied);
    }
}
