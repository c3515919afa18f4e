//! Jinja as cookiecutter's templates expect it: an environment over `minijinja` with the bridges
//! that make it answer as Python's Jinja does.

mod arguments;
mod clock;
mod commit;
mod filter;
mod html;
mod method;
mod python;
mod random;
mod rewrite;
mod shared;
mod slug;
mod syntax;
mod test;
mod text_filter;
mod wrap;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use minijinja::{Environment, ErrorKind, OutputSpanKind, UndefinedBehavior, Value};
use serde_json::{Map, Value as Json};

use crate::newline::unified;
use crate::{Mark, Setting, Tree};
pub(crate) use shared::{Look, Table};
pub(crate) use syntax::Syntax;

/// A ready environment.
pub(crate) struct Jinja {
    env: Environment<'static>,
    syntax: Syntax,
    follows: RefCell<HashMap<String, Vec<String>>>,
}

/// A rendered text.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) text: String,
    pub(crate) marks: Vec<Mark>,
}

impl Rendered {
    /// A text that is taken as it is.
    pub(crate) fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            marks: Vec::new(),
        }
    }
}

/// Why a text could not be rendered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failed {
    /// Name of the text it happened in.
    pub(crate) file: Option<String>,
    /// Line, from 1.
    pub(crate) line: Option<usize>,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// The path of a value that is not defined, such as `cookiecutter.nmae`.
    pub(crate) undefined: Option<String>,
}

/// Where included texts come from.
pub(crate) struct Includes {
    /// The whole template.
    pub(crate) tree: Tree,
    /// Name of the folder that is rendered.
    pub(crate) folder: String,
}

impl Jinja {
    /// Makes an environment for the settings in `cookiecutter.json`.
    pub(crate) fn new(
        options: &Map<String, Json>,
        setting: &Setting,
        includes: Option<Includes>,
    ) -> Result<Self, String> {
        let syntax = Syntax::of(options.get("_jinja2_env_vars"))?;
        let mut env = Environment::new();
        env.set_syntax(syntax.config()?);
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        env.set_formatter(python::print);
        env.set_fuel(Some(setting.fuel));
        env.set_debug(true);
        env.set_recursion_limit(120);
        env.set_unknown_method_callback(method::call);
        filter::add(&mut env);
        text_filter::add(&mut env);
        test::add(&mut env);
        clock::add(&mut env, setting);
        commit::add(&mut env, setting);
        random::add(&mut env, setting.randomness);
        shared::add(&mut env);
        if let Some(includes) = includes {
            let syntax = syntax.clone();
            env.set_loader(move |name| Ok(includes.load(name).map(|text| syntax.rewrite(&text))));
        }
        Ok(Self {
            env,
            syntax,
            follows: RefCell::default(),
        })
    }

    /// The two marks around a substitution, by which the template folder is recognised.
    pub(crate) fn variable_marks(&self) -> (&str, &str) {
        self.syntax.variable_marks()
    }

    /// Whether a text holds anything that is not written as it is.
    pub(crate) fn is_plain(&self, source: &str) -> bool {
        self.syntax.is_plain(source)
    }

    /// Renders a text under a name.
    pub(crate) fn render(
        &self,
        name: &str,
        source: &str,
        context: &Value,
    ) -> Result<Rendered, Failed> {
        let source = unified(source);
        let source = self.syntax.rewrite(&source);
        self.render_rewritten(name, &source, context)
            .map_err(|error| Failed::of(&error, &source))
    }

    fn render_rewritten(
        &self,
        name: &str,
        source: &str,
        context: &Value,
    ) -> Result<Rendered, minijinja::Error> {
        let template = self.env.template_from_named_str(name, source)?;
        let (text, spans) = template.render_with_spans(context.clone())?;
        let mut marks: Vec<Mark> = Vec::new();
        for span in spans
            .iter()
            .filter(|span| span.kind() == OutputSpanKind::Expression)
        {
            let expression = if span.name() == name {
                source
                    .get(span.source_range())
                    .unwrap_or_default()
                    .to_owned()
            } else {
                let other = self.env.get_template(span.name()).ok();
                let read = |one: minijinja::Template<'_, '_>| {
                    one.source().get(span.source_range()).map(str::to_owned)
                };
                other.and_then(read).unwrap_or_default()
            };
            marks.push(Mark {
                range: span.output_range(),
                variables: self.expression_follows(&expression),
                file: span.name().to_owned(),
                line: span.line(),
            });
        }
        Ok(Rendered { text, marks })
    }

