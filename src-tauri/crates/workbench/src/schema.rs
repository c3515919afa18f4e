//! JSON schemas of flow files, for editors that know YAML but not this language.

use contract::{Failure, SchemaAsk, SchemaKind, SchemaList, SchemaView};
use flow::schema::{SchemaFile, schema};

use crate::Desk;

/// Every kind of file that has a schema.
const ALL: [SchemaKind; 5] = [
    SchemaKind::Live,
    SchemaKind::Batch,
    SchemaKind::Project,
    SchemaKind::Action,
    SchemaKind::Module,
];

/// Makes the schemas of kinds of files.
pub async fn schema_list(_desk: &Desk, request: SchemaAsk) -> Result<SchemaList, Failure> {
    let files = match request.files.as_slice() {
        [] => &ALL,
        files => files,
    };
    let schemas = files.iter().map(|file| view(*file));
    Ok(SchemaList {
        schemas: schemas.collect::<Result<_, _>>()?,
    })
}

fn view(kind: SchemaKind) -> Result<SchemaView, Failure> {
    let file = match kind {
        SchemaKind::Live => SchemaFile::Live,
        SchemaKind::Batch => SchemaFile::Batch,
        SchemaKind::Project => SchemaFile::Project,
        SchemaKind::Action => SchemaFile::Action,
        SchemaKind::Module => SchemaFile::Module,
    };
    let text = serde_json::to_string_pretty(&schema(file))
        .map_err(|error| Failure::internal(format!("The schema cannot be written: {error}.")))?;
    Ok(SchemaView {
        file: kind,
        name: format!("{}.schema.json", file.name()),
        text: format!("{text}\n"),
    })
}
