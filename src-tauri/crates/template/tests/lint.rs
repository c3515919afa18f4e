//! What is told to the author of a template.

use template::Template;

use crate::behaviour::{setting, tree};

fn told(files: &[(&str, &str)]) -> String {
    let template = Template::read(tree(files)).unwrap();
    let line = |one: &source::Diagnostic| {
        let place = one.text.position(one.span.start);
        let more = if one.candidates.is_empty() {
            String::new()
        } else {
            format!(" -> {}", one.candidates.join(", "))
        };
        format!(
            "{:?} {}:{}:{} {}: {}{more}",
            one.severity,
            one.text.name(),
            place.line,
            place.column,
            one.code,
            one.message
        )
    };
    let found = template.lint(&setting());
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_template_with_every_mistake_is_told_about_all_of_them() {
    let settings = r#"{
  "name": "x",
  "unread": "y",
  "kind": ["lib", "app"],
  "docs": false,
  "_extensions": ["local.Thing"],
  "__prompts__": {"nmae": "?", "kind": {"libb": "Library"}}
}"#;
    let files = [
        ("cookiecutter.json", settings),
        (
            "{{cookiecutter.name}}/a.txt",
            "{{ cookiecutter.naem }}\n{{ cookiecutter.opt|default('') }}\n",
        ),
        (
            "{{cookiecutter.name}}/b.txt",
            "x\n{% if cookiecutter.docs %}{{ cookiecutter.kind.nosuch }}{% endif %}",
        ),
        ("{{cookiecutter.name}}/c.txt", "fine\n  {% if %}"),
        ("{{cookiecutter.name}}/aux.txt", "device"),
        ("{{cookiecutter.name}}/README", "1"),
        ("{{cookiecutter.name}}/readme", "2"),
        ("{{cookiecutter.name}}/{{ 'q' | lower }}", "q"),
        (
            "hooks/post_gen_project.sh",
            "#!/bin/sh\necho {{ cookiecutter.nothing }}\n",
        ),
        ("hooks/pre_gen_project", "echo\n"),
    ];
    insta::assert_snapshot!(told(&files), @r#"
    Warning cookiecutter.json:7:19 template-prompt: there is a prompt for `nmae`, but no such question
    Warning cookiecutter.json:7:41 template-prompt: `kind` has a label for `libb`, which is no choice
    Portability cookiecutter.json:6:3 template-extension: the Python class `local.Thing` runs nowhere but in cookiecutter
    Error {{cookiecutter.name}}/a.txt:1:4 template-undefined: `naem` is read here, but it is no question of the template -> cookiecutter.name
    Error {{cookiecutter.name}}/c.txt:2:9 template-syntax: syntax error: unexpected end of block
    Warning hooks/pre_gen_project:1:1 template-hook: the hook `hooks/pre_gen_project` has no first line that names its interpreter, so it cannot run
    Error hooks/post_gen_project.sh:2:9 template-undefined: `nothing` is read here, but it is no question of the template
    Portability hooks/post_gen_project.sh:1:1 template-hook: the hook `hooks/post_gen_project.sh` does not run on Windows
    Warning cookiecutter.json:3:3 template-unused: nothing in the template reads `unread`
    Portability {{cookiecutter.name}}/aux.txt:1:1 template-portable: the template's own name `{{cookiecutter.name}}/aux.txt` is the name of a device on Windows
    Portability {{cookiecutter.name}}/readme:1:1 template-portable: `{{cookiecutter.name}}/readme` and `{{cookiecutter.name}}/README` are one file on systems that do not mind case
    Portability {{cookiecutter.name}}/{{ 'q' | lower }}:1:1 template-portable: the template's own name `{{cookiecutter.name}}/{{ 'q' | lower }}` cannot be kept on Windows because of `|`
    Portability {{cookiecutter.name}}/aux.txt:1:1 template-portable: the name `aux.txt` is the name of a device on Windows
    Portability {{cookiecutter.name}}/readme:1:1 template-portable: `readme` and `README` are one file on systems that do not mind case
    Error {{cookiecutter.name}}/b.txt:2:30 template-undefined: `cookiecutter.kind.nosuch` is not defined (with docs=true)
    "#);
}

#[test]
fn the_bundled_templates_have_nothing_to_be_told() {
    for bundled in template::bundled::all() {
        let found = Template::read(bundled.tree()).unwrap().lint(&setting());
        assert!(found.is_empty(), "{}: {found:?}", bundled.id);
    }
}