    /// The variables of the template that a text reads, without `cookiecutter.`, sorted.
    pub(crate) fn follows(&self, source: &str) -> Vec<String> {
        if self.is_plain(source) {
            return Vec::new();
        }
        let source = self.syntax.rewrite(&unified(source));
        let found = self.env.template_from_named_str("", &source);
        found
            .map(|found| answers(found.undeclared_variables(true)))
            .unwrap_or_default()
    }

    fn expression_follows(&self, expression: &str) -> Vec<String> {
        if let Some(known) = self.follows.borrow().get(expression) {
            return known.clone();
        }
        let found = self.env.compile_expression_owned(expression.to_owned());
        let names = found
            .map(|found| answers(found.undeclared_variables(true)))
            .unwrap_or_default();
        self.follows
            .borrow_mut()
            .insert(expression.to_owned(), names.clone());
        names
    }
}

/// The variables out of the names an expression reads.
fn answers(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut found: Vec<String> = names
        .into_iter()
        .filter_map(|name| {
            let name = name.strip_prefix("cookiecutter.")?;
            Some(name.split('.').next().unwrap_or(name).to_owned())
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

impl Includes {
    fn load(&self, name: &str) -> Option<String> {
        let name = crate::tree::tidy(name)?;
        let inside = format!("{}/{name}", self.folder);
        let bytes = self.tree.bytes(&inside).or_else(|| {
            let shared = format!("templates/{name}");
            self.tree.bytes(&shared)
        })?;
        let text = std::str::from_utf8(bytes).ok()?;
        Some(unified(text).into_owned())
    }
}

impl Failed {
    fn of(error: &minijinja::Error, source: &str) -> Self {
        let innermost = innermost(error);
        let undefined = (innermost.kind() == ErrorKind::UndefinedError)
            .then(|| {
                let source = innermost.template_source().unwrap_or(source);
                let range = innermost.range()?;
                source.get(range).map(|text| text.trim().to_owned())
            })
            .flatten()
            .filter(|text| !text.is_empty());
        Self {
            file: innermost.name().map(str::to_owned),
            line: innermost.line(),
            code: code(innermost.kind()),
            message: message(innermost, undefined.as_deref()),
            undefined,
        }
    }
}

fn innermost(error: &minijinja::Error) -> &minijinja::Error {
    let mut at = error;
    while let Some(deeper) =
        std::error::Error::source(at).and_then(|source| source.downcast_ref::<minijinja::Error>())
    {
        at = deeper;
    }
    at
}

fn code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::UndefinedError => "template-undefined",
        ErrorKind::SyntaxError => "template-syntax",
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction => {
            "template-unknown"
        }
        ErrorKind::TemplateNotFound => "template-include",
        ErrorKind::OutOfFuel => "template-endless",
        _ => "template-failed",
    }
}

fn message(error: &minijinja::Error, undefined: Option<&str>) -> String {
    match (error.kind(), undefined) {
        (ErrorKind::UndefinedError, Some(path)) => format!("`{path}` is not defined"),
        (ErrorKind::OutOfFuel, _) => "takes too much work to render and was stopped".to_owned(),
        (kind, _) => match error.detail() {
            Some(detail) => format!("{kind}: {detail}"),
            None => kind.to_string(),
        },
    }
}

/// The context templates see.
pub(crate) fn context(cookiecutter: &Arc<Table>, options: Option<&Map<String, Json>>) -> Value {
    let mut pairs = vec![(
        "cookiecutter",
        Value::from_dyn_object(Arc::clone(cookiecutter)),
    )];
    if let Some(options) = options {
        pairs.push(("_cookiecutter", shared::options(options)));
    }
    Value::from_pairs(pairs)
}

/// A JSON value as templates see it.
pub(crate) fn value(json: &Json, look: Look) -> Value {
    shared::value(json, look)
}

/// A number as Python writes it.
pub(crate) fn number_text(number: &serde_json::Number) -> String {
    python::number(number)
}
