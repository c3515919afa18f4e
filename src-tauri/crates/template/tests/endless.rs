//! Templates that would run for ever, grow for ever or bring the program down: each is stopped.

use std::time::{Duration, Instant};

use template::{Answers, Node, Setting, Template, Tree};

use crate::behaviour::setting;

/// What is said about a text, or what it becomes.
fn outcome(text: &str, setting: &Setting) -> Result<usize, String> {
    let file = |text: &str| Node::File {
        mode: 0o644,
        bytes: text.as_bytes().into(),
    };
    let tree = Tree::new([
        (
            "cookiecutter.json".to_owned(),
            file(r#"{"p": "p", "_t": {"a": 1}, "_l": [1, 2]}"#),
        ),
        ("{{cookiecutter.p}}/f".to_owned(), file(text)),
    ]);
    let plan = Template::read(tree.unwrap())
        .unwrap()
        .plan(&Answers::default(), setting);
    match plan.diagnostics.iter().find(|one| one.is_error()) {
        Some(error) => Err(error.code.to_owned()),
        None => Ok(plan.text("f").unwrap().len()),
    }
}

fn doubled(times: usize, body: &str) -> String {
    let heads: String = (0..times)
        .map(|at| format!("{{% with a{} = [a{at}, a{at}] %}}", at + 1))
        .collect();
    let last = format!("a{times}");
    let ends = "{% endwith %}".repeat(times);
    format!(
        "{{% with a0 = 1 %}}{heads}{}{ends}{{% endwith %}}",
        body.replace("LAST", &last)
    )
}

#[test]
fn endless_work_is_stopped_in_time() {
    let loops = "{% for a in range(99999) %}".repeat(4) + "x" + &"{% endfor %}".repeat(4);
    let texts = [
        loops,
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}".to_owned(),
        "{{ 'x' * 1000000000 }}".to_owned(),
        "{{ 'x'.ljust(1000000000) }}".to_owned(),
        "{{ ('x' * 10000).replace('x', 'y' * 1000000) }}".to_owned(),
        "{{ random_ascii_string(1000000000) }}".to_owned(),
        "{% set ns = namespace(s='xxxxxxxxxx') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}"
            .to_owned(),
        "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}"
            .to_owned(),
        "{% set ns = namespace(l=[]) %}{% for i in range(90000) %}{% set ns.l = [ns.l] %}{% endfor %}".to_owned(),
        "{% include 'f' %}".to_owned(),
        doubled(40, "{{ LAST }}"),
        doubled(40, "{{ LAST|string }}"),
        doubled(40, "{{ [LAST]|join }}"),
        doubled(40, "{{ LAST|tojson }}"),
        doubled(40, "{{ LAST|pprint }}"),
        doubled(40, "{{ LAST|upper }}"),
        doubled(40, "{{ LAST|urlencode }}"),
        doubled(40, "{{ LAST|replace('a', 'b') }}"),
        doubled(40, "{{ LAST|format }}"),
        doubled(40, "{{ 'x'.join(LAST) }}"),
        doubled(40, "{{ '{}'.format(LAST) }}"),
        doubled(40, "{% set l = [] %}{{ l.append(LAST) }}"),
    ];
    for text in texts {
        let start = Instant::now();
        let found = outcome(&text, &setting());
        assert!(found.is_err(), "{text:.200} {found:?}");
        let spent = start.elapsed();
        assert!(spent < Duration::from_secs(20), "{text:.200} {spent:?}");
    }
}

#[test]
fn lists_and_tables_are_never_part_of_themselves() {
    for text in [
        "{% set l = [] %}{{ l.append(l) }}{{ l }}",
        "{% set l = [] %}{% set m = [l] %}{{ l.append(m) }}",
        "{% set l = [] %}{{ l.extend([[l]]) }}",
        "{% set l = [] %}{{ l.insert(0, {'a': l}) }}",
        "{% set t = {} %}{{ t.update({'a': t}) }}",
        "{% set t = {} %}{{ t.update({'a': [t]}) }}",
        "{% set t = {} %}{{ t.setdefault('a', t) }}",
        "{{ cookiecutter.update({'x': cookiecutter}) }}",
        "{{ cookiecutter._l.append(cookiecutter._l) }}",
    ] {
        assert!(outcome(text, &setting()).is_err(), "{text}");
    }
}

#[test]
fn a_table_that_is_asked_for_itself_does_not_wait_for_itself() {
    for text in [
        "{{ cookiecutter._t in cookiecutter._t }}",
        "{{ cookiecutter._t[cookiecutter._t] is defined }}",
        "{{ cookiecutter._t.get(cookiecutter._t) }}",
        "{{ cookiecutter._t == cookiecutter._t }}",
        "{{ cookiecutter._l.count(cookiecutter._l) }}{{ cookiecutter._l in cookiecutter._l }}",
        "{{ cookiecutter._l.index(cookiecutter._l) }}",
        "{{ cookiecutter._l.remove(cookiecutter._l) }}",
        "{{ cookiecutter._t.pop(cookiecutter._t, 1) }}",
        "{{ cookiecutter._t.setdefault((cookiecutter._t,), 1) }}",
        "{{ cookiecutter._t.update(cookiecutter._t) }}{{ cookiecutter._l.extend(cookiecutter._l) }}",
        "{% for x in cookiecutter._l %}{% if cookiecutter._l.append(x) %}{% endif %}{% endfor %}{{ cookiecutter._l }}",
    ] {
        let _ = outcome(text, &setting());
    }
}

#[test]
fn a_project_larger_than_allowed_is_refused_whole() {
    let small = Setting {
        most_bytes: 1000,
        ..setting()
    };
    assert!(outcome(&"x".repeat(1001), &small).is_err());
    assert!(outcome("{{ 'x' * 2000 }}", &small).is_err());
    assert_eq!(outcome(&"x".repeat(1000), &small), Ok(1000));
}
