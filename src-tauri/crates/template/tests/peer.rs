//! Whole templates against the real cookiecutter: same paths, same bytes, same modes.
//!
//! The tool is taken from `BAKEHOUSE_COOKIECUTTER` or from the path; without it these tests say so
//! and end. `BAKEHOUSE_TEMPLATES` may name more template folders to compare, separated by `:`.
#![expect(clippy::print_stdout, reason = "a skipped comparison says so")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use template::{Answers, Content, Node, Randomness, Setting, Template, Tree, bundled};

/// What lies at a path: the mode of a file and its bytes, or `None` for a folder.
type Found = BTreeMap<String, Option<(u32, Vec<u8>)>>;

fn cookiecutter() -> Option<PathBuf> {
    let named = std::env::var_os("BAKEHOUSE_COOKIECUTTER").map(PathBuf::from);
    let searched = std::env::var_os("PATH").and_then(|path| {
        std::env::split_paths(&path)
            .map(|folder| folder.join("cookiecutter"))
            .find(|one| one.exists())
    });
    let found = named.or(searched);
    if found.is_none() {
        println!("skipped: cookiecutter is not installed and BAKEHOUSE_COOKIECUTTER is not set");
    }
    found
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).map_or(0o644, |one| one.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> u32 {
    0o644
}

fn nodes(folder: &Path, prefix: &str, into: &mut Vec<(String, Node)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let full = format!("{prefix}{name}");
        let kind = fs::symlink_metadata(&path).unwrap();
        if kind.is_symlink() {
            let target = fs::read_link(&path).unwrap().to_str().unwrap().to_owned();
            into.push((full, Node::Link { target }));
        } else if kind.is_dir() {
            if name != ".git" {
                into.push((full.clone(), Node::Folder { mode: mode(&path) }));
                nodes(&path, &format!("{full}/"), into);
            }
        } else {
            into.push((
                full,
                Node::File {
                    mode: mode(&path),
                    bytes: fs::read(&path).unwrap().into(),
                },
            ));
        }
    }
}

fn read(folder: &Path) -> Tree {
    let mut all = Vec::new();
    nodes(folder, "", &mut all);
    Tree::new(all).unwrap()
}

fn put(tree: &Tree, folder: &Path) {
    for path in tree.below("") {
        let target = folder.join(path);
        match tree.get(path).unwrap() {
            Node::Folder { .. } => fs::create_dir_all(&target).unwrap(),
            Node::File { mode, bytes } => {
                fs::write(&target, bytes).unwrap();
                set_mode(&target, *mode);
            }
            Node::Link { .. } => {}
        }
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) {}

/// What cookiecutter makes, or what it says.
fn theirs(
    tool: &Path,
    template: &Path,
    out: &Path,
    answers: &[(&str, &str)],
) -> Result<Found, String> {
    let home = tempfile::tempdir().unwrap();
    let done = Command::new(tool)
        .args([
            "--no-input",
            "--default-config",
            "--accept-hooks",
            "no",
            "-o",
        ])
        .arg(out)
        .arg(template)
        .args(
            answers
                .iter()
                .map(|(name, value)| format!("{name}={value}")),
        )
        .env("HOME", home.path())
        .output()
        .unwrap();
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        return Err(said.lines().last().unwrap_or_default().to_owned()
            + &String::from_utf8_lossy(&done.stdout));
    }
    let mut all = Vec::new();
    nodes(out, "", &mut all);
    let plain = |node| match node {
        Node::File { mode, bytes } => Some((mode, bytes.to_vec())),
        _ => None,
    };
    Ok(all
        .into_iter()
        .map(|(path, node)| (path, plain(node)))
        .collect())
}

/// What we make, or what we say.
fn ours(template: &Path, out: &Path, answers: &[(&str, &str)]) -> Result<Found, String> {
    let given = answers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value));
    let setting = Setting {
        randomness: Randomness::Still,
        zone: jiff::tz::TimeZone::system(),
        template: template.display().to_string(),
        output_dir: out.display().to_string(),
        repo_dir: template.display().to_string(),
        ..Setting::new(jiff::Timestamp::now(), 1)
    };
    let mut found = Template::read(read(template)).map_err(|error| error.to_string())?;
    while let Some(first) = found.nested().first().map(|one| one.name.clone()) {
        found = found.choose(&first).map_err(|error| error.to_string())?;
    }
    let plan = found.plan(&Answers::given(given), &setting);
    if let Some(error) = plan.diagnostics.iter().find(|one| one.is_error()) {
        let line = error.text.position(error.span.start).line;
        return Err(format!("{}:{line}: {}", error.text.name(), error.message));
    }
    let mut all = Found::new();
    for (at, _) in plan.folder.match_indices('/') {
        all.insert(plan.folder[..at].to_owned(), None);
    }
    all.insert(plan.folder.clone(), None);
    for entry in plan.entries {
        let bytes = match &entry.content {
            Content::Folder => None,
            content => Some((entry.mode.unwrap_or(0o644), content.bytes().to_vec())),
        };
        all.insert(format!("{}/{}", plan.folder, entry.path), bytes);
    }
    Ok(all)
}

