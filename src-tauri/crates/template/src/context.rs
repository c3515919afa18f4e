//! From defaults and answers to the values of all variables.

use std::sync::Arc;

use serde_json::{Map, Value};
use source::{Diagnostic, Severity, nearest};

use crate::answers::{broken_rule, understood};
use crate::finding::{Origin, at_variable, failed};
use crate::jinja::{self, Includes, Jinja, Look, Table};
use crate::overrides::overridden;
use crate::project_folder::template_folder;
use crate::{Answers, Schema, Setting, Template, Variable, VariableKind};

/// All variables with their values.
pub(crate) struct Resolved {
    pub(crate) jinja: Jinja,
    /// What templates see as `cookiecutter`; they may change it.
    pub(crate) table: Arc<Table>,
    /// The same before any template changed it.
    pub(crate) values: Map<String, Value>,
    /// The declarations after answers replaced defaults.
    pub(crate) options: Map<String, Value>,
    /// The questions with their answers.
    pub(crate) answered: Vec<Answered>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The folder that is rendered.
    pub(crate) folder: String,
}

/// A question with its answer.
pub(crate) struct Answered {
    pub(crate) variable: Variable,
    pub(crate) value: Value,
    pub(crate) default: Value,
    pub(crate) choices: Vec<Value>,
    pub(crate) typed: bool,
    pub(crate) follows: Vec<String>,
    pub(crate) problem: Option<String>,
    /// Whether the problem is a default that cannot be worked out, which is told as a finding.
    pub(crate) broken: bool,
}

/// Works out the values of all variables. Only an unusable syntax setting stops it.
pub(crate) fn resolve(
    template: &Template,
    answers: &Answers,
    setting: &Setting,
) -> Result<Resolved, Box<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let options = overridden(template, answers, &mut diagnostics);
    let schema = Schema::of(&options);
    let mut resolved = Resolved::blank(template, options, setting)?;
    resolved.diagnostics.splice(0..0, diagnostics);
    let is_table = |variable: &&Variable| variable.default.is_object();
    let raw = |variable: &&Variable| variable.kind == VariableKind::Raw;
    let first = schema
        .variables
        .iter()
        .filter(|one| !is_table(one) || raw(one) || one.kind == VariableKind::Computed);
    let second = schema
        .variables
        .iter()
        .filter(|one| is_table(one) && !raw(one));
    for variable in first.chain(second) {
        resolved.answer(variable, template, answers);
    }
    resolved.sort_like(&schema);
    resolved.add_facts(setting);
    resolved.unknown_answers(template, answers);
    Ok(resolved)
}

/// Takes the values of all variables as they are given: nothing is asked and nothing rendered.
pub(crate) fn given(
    template: &Template,
    context: &Map<String, Value>,
    setting: &Setting,
) -> Result<Resolved, Box<Diagnostic>> {
    let mut resolved = Resolved::blank(template, context.clone(), setting)?;
    resolved.table = Arc::new(Table::new(Look::Plain));
    for (name, value) in context {
        resolved.put(name, value.clone());
    }
    Ok(resolved)
}

