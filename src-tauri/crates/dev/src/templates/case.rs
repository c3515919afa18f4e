//! One case: a template, answers, and how to make the project.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

/// What is done with hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hooks {
    Ignored,
    Rendered,
    Run,
}

/// One case.
pub(crate) struct Case {
    /// Where the template lies: a folder or an archive.
    pub(crate) template: PathBuf,
    /// The folder a link of the template may lead into.
    pub(crate) repository: PathBuf,
    /// The template as the real tool was told it.
    pub(crate) named: String,
    /// Where the real tool made the project; templates may print it.
    pub(crate) output_dir: String,
    pub(crate) directory: Option<String>,
    pub(crate) checkout: Option<String>,
    pub(crate) answers: Map<String, Value>,
    /// Whether the answers are literal.
    pub(crate) typed: bool,
    /// The values of all variables, in place of questions.
    pub(crate) context: Option<Map<String, Value>>,
    pub(crate) hooks: Hooks,
    pub(crate) overwrite: bool,
    pub(crate) skip_existing: bool,
    pub(crate) user_config: Option<PathBuf>,
    pub(crate) epoch: i64,
    pub(crate) preexisting: Vec<(String, String)>,
}

impl Case {
    /// Reads a case; where the project was made stands in the recorded result.
    pub(crate) fn of(value: Value, recorded: &Value, root: Option<&Path>) -> Result<Self> {
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let flag = |key: &str| value[key].as_bool().unwrap_or(false);
        let named = text("template").context("has no template")?;
        let table = |key: &str| value[key].as_object().cloned();
        let epoch = match &value["epoch"] {
            Value::Null => 1_767_355_445,
            Value::Number(number) => number.as_i64().context("`epoch` is no whole number")?,
            other => other
                .as_str()
                .and_then(|text| text.parse().ok())
                .context("only a frozen clock can be compared")?,
        };
        let recorded_name = recorded["template"].as_str().unwrap_or(&named).to_owned();
        let first = Path::new(&named).iter().next().unwrap_or_default();
        let repository = root.unwrap_or(Path::new("")).join(first);
        Ok(Self {
            repository,
            template: root.map_or_else(|| PathBuf::from(&named), |root| root.join(&named)),
            named: recorded_name,
            output_dir: recorded["output_dir"].as_str().unwrap_or("/out").to_owned(),
            directory: text("directory"),
            checkout: text("checkout"),
            answers: table("answers").unwrap_or_default(),
            typed: text("answers_mode").as_deref() == Some("typed"),
            context: table("context"),
            hooks: match text("hooks").as_deref() {
                Some("no") => Hooks::Ignored,
                Some("yes") => Hooks::Run,
                _ => Hooks::Rendered,
            },
            overwrite: flag("overwrite"),
            skip_existing: flag("skip_existing"),
            user_config: text("user_config").map(PathBuf::from),
            epoch,
            preexisting: table("preexisting")
                .unwrap_or_default()
                .into_iter()
                .filter_map(|(path, text)| Some((path, text.as_str()?.to_owned())))
                .collect(),
        })
    }
}