/// How the two differ; empty when they do not.
fn difference(tool: &Path, template: &Path, answers: &[(&str, &str)]) -> Vec<String> {
    let out = tempfile::tempdir().unwrap();
    let theirs = theirs(tool, template, out.path(), answers);
    let ours = ours(template, out.path(), answers);
    let (theirs, ours) = match (theirs, ours) {
        (Ok(theirs), Ok(ours)) => (theirs, ours),
        (Err(theirs), Err(ours)) => {
            println!("both refuse: {theirs} | {ours}");
            return Vec::new();
        }
        (theirs, ours) => {
            let shown =
                |one: Result<Found, String>| one.map_or_else(|error| error, |_| "made".to_owned());
            return vec![format!(
                "theirs: {}\n    ours: {}",
                shown(theirs),
                shown(ours)
            )];
        }
    };
    let mut found = Vec::new();
    for path in theirs.keys().filter(|path| !ours.contains_key(*path)) {
        found.push(format!("missing {path}"));
    }
    for (path, ours) in &ours {
        match theirs.get(path) {
            None => found.push(format!("extra {path}")),
            Some(theirs) if theirs != ours => {
                found.push(changed(path, theirs.as_ref(), ours.as_ref()));
            }
            Some(_) => {}
        }
    }
    found
}

fn changed(path: &str, theirs: Option<&(u32, Vec<u8>)>, ours: Option<&(u32, Vec<u8>)>) -> String {
    let (Some((their_mode, theirs)), Some((our_mode, ours))) = (theirs, ours) else {
        return format!("different kind {path}");
    };
    if their_mode != our_mode {
        return format!("mode {path}: {their_mode:o} {our_mode:o}");
    }
    let (theirs, ours) = (
        String::from_utf8_lossy(theirs),
        String::from_utf8_lossy(ours),
    );
    let lines = theirs.split('\n').zip(ours.split('\n')).enumerate();
    let first = lines.into_iter().find(|(_, (theirs, ours))| theirs != ours);
    format!("content {path}: {first:?}")
}

fn agree(tool: &Path, template: &Path, answers: &[(&str, &str)]) {
    let found = difference(tool, template, answers);
    assert!(
        found.is_empty(),
        "{} {answers:?}\n{}",
        template.display(),
        found.join("\n")
    );
}

#[test]
fn bundled_templates_become_what_cookiecutter_makes_of_them() {
    let Some(tool) = cookiecutter() else { return };
    for bundled in bundled::all() {
        let folder = tempfile::tempdir().unwrap();
        put(&bundled.tree(), folder.path());
        for answers in [
            &[][..],
            &[("project_name", "Anna's \"Größe\" & Söhne 2")],
            &[
                ("project_name", "3D"),
                ("keep_hints", "no"),
                ("code_directory", "src"),
            ],
            &[("project_name", "日本 {{ 1 + 1 }}")],
            &[("project_name", "!!!")],
        ] {
            agree(&tool, folder.path(), answers);
        }
    }
}

#[test]
fn a_template_with_everything_becomes_what_cookiecutter_makes_of_it() {
    let Some(tool) = cookiecutter() else { return };
    let folder = tempfile::tempdir().unwrap();
    put(&everything(), folder.path());
    for answers in [
        &[][..],
        &[("license", "MIT"), ("docs", "yes"), ("name", "x.y")],
        &[("license", "nosuch")],
        &[("docs", "perhaps")],
        &[("name", "")],
        &[("version", "{{ cookiecutter.name|length }}")],
    ] {
        agree(&tool, folder.path(), answers);
    }
}

/// Both make it, so that the comparison above compares something.
#[test]
fn a_template_with_everything_can_be_made() {
    let folder = tempfile::tempdir().unwrap();
    put(&everything(), folder.path());
    let made = ours(folder.path(), folder.path(), &[]);
    assert_eq!(made.map(|all| all.len()), Ok(22));
}

