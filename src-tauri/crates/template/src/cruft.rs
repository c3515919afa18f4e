//! `.cruft.json`: which template a project was made from, in cruft's own form.

use serde_json::{Map, Value};

use crate::python_json::{Letters, written};
use crate::{Answers, Plan};

/// Name of the file in the project folder.
pub const CRUFT_FILE: &str = ".cruft.json";

/// Which template a project was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Cruft {
    /// Where the template is kept.
    pub template: String,
    /// The commit the project was made from.
    pub commit: String,
    /// The tag or branch that was asked for.
    pub checkout: Option<String>,
    /// All variables with their values; the answers.
    pub context: Map<String, Value>,
    /// The folder in the template's repository.
    pub directory: Option<String>,
    /// Paths an update leaves alone.
    pub skip: Vec<String>,
    /// What else stands in the file, kept as it is.
    rest: Map<String, Value>,
}

/// Why a text is no `.cruft.json`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CruftError {
    /// The text is no JSON.
    #[error(".cruft.json:{line}:{column}: {message}")]
    BadJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser said.
        message: String,
    },
    /// Something that has to stand there does not, or has another form.
    #[error(".cruft.json: `{key}` has to be {wanted}")]
    Bad {
        /// The key.
        key: &'static str,
        /// What it has to be.
        wanted: &'static str,
    },
}

impl Cruft {
    /// What a new project remembers.
    #[must_use]
    pub fn of(plan: &Plan, template: &str, commit: &str) -> Self {
        let mut context = plan.context.clone();
        context
            .retain(|name, _| !matches!(name.as_str(), "_output_dir" | "_repo_dir" | "_checkout"));
        context.insert("_template".to_owned(), template.into());
        context.insert("_commit".to_owned(), commit.into());
        Self {
            template: template.to_owned(),
            commit: commit.to_owned(),
            checkout: None,
            context,
            directory: None,
            skip: Vec::new(),
            rest: Map::new(),
        }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// When it is no JSON, or a part that is needed is missing.
    pub fn read(text: &str) -> Result<Self, CruftError> {
        let mut rest = match serde_json::from_str(text) {
            Ok(Value::Object(table)) => table,
            Ok(_) => return Err(bad("template", "in one object with the rest")),
            Err(error) => {
                return Err(CruftError::BadJson {
                    line: error.line(),
                    column: error.column().max(1),
                    message: crate::template::bare_message(&error),
                });
            }
        };
        let context = rest.shift_remove("context");
        let answers = context.as_ref().and_then(|one| one.get("cookiecutter"));
        let wanted = "an object with the answers in `cookiecutter`";
        let answers = answers.and_then(Value::as_object);
        Ok(Self {
            context: answers.ok_or_else(|| bad("context", wanted))?.clone(),
            template: text_of(&mut rest, "template")?.ok_or_else(|| bad("template", "a text"))?,
            commit: text_of(&mut rest, "commit")?.ok_or_else(|| bad("commit", "a text"))?,
            checkout: text_of(&mut rest, "checkout")?,
            directory: text_of(&mut rest, "directory")?,
            skip: match rest.shift_remove("skip") {
                None | Some(Value::Null) => Vec::new(),
                Some(Value::Array(list)) if list.iter().all(Value::is_string) => {
                    crate::schema::texts(Some(&Value::Array(list)))
                }
                Some(_) => return Err(bad("skip", "a list of texts")),
            },
            rest,
        })
    }

    /// The text of the file, byte for byte as cruft writes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::String);
        let mut all = Map::new();
        all.insert("template".to_owned(), self.template.clone().into());
        all.insert("commit".to_owned(), self.commit.clone().into());
        all.insert("checkout".to_owned(), text(&self.checkout));
        let context = Map::from_iter([(
            "cookiecutter".to_owned(),
            Value::Object(self.context.clone()),
        )]);
        all.insert("context".to_owned(), Value::Object(context));
        all.insert("directory".to_owned(), text(&self.directory));
        if !self.skip.is_empty() {
            all.insert("skip".to_owned(), self.skip.clone().into());
        }
        all.extend(self.rest.clone());
        written(&Value::Object(all), Letters::All) + "\n"
    }

    /// The answers to give to another version of the template: what was asked, taken literally.
    #[must_use]
    pub fn answers(&self) -> Answers {
        let asked = self
            .context
            .iter()
            .filter(|(name, _)| !name.starts_with('_'));
        Answers::typed(asked.map(|(name, value)| (name.clone(), value.clone())))
    }
}

fn text_of(rest: &mut Map<String, Value>, key: &'static str) -> Result<Option<String>, CruftError> {
    match rest.shift_remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(bad(key, "a text")),
    }
}

fn bad(key: &'static str, wanted: &'static str) -> CruftError {
    CruftError::Bad { key, wanted }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As cruft 2.16 writes it.
    const WRITTEN: &str = "{\n  \"template\": \"https://git.example/t\",\n  \"commit\": \"abc\",\n  \
        \"checkout\": null,\n  \"context\": {\n    \"cookiecutter\": {\n      \"name\": \"Größe\",\n      \
        \"yes\": true,\n      \"_template\": \"https://git.example/t\",\n      \"_commit\": \"abc\"\n    }\n  \
        },\n  \"directory\": null,\n  \"skip\": [\n    \"docs\"\n  ],\n  \"ours\": 1\n}\n";

    #[test]
    fn a_file_of_cruft_is_written_back_as_it_was() {
        let cruft = Cruft::read(WRITTEN).unwrap();
        assert_eq!(cruft.skip, ["docs"]);
        assert_eq!(cruft.answers().typed.len(), 2);
        assert_eq!(cruft.to_json(), WRITTEN);
    }

    #[test]
    fn what_is_missing_is_named() {
        let said = |text: &str| Cruft::read(text).unwrap_err().to_string();
        insta::assert_snapshot!(
            [said("{"), said("[]"), said("{\"template\": \"x\"}"),
             said("{\"context\": {\"cookiecutter\": {}}, \"template\": 1}"),
             said("{\"context\": {\"cookiecutter\": {}}, \"template\": \"x\", \"commit\": \"c\", \"skip\": 1}")]
                .join("\n"),
            @r#"
            .cruft.json:1:1: EOF while parsing an object
            .cruft.json: `template` has to be in one object with the rest
            .cruft.json: `context` has to be an object with the answers in `cookiecutter`
            .cruft.json: `template` has to be a text
            .cruft.json: `skip` has to be a list of texts
            "#
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,200}") {
            let _ = Cruft::read(&text);
        }
    }
}
