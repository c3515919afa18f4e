//! The JSON schemas: what they look like, and that good files fit them.

use std::fs;
use std::path::{Path, PathBuf};

use flow::read::{Document, read};
use flow::schema::{SchemaFile, schema};
use flow::yaml::{self, Node, NodeKind};
use regex::Regex;
use serde_json::{Map, Value, json};
use source::Text;

#[test]
fn the_schemas_are_what_they_were() {
    for file in SchemaFile::ALL {
        insta::assert_json_snapshot!(format!("schema_{}", file.name()), schema(file));
    }
}

#[test]
fn every_key_has_a_description() {
    for file in SchemaFile::ALL {
        let schema = schema(file);
        let definitions = schema["$defs"].as_object().expect("definitions");
        for (name, definition) in definitions {
            let properties = definition["properties"].as_object();
            for (key, value) in properties.into_iter().flatten() {
                assert!(value["description"].is_string(), "{name}.{key}");
            }
        }
    }
}

#[test]
fn mistakes_do_not_fit() {
    let misfits = [
        (SchemaFile::Live, "kind: live\n"),
        (SchemaFile::Live, "kind: batch\njobs: {}\n"),
        (SchemaFile::Live, "kind: live\njobs: {a: {imag: i}}\n"),
        (SchemaFile::Live, "kind: live\njobs: {a-b: {image: i}}\n"),
        (
            SchemaFile::Live,
            "kind: live\njobs: {a: {http_port: eighty}}\n",
        ),
        (SchemaFile::Live, "kind: live\njobs: {a: {life_span: 1w}}\n"),
        (
            SchemaFile::Live,
            "kind: live\njobs: {a: {restart: maybe}}\n",
        ),
        (SchemaFile::Batch, "kind: batch\ntasks: {a: {image: i}}\n"),
        (
            SchemaFile::Batch,
            "kind: batch\ntasks: [{needs: {a: soon}}]\n",
        ),
        (SchemaFile::Project, "owner: ada\n"),
        (SchemaFile::Live, "kind: live\ntitle: ${{ 1 }}\njobs: {}\n"),
        (SchemaFile::Action, "kind: live\ntasks: []\n"),
        (SchemaFile::Module, "kind: local\ncmd: x\n"),
        (SchemaFile::Module, "kind: live\njob: {imag: i}\n"),
        (
            SchemaFile::Batch,
            "kind: batch\ntasks: [{strategy: {matrix: 5}}]\n",
        ),
        (
            SchemaFile::Batch,
            "kind: batch\ntasks: [{cache: {strategy: some}}]\n",
        ),
        (SchemaFile::Live, "kind: live\njobs: {a: {env: [A]}}\n"),
        (
            SchemaFile::Live,
            "kind: live\njobs: {a: {image: {ref: x}}}\n",
        ),
        (SchemaFile::Project, "id: a-b\n"),
    ];
    for (file, text) in misfits {
        assert!(misfit(file, text).is_some(), "{text}");
    }
}

#[test]
fn expressions_fit_where_they_may_stand() {
    let port = "kind: live\njobs: {a: {http_port: '${{ 80 }}', life_span: '$[[ 1 ]]'}}\n";
    assert_eq!(misfit(SchemaFile::Live, port), None);
    let multi = "kind: live\njobs: {a: {volumes: '${{ x }}', env: '${{ y }}', params: {b: ~}}}\n";
    assert_eq!(misfit(SchemaFile::Live, multi), None);
}

#[test]
fn the_files_of_the_bundled_templates_fit() {
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template/bundled");
    let answer = Regex::new(r"\{\{\s*cookiecutter[^}]*\}\}").expect("a pattern");
    let tag = Regex::new(r"\{%[^%]*%\}").expect("a pattern");
    let mut count = 0;
    for path in yaml_files(&bundled) {
        let text = fs::read_to_string(&path).expect("text");
        count += usize::from(fits(
            &path,
            &answer.replace_all(&tag.replace_all(&text, ""), "wheat"),
        ));
    }
    assert!(count >= 3, "only {count} files were compared");
}

