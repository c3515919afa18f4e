//! Whole templates beside what the real cookiecutter made of them: same names, bytes, permission
//! bits, rendered hooks, answers and refusals.
//!
//! The cases and what the real tool made of them are files; nothing here runs cookiecutter.

mod archive;
mod case;
mod folder;
mod known;
mod made;
mod refusal;
mod run;
mod verdict;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::Value;

use crate::count::Count;
use crate::material;
use case::Case;
use verdict::Verdict;

/// `cargo dev conformance templates`
#[derive(Args)]
pub(crate) struct Options {
    /// The cases: a JSON list of templates with answers
    #[arg(long, value_name = "FILE")]
    cases: PathBuf,
    /// What the real tool made of them: a JSON list with the same ids
    #[arg(long, value_name = "FILE")]
    expected: PathBuf,
    /// The folder that relative paths of templates begin at
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Only cases whose id holds this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// Makes every project and compares it with the recorded one.
pub(crate) fn compare(options: &Options, verbose: bool) -> Result<Count> {
    let cases = list(&options.cases)?;
    let expected: BTreeMap<String, Value> = list(&options.expected)?
        .into_iter()
        .map(|one| (id(&one), one))
        .collect();
    let mut count = Count::default();
    for value in cases {
        let id = id(&value);
        if !options.only.as_ref().is_none_or(|text| id.contains(text)) {
            continue;
        }
        let verdict = match expected.get(&id) {
            None => Verdict::Failed("there is no recorded result".to_owned()),
            Some(theirs) => Case::of(value, theirs, options.root.as_deref())
                .and_then(|case| {
                    run::make(&case).map(|ours| verdict::compare(&case, theirs, &ours))
                })
                .with_context(|| format!("the case `{id}`"))?,
        };
        count.add(verdict.tell(&id, verbose));
    }
    Ok(count)
}

fn id(value: &Value) -> String {
    let text = value["id"].as_str().or_else(|| value["template"].as_str());
    text.unwrap_or_default().to_owned()
}

fn list(path: &std::path::Path) -> Result<Vec<Value>> {
    match material::json(path)? {
        Value::Array(list) => Ok(list),
        _ => anyhow::bail!("{} is no list", path.display()),
    }
}
