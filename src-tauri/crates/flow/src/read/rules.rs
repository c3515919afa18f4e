//! What the table of keys cannot say: which keys exclude each other, and inside which blocks.

use expression::Value;
use source::{Diagnostic, Span};

use super::Reader;
use crate::keys::Kind;
use crate::tree::{Block, FieldValue};

/// Three ways to give a command.
const COMMANDS: [&str; 3] = ["cmd", "bash", "python"];

/// Two ways to call something.
const CALLS: [&str; 2] = ["module", "action"];

/// The keys that may stand beside a call.
fn beside_call(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Job => &["args", "params"],
        Kind::Task => &["args", "id", "needs", "strategy", "enable", "cache"],
        _ => &[],
    }
}

/// Whether a key may be added to a block with other keys.
pub(crate) fn fits_beside(kind: Kind, key: &str, others: &[String]) -> bool {
    let has = |one: &str| others.iter().any(|other| other == one && other != key);
    if COMMANDS.contains(&key) && COMMANDS.into_iter().any(has) {
        return false;
    }
    if !matches!(kind, Kind::Job | Kind::Task) {
        return true;
    }
    let allowed = beside_call(kind);
    match CALLS.contains(&key) {
        true => others
            .iter()
            .all(|other| other == key || allowed.contains(&other.as_str())),
        false => allowed.contains(&key) || !CALLS.into_iter().any(has),
    }
}

impl Reader<'_> {
    /// Checks a block that was read, and puts commands under one key.
    pub(super) fn rules(&mut self, block: &mut Block) {
        match block.kind {
            Kind::Job | Kind::Task => self.call(block),
            Kind::LiveAction => self.live_action(block),
            Kind::StatefulAction | Kind::LocalAction => self.outputs_without_values(block),
            Kind::Input => self.input(block),
            Kind::JobMixin => self.mixin_params(block),
            _ => {}
        }
        self.command(block);
        if block.kind == Kind::LocalAction && !block.has("cmd") {
            let message = "a local action needs one of `cmd`, `bash` and `python`";
            self.error("missing-key", start_of(block), message);
        }
    }

    fn command(&mut self, block: &mut Block) {
        let written: Vec<&str> = COMMANDS.into_iter().filter(|key| block.has(key)).collect();
        if written.len() > 1 {
            let listed = written
                .iter()
                .map(|key| format!("`{key}`"))
                .collect::<Vec<_>>();
            let message = format!("{} exclude each other", listed.join(" and "));
            let mut found =
                Diagnostic::error("exclusive-keys", self.text, start_of(block), message);
            for key in &written {
                found = found.label(self.text, block.fields[*key].key, "written here");
            }
            self.report(found.help("keep one of them"));
        }
        for key in ["bash", "python"] {
            if let Some(field) = block.fields.shift_remove(key)
                && !block.has("cmd")
            {
                block.fields.insert("cmd", field);
            }
        }
    }

    fn call(&mut self, block: &Block) {
        let allowed = beside_call(block.kind);
        let Some(how) = CALLS.into_iter().find(|key| block.has(key)) else {
            if let Some(args) = block.fields.get("args") {
                let message = format!("`args` in {} that calls nothing", block.kind.noun());
                let found = Diagnostic::error("args-without-call", self.text, args.key, message);
                let found = found.label(self.text, start_of(block), "this block");
                self.report(found.help("add `action: ws:FILE` or `module: ws:FILE`"));
            }
            return;
        };
        for (key, field) in &block.fields {
            if *key == how || allowed.contains(key) {
                continue;
            }
            let message = format!("`{key}` cannot stand beside `{how}`: what is called decides it");
            let found = Diagnostic::error("key-in-call", self.text, field.key, message);
            self.report(found.label(self.text, start_of(block), "this is a call"));
        }
    }

    fn mixin_params(&mut self, block: &Block) {
        if let Some(field) = block.fields.get("params") {
            let message = "the official tools fail on `params` in a mixin";
            let severity = source::Severity::Portability;
            let found = Diagnostic::new(severity, "params-in-mixin", self.text, field.key, message);
            self.report(found.help("write them in each job"));
        }
    }

    fn live_action(&mut self, block: &Block) {
        let Some(job) = block.block("job") else {
            return;
        };
        for key in ["action", "module"] {
            if let Some(field) = job.fields.get(key) {
                let message = "an action cannot call another one for its job";
                let found = Diagnostic::error("nested-call", self.text, field.key, message);
                self.report(found.label(self.text, start_of(job), "the job of the action"));
            }
        }
        if let Some(field) = job.fields.get("params") {
            let message = "the job of an action has no `params`";
            let found = Diagnostic::error("params-in-action", self.text, field.key, message);
            let found = found.label(self.text, start_of(block), "this is a live action");
            self.report(found.help("use `inputs` of the action"));
        }
        if let Some(field) = job.fields.get("mixins") {
            let message = "mixins are not applied to the job of an action";
            self.report(Diagnostic::warning(
                "ignored-key",
                self.text,
                field.key,
                message,
            ));
        }
    }

    fn outputs_without_values(&mut self, block: &Block) {
        for (name, output) in block.blocks("outputs") {
            if let Some(field) = output.block.fields.get("value") {
                let message = format!(
                    "the output `{name}` of {} has no `value`",
                    block.kind.noun()
                );
                let found = Diagnostic::error("output-value", self.text, field.key, message);
                let kind = format!("this is {}", block.kind.noun());
                let found = found.label(self.text, start_of(block), kind);
                self.report(found.help("print `::set-output name=NAME::VALUE` in the task"));
            }
        }
    }

    fn input(&mut self, block: &Block) {
        let kind = match block.get("type") {
            Some(FieldValue::Word(word)) => word.as_str(),
            _ => "str",
        };
        let Some(default) = block.scalar("default") else {
            return;
        };
        let fits = match (&default.raw, kind) {
            (Value::None, _)
            | (Value::Str(_) | Value::Date(_) | Value::DateTime(_), "str")
            | (Value::Int(_) | Value::Bool(_), "int")
            | (Value::Float(_), "float")
            | (Value::Bool(_), "bool") => true,
            _ => default.constant().is_none(),
        };
        if fits {
            return;
        }
        let written = self.text.slice(default.span);
        let message = format!("the default `{written}` is not of the type `{kind}`");
        let help = match kind {
            "str" => "put it into quotes".to_owned(),
            "float" => "write it with a point, such as `1.0`".to_owned(),
            _ => format!("change the type, or write a value of the type `{kind}`"),
        };
        let found = Diagnostic::error("wrong-default", self.text, default.span, message);
        self.report(
            found
                .label(self.text, start_of(block), "the input")
                .help(help),
        );
    }
}

fn start_of(block: &Block) -> Span {
    Span::new(block.span.start, block.span.start + 1)
}
