//! What a template becomes, rule by rule.

use source::Severity;
use template::{Answers, Content, FieldKind, HookMoment, Node, Plan, Setting, Template, Tree};

pub(crate) fn setting() -> Setting {
    let now = jiff::Timestamp::from_second(1_767_355_445).unwrap();
    Setting {
        randomness: template::Randomness::Still,
        ..Setting::new(now, 1)
    }
}

fn file(text: &str) -> Node {
    Node::File {
        mode: 0o644,
        bytes: text.as_bytes().into(),
    }
}

pub(crate) fn tree(files: &[(&str, &str)]) -> Tree {
    Tree::new(
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), file(text))),
    )
    .unwrap()
}

fn plan(files: &[(&str, &str)], answers: &Answers) -> Plan {
    Template::read(tree(files))
        .unwrap()
        .plan(answers, &setting())
}

/// A plan as a listing: path, text.
fn listing(plan: &Plan) -> Vec<(String, String)> {
    let text = |entry: &template::Entry| match &entry.content {
        Content::Folder => "/".to_owned(),
        _ => entry.text().unwrap_or("(binary)").to_owned(),
    };
    plan.entries
        .iter()
        .map(|entry| (entry.path.clone(), text(entry)))
        .collect()
}

fn said(plan: &Plan) -> Vec<String> {
    plan.diagnostics
        .iter()
        .map(|one| {
            let at = one.text.position(one.span.start);
            format!(
                "{}:{}:{}: {}",
                one.text.name(),
                at.line,
                at.column,
                one.message
            )
        })
        .collect()
}

#[test]
fn names_and_texts_are_rendered_with_the_answers() {
    let plan = plan(
        &[
            (
                "cookiecutter.json",
                r#"{"name": "My App", "slug": "{{ cookiecutter.name|slugify }}"}"#,
            ),
            (
                "{{cookiecutter.slug}}/{{cookiecutter.slug}}.py",
                "# {{ cookiecutter.name }}\n",
            ),
            ("{{cookiecutter.slug}}/docs/plain.md", "no marks\n"),
        ],
        &Answers::typed([("name", "Über Café")]),
    );
    assert_eq!(said(&plan), [""; 0]);
    assert_eq!(plan.folder, "uber-cafe");
    assert_eq!(
        listing(&plan),
        [
            ("docs".to_owned(), "/".to_owned()),
            ("uber-cafe.py".to_owned(), "# Über Café\n".to_owned()),
            ("docs/plain.md".to_owned(), "no marks\n".to_owned()),
        ]
    );
    let marks = plan.entry("uber-cafe.py").unwrap().marks();
    assert_eq!(marks.len(), 1);
    assert_eq!(marks[0].variables, ["name"]);
    assert_eq!(
        &plan.text("uber-cafe.py").unwrap()[marks[0].range.clone()],
        "Über Café"
    );
    assert_eq!(
        (marks[0].file.as_str(), marks[0].line),
        ("{{cookiecutter.slug}}/{{cookiecutter.slug}}.py", 1)
    );
}

