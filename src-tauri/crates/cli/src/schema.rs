//! `bakehouse schema`: the JSON schemas of flow files, for other editors.

use std::path::Path;

use contract::{SchemaAsk, SchemaKind, SchemaView};
use serde_json::{Map, Value};
use workbench::{Desk, commands};

use crate::args::{Schema, SchemaOf};
use crate::output::{Ended, Stop, full_path, print_json};

/// Prints a schema, all of them by the kind of file, or writes them into a folder.
pub(crate) async fn schema(desk: &Desk, schema: Schema) -> Result<Ended, Stop> {
    let files = schema.file.map(kind).into_iter().collect();
    let list = commands::schema_list(desk, SchemaAsk { files }).await?;
    match (&schema.output, list.schemas.as_slice()) {
        (Some(folder), schemas) => {
            let folder = full_path(folder)?;
            for schema in schemas {
                let path = Path::new(&folder).join(&schema.name);
                write(&path, &schema.text)?;
                println!("{}", path.display());
            }
        }
        (None, [only]) => print!("{}", only.text),
        (None, schemas) => return print_json(&all(schemas)?),
    }
    Ok(Ended::Well)
}

/// All schemas in one mapping.
fn all(schemas: &[SchemaView]) -> Result<Map<String, Value>, Stop> {
    let one = |schema: &SchemaView| {
        let kind = schema.name.split('.').next().unwrap_or_default();
        let value = serde_json::from_str(&schema.text)
            .map_err(|error| Stop::Failed(format!("{} is no JSON: {error}", schema.name)))?;
        Ok((kind.to_owned(), value))
    };
    schemas.iter().map(one).collect()
}

fn kind(file: SchemaOf) -> SchemaKind {
    match file {
        SchemaOf::Live => SchemaKind::Live,
        SchemaOf::Batch => SchemaKind::Batch,
        SchemaOf::Project => SchemaKind::Project,
        SchemaOf::Action => SchemaKind::Action,
        SchemaOf::Module => SchemaKind::Module,
    }
}

fn write(path: &Path, text: &str) -> Result<(), Stop> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(path, text))
        .map_err(|error| Stop::Failed(format!("{} cannot be written: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_schemas_are_one_mapping_by_the_kind_of_file() {
        let view = |name: &str, file| SchemaView {
            file,
            name: format!("{name}.schema.json"),
            text: format!("{{\"title\": \"{name}\"}}\n"),
        };
        let schemas = [
            view("live", SchemaKind::Live),
            view("batch", SchemaKind::Batch),
        ];
        let all = all(&schemas).unwrap();
        assert_eq!(all["batch"]["title"], "batch");
        assert_eq!(all.keys().collect::<Vec<_>>(), ["live", "batch"]);
    }
}