#[expect(clippy::too_many_lines, reason = "one template, shown as a whole")]
fn everything() -> Tree {
    let file = |mode, text: &str| Node::File {
        mode,
        bytes: text.as_bytes().into(),
    };
    let settings = r##"{
        "name": "My App", "slug": "{{ cookiecutter.name|lower|replace(' ', '-') }}",
        "version": 0.10, "count": 3, "docs": false, "nothing": null, "place": "deep/er",
        "license": ["BSD-3 {{ cookiecutter.count }}", "MIT", "None"],
        "deps": {"{{ cookiecutter.slug }}": {"min": 1, "ok": true}, "list": ["{{ cookiecutter.name }}"]},
        "_raw": {"untouched": "{{ cookiecutter.name }}"}, "__made": "{{ cookiecutter.slug|upper }}",
        "__table": {"k": "{{ cookiecutter.count }}"},
        "_copy_without_render": ["vendor", "*.tpl", "docs/[ab].md"],
        "__prompts__": {"name": "Name?"}
    }"##;
    let body = "{% set mine = [] %}{% for k, v in cookiecutter.deps.items() %}{% set _ = mine.append(k) %}{{ k }}={{ v }};{% endfor %}{{ mine }}
{{ cookiecutter.version }} {{ cookiecutter.count + '1' }} {{ cookiecutter.nothing }} {{ cookiecutter.license }}
{{ cookiecutter._raw.untouched }} {{ cookiecutter.__made }} {{ cookiecutter.__table.k }} {{ _cookiecutter.license|first }}
{{ cookiecutter._template == cookiecutter._repo_dir }} {{ cookiecutter._checkout }} {% now 'utc', '%Y-%m' %}
{% include 'part.txt' %}{% include 'shared.txt' %}{% from 'macros.txt' import shout %}{{ shout('x') }}
";
    let at = |path: &str| format!("{{{{cookiecutter.slug}}}}/{path}");
    Tree::new([
        ("cookiecutter.json".to_owned(), file(0o644, settings)),
        (
            "templates/shared.txt".to_owned(),
            file(0o644, "shared {{ cookiecutter.name }}\n"),
        ),
        (
            "hooks/post_gen_project.sh".to_owned(),
            file(0o755, "#!/bin/sh\nexit 1\n"),
        ),
        (at("body.txt"), file(0o640, body)),
        (
            at("part.txt"),
            file(0o644, "part {{ cookiecutter.count }}\n"),
        ),
        (
            at("macros.txt"),
            file(0o644, "{% macro shout(x) %}{{ x|upper }}!{% endmacro %}"),
        ),
        (
            at("crlf.txt"),
            file(0o644, "a\r\n{{ cookiecutter.name }}\r\nb"),
        ),
        (
            at("mixed.txt"),
            file(0o644, "a\n{{ cookiecutter.name }}\r\nb\r\n"),
        ),
        (at("cr.txt"), file(0o644, "a\r{{ cookiecutter.name }}\rb")),
        (
            at("bom.txt"),
            file(0o644, "\u{feff}{{ cookiecutter.name }}"),
        ),
        (at("empty.txt"), file(0o600, "")),
        (
            at("run"),
            file(0o755, "#!/bin/sh\necho {{ cookiecutter.name }}\n"),
        ),
        (
            at("logo.png"),
            file(0o644, "\u{89}PNG {{ cookiecutter.name }}"),
        ),
        (
            at("vendor/{{cookiecutter.slug}}/x.js"),
            file(0o600, "{{ vendor }}"),
        ),
        (at("{{cookiecutter.slug}}.tpl"), file(0o644, "{{ later }}")),
        (at("docs/a.md"), file(0o644, "{{ a }}")),
        (at("docs/c.md"), file(0o644, "{{ cookiecutter.name }}")),
        (
            at("{% if cookiecutter.docs %}guide.md{% endif %}"),
            file(0o644, "guide"),
        ),
        (at("{{cookiecutter.place}}/deep.txt"), file(0o644, "deep")),
        (at("void"), Node::Folder { mode: 0o755 }),
    ])
    .unwrap()
}

#[test]
fn named_templates_become_what_cookiecutter_makes_of_them() {
    let (Some(tool), Some(named)) = (cookiecutter(), std::env::var_os("BAKEHOUSE_TEMPLATES"))
    else {
        println!("skipped: BAKEHOUSE_TEMPLATES names no further templates");
        return;
    };
    let mut wrong = Vec::new();
    for folder in std::env::split_paths(&named) {
        let found = difference(&tool, &folder, &[]);
        println!(
            "{}: {}",
            folder.display(),
            if found.is_empty() {
                "same"
            } else {
                "different"
            }
        );
        if !found.is_empty() {
            wrong.push(format!("{}\n  {}", folder.display(), found.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
