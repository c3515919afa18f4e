//! Cases about one field.

use expression::{Dict, LocalPath, RemotePath, Set, Uri, Value as Evaluated};
use serde_json::{Value, json};
use source::Text;

use super::cases::Case;
use super::recorded::recorded;
use crate::coercion::Home;
use crate::eval::Evaluator;
use crate::memory::MemoryWorkspace;
use crate::outside::Outside;
use crate::read::{self, Document};
use crate::session::{NoJobs, Session};
use crate::tree::{Block, FieldValue};

/// How a field of each recorded type is reached: the kind of file, the text before the value, and
/// the keys that lead to it.
fn field_of(class: &str) -> Option<(Document, &'static str, &'static [&'static str])> {
    const JOB: &[&str] = &["jobs", "j"];
    Some(match class {
        "OptStrExpr" => (Document::Live, "cmd", JOB),
        "StrExpr" | "PrimitiveExpr" | "SimpleOptPrimitiveExpr" => return None,
        "OptIntExpr" => (Document::Live, "http_port", JOB),
        "OptBoolExpr" => (Document::Live, "detach", JOB),
        "OptTimeDeltaExpr" => (Document::Live, "life_span", JOB),
        "OptRemotePathExpr" => (Document::Live, "workdir", JOB),
        "OptRestartPolicyExpr" => (Document::Live, "restart", JOB),
        "OptBashExpr" => (Document::Live, "bash", JOB),
        "OptPythonExpr" => (Document::Live, "python", JOB),
        "OptImageRefStrExpr" => (Document::Live, "image", JOB),
        "OptLocalPathExpr" => (Document::Live, "local", &["volumes", "w"]),
        "PlatformResourceURIExpr" => (Document::Live, "remote", &["volumes", "v"]),
        "SimpleOptIdExpr" => (Document::Live, "id", &[]),
        "SimpleOptStrExpr" => (Document::Live, "title", &[]),
        "SimpleOptBoolExpr" => (Document::Live, "multi", JOB),
        "OptIdExpr" => (Document::Batch, "id", &["tasks"]),
        "EnableExpr" => (Document::Batch, "enable", &["tasks"]),
        "SequenceExpr" => (Document::Live, "tags", JOB),
        "MappingExpr" => (Document::Live, "env", JOB),
        _ => return None,
    })
}

/// A value of a recorded type.
pub(super) fn field(case: &mut Case<'_>) {
    let input = &case.record["input"];
    let class = input["expr_class"].as_str().unwrap_or("");
    let class = if class == "StrExpr" {
        "OptStrExpr"
    } else {
        class
    };
    let null = input["yaml_value"].is_null();
    let Some((document, key, path)) = field_of(class).filter(|_| class != "OptStrExpr" || !null)
    else {
        return;
    };
    let written = written(&input["yaml_value"], input["yaml_type"].as_str());
    let indent = "  ".repeat(path.len());
    let text = match (document, path) {
        (Document::Batch, _) => format!("kind: batch\ntasks:\n- image: i\n  {key}: {written}\n"),
        (_, []) => format!("kind: live\njobs: {{}}\n{key}: {written}\n"),
        (_, path) => {
            let block = format!("{}:\n  {}:\n{indent}{key}: {written}\n", path[0], path[1]);
            let rest = match path {
                ["volumes", "v"] => {
                    "    mount: /m
jobs: {}
"
                }
                ["volumes", _] => {
                    "    mount: /m
    remote: storage:a
jobs: {}
"
                }
                _ => "",
            };
            format!("kind: live\n{block}{rest}")
        }
    };
    let text = Text::new("f.yml", text);
    let key = if matches!(key, "bash" | "python") {
        "cmd"
    } else {
        key
    };
    evaluated(case, &text, document, (key, path));
}

fn written(value: &Value, kind: Option<&str>) -> String {
    match (value, kind) {
        (Value::String(text), Some("date")) => text.clone(),
        (Value::String(text), _) => json!(text).to_string(),
        (Value::Object(fields), _) => fields
            .get("__date__")
            .and_then(Value::as_str)
            .map_or_else(|| "{}".to_owned(), str::to_owned),
        (Value::Null, _) => "~".to_owned(),
        (other, _) => other.to_string(),
    }
}

/// Several fields of a job, written as YAML.
pub(super) fn job_field(case: &mut Case<'_>) {
    let input = case.record["input"].as_str().unwrap_or("");
    let typed = case.record["area"] == "yaml-scalar(typed-field)";
    let (key, line) = match typed {
        true => (
            input.split(':').next().unwrap_or("").to_owned(),
            input.to_owned(),
        ),
        false => ("title".to_owned(), format!("title: {input}")),
    };
    let text = format!("kind: live\njobs:\n  j:\n    image: i\n    {line}\n");
    let text = Text::new("f.yml", text);
    let key = if matches!(key.as_str(), "bash" | "python") {
        "cmd".to_owned()
    } else {
        key
    };
    evaluated(case, &text, Document::Live, (&key, &["jobs", "j"]));
}

fn block_at<'b>(tree: &'b Block, path: &[&str]) -> Option<&'b Block> {
    match path {
        [] => Some(tree),
        [list] => tree.items(list).first().map(|block| &**block),
        [blocks, name, ..] => tree.named(blocks, name).map(|named| &*named.block),
    }
}

