//! Builds the contexts and the world a recorded case was made in.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::value::{Dict, LocalPath, Record, RemotePath, Set, Uri, Value};
use crate::world::{Entry, EntryKind, Home, World, WorldError};

/// What a case is replayed with.
pub(super) struct Bench {
    pub(super) contexts: Dict,
    pub(super) world: RecordedWorld,
}

impl Bench {
    /// Reads the `context` of a case.
    pub(super) fn of(context: &Json) -> Self {
        let mut bench = Self {
            contexts: Dict::new(),
            world: RecordedWorld::default(),
        };
        match context {
            Json::Object(names) => {
                for (name, value) in names {
                    bench.name(name, value);
                }
            }
            Json::String(told) if told == "no deps" => {
                bench.contexts.insert("needs", Value::Dict(Dict::new()));
            }
            Json::String(told) => {
                if let Some((task, status)) = told.split_once(' ') {
                    let needs: Dict = [(task, dependency(status))].into_iter().collect();
                    if task != "no" {
                        bench.contexts.insert("needs", needs);
                    }
                }
            }
            _ => {}
        }
        bench
    }

    /// Puts the case into a task that needs nothing.
    pub(super) fn inside_task(&mut self) {
        self.contexts.insert("needs", Dict::new());
    }

    fn name(&mut self, name: &str, value: &Json) {
        match (name, value) {
            ("workspace files", Json::Object(files)) => {
                for (path, content) in files {
                    let content = content.as_str().unwrap_or_default().to_owned();
                    self.world.files.insert(format!("/ws/{path}"), content);
                }
                self.world.folders.push("/ws/.apolo".to_owned());
                let flow = Record::new("FlowCtx").with("workspace", LocalPath::new("/ws"));
                self.contexts.insert("flow", flow);
            }
            ("needs", Json::Object(tasks)) => {
                let status = |value: &Json| dependency(value.as_str().unwrap_or_default());
                let needs: Dict = tasks
                    .iter()
                    .map(|(name, value)| (name.as_str(), status(value)))
                    .collect();
                self.contexts.insert("needs", needs);
            }
            ("project_name", Json::String(told)) => {
                let project = told.split(' ').next().unwrap_or_default();
                let project = Record::new("ProjectCtx").with("project_name", project);
                self.contexts.insert("project", project);
            }
            ("cluster" | "org", _) => {}
            (name, value) => {
                self.contexts.insert(name, told(value));
            }
        }
    }
}

fn dependency(status: &str) -> Value {
    let outputs: Dict = match status {
        "succeeded" => [("o", "1")].into_iter().collect(),
        _ => Dict::new(),
    };
    Value::Record(
        Record::new("DepCtx")
            .with("result", status)
            .with("outputs", outputs),
    )
}

/// A value of a context; texts such as `URL storage:a` stand for what JSON cannot hold.
fn told(value: &Json) -> Value {
    let Json::String(text) = value else {
        return plain(value);
    };
    if let Some(uri) = text.strip_prefix("URL ") {
        return Uri::parse(uri).map_or(Value::None, Value::Url);
    }
    if let Some(path) = text.strip_prefix("RemotePath ") {
        return RemotePath::new(path).into();
    }
    if let Some(path) = text.strip_prefix("LocalPath ") {
        return LocalPath::new(path).into();
    }
    if let Some(time) = text.strip_prefix("datetime ") {
        return Value::DateTime(time.to_owned());
    }
    if let Some(items) = text
        .strip_prefix("set{")
        .and_then(|rest| rest.strip_suffix('}'))
    {
        return Value::Set(items.split(',').collect::<Set>());
    }
    if text.starts_with("DepCtx(result=succeeded") {
        return dependency("succeeded");
    }
    Value::Str(text.clone())
}

/// A JSON value as it is.
pub(super) fn plain(value: &Json) -> Value {
    match value {
        Json::Null => Value::None,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::from(whole),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::Str(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(plain).collect()),
        Json::Object(entries) => {
            let pairs = entries
                .iter()
                .map(|(name, value)| (name.as_str(), plain(value)));
            Value::Dict(pairs.collect())
        }
    }
}

/// A scalar as YAML has read it.
pub(super) fn scalar(value: &Json, kind: &str) -> Value {
    match (kind, value) {
        ("date", Json::Object(date)) => {
            Value::Date(date["__date__"].as_str().unwrap_or_default().to_owned())
        }
        ("float", Json::Number(number)) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        (_, value) => plain(value),
    }
}

/// The account, the files and the jobs a case was recorded with.
#[derive(Default)]
pub(super) struct RecordedWorld {
    files: IndexMap<String, String>,
    folders: Vec<String>,
}

impl World for RecordedWorld {
    fn home(&self) -> Result<Home, WorldError> {
        let org = Some("org".to_owned());
        Ok(Home {
            cluster: "cl".to_owned(),
            org,
            project: "proj".to_owned(),
        })
    }

    fn entries(&mut self, folder: &str) -> Result<Vec<Entry>, WorldError> {
        let inside = format!("{folder}/");
        let folders = self
            .folders
            .iter()
            .filter_map(|path| path.strip_prefix(&inside));
        let folder = |name: &str| Entry {
            name: name.to_owned(),
            kind: EntryKind::Folder,
        };
        let mut entries: Vec<Entry> = folders.map(folder).collect();
        for rest in self
            .files
            .keys()
            .filter_map(|path| path.strip_prefix(&inside))
        {
            let (name, kind) = match rest.split_once('/') {
                Some((name, _)) => (name, EntryKind::Folder),
                None => (rest, EntryKind::File),
            };
            if !entries.iter().any(|entry| entry.name == name) {
                entries.push(Entry {
                    name: name.to_owned(),
                    kind,
                });
            }
        }
        Ok(entries)
    }

    fn kind(&mut self, path: &str) -> Result<Option<EntryKind>, WorldError> {
        if self.files.contains_key(path) {
            return Ok(Some(EntryKind::File));
        }
        let inside = format!("{path}/");
        let folder = self.files.keys().any(|file| file.starts_with(&inside));
        Ok(folder.then_some(EntryKind::Folder))
    }

    fn read(&mut self, path: &str, sink: &mut dyn FnMut(&[u8])) -> Result<(), WorldError> {
        match self.files.get(path) {
            Some(content) => {
                sink(content.as_bytes());
                Ok(())
            }
            None => Err(WorldError::Failed(format!("no file {path}"))),
        }
    }
}