#[test]
fn every_real_file_that_the_official_tool_reads_fits() {
    let Some(corpus) = crate::corpus::shared().map(|shared| shared.join("corpus/flows")) else {
        println!("skipped: there is no corpus (set BAKEHOUSE_SHARED)");
        return;
    };
    let (mut count, mut refused) = (0, 0);
    for project in projects(&corpus) {
        for (path, file) in project.files {
            let text = fs::read_to_string(project.root.join(&path)).unwrap_or_default();
            let readable = yaml::read(&Text::new("f.yml", &*text)).tree.is_some();
            let Some(kind) = schema_of(&file).filter(|_| readable) else {
                continue;
            };
            let found = misfit(kind, &text);
            if file["parse"]["ok"] == true {
                assert_eq!(found, None, "{} {path}", project.root.display());
                count += 1;
            } else {
                refused += usize::from(found.is_some());
            }
        }
    }
    println!("{count} files fit, {refused} of those that are refused do not");
    assert!(count > 150, "only {count} files were compared");
}

/// A real project with what the official tool said of its files.
struct Recorded {
    root: PathBuf,
    files: Vec<(String, Value)>,
}

fn projects(corpus: &Path) -> Vec<Recorded> {
    let json = |path: PathBuf| -> Option<Value> {
        serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
    };
    let entries = fs::read_dir(corpus.join("expected")).expect("the corpus can be listed");
    let project = |entry: fs::DirEntry| {
        let expected = json(entry.path())?;
        let folder = corpus.join(expected["project"].as_str()?);
        let meta = json(folder.join("META.json"))?;
        let files = expected["files"].as_object()?.clone();
        Some(Recorded {
            root: folder.join(meta["workspace"].as_str().unwrap_or("")),
            files: files.into_iter().collect(),
        })
    };
    entries.flatten().filter_map(project).collect()
}

/// The schema for a file by what the official tool took it for.
fn schema_of(file: &Value) -> Option<SchemaFile> {
    match (file["role"].as_str()?, file["kind"].as_str()) {
        ("project", _) => Some(SchemaFile::Project),
        ("flow", Some("live")) => Some(SchemaFile::Live),
        ("flow", Some("batch")) => Some(SchemaFile::Batch),
        ("action", Some("live" | "batch")) => Some(SchemaFile::Module),
        ("action", _) => Some(SchemaFile::Action),
        _ => None,
    }
}

/// Whether a file is one of ours without errors; then it has to fit its schema.
fn fits(path: &Path, text: &str) -> bool {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    let inside = matches!(&*folder.to_string_lossy(), ".neuro" | ".apolo");
    let has = |line: &str| text.lines().any(|it| it.trim_end() == line);
    let (file, document) = match &*name {
        "live" if inside => (SchemaFile::Live, Document::Live),
        "project" if inside => (SchemaFile::Project, Document::Project),
        "action" => (SchemaFile::Action, Document::Action),
        _ if inside && has("kind: batch") => (SchemaFile::Batch, Document::Batch),
        _ => return false,
    };
    let parsed = read(&Text::new(&*name, text), document);
    if !parsed.diagnostics.is_empty() {
        return false;
    }
    assert_eq!(misfit(file, text), None, "{}", path.display());
    true
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() && !path.is_symlink() {
            found.extend(yaml_files(&path));
        } else if path
            .extension()
            .is_some_and(|it| it == "yml" || it == "yaml")
        {
            found.push(path);
        }
    }
    found
}

/// Where a file does not fit its schema; what is a module is an action, too.
fn misfit(file: SchemaFile, text: &str) -> Option<String> {
    let tree = yaml::read(&Text::new("f.yml", text)).tree.expect("YAML");
    let value = json_of(&tree);
    let known: &[SchemaFile] = match file {
        SchemaFile::Module => &[SchemaFile::Module, SchemaFile::Action],
        _ => &[file],
    };
    known.iter().find_map(|file| {
        let root = schema(*file);
        Checker { root: &root }.check(&root, &value, "")
    })
}

