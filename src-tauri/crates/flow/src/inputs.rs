//! Inputs of a call: what is given, what is taken from defaults, what is missing.

use expression::{Cause, Dict, Unknown, Value};
use indexmap::IndexMap;
use source::{Diagnostic, nearest};

use crate::action::Action;
use crate::eval::Evaluator;
use crate::tree::{Block, FieldValue, Map, MapItem};

/// The arguments of a call as they were written.
pub(crate) fn arguments(call: &Block) -> &[MapItem] {
    match call.map("args") {
        Some(Map::Items(items)) => items,
        _ => &[],
    }
}

/// Checks that a call gives what is required and nothing else.
pub(crate) fn check(action: &Action, call: &Block) -> Vec<Diagnostic> {
    let given = arguments(call);
    let mut found = Vec::new();
    let missing: Vec<&str> = action
        .tree
        .blocks("inputs")
        .filter(|(name, input)| {
            default(&input.block).is_none() && given.iter().all(|item| item.name != *name)
        })
        .map(|(name, _)| name)
        .collect();
    if !missing.is_empty() {
        let listed = missing
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let message = format!("the call gives no {listed}, which {} requires", action.path);
        let found_missing = Diagnostic::error("missing-input", &call.text, call.span, message);
        found.push(found_missing.help(format!("add `args: {{{}: …}}`", missing.join(": …, "))));
    }
    for item in given {
        if action.tree.named("inputs", &item.name).is_none() {
            found.push(unsupported(action, call, item));
        }
    }
    found
}

fn unsupported(action: &Action, call: &Block, item: &MapItem) -> Diagnostic {
    let candidates = nearest(
        &item.name,
        action.tree.blocks("inputs").map(|(name, _)| name),
    );
    let message = format!("{} has no input `{}`", action.path, item.name);
    let found = Diagnostic::error("unknown-input", &call.text, item.key, message)
        .label(&call.text, call.span, "the call");
    let found = match candidates.first() {
        Some(best) => found.help(format!("did you mean `{best}`?")),
        None => found,
    };
    found.candidates(candidates)
}

/// A call without `args` of an action whose inputs have defaults.
pub(crate) fn defaults_without_args(action: &Action, call: &Block) -> Option<Diagnostic> {
    let mut forgotten = action
        .tree
        .blocks("inputs")
        .filter(|(_, input)| default(&input.block).is_some())
        .peekable();
    let (name, _) = *forgotten.peek()?;
    if call.has("args") {
        return None;
    }
    let message =
        format!("the official tools do not use the default of `{name}` when there is no `args`");
    let severity = source::Severity::Portability;
    let found = Diagnostic::new(
        severity,
        "defaults-without-args",
        &call.text,
        call.span,
        message,
    );
    let found = forgotten.fold(found, |found, (_, input)| {
        found.label(&action.text, input.key, "this default is not used")
    });
    Some(found.help("add `args: {}`"))
}

/// Evaluates the arguments of a call and completes them with defaults.
pub(crate) fn evaluate(
    evaluator: &mut Evaluator<'_, '_>,
    action: &Action,
    call: &Block,
) -> IndexMap<String, Value> {
    for found in check(action, call) {
        evaluator.report(found);
    }
    let mut inputs = IndexMap::new();
    for item in arguments(call) {
        let Some(input) = action.tree.named("inputs", &item.name) else {
            continue;
        };
        let Some(value) = evaluator.value(&item.value) else {
            continue;
        };
        let wanted = type_word(&input.block);
        if fits(&value, wanted) {
            inputs.insert(item.name.clone(), value);
        } else {
            evaluator.report(wrong_type(item, &value, wanted));
        }
    }
    for (name, input) in action.tree.blocks("inputs") {
        if let Some(default) = default(&input.block) {
            inputs.entry(name.to_owned()).or_insert(default);
        }
    }
    inputs
}

/// Inputs as a context.
pub(crate) fn dict(inputs: &IndexMap<String, Value>) -> Dict {
    inputs
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect()
}

/// Inputs without a value are not known yet.
pub(crate) fn leave_open(values: &mut Dict, action: &Action) {
    for (name, _) in action.tree.blocks("inputs") {
        if values.get(name).is_none() {
            let why = format!("the input `{name}` is known when the call starts");
            values.insert(name, Value::Unknown(Unknown::new(Cause::Start, why)));
        }
    }
}

fn default(input: &Block) -> Option<Value> {
    let value = input.scalar("default")?.constant()?;
    (*value != Value::None).then(|| value.clone())
}

fn type_word(input: &Block) -> &str {
    match input.get("type") {
        Some(FieldValue::Word(word)) => word,
        _ => "str",
    }
}

fn fits(value: &Value, wanted: &str) -> bool {
    match value {
        Value::Bool(_) => matches!(wanted, "bool" | "int"),
        other => other.type_name() == wanted,
    }
}

fn wrong_type(item: &MapItem, value: &Value, wanted: &str) -> Diagnostic {
    let expr = &item.value;
    let message = format!(
        "the input `{}` is of the type `{wanted}`, but the value is of the type `{}`",
        item.name,
        value.type_name()
    );
    let found = Diagnostic::error("wrong-input-type", &expr.text, expr.span, message);
    match (expr.constant(), wanted) {
        (Some(_), "str") | (None, _) => found,
        (Some(_), _) => found.help(format!(
            "values of calls are text unless they are expressions: write `${{{{ {value} }}}}`"
        )),
    }
}
