//! Answers in files: our own form, and the replay files of cookiecutter.

use contract::{
    AnswersExport, AnswersFile, AnswersForm, AnswersImport, Failure, FailureCode, ImportedAnswers,
};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use template::Replay;

use crate::Desk;
use crate::new_project::Asked;
use crate::stored;
use crate::template::with;
use crate::templates::open_template::find;
use crate::templates::source::{last_part, path};
use crate::view::failure::capital;

/// A file with answers may have so many bytes.
const MOST_BYTES: u64 = 4 << 20;

/// The present answers as a file.
pub async fn answers_export(desk: &Desk, request: AnswersExport) -> Result<AnswersFile, Failure> {
    let (name, text) = with(desk, &request.ask, |asked| file(asked, request.form))?;
    let written = match &request.path {
        Some(typed) => {
            let target = path(desk, typed);
            stored::replace(&target, text.as_bytes()).map_err(|error| {
                let message = format!("{}.", capital(&error));
                Failure {
                    field: Some("path".to_owned()),
                    ..Failure::new(FailureCode::Refused, message)
                }
            })?;
            Some(target.display().to_string())
        }
        None => None,
    };
    Ok(AnswersFile {
        name,
        text,
        path: written,
    })
}

fn file(asked: Asked<'_>, form: AnswersForm) -> (String, String) {
    let place = asked.open.pin.directory.as_deref();
    let name = last_part(place.unwrap_or(asked.open.typed()));
    match form {
        AnswersForm::Answers => {
            let typed: Map<String, Value> = asked.typed().into_iter().collect();
            let text = format!("{:#}\n", Value::Object(typed));
            (format!("{name}-answers.json"), text)
        }
        AnswersForm::Replay => {
            let replay = Replay::of(&asked.bare_plan());
            (Replay::file_name(&name), replay.to_json())
        }
    }
}

/// Answers out of a text or a file of either form.
pub async fn answers_import(
    desk: &Desk,
    request: AnswersImport,
) -> Result<ImportedAnswers, Failure> {
    let (field, text) = match (&request.text, &request.path) {
        (Some(text), _) => ("text", text.clone()),
        (None, Some(typed)) => ("path", read(desk, typed)?),
        (None, None) => return Err(Failure::invalid("path", "Name a file with answers.")),
    };
    let (form, answers) = understood(&text).map_err(|why| {
        Failure::invalid(field, format!("These are no answers: {why}."))
            .hint("A JSON object with names and answers is wanted, or a replay file.")
    })?;
    let (answers, unknown) = match &request.template {
        None => (answers, Vec::new()),
        Some(template) => {
            let open = find(desk, template)?;
            let asked = open.asked();
            let (known, unknown): (IndexMap<_, _>, IndexMap<_, _>) = answers
                .into_iter()
                .partition(|(name, _)| asked.contains(name.as_str()));
            (known, unknown.into_keys().collect())
        }
    };
    Ok(ImportedAnswers {
        answers,
        unknown,
        form,
    })
}

fn read(desk: &Desk, typed: &str) -> Result<String, Failure> {
    let file = path(desk, typed);
    let refuse = |why: String| {
        let message = format!("{} cannot be read: {why}.", file.display());
        Failure::invalid("path", message)
    };
    let about = std::fs::metadata(&file).map_err(|error| refuse(error.to_string()))?;
    if about.len() > MOST_BYTES {
        return Err(refuse("it is too large for a file with answers".to_owned()));
    }
    std::fs::read_to_string(&file).map_err(|error| refuse(error.to_string()))
}

type Answers = IndexMap<String, Value>;

fn understood(text: &str) -> Result<(AnswersForm, Answers), String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Value::Object(table) = value else {
        return Err("it is no JSON object".to_owned());
    };
    if table.get("cookiecutter").is_some_and(Value::is_object) {
        let replay = Replay::read(text).map_err(|error| error.to_string())?;
        return Ok((AnswersForm::Replay, replay.answers().typed));
    }
    Ok((AnswersForm::Answers, table.into_iter().collect()))
}
