//! What the bundled templates make.

use serde_yaml::Value;
use template::{Answers, Plan, Template, bundled};

use crate::behaviour::setting;

fn plan(id: &str, answers: &[(&str, &str)]) -> Plan {
    let template = Template::read(bundled::find(id).unwrap().tree()).unwrap();
    let plan = template.plan(&Answers::typed(answers.iter().copied()), &setting());
    let said: Vec<_> = plan.diagnostics.iter().map(|one| &one.message).collect();
    assert!(said.is_empty(), "{said:?}");
    plan
}

fn tree(plan: &Plan) -> String {
    let line = |entry: &template::Entry| {
        let mode = entry
            .mode
            .map_or_else(|| "   ".to_owned(), |mode| format!("{mode:o}"));
        let end = if entry.content == template::Content::Folder {
            "/"
        } else {
            ""
        };
        format!("{mode} {}{end}", entry.path)
    };
    let mut lines: Vec<String> = plan.entries.iter().map(line).collect();
    lines.sort_by(|left, right| left[4..].cmp(&right[4..]));
    lines.join("\n")
}

#[test]
fn the_project_has_all_its_parts() {
    let plan = plan("project", &[("project_name", "Rye Bread")]);
    assert_eq!(plan.folder, "rye-bread");
    insta::assert_snapshot!(tree(&plan), @r"
        .github/
    644 .github/dependabot.yml
    755 .github/workflows/
    644 .github/workflows/check.yml
    644 .github/workflows/update-actions.yml
    644 .gitignore
    644 .neuro.toml
        .neuro/
        .neuro/actions/
    644 .neuro/actions/report.yml
    644 .neuro/live.yml
    644 .neuro/project.yml
    644 .neuro/sample.yml
    644 .neuroignore
    644 Dockerfile
    644 HELP.md
    644 README.md
    644 apt.txt
        config/
    644 config/README.md
        data/
    644 data/README.md
        modules/
    644 modules/__init__.py
    644 modules/__main__.py
        notebooks/
    644 notebooks/README.md
    644 requirements.txt
        results/
    644 results/README.md
    644 setup.cfg
    755 update_actions.py
    ");
    assert!(plan.hooks.is_empty());
}

#[test]
fn the_bare_flow_has_all_its_parts() {
    insta::assert_snapshot!(tree(&plan("barebone", &[])), @r"
    644 .gitignore
        .neuro/
    644 .neuro/batch.yml
    644 .neuro/live.yml
    644 .neuro/project.yml
    644 README.md
    ");
}

#[test]
fn the_flows_of_the_project() {
    let plan = plan(
        "project",
        &[("project_name", "Rye Bread"), ("code_directory", "src")],
    );
    for name in ["live", "sample", "project", "actions/report"] {
        let text = plan.text(&format!(".neuro/{name}.yml")).unwrap();
        insta::assert_snapshot!(format!("flow_{}", name.replace('/', "_")), text);
    }
    insta::assert_snapshot!("readme", plan.text("README.md").unwrap());
    insta::assert_snapshot!("dockerfile", plan.text("Dockerfile").unwrap());
}

#[test]
fn without_hints_the_flows_have_no_comments_and_say_the_same() {
    let (with, without) = (
        plan("project", &[]),
        plan("project", &[("keep_hints", "no")]),
    );
    for name in ["live", "sample", "project", "actions/report"] {
        let path = format!(".neuro/{name}.yml");
        let (with, without) = (with.text(&path).unwrap(), without.text(&path).unwrap());
        assert!(
            !without
                .lines()
                .any(|line| line.trim_start().starts_with('#')),
            "{path}"
        );
        let read = |text: &str| serde_yaml::from_str::<Value>(text).unwrap();
        assert_eq!(read(with), read(without), "{path}");
    }
}

#[test]
fn awkward_names_stay_sound_yaml_and_python() {
    for name in [
        "Anna's \"Größe\" & Söhne: #2",
        "日本",
        "{{ x }} {% y %}",
        "\\ back \\",
        "- dash",
        "''",
        "!!!",
        "3D",
        "null",
    ] {
        let plan = plan("project", &[("project_name", name)]);
        for file in ["live", "sample"] {
            let text = plan.text(&format!(".neuro/{file}.yml")).unwrap();
            let flow: Value = serde_yaml::from_str(text).unwrap();
            assert!(flow["title"].as_str().unwrap().starts_with(name), "{name}");
        }
        let project: Value =
            serde_yaml::from_str(plan.text(".neuro/project.yml").unwrap()).unwrap();
        let id = project["id"].as_str().unwrap();
        assert!(id.starts_with(|one: char| one.is_ascii_lowercase()), "{id}");
        assert!(plan.text("README.md").unwrap().contains(name));
    }
}

#[test]
fn the_live_jobs_and_the_tasks_are_those_that_were_promised() {
    let plan = plan("project", &[]);
    let live: Value = serde_yaml::from_str(plan.text(".neuro/live.yml").unwrap()).unwrap();
    let jobs: Vec<_> = live["jobs"]
        .as_mapping()
        .unwrap()
        .keys()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(
        jobs,
        [
            "train",
            "multitrain",
            "jupyter",
            "tensorboard",
            "filebrowser",
            "remote_debug"
        ]
    );
    assert_eq!(live["jobs"]["multitrain"]["multi"], Value::Bool(true));
    let sample: Value = serde_yaml::from_str(plan.text(".neuro/sample.yml").unwrap()).unwrap();
    let tasks = sample["tasks"].as_sequence().unwrap();
    assert_eq!(tasks.len(), 5);
    let action = tasks
        .iter()
        .find_map(|task| task["action"].as_str())
        .unwrap();
    let file = action.strip_prefix("ws:").unwrap();
    assert!(
        plan.entry(file).is_some(),
        "the action {action} is part of the project"
    );
    assert!(
        tasks
            .iter()
            .any(|task| task["strategy"]["matrix"].is_mapping())
    );
    assert!(
        tasks
            .iter()
            .any(|task| task["cache"]["strategy"] == "default")
    );
}

#[test]
fn the_form_offers_good_answers_and_every_answer_can_be_typed_back() {
    for bundled in bundled::all() {
        let template = Template::read(bundled.tree()).unwrap();
        let first = template.form(&Answers::default(), &setting());
        assert!(first.is_sound(), "{:?}", first.fields);
        let typed = first
            .fields
            .iter()
            .map(|field| (field.name.clone(), field.text()));
        let second = template.form(&Answers::typed(typed), &setting());
        let values = |form: &template::Form| {
            form.fields
                .iter()
                .map(|field| field.value.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(values(&first), values(&second));
        assert!(second.fields.iter().all(|field| !field.derived));
        let schema = template.schema();
        assert!(schema.title.is_some() && schema.summary.is_some() && !schema.gives.is_empty());
        assert!(
            schema
                .questions()
                .all(|one| one.help.is_some() && one.label != one.name)
        );
    }
}

#[test]
fn answers_are_judged_while_they_are_typed() {
    let template = Template::read(bundled::find("project").unwrap().tree()).unwrap();
    let problem = |name: &str, text: &str| {
        let form = template.form(&Answers::typed([(name, text)]), &setting());
        form.fields
            .into_iter()
            .find(|field| field.name == name)
            .unwrap()
            .problem
    };
    for (name, text) in [
        ("project_name", "Größe & Söhne"),
        ("project_dir", "rye"),
        ("project_dir", "Größe 2.0"),
        ("project_dir", "x"),
        ("project_id", "rye_2"),
        ("project_id", "_Rye"),
        ("project_id", "aB"),
        ("code_directory", "s"),
        ("keep_hints", "N"),
    ] {
        assert_eq!(problem(name, text), None, "{name}={text}");
    }
    for (name, text) in [
        ("project_name", " "),
        ("project_name", "two\nlines"),
        ("project_dir", ""),
        ("project_dir", ".hidden"),
        ("project_dir", "-r"),
        ("project_dir", "a/b"),
        ("project_dir", "a."),
        ("project_dir", "a "),
        ("project_dir", "what?"),
        ("project_id", "RYE"),
        ("project_id", "2rye"),
        ("project_id", "rye-2"),
        ("project_id", "_"),
        ("code_directory", "my code"),
        ("code_directory", ""),
        ("keep_hints", ""),
    ] {
        assert!(problem(name, text).is_some(), "{name}={text}");
    }
}