fn json_of(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Sequence(items) => items.iter().map(|item| json_of(item)).collect(),
        NodeKind::Mapping(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| {
                let key = match json_of(key) {
                    Value::String(key) => key,
                    other => other.to_string(),
                };
                (key, json_of(value))
            });
            Value::Object(pairs.collect::<Map<String, Value>>())
        }
        NodeKind::Scalar(_) => match yaml::value(node).expect("a scalar") {
            expression::Value::None => Value::Null,
            expression::Value::Bool(value) => json!(value),
            expression::Value::Float(value) => json!(value),
            expression::Value::Int(value) => {
                json!(value.to_string().parse::<f64>().expect("a number"))
            }
            other => json!(other.to_string()),
        },
    }
}

/// As much of JSON Schema as our schemas use; anything else is refused loudly.
struct Checker<'s> {
    root: &'s Value,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, at: &str) -> Option<String> {
        let rules = schema.as_object().expect("a schema is an object");
        rules
            .iter()
            .find_map(|(rule, wanted)| self.rule((rule, wanted), rules, value, at))
    }

    fn rule(
        &self,
        (rule, wanted): (&str, &Value),
        rules: &Map<String, Value>,
        value: &Value,
        at: &str,
    ) -> Option<String> {
        let wrong = || Some(format!("{at}: {value} is against {rule} {wanted}"));
        let object = value.as_object();
        match rule {
            "$schema" | "$defs" | "title" | "description" | "deprecated" | "properties" => None,
            "$ref" => {
                let name = wanted.as_str().and_then(|it| it.strip_prefix("#/$defs/"));
                self.check(
                    &self.root["$defs"][name.expect("a local reference")],
                    value,
                    at,
                )
            }
            "not" if self.check(wanted, value, at).is_some() => None,
            "type" if has_type(wanted, value) => None,
            "enum" if wanted.as_array().expect("a list").contains(value) => None,
            "pattern" => {
                let fits = value.as_str().is_none_or(|text| matches(wanted, text));
                if fits { None } else { wrong() }
            }
            "anyOf" | "oneOf" => {
                let choices = wanted.as_array().expect("a list");
                let fitting = choices
                    .iter()
                    .filter(|one| self.check(one, value, at).is_none());
                match (fitting.count(), rule) {
                    (0, _) => wrong(),
                    (1, _) | (_, "anyOf") => None,
                    _ => wrong(),
                }
            }
            "items" => value
                .as_array()?
                .iter()
                .find_map(|item| self.check(wanted, item, at)),
            "required" => {
                let names = wanted.as_array().expect("a list").iter();
                let mut missing = names.filter(|name| {
                    !object.is_some_and(|it| it.contains_key(name.as_str().expect("a name")))
                });
                if missing.next().is_some() {
                    wrong()
                } else {
                    None
                }
            }
            "propertyNames" => object?
                .keys()
                .find_map(|name| self.check(wanted, &json!(name), &format!("{at}/{name}"))),
            "additionalProperties" => object?.iter().find_map(|(name, inner)| {
                let at = format!("{at}/{name}");
                match (rules.get("properties").and_then(|it| it.get(name)), wanted) {
                    (Some(known), _) => self.check(known, inner, &at),
                    (None, Value::Bool(false)) => Some(format!("{at}: unknown key")),
                    (None, other) => self.check(other, inner, &at),
                }
            }),
            "type" | "enum" | "not" => wrong(),
            other => panic!("the checker does not know {other}"),
        }
    }
}

fn matches(pattern: &Value, text: &str) -> bool {
    let pattern = pattern.as_str().expect("a pattern");
    Regex::new(pattern).expect("a pattern").is_match(text)
}

fn has_type(wanted: &Value, value: &Value) -> bool {
    match wanted {
        Value::Array(choices) => choices.iter().any(|one| has_type(one, value)),
        wanted => match wanted.as_str().expect("a type") {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            "number" => value.is_number(),
            "integer" => value.as_f64().is_some_and(|it| it.fract() == 0.0),
            other => panic!("the checker does not know the type {other}"),
        },
    }
}
