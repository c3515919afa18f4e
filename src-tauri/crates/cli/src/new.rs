//! `bakehouse new`: make a project from a template.

use contract::{EntryKind, PlaceAsk, ProjectCreate, TemplateAsk, TemplatePreview};
use indexmap::IndexMap;
use workbench::{Desk, commands};

use crate::args::New;
use crate::output::{Ended, Stop, full_path, print_diagnostics, print_json};

/// Makes a project, or shows what would be written.
pub(crate) async fn new(desk: &Desk, new: New) -> Result<Ended, Stop> {
    let parent = full_path(&new.output)?;
    let answers = answers(&new)?;
    let ask = TemplateAsk {
        template: new.template.clone(),
        answers: answers.clone(),
    };
    let form = commands::template_form(desk, ask.clone()).await?;
    if let Some(unknown) = answers
        .keys()
        .find(|name| form.fields.iter().all(|f| &f.name != *name))
    {
        let known: Vec<&str> = form
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        let known = known.join(", ");
        return Err(Stop::Usage(format!(
            "the template asks no `{unknown}`; it asks {known}"
        )));
    }
    if new.dry_run {
        let preview = commands::template_preview(desk, ask).await?;
        let place = PlaceAsk {
            parent: Some(parent),
            folder: preview.folder.clone(),
        };
        let place = commands::place_check(desk, place).await?;
        print_diagnostics(&preview.diagnostics);
        return if new.json {
            print_json(&preview)
        } else {
            print_tree(&preview, &place.target)
        };
    }
    let create = ProjectCreate {
        template: new.template,
        answers,
        parent: Some(parent),
    };
    let project = commands::project_create(desk, create).await?;
    if new.json {
        return print_json(&project);
    }
    println!("{} was made in {}", project.name, project.path);
    println!("Next: bakehouse -C {} ps", project.path);
    Ok(Ended::Well)
}

/// The answers of the file, then those of the command line.
fn answers(new: &New) -> Result<IndexMap<String, String>, Stop> {
    let mut answers = IndexMap::new();
    if let Some(file) = &new.answers_file {
        let shown = file.display();
        let text = std::fs::read_to_string(file)
            .map_err(|error| Stop::Failed(format!("{shown} cannot be read: {error}")))?;
        let read: IndexMap<String, serde_json::Value> = serde_json::from_str(&text)
            .map_err(|error| Stop::Failed(format!("{shown} is no JSON object: {error}")))?;
        answers.extend(read.into_iter().map(|(name, value)| (name, plain(value))));
    }
    answers.extend(new.answers.iter().cloned());
    Ok(answers)
}

fn plain(value: serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text,
        serde_json::Value::Bool(true) => "yes".to_owned(),
        serde_json::Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}

fn print_tree(preview: &TemplatePreview, target: &str) -> Result<Ended, Stop> {
    println!("{target}");
    for entry in &preview.entries {
        match entry.kind {
            EntryKind::Folder => println!("  {}/", entry.path),
            EntryKind::Link => println!("  {} (link)", entry.path),
            EntryKind::File | EntryKind::Program => {
                println!("  {} ({} bytes)", entry.path, entry.bytes);
            }
        }
    }
    println!("Nothing was written.");
    Ok(Ended::Well)
}
