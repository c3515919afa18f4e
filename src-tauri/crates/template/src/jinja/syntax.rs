//! The marks of the template language, as `_jinja2_env_vars` sets them.

use minijinja::syntax::SyntaxConfig;
use serde_json::Value as Json;

/// The marks and whitespace rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Syntax {
    pub(super) block: (String, String),
    pub(super) variable: (String, String),
    pub(super) comment: (String, String),
    pub(super) line_statement: Option<String>,
    pub(super) line_comment: Option<String>,
    pub(super) trim_blocks: bool,
    pub(super) lstrip_blocks: bool,
}

impl Default for Syntax {
    fn default() -> Self {
        let pair = |start: &str, end: &str| (start.to_owned(), end.to_owned());
        Self {
            block: pair("{%", "%}"),
            variable: pair("{{", "}}"),
            comment: pair("{#", "#}"),
            line_statement: None,
            line_comment: None,
            trim_blocks: false,
            lstrip_blocks: false,
        }
    }
}

impl Syntax {
    /// Reads `_jinja2_env_vars`; settings that change nothing here are passed over.
    pub(crate) fn of(settings: Option<&Json>) -> Result<Self, String> {
        let mut syntax = Self::default();
        let Some(settings) = settings.and_then(Json::as_object) else {
            return Ok(syntax);
        };
        for (name, value) in settings {
            let text = || match value.as_str() {
                Some(text) if !text.is_empty() => Ok(text.to_owned()),
                _ => Err(format!(
                    "`_jinja2_env_vars.{name}` has to be a text that is not empty"
                )),
            };
            match name.as_str() {
                "block_start_string" => syntax.block.0 = text()?,
                "block_end_string" => syntax.block.1 = text()?,
                "variable_start_string" => syntax.variable.0 = text()?,
                "variable_end_string" => syntax.variable.1 = text()?,
                "comment_start_string" => syntax.comment.0 = text()?,
                "comment_end_string" => syntax.comment.1 = text()?,
                "line_statement_prefix" => {
                    syntax.line_statement = value.as_str().map(str::to_owned);
                }
                "line_comment_prefix" => syntax.line_comment = value.as_str().map(str::to_owned),
                "trim_blocks" => syntax.trim_blocks = truth(value),
                "lstrip_blocks" => syntax.lstrip_blocks = truth(value),
                _ => {}
            }
        }
        Ok(syntax)
    }

    /// The same for the engine.
    pub(crate) fn config(&self) -> Result<SyntaxConfig, String> {
        let mut builder = SyntaxConfig::builder();
        builder
            .block_delimiters(self.block.0.clone(), self.block.1.clone())
            .variable_delimiters(self.variable.0.clone(), self.variable.1.clone())
            .comment_delimiters(self.comment.0.clone(), self.comment.1.clone())
            .trim_blocks(self.trim_blocks)
            .lstrip_blocks(self.lstrip_blocks)
            .keep_trailing_newline(true);
        if let Some(prefix) = &self.line_statement {
            builder.line_statement_prefix(prefix.clone());
        }
        if let Some(prefix) = &self.line_comment {
            builder.line_comment_prefix(prefix.clone());
        }
        builder
            .build()
            .map_err(|error| format!("`_jinja2_env_vars` cannot be used: {error}"))
    }

    /// The two marks around a substitution.
    pub(crate) fn variable_marks(&self) -> (&str, &str) {
        (&self.variable.0, &self.variable.1)
    }

    /// Whether a text holds no mark, so that it is written as it is.
    pub(crate) fn is_plain(&self, source: &str) -> bool {
        let starts = [&self.block.0, &self.variable.0, &self.comment.0];
        self.line_statement.is_none()
            && self.line_comment.is_none()
            && !starts.iter().any(|start| source.contains(start.as_str()))
    }
}

fn truth(value: &Json) -> bool {
    match value {
        Json::Bool(yes) => *yes,
        Json::Null => false,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !text.is_empty(),
        Json::Array(list) => !list.is_empty(),
        Json::Object(map) => !map.is_empty(),
    }
}