impl Resolved {
    fn blank(
        template: &Template,
        options: Map<String, Value>,
        setting: &Setting,
    ) -> Result<Self, Box<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let bare = |includes| Jinja::new(&options, setting, includes);
        let unusable = |why: String| {
            let (settings, code) = (&template.settings, "template-syntax");
            let name = "_jinja2_env_vars";
            Box::new(at_variable(settings, name, Severity::Error, code, why))
        };
        let folder = template_folder(template, &bare(None).map_err(unusable)?, &mut diagnostics);
        let includes = Includes {
            tree: template.tree.clone(),
            folder: folder.clone(),
        };
        Ok(Self {
            jinja: bare(Some(includes)).map_err(unusable)?,
            table: Arc::new(Table::new(Look::Ordered)),
            values: Map::new(),
            answered: Vec::new(),
            diagnostics,
            folder,
            options,
        })
    }

    /// The questions without answers, which templates see as `_cookiecutter`.
    pub(crate) fn asked(&self) -> Map<String, Value> {
        let mut asked = self.options.clone();
        asked.retain(|name, _| !name.starts_with('_'));
        asked
    }

    /// What templates see.
    pub(crate) fn context(&self) -> minijinja::Value {
        jinja::context(&self.table, Some(&self.asked()))
    }

    fn answer(&mut self, variable: &Variable, template: &Template, answers: &Answers) {
        if variable.kind == VariableKind::Raw {
            let value = jinja::value(&variable.default, Look::Ordered);
            self.table.set(&variable.name, value);
            let default = variable.default.clone();
            self.values.insert(variable.name.clone(), default);
            return;
        }
        let rendered = self.rendered(&variable.default);
        let mut problem = None;
        let default = rendered.unwrap_or_else(|fault| {
            problem = Some(format!(
                "the default cannot be worked out: {}",
                fault.message
            ));
            let origin = Origin {
                tree: &template.tree,
                folder: &self.folder,
                name: template.settings.name(),
                source: template.settings.content(),
            };
            let mut finding = failed(&fault, &origin, &template.schema);
            let place = at_variable(
                &template.settings,
                &variable.name,
                Severity::Error,
                finding.code,
                format!(
                    "the default of `{}` cannot be worked out: {}",
                    variable.name, fault.message
                ),
            );
            finding = place.candidates(finding.candidates);
            self.diagnostics.push(finding);
            Value::String(String::new())
        });
        if variable.kind == VariableKind::Computed {
            self.put(&variable.name, default);
            return;
        }
        self.answer_question(variable, (default, problem), template, answers);
    }

    fn answer_question(
        &mut self,
        variable: &Variable,
        (default, mut problem): (Value, Option<String>),
        template: &Template,
        answers: &Answers,
    ) {
        let broken = problem.is_some();
        let (default, choices) = match (variable.kind, default) {
            (VariableKind::Choice, Value::Array(choices)) => {
                if choices.is_empty() {
                    problem = Some("the list of choices is empty".to_owned());
                }
                (choices.first().cloned().unwrap_or_default(), choices)
            }
            (_, default) => (default, Vec::new()),
        };
        let typed = answers.typed.get(&variable.name);
        let value = match typed.map(|typed| understood(variable.kind, typed, &choices)) {
            Some(Ok(value)) => {
                problem = None;
                value
            }
            Some(Err(why)) => {
                problem = Some(why);
                default.clone()
            }
            None => default.clone(),
        };
        let broken = broken && typed.is_none();
        let problem = problem.or_else(|| self.broken_rule(template, variable, &value));
        self.put(&variable.name, value.clone());
        let follows = self.follows(&variable.default);
        self.answered.push(Answered {
            variable: variable.clone(),
            value,
            default,
            choices,
            typed: typed.is_some(),
            follows,
            problem,
            broken,
        });
    }

    fn broken_rule(
        &mut self,
        template: &Template,
        variable: &Variable,
        value: &Value,
    ) -> Option<String> {
        broken_rule(variable, value).unwrap_or_else(|error| {
            let message = format!("the rule of `{}` cannot be used: {error}", variable.name);
            let (settings, code) = (&template.settings, "template-rule");
            let found = at_variable(settings, "_bakehouse", Severity::Warning, code, message);
            self.diagnostics.push(found);
            None
        })
    }

    fn put(&mut self, name: &str, value: Value) {
        self.table.set(name, jinja::value(&value, Look::Plain));
        self.values.insert(name.to_owned(), value);
    }

    /// A default with everything in it rendered; numbers become texts.
    fn rendered(&self, default: &Value) -> Result<Value, jinja::Failed> {
        Ok(match default {
            Value::Null | Value::Bool(_) => default.clone(),
            Value::Number(number) => Value::String(jinja::number_text(number)),
            Value::String(text) => Value::String(self.rendered_text(text)?),
            Value::Array(list) => Value::Array(
                list.iter()
                    .map(|one| self.rendered(one))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(map) => {
                let mut out = Map::new();
                for (key, one) in map {
                    out.insert(self.rendered_text(key)?, self.rendered(one)?);
                }
                Value::Object(out)
            }
        })
    }

    fn rendered_text(&self, text: &str) -> Result<String, jinja::Failed> {
        if self.jinja.is_plain(text) && !text.contains('\r') {
            return Ok(text.to_owned());
        }
        let context = jinja::context(&self.table, None);
        Ok(self.jinja.render("cookiecutter.json", text, &context)?.text)
    }

    /// The variables a default reads.
    pub(crate) fn follows(&self, default: &Value) -> Vec<String> {
        let mut found = match default {
            Value::String(text) => self.jinja.follows(text),
            Value::Array(list) => list.iter().flat_map(|one| self.follows(one)).collect(),
            Value::Object(map) => map.values().flat_map(|one| self.follows(one)).collect(),
            _ => Vec::new(),
        };
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Everything in the order of the file, though tables are answered last.
    fn sort_like(&mut self, schema: &Schema) {
        let place = |name: &str| schema.variables.iter().position(|one| one.name == name);
        self.answered.sort_by_key(|one| place(&one.variable.name));
        self.table.sort_by_key(place);
        let mut values: Vec<(String, Value)> =
            std::mem::take(&mut self.values).into_iter().collect();
        values.sort_by_key(|(name, _)| place(name));
        self.values = values.into_iter().collect();
    }

    fn add_facts(&mut self, setting: &Setting) {
        let checkout = setting.checkout.clone().map_or(Value::Null, Value::String);
        self.put("_template", setting.template.clone().into());
        self.put("_output_dir", setting.output_dir.clone().into());
        self.put("_repo_dir", setting.repo_dir.clone().into());
        self.put("_checkout", checkout);
    }

    fn unknown_answers(&mut self, template: &Template, answers: &Answers) {
        let known: Vec<&str> = self
            .answered
            .iter()
            .map(|one| one.variable.name.as_str())
            .collect();
        for name in answers
            .typed
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
        {
            let message = format!("the template has no question `{name}`");
            let found = at_variable(
                &template.settings,
                "",
                Severity::Warning,
                "template-answer",
                message,
            );
            self.diagnostics
                .push(found.candidates(nearest(name, known.iter().copied())));
        }
    }
}
