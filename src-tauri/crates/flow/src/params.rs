//! Parameters: values given by people, defaults where they give none.

use expression::{Dict, Unknown, Value};
use indexmap::IndexMap;
use source::{Diagnostic, nearest};

use crate::eval::{Evaluator, Trouble};
use crate::tree::Block;

/// Evaluates the parameters of a job or a batch.
pub(crate) fn evaluate(
    evaluator: &mut Evaluator<'_, '_>,
    block: &Block,
    given: &IndexMap<String, String>,
) -> IndexMap<String, Value> {
    let mut params = IndexMap::new();
    for (name, param) in block.blocks("params") {
        if let Some(value) = given.get(name) {
            params.insert(name.to_owned(), Value::from(value.as_str()));
            continue;
        }
        let troubles = evaluator.troubles.list.len();
        match evaluator.text(&param.block, "default") {
            Some(value) => {
                params.insert(name.to_owned(), Value::from(value));
            }
            None if evaluator.troubles.list.len() > troubles => {}
            None => evaluator.troubles.list.push(not_given(name, &param.block)),
        }
    }
    for name in given.keys() {
        if block.named("params", name).is_none() {
            let unknown = unknown(name, block);
            evaluator.report(unknown);
        }
    }
    params
}

/// Parameters without a value are not known yet.
pub(crate) fn leave_open(values: &mut Dict, block: &Block) {
    for (name, _) in block.blocks("params") {
        if values.get(name).is_none() {
            values.insert(name, Value::Unknown(Unknown::parameter(name)));
        }
    }
}

fn not_given(name: &str, block: &Block) -> Trouble {
    let message = format!("the parameter `{name}` needs a value: it has no default");
    let diagnostic = Diagnostic::error("missing-param", &block.text, block.span, message)
        .help(format!("give it when starting, or write `{name}: VALUE`"));
    Trouble {
        diagnostic,
        unknown: Some(Unknown::parameter(name)),
    }
}

fn unknown(name: &str, block: &Block) -> Diagnostic {
    let candidates = nearest(name, block.blocks("params").map(|(name, _)| name));
    let message = format!("there is no parameter `{name}`");
    let found = Diagnostic::error("unknown-param", &block.text, block.span, message);
    let known: Vec<&str> = block.blocks("params").map(|(name, _)| name).collect();
    let found = match known.as_slice() {
        [] => found.help("it has no parameters"),
        known => found.help(format!("its parameters: {}", known.join(", "))),
    };
    found.candidates(candidates)
}