#[test]
fn what_is_typed_is_literal_and_what_is_given_is_rendered() {
    let files = [
        (
            "cookiecutter.json",
            r#"{"a": "x", "b": "{{ cookiecutter.a }}!"}"#,
        ),
        ("{{cookiecutter.a|length}}/f", "{{ cookiecutter.b }}"),
    ];
    let typed = plan(&files, &Answers::typed([("a", "{{ 1 + 1 }}")]));
    assert_eq!(typed.text("f"), Some("{{ 1 + 1 }}!"));
    let given = plan(&files, &Answers::given([("a", "{{ 1 + 1 }}")]));
    assert_eq!(given.text("f"), Some("2!"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "one form, shown as a whole")]
fn every_kind_of_variable_has_its_question() {
    let template = Template::read(tree(&[
        (
            "cookiecutter.json",
            r#"{"text": "a", "number": 1.50, "flag": true, "pick": ["{{cookiecutter.text}}1", "b"],
                "table": {"k{{cookiecutter.late}}": {"n": 1, "f": true, "z": null}}, "late": "L",
                "_raw": ["{{x}}"], "__made": "{{ cookiecutter.text }}-made",
                "__prompts__": {"text": "Text?", "pick": {"__prompt__": "Pick?", "b": "The B"}}}"#,
        ),
        ("{{cookiecutter.text}}/f", "{{cookiecutter.number}} {{cookiecutter.flag}} {{cookiecutter.pick}} {{cookiecutter.__made}} {{cookiecutter._raw[0]}} {{cookiecutter.table.kL.n}}"),
    ]))
    .unwrap();
    let form = template.form(&Answers::default(), &setting());
    let shown: Vec<(String, String, String)> = form
        .fields
        .iter()
        .map(|field| (field.name.clone(), field.label.clone(), field.text()))
        .collect();
    insta::assert_json_snapshot!(shown, @r#"
    [
      [
        "text",
        "Text?",
        "a"
      ],
      [
        "number",
        "number",
        "1.5"
      ],
      [
        "flag",
        "flag",
        "yes"
      ],
      [
        "pick",
        "Pick?",
        "a1"
      ],
      [
        "table",
        "table",
        "{\"kL\":{\"n\":\"1\",\"f\":true,\"z\":null}}"
      ],
      [
        "late",
        "late",
        "L"
      ]
    ]
    "#);
    assert!(matches!(&form.fields[3].kind, FieldKind::Choice(all) if all[1].label == "The B"));
    assert_eq!(form.fields[3].follows, ["text"]);
    let plan = template.plan(&Answers::default(), &setting());
    assert_eq!(plan.text("f"), Some("1.5 True a1 a-made {{x}} 1"));
    let texts = Answers::typed([
        ("flag", "no"),
        ("pick", "b"),
        ("table", r#"{"kL": {"n": 7}}"#),
    ]);
    let plan = template.plan(&texts, &setting());
    assert_eq!(plan.text("f"), Some("1.5 False b a-made {{x}} 7"));
}

#[test]
fn answers_that_do_not_fit_are_told_at_their_question_and_stop_the_plan() {
    let files = [
        (
            "cookiecutter.json",
            "{\"flag\": true,\n \"pick\": [\"a\", \"b\"],\n \"table\": {}}",
        ),
        ("{{cookiecutter.pick}}/f", ""),
    ];
    let answers = Answers::typed([
        ("flag", "perhaps"),
        ("pick", "c"),
        ("table", "[1]"),
        ("pik", "a"),
    ]);
    let template = Template::read(tree(&files)).unwrap();
    let form = template.form(&answers, &setting());
    let problems: Vec<_> = form
        .fields
        .iter()
        .map(|field| field.problem.clone().unwrap())
        .collect();
    assert_eq!(
        problems,
        [
            "has to be answered by yes or no",
            "`c` is none of a, b",
            "has to be a JSON object"
        ]
    );
    let plan = template.plan(&answers, &setting());
    assert!(!plan.is_sound() && plan.entries.is_empty());
    insta::assert_snapshot!(said(&plan).join("\n"), @r"
    cookiecutter.json:1:1: the template has no question `pik`
    cookiecutter.json:1:2: `flag` has to be answered by yes or no
    cookiecutter.json:2:2: `pick` `c` is none of a, b
    cookiecutter.json:3:2: `table` has to be a JSON object
    ");
    assert_eq!(plan.diagnostics[0].candidates, ["pick"]);
}

#[test]
fn names_that_leave_the_project_are_refused() {
    for bad in ["../evil", "/etc/evil", "a/../../b", "C:\\evil"] {
        let files = [
            ("cookiecutter.json", r#"{"name": "x", "dir": "d"}"#),
            ("{{cookiecutter.dir}}/{{cookiecutter.name}}", ""),
        ];
        let as_file = plan(&files, &Answers::typed([("name", bad)]));
        assert!(!as_file.is_sound() && as_file.entries.is_empty(), "{bad}");
        let as_folder = plan(&files, &Answers::typed([("dir", bad)]));
        assert!(
            !as_folder.is_sound() && as_folder.entries.is_empty(),
            "{bad}"
        );
    }
}

#[test]
fn links_that_lead_out_are_refused_and_inner_ones_are_followed() {
    let link = |target: &str| Node::Link {
        target: target.to_owned(),
    };
    let nodes = |more: (&str, Node)| {
        [
            ("cookiecutter.json".to_owned(), file("{\"a\": \"x\"}")),
            (
                "{{cookiecutter.a}}/real".to_owned(),
                file("{{cookiecutter.a}}"),
            ),
            ("{{cookiecutter.a}}/folder/inner".to_owned(), file("1")),
            (more.0.to_owned(), more.1),
        ]
    };
    let planned = |node| {
        let tree = Tree::new(nodes(("{{cookiecutter.a}}/link", node))).unwrap();
        Template::read(tree)
            .unwrap()
            .plan(&Answers::default(), &setting())
    };
    assert_eq!(planned(link("real")).text("link"), Some("x"));
    let folder = planned(link("folder"));
    assert!(folder.is_sound());
    assert_eq!(folder.entry("link").unwrap().content, Content::Folder);
    assert!(folder.entry("link/inner").is_none());
    for bad in ["../../etc/passwd", "/etc/passwd", "link", "nowhere"] {
        assert!(!planned(link(bad)).is_sound(), "{bad}");
    }
}

#[test]
fn conditional_names_that_become_empty_are_left_out_with_their_content() {
    let plan = plan(
        &[
            ("cookiecutter.json", r#"{"a": "x", "docs": false}"#),
            (
                "{{cookiecutter.a}}/{% if cookiecutter.docs %}docs{% endif %}/f",
                "1",
            ),
            (
                "{{cookiecutter.a}}/{% if cookiecutter.docs %}doc.md{% endif %}",
                "2",
            ),
            ("{{cookiecutter.a}}/g", "3"),
        ],
        &Answers::default(),
    );
    assert!(plan.is_sound());
    assert_eq!(listing(&plan), [("g".to_owned(), "3".to_owned())]);
}

#[test]
fn some_files_are_copied_without_rendering() {
    let plan = plan(
        &[
            (
                "cookiecutter.json",
                r#"{"a": "x", "_copy_without_render": [".github", "*.html"]}"#,
            ),
            (
                "{{cookiecutter.a}}/.github/workflows/ci.yml",
                "${{ secrets.X }}",
            ),
            ("{{cookiecutter.a}}/{{cookiecutter.a}}.html", "{{ page }}"),
            ("{{cookiecutter.a}}/logo.png", "{{ binary }}"),
        ],
        &Answers::default(),
    );
    assert_eq!(said(&plan), [""; 0]);
    assert_eq!(
        plan.text(".github/workflows/ci.yml"),
        Some("${{ secrets.X }}")
    );
    assert_eq!(
        plan.text("x.html"),
        Some("{{ page }}"),
        "the name of a copied file is rendered"
    );
    assert_eq!(plan.text("logo.png"), Some("{{ binary }}"));
}

#[test]
fn errors_name_the_file_the_line_and_the_likely_name() {
    let plan = plan(
        &[
            ("cookiecutter.json", r#"{"name": "x"}"#),
            (
                "{{cookiecutter.name}}/a.py",
                "one\n\n  two {{ cookiecutter.nmae }}\n",
            ),
            ("{{cookiecutter.name}}/b.py", "{% if %}\n"),
            ("{{cookiecutter.name}}/c.py", "ok\n{{ 'x'|nosuch }}\n"),
        ],
        &Answers::default(),
    );
    insta::assert_snapshot!(said(&plan).join("\n"), @r#"
    {{cookiecutter.name}}/a.py:3:10: `cookiecutter.nmae` is not defined
    {{cookiecutter.name}}/b.py:1:7: syntax error: unexpected end of block
    {{cookiecutter.name}}/c.py:2:8: unknown filter: filter nosuch is unknown
    "#);
    assert_eq!(plan.diagnostics[0].candidates, ["cookiecutter.name"]);
}

#[test]
fn a_template_that_never_ends_is_stopped() {
    let plan = plan(
        &[
            ("cookiecutter.json", r#"{"name": "x"}"#),
            (
                "{{cookiecutter.name}}/a",
                "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
            ),
            ("{{cookiecutter.name}}/b", "{{ 'x' * 9999999999 }}"),
            ("{{cookiecutter.name}}/c", "{{ 'x'.ljust(9999999999) }}"),
        ],
        &Answers::default(),
    );
    assert_eq!(
        plan.diagnostics.iter().filter(|one| one.is_error()).count(),
        3
    );
    assert!(
        plan.diagnostics
            .iter()
            .all(|one| one.severity == Severity::Error)
    );
}

#[test]
fn hooks_are_found_and_rendered_but_are_only_texts() {
    let plan = plan(
        &[
            ("cookiecutter.json", r#"{"name": "x"}"#),
            ("{{cookiecutter.name}}/f", ""),
            ("hooks/pre_prompt.py", "{{ untouched }}"),
            ("hooks/pre_gen_project.sh", "echo {{ cookiecutter.name }}"),
            ("hooks/post_gen_project", "#!/usr/bin/env bash\ntrue"),
            ("hooks/post_gen_project.py~", "backup"),
            ("hooks/other.py", ""),
        ],
        &Answers::default(),
    );
    let seen: Vec<_> = plan
        .hooks
        .iter()
        .map(|hook| {
            (
                hook.moment,
                hook.language.as_deref().unwrap(),
                hook.text.as_deref().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (HookMoment::BeforeQuestions, "python", "{{ untouched }}"),
            (HookMoment::BeforeFiles, "sh", "echo x"),
            (HookMoment::AfterFiles, "bash", "#!/usr/bin/env bash\ntrue"),
        ]
    );
}

#[test]
fn line_endings_are_kept_or_set_and_marks_follow_them() {
    let kept = plan(
        &[
            ("cookiecutter.json", r#"{"a": "x"}"#),
            ("{{cookiecutter.a}}/f", "one\r\n{{cookiecutter.a}}\r\n"),
        ],
        &Answers::default(),
    );
    assert_eq!(kept.text("f"), Some("one\r\nx\r\n"));
    assert_eq!(kept.entry("f").unwrap().marks()[0].range, 5..6);
    let set = plan(
        &[
            ("cookiecutter.json", r#"{"a": "x", "_new_lines": "\r\n"}"#),
            ("{{cookiecutter.a}}/f", "one\ntwo\n"),
        ],
        &Answers::default(),
    );
    assert_eq!(set.text("f"), Some("one\r\ntwo\r\n"));
    let wrong = plan(
        &[
            ("cookiecutter.json", r#"{"a": "x", "_new_lines": "|"}"#),
            ("{{cookiecutter.a}}/f", ""),
        ],
        &Answers::default(),
    );
    assert!(!wrong.is_sound());
}

#[test]
fn names_other_systems_cannot_keep_are_told() {
    let plan = plan(
        &[
            ("cookiecutter.json", r#"{"a": "x"}"#),
            ("{{cookiecutter.a}}/Readme", ""),
            ("{{cookiecutter.a}}/README", ""),
            ("{{cookiecutter.a}}/aux.c", ""),
        ],
        &Answers::default(),
    );
    assert!(plan.is_sound());
    assert!(
        plan.diagnostics
            .iter()
            .all(|one| one.severity == Severity::Portability)
    );
    assert_eq!(plan.diagnostics.len(), 2);
}

#[test]
fn own_marks_includes_and_inner_templates_work() {
    let template = Template::read(tree(&[
        ("cookiecutter.json", r#"{"templates": {"one": {"path": "./inner", "title": "One"}}}"#),
        ("inner/cookiecutter.json", r#"{"a": "x", "_jinja2_env_vars": {"variable_start_string": "[[", "variable_end_string": "]]"}}"#),
        ("inner/[[cookiecutter.a]]/f", "[% include 'p' %]{% include 'p' %}{{ as is }}"),
        ("inner/templates/p", "<[[ cookiecutter.a ]]>"),
    ]))
    .unwrap();
    assert_eq!(template.nested()[0].label, "One");
    let plan = template
        .choose("one")
        .unwrap()
        .plan(&Answers::default(), &setting());
    assert_eq!(plan.text("f"), Some("[% include 'p' %]<x>{{ as is }}"));
    assert_eq!(plan.entry("f").unwrap().marks()[0].file, "templates/p");
    assert!(template.choose("two").is_err());
}

#[test]
fn settings_that_cannot_be_read_are_told_with_their_place() {
    let read = |json: &str| {
        Template::read(tree(&[("cookiecutter.json", json)]))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        read("{\"a\": 1,\n b}"),
        "cookiecutter.json:2:2: key must be a string"
    );
    assert_eq!(
        read("[]"),
        "cookiecutter.json has to hold one object with the variables"
    );
    assert_eq!(
        Template::read(tree(&[("x", "")])).unwrap_err().to_string(),
        "there is no cookiecutter.json, so this is no template"
    );
}

#[test]
fn preferences_that_do_not_fit_are_a_warning_and_what_is_given_wins() {
    let files = [
        (
            "cookiecutter.json",
            r#"{"a": "x", "pick": ["m", "n"], "b": "y", "flag": false}"#,
        ),
        (
            "{{cookiecutter.a}}/f",
            "{{cookiecutter.a}} {{cookiecutter.pick}} {{cookiecutter.b}} {{cookiecutter.flag}}",
        ),
    ];
    let table = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).into()))
            .collect()
    };
    let answers = Answers {
        preferred: table(&[("a", "p"), ("unknown", "q"), ("pick", "z"), ("b", "late")]),
        given: table(&[("pick", "n"), ("flag", "yes")]),
        ..Answers::default()
    };
    let made = plan(&files, &answers);
    assert_eq!(
        made.text("f"),
        Some("p n y True"),
        "after a misfit the preferences end"
    );
    assert_eq!(
        said(&made),
        ["cookiecutter.json:1:12: `pick` has no choice \"z\"; there are m, n"]
    );
    assert_eq!(made.diagnostics[0].severity, Severity::Warning);
    let wrong = plan(&files, &Answers::given([("pick", "z")]));
    assert!(!wrong.is_sound() && wrong.entries.is_empty());
}
