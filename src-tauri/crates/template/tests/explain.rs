//! Why a line of a planned file stands there.

use template::{Answers, Template};

use crate::behaviour::{setting, tree};

fn told(files: &[(&str, &str)], file: &str, needle: &str, answers: &Answers) -> String {
    let template = Template::read(tree(files)).unwrap();
    let plan = template.plan(answers, &setting());
    assert!(plan.is_sound(), "{:?}", plan.diagnostics);
    let entry = plan.entry(file).unwrap();
    let byte = entry.text().unwrap().find(needle).unwrap();
    let why = template.explain(entry, byte, answers, &setting()).unwrap();
    let mut lines = vec![
        format!("{}:{} {}", why.file, why.line, why.text),
        format!(
            "substituted {:?}, answers {:?}, named by {:?}",
            why.variables, why.answers, why.named_by
        ),
    ];
    for reason in why.reasons {
        lines.push(format!(
            "{:?} line {} {} {:?}",
            reason.kind, reason.line, reason.text, reason.answers
        ));
    }
    lines.join("\n")
}

const SETTINGS: &str = r#"{"name": "My App", "slug": "{{ cookiecutter.name|lower|replace(' ', '-') }}",
    "docs": true, "kind": ["lib", "app"], "tools": {"a": "1"}, "__deep": "{{ cookiecutter.slug }}!"}"#;

#[test]
fn a_line_is_explained_by_its_source_its_answers_and_the_conditions_around_it() {
    let body = "first\n{% if cookiecutter.docs %}\n{% for tool in cookiecutter.tools %}\nuse {{ tool }}\n{% endfor %}\n\
                {% elif cookiecutter.kind == 'app' %}\nnever\n{% else %}\nnone\n{% endif %}\n{% set x = cookiecutter.__deep %}\
                deep {{ x }}\nraw {{ cookiecutter['name'] }} end\n";
    let files = [
        ("cookiecutter.json", SETTINGS),
        ("{{cookiecutter.slug}}/a.md", body),
    ];
    let answers = Answers::default();
    let parts: Vec<String> = ["first", "use 1", "a\n", "deep", "my-app!", "My App"]
        .into_iter()
        .map(|needle| {
            let needle = if needle == "use 1" { "use a" } else { needle };
            told(&files, "a.md", needle, &answers)
        })
        .collect();
    insta::assert_snapshot!(parts.join("\n\n"), @r#"
    {{cookiecutter.slug}}/a.md:1 first
    substituted [], answers [], named by ["name", "slug"]

    {{cookiecutter.slug}}/a.md:4 use {{ tool }}
    substituted [], answers [], named by ["name", "slug"]
    Condition line 2 {% if cookiecutter.docs %} ["docs"]
    Loop line 3 {% for tool in cookiecutter.tools %} ["tools"]

    {{cookiecutter.slug}}/a.md:4 use {{ tool }}
    substituted ["tools"], answers ["tools"], named by ["name", "slug"]
    Condition line 2 {% if cookiecutter.docs %} ["docs"]
    Loop line 3 {% for tool in cookiecutter.tools %} ["tools"]

    {{cookiecutter.slug}}/a.md:11 {% set x = cookiecutter.__deep %}deep {{ x }}
    substituted [], answers [], named by ["name", "slug"]

    {{cookiecutter.slug}}/a.md:11 {% set x = cookiecutter.__deep %}deep {{ x }}
    substituted ["__deep"], answers ["__deep", "name", "slug"], named by ["name", "slug"]

    {{cookiecutter.slug}}/a.md:12 raw {{ cookiecutter['name'] }} end
    substituted ["name"], answers ["name"], named by ["name", "slug"]
    "#);
}

#[test]
fn an_else_is_explained_by_the_conditions_before_it() {
    let body = "{% if cookiecutter.docs %}yes{% else %}no{% endif %}\n";
    let files = [
        ("cookiecutter.json", SETTINGS),
        ("{{cookiecutter.slug}}/a.md", body),
    ];
    let answers = Answers::typed([("docs", "no"), ("slug", "own")]);
    insta::assert_snapshot!(told(&files, "a.md", "no", &answers), @r#"
    {{cookiecutter.slug}}/a.md:1 {% if cookiecutter.docs %}yes{% else %}no{% endif %}
    substituted [], answers [], named by ["slug"]
    Otherwise line 1 {% else %} ["docs"]
    "#);
}

#[test]
fn every_byte_of_every_file_of_the_bundled_templates_is_explained() {
    for bundled in template::bundled::all() {
        let template = Template::read(bundled.tree()).unwrap();
        let plan = template.plan(&Answers::default(), &setting());
        let rendered = plan.entries.iter().filter(|one| {
            matches!(one.content, template::Content::Rendered { .. }) && one.text() != Some("")
        });
        for entry in rendered {
            let text = entry.text().unwrap();
            for (byte, _) in text.char_indices().step_by(97) {
                let why = template.explain(entry, byte, &Answers::default(), &setting());
                let why = why.unwrap();
                let line = text[..byte].rsplit('\n').next().unwrap().to_owned()
                    + text[byte..].split('\n').next().unwrap();
                if !why.text.contains("{{") && !why.text.contains("{%") && !why.text.contains("{#")
                {
                    assert_eq!(why.text, line, "{} {byte}", entry.path);
                }
            }
        }
    }
}