fn evaluated(case: &mut Case<'_>, text: &Text, document: Document, (key, path): (&str, &[&str])) {
    let parsed = read::read(text, document);
    let errors = super::place::errors(&parsed.diagnostics);
    if !errors.is_empty() {
        return refused(case, &errors);
    }
    let workspace = MemoryWorkspace::new("/ws");
    let platform = Case::platform();
    let session = Session {
        workspace: &workspace,
        platform: &platform,
        jobs: &NoJobs,
    };
    let scope = scope();
    let home = home(case, &platform);
    let mut outside = Outside::new(session);
    let mut evaluator = Evaluator::new(&scope, &mut outside, home.as_ref());
    let block = block_at(&parsed.tree, path);
    let value = block
        .and_then(|block| block.get(key))
        .map_or(Some(Value::Null), |field| {
            Some(match field {
                FieldValue::Scalar(expr) => recorded(&evaluator.value(expr)?),
                FieldValue::List(crate::tree::List::Null) => Value::Null,
                FieldValue::List(list) => evaluator.list(list)?.iter().map(recorded).collect(),
                FieldValue::Map(map) => Value::Object(
                    evaluator
                        .map(map)?
                        .iter()
                        .map(|(k, v)| (k.clone(), recorded(v)))
                        .collect(),
                ),
                _ => Value::Null,
            })
        });
    let troubles = evaluator.troubles.diagnostics();
    match (value, troubles.is_empty()) {
        (Some(value), true) => case.answer(&value),
        _ => refused(case, &troubles),
    }
}

/// The recorded places count from the value alone, so only the refusal itself is compared.
fn refused(case: &mut Case<'_>, found: &[source::Diagnostic]) {
    let typed = case.record["area"] != "coerce" && case.record["area"] != "interpolation";
    match (typed, case.record.get("error").is_some()) {
        (false, true) => case.report.pass(),
        _ => case.refusal(found),
    }
}

fn home(case: &Case<'_>, platform: &crate::Platform) -> Option<Home> {
    let name = case.record["context"]["project_name"].as_str()?;
    let flow_project = if name.starts_with("other") {
        "other"
    } else {
        "proj"
    };
    Some(Home {
        account: expression::Home {
            cluster: platform.cluster.clone(),
            org: platform.org.clone(),
            project: platform.project.clone(),
        },
        flow_project: flow_project.to_owned(),
    })
}

/// The contexts of the cases about text.
fn scope() -> Dict {
    let inner: Dict = [("c", Evaluated::from("deep"))].into_iter().collect();
    let mut d = Dict::new();
    d.insert("a", Evaluated::from(1));
    d.insert("b", Evaluated::Dict(inner));
    let mut tags = Set::new();
    tags.insert("a");
    let env: Dict = [("K", Evaluated::from("v"))].into_iter().collect();
    let mut scope = Dict::new();
    scope.insert("needs", Evaluated::Dict(Dict::new()));
    scope.insert("x", Evaluated::from(5));
    scope.insert("d", Evaluated::Dict(d));
    scope.insert("l", Evaluated::list_of([10, 20, 30]));
    scope.insert("s", Evaluated::from("text"));
    scope.insert("t", Evaluated::Bool(true));
    scope.insert("n", Evaluated::None);
    scope.insert("env", Evaluated::Dict(env));
    let uri = Uri::parse("storage://cl/org/proj/a").map_or(Evaluated::None, Evaluated::Url);
    scope.insert("u", uri);
    scope.insert("rp", Evaluated::RemotePath(RemotePath::new("/mnt/a")));
    scope.insert("lp", Evaluated::LocalPath(LocalPath::new("/ws")));
    scope.insert("tg", Evaluated::Set(tags));
    scope
}

/// A file with parameters.
pub(super) fn params(case: &mut Case<'_>) {
    let text = Text::new("<META>", case.record["input"].as_str().unwrap_or(""));
    let read = crate::batch::read_params(&text);
    match super::place::errors(&read.diagnostics).is_empty() {
        true => case.answer(&json!(read.tree)),
        false => case.refusal(&read.diagnostics),
    }
}
