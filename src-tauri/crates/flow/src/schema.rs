//! JSON schemas (2020-12) of the files, made from the table of keys and nothing else: for editors
//! that know YAML but not this language.

mod values;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::keys::{KeySpec, Kind, Shape};
use values::{arguments, expression, list, map, nullable, scalar, text};

/// The version of JSON Schema the schemas are written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What names of jobs, images, parameters … look like.
const NAME: &str = "^[\\p{L}_][\\p{L}\\p{N}_]*$";

/// A kind of file that has a schema of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SchemaFile {
    /// `live.yml`.
    Live,
    /// A batch.
    Batch,
    /// `project.yml`.
    Project,
    /// An action of any kind.
    Action,
    /// An action that can be called as a module: by live jobs, or by tasks.
    Module,
}

impl SchemaFile {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Live,
        Self::Batch,
        Self::Project,
        Self::Action,
        Self::Module,
    ];

    /// The word for it in file names: `live.schema.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Batch => "batch",
            Self::Project => "project",
            Self::Action => "action",
            Self::Module => "module",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Live => "Live flow",
            Self::Batch => "Batch",
            Self::Project => "Project",
            Self::Action => "Action",
            Self::Module => "Module",
        }
    }

    fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Live => &[Kind::LiveFlow],
            Self::Batch => &[Kind::BatchFlow],
            Self::Project => &[Kind::Project],
            Self::Action => &[
                Kind::LiveAction,
                Kind::BatchAction,
                Kind::StatefulAction,
                Kind::LocalAction,
            ],
            Self::Module => &[Kind::LiveAction, Kind::BatchAction],
        }
    }
}

/// The schema of a kind of file. The same table of keys always makes the same text.
#[must_use]
pub fn schema(file: SchemaFile) -> Value {
    let mut definitions = BTreeMap::new();
    for kind in file.kinds() {
        define(*kind, &mut definitions);
    }
    definitions.insert("expression".to_owned(), expression());
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), json!(DIALECT));
    whole.insert("title".to_owned(), json!(file.title()));
    match file.kinds() {
        [kind] => whole.insert("$ref".to_owned(), json!(pointer(*kind))),
        kinds => {
            let kinds: Vec<Value> = kinds.iter().map(|kind| reference(*kind)).collect();
            whole.insert("oneOf".to_owned(), json!(kinds))
        }
    };
    whole.insert("$defs".to_owned(), json!(definitions));
    Value::Object(whole)
}

/// Defines a kind of block and all kinds inside it.
fn define(kind: Kind, definitions: &mut BTreeMap<String, Value>) {
    let name = format!("{kind:?}");
    if definitions.contains_key(&name) {
        return;
    }
    definitions.insert(name.clone(), Value::Null);
    definitions.insert(name, block(kind));
    for key in kind.keys() {
        match key.shape {
            Shape::Block(inner) | Shape::Blocks(inner) | Shape::Items(inner) => {
                define(inner, definitions);
            }
            Shape::Params => define(Kind::Param, definitions),
            _ => {}
        }
    }
}

/// The schema of a block of keys.
fn block(kind: Kind) -> Value {
    let mut properties = Map::new();
    for key in kind.keys() {
        let mut value = property(kind, key);
        if let Value::Object(value) = &mut value {
            value.insert("description".to_owned(), json!(key.doc));
        }
        properties.insert(key.name.to_owned(), value);
    }
    let required = kind.keys().filter(|key| key.required);
    let required: Vec<&str> = required.map(|key| key.name).collect();
    let mut whole = Map::new();
    whole.insert("type".to_owned(), json!("object"));
    whole.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        whole.insert("required".to_owned(), json!(required));
    }
    whole.insert("additionalProperties".to_owned(), json!(false));
    Value::Object(whole)
}

fn property(kind: Kind, key: &KeySpec) -> Value {
    match key.shape {
        Shape::Scalar(it) => scalar(it),
        Shape::List(item) => list(item),
        Shape::Names => nullable(&json!({"type": "array", "items": {"type": "string"}})),
        Shape::Map(item) => map(item),
        Shape::Arguments => arguments(),
        Shape::Word(words) => json!({"enum": fitting_words(kind, words)}),
        Shape::Block(inner) => nullable(&reference(inner)),
        Shape::Blocks(inner) => nullable(&named(&reference(inner))),
        Shape::Items(inner) => nullable(&json!({"type": "array", "items": reference(inner)})),
        Shape::Params => nullable(&named(&param())),
        Shape::Needs => nullable(&needs()),
        Shape::Matrix => nullable(&matrix()),
        Shape::Ignored => json!({"deprecated": true}),
    }
}

/// The words for the kind of an action are told apart by the kind itself.
fn fitting_words(kind: Kind, words: &[&str]) -> Vec<String> {
    let own = match kind {
        Kind::LiveAction => "live",
        Kind::BatchAction => "batch",
        Kind::StatefulAction => "stateful",
        Kind::LocalAction => "local",
        _ => return words.iter().map(|word| (*word).to_owned()).collect(),
    };
    vec![own.to_owned()]
}

fn named(entry: &Value) -> Value {
    json!({
        "type": "object",
        "propertyNames": {"pattern": NAME},
        "additionalProperties": entry,
    })
}

fn param() -> Value {
    json!({"anyOf": [text(), {"type": "null"}, reference(Kind::Param)]})
}

fn needs() -> Value {
    json!({"anyOf": [
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "additionalProperties": {"enum": ["running", "completed"]}},
    ]})
}

fn matrix() -> Value {
    let row = json!({
        "type": "object",
        "propertyNames": {"pattern": NAME},
        "additionalProperties": text(),
    });
    let rows = json!({"type": "array", "items": row});
    let values = json!({"anyOf": [
        {"type": "array", "items": text()},
        {"$ref": "#/$defs/expression"},
    ]});
    json!({
        "type": "object",
        "properties": {"exclude": rows, "include": rows},
        "propertyNames": {"pattern": NAME},
        "additionalProperties": values,
    })
}

fn pointer(kind: Kind) -> String {
    format!("#/$defs/{kind:?}")
}

fn reference(kind: Kind) -> Value {
    json!({"$ref": pointer(kind)})
}
