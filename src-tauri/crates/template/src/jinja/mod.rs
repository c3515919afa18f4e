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
mod tag;
mod test;
mod text_filter;
mod view;
mod weight;
mod wrap;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use minijinja::{Environment, ErrorKind, OutputSpan, OutputSpanKind, UndefinedBehavior, Value};
use serde_json::{Map, Value as Json};

use crate::mark::Piece;
use crate::newline::unified;
use crate::{Setting, Tree};
pub(crate) use shared::{Look, Table};
pub(crate) use syntax::Syntax;
pub(crate) use tag::Tag;

/// A ready environment.
pub(crate) struct Jinja {
    env: Environment<'static>,
    syntax: Syntax,
    names: RefCell<HashMap<String, Names>>,
}

/// A rendered text.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) text: String,
    /// Where its parts came from, in order.
    pub(crate) pieces: Vec<Piece>,
}

impl Rendered {
    /// A text that is taken as it is.
    pub(crate) fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            pieces: Vec::new(),
        }
    }
}

/// Why a text could not be rendered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failed {
    /// Name of the text it happened in.
    pub(crate) file: Option<String>,
    /// Line, from 1.
    pub(crate) line: Option<u32>,
    /// The words it happened at, as they stand in the text.
    pub(crate) words: Option<String>,
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
            names: RefCell::default(),
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
        weight::begin();
        let (text, spans) = template.render_with_spans(context.clone())?;
        if weight::was_refused() {
            return Err(minijinja::Error::from(ErrorKind::OutOfFuel));
        }
        let mut locals: HashMap<String, Locals> = HashMap::new();
        let mut pieces: Vec<Piece> = Vec::with_capacity(spans.len());
        let mut last: Option<Arc<str>> = None;
        for span in &spans {
            let file = match &last {
                Some(last) if **last == *span.name() => Arc::clone(last),
                _ => last.insert(Arc::from(span.name())).clone(),
            };
            let is_value = span.kind() == OutputSpanKind::Expression;
            let variables = if is_value {
                self.span_follows(name, source, span, &mut locals)
            } else {
                Vec::new()
            };
            pieces.push(Piece {
                range: span.output_range(),
                file,
                line: span.line(),
                source: span.source_range(),
                is_value,
                variables,
            });
        }
        Ok(Rendered { text, pieces })
    }

    /// The variables that flow into what an expression wrote, also through variables of the text.
    fn span_follows(
        &self,
        name: &str,
        source: &str,
        span: &OutputSpan,
        locals: &mut HashMap<String, Locals>,
    ) -> Vec<String> {
        let of = |whole: &str, locals: &mut HashMap<String, Locals>| {
            let expression = whole.get(span.source_range()).unwrap_or_default();
            if !locals.contains_key(span.name()) {
                let found = self.locals(whole);
                locals.insert(span.name().to_owned(), found);
            }
            self.expression_follows(expression, &locals[span.name()])
        };
        if span.name() == name {
            return of(source, locals);
        }
        match self.env.get_template(span.name()) {
            Ok(other) => of(other.source(), locals),
            Err(_) => Vec::new(),
        }
    }

    /// The variables of the template that a text reads, without `cookiecutter.`, sorted.
    pub(crate) fn follows(&self, source: &str) -> Vec<String> {
        if self.is_plain(source) {
            return Vec::new();
        }
        let source = self.rewritten(source);
        let found = self.env.template_from_named_str("", &source);
        found
            .map(|found| Names::of(found.undeclared_variables(true), &source).answers)
            .unwrap_or_default()
    }

    /// The variables of the template that an expression reads, also through variables of the text.
    pub(crate) fn expression_follows(&self, expression: &str, locals: &Locals) -> Vec<String> {
        let Names { answers, others } = self.names(expression);
        let mut found = answers;
        for name in &others {
            found.extend(locals.get(name).into_iter().flatten().cloned());
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The names an expression reads.
    pub(crate) fn names(&self, expression: &str) -> Names {
        if let Some(known) = self.names.borrow().get(expression) {
            return known.clone();
        }
        let compiled = self.env.compile_expression_owned(expression.to_owned());
        let found = compiled
            .map(|found| Names::of(found.undeclared_variables(true), expression))
            .unwrap_or_default();
        self.names
            .borrow_mut()
            .insert(expression.to_owned(), found.clone());
        found
    }

    /// What the variables of a text were made from: those of `set`, `for` and `with`.
    pub(crate) fn locals(&self, source: &str) -> Locals {
        let mut found = Locals::new();
        for tag in self.syntax.tags(source) {
            let Some((names, expression)) = tag.binding() else {
                continue;
            };
            let follows = self.expression_follows(expression, &found);
            if follows.is_empty() {
                continue;
            }
            for name in names.split(',') {
                let name = name.trim().split('.').next().unwrap_or_default().to_owned();
                let known = found.entry(name).or_default();
                known.extend(follows.iter().cloned());
            }
        }
        found
    }

    /// The text that is compiled in place of a source.
    pub(crate) fn rewritten(&self, source: &str) -> String {
        self.syntax.rewrite(&unified(source))
    }

    /// The tags of a rewritten source.
    pub(crate) fn tags<'a>(&self, source: &'a str) -> Vec<Tag<'a>> {
        self.syntax.tags(source)
    }

    /// Why a text cannot be compiled.
    pub(crate) fn fault(&self, name: &str, source: &str) -> Option<Failed> {
        if self.is_plain(source) {
            return None;
        }
        let source = self.rewritten(source);
        let error = self.env.template_from_named_str(name, &source).err()?;
        Some(Failed::of(&error, &source))
    }
}

/// What variables of a text were made from, by their names.
pub(crate) type Locals = HashMap<String, Vec<String>>;

/// The names an expression reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// Variables of the template, without `cookiecutter.`.
    pub(crate) answers: Vec<String>,
    /// Other names.
    pub(crate) others: Vec<String>,
}

impl Names {
    fn of(names: impl IntoIterator<Item = String>, text: &str) -> Self {
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for name in names {
            let first = name.split('.').next().unwrap_or(&name).to_owned();
            match name.strip_prefix("cookiecutter.") {
                Some(rest) => own.push(rest.split('.').next().unwrap_or(rest).to_owned()),
                None if first == "cookiecutter" => {}
                None => others.push(first),
            }
        }
        own.extend(subscripts(text));
        others.sort_unstable();
        own.sort_unstable();
        own.dedup();
        Self {
            answers: own,
            others,
        }
    }
}

/// The names in `cookiecutter['name']` and `cookiecutter.get('name')`.
fn subscripts(text: &str) -> Vec<String> {
    let named = |rest: &str| {
        let rest = rest.trim_start();
        let rest = rest
            .strip_prefix('[')
            .or_else(|| rest.strip_prefix(".get("))?
            .trim_start();
        let quote = rest
            .chars()
            .next()
            .filter(|one| matches!(one, '\'' | '"'))?;
        let rest = &rest[1..];
        rest.find(quote).map(|end| rest[..end].to_owned())
    };
    text.match_indices("cookiecutter")
        .filter_map(|(at, word)| named(&text[at + word.len()..]))
        .collect()
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
            line: innermost.line().and_then(|line| u32::try_from(line).ok()),
            words: innermost.range().and_then(|range| {
                let source = innermost.template_source().unwrap_or(source);
                let words = source.get(range)?.lines().next()?.trim();
                (!words.is_empty() && !words.contains("__")).then(|| words.to_owned())
            }),
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
