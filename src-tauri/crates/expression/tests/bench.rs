//! The contexts and the world the tests share.

use std::collections::BTreeMap;

use expression::{
    Dict, Entry, EntryKind, Home, LocalPath, Record, Set, Unknown, Uri, Value, World, WorldError,
    volume,
};
use source::{Diagnostic, Text};

/// The contexts of a task `report` that needs `train` (failed) and `build` (succeeded), and
/// `score`, which is still running.
pub(crate) fn contexts() -> Dict {
    let mut contexts = Dict::new();
    let flow = Record::new("FlowCtx")
        .with("flow_id", "nightly")
        .with("workspace", LocalPath::new("/ws"));
    contexts.insert("flow", flow);
    contexts.insert(
        "params",
        [
            ("lr", Value::from("0.1")),
            ("seed", Unknown::parameter("seed").into()),
        ]
        .into_iter()
        .collect::<Dict>(),
    );
    contexts.insert("tags", ["a", "b"].into_iter().collect::<Set>());
    contexts.insert("numbers", Value::list_of([10, 20, 30]));
    contexts.insert(
        "env",
        [("HOME", "/root"), ("it's", "quoted")]
            .into_iter()
            .collect::<Dict>(),
    );
    let remote = Uri::parse("storage://cl/org/proj/data").expect("a URL");
    let data = volume("data", remote, "/mnt/data", true, None);
    contexts.insert("volumes", [("data", data)].into_iter().collect::<Dict>());
    contexts.insert(
        "git",
        Record::refusing("GitCtx", "Git info is not available"),
    );
    contexts.insert("needs", needs());
    contexts.insert("state", Unknown::task("report"));
    contexts
}

fn needs() -> Dict {
    let task = |result: &str| {
        let outputs: Dict = [("path", "/out")].into_iter().collect();
        Value::from(
            Record::new("DepCtx")
                .with("result", result)
                .with("outputs", outputs),
        )
    };
    let running = Record::new("DepCtx")
        .with("result", Unknown::task("score"))
        .with("outputs", Unknown::task("score"));
    let mut needs: Dict = [("train", task("failed")), ("build", task("succeeded"))]
        .into_iter()
        .collect();
    needs.insert("score", running);
    needs
}

/// A world of a few files and one running job.
#[derive(Default)]
pub(crate) struct Shelf {
    files: BTreeMap<String, String>,
    pub(crate) uploads: Vec<String>,
}

impl Shelf {
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| (format!("/ws/{path}"), (*text).to_owned()));
        Self {
            files: files.collect(),
            uploads: Vec::new(),
        }
    }
}

impl World for Shelf {
    fn home(&self) -> Result<Home, WorldError> {
        Ok(Home {
            cluster: "cl".to_owned(),
            org: Some("org".to_owned()),
            project: "proj".to_owned(),
        })
    }

    fn entries(&mut self, folder: &str) -> Result<Vec<Entry>, WorldError> {
        let inside = format!("{folder}/");
        let mut found: BTreeMap<&str, EntryKind> = BTreeMap::new();
        for rest in self
            .files
            .keys()
            .filter_map(|path| path.strip_prefix(&inside))
        {
            match rest.split_once('/') {
                Some((name, _)) => found.insert(name, EntryKind::Folder),
                None => found.insert(rest, EntryKind::File),
            };
        }
        Ok(found
            .into_iter()
            .map(|(name, kind)| Entry {
                name: name.to_owned(),
                kind,
            })
            .collect())
    }

    fn kind(&mut self, path: &str) -> Result<Option<EntryKind>, WorldError> {
        let inside = format!("{path}/");
        let folder = self.files.keys().any(|file| file.starts_with(&inside));
        let file = self.files.contains_key(path).then_some(EntryKind::File);
        Ok(file.or(folder.then_some(EntryKind::Folder)))
    }

    fn read(&mut self, path: &str, sink: &mut dyn FnMut(&[u8])) -> Result<(), WorldError> {
        sink(self.files[path].as_bytes());
        Ok(())
    }

    fn inspect_job(
        &mut self,
        job: &str,
        suffix: Option<&str>,
    ) -> Result<Option<Value>, WorldError> {
        let url = format!("https://{job}{}", suffix.unwrap_or_default());
        let found = Uri::parse(&url).map(|url| Record::new("JobDescription").with("http_url", url));
        Ok(found.ok().filter(|_| job == "server").map(Value::from))
    }

    fn upload(&mut self, volume: &Record) -> Result<(), WorldError> {
        self.uploads.push(
            volume
                .get("id")
                .map(ToString::to_string)
                .unwrap_or_default(),
        );
        Ok(())
    }
}

/// A diagnostic as people see it: the line with a caret below the place.
pub(crate) fn drawn(found: &Diagnostic) -> String {
    let text = &found.text;
    let start = text.position(found.span.start);
    let end = text.position(found.span.end);
    let line = text.line(start.line);
    let width = if end.line == start.line {
        end.column - start.column
    } else {
        1
    };
    let carets = format!(
        "{}{}",
        " ".repeat(start.column - 1),
        "^".repeat(width.max(1))
    );
    let mut out = format!("{}\n{line}\n{carets} {}", found.code, found.message);
    if let Some(help) = &found.help {
        out.push_str(&format!("\nhelp: {help}"));
    }
    if !found.candidates.is_empty() {
        out.push_str(&format!("\ndid you mean: {}", found.candidates.join(", ")));
    }
    out
}

/// The value of a text, or the first thing that is wrong with it, drawn.
pub(crate) fn outcome(
    written: &str,
    contexts: &Dict,
    world: &mut dyn World,
) -> Result<Value, String> {
    let text = Text::new("flow.yml", written);
    let parsed = expression::parse_text(&text);
    if let Some(found) = parsed.diagnostics.first() {
        return Err(drawn(found));
    }
    expression::evaluate(&parsed.tree, contexts, world)
        .map_err(|error| drawn(&error.diagnostic(&text)))
}
