//! Recorded pairs of input and result.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::Value;

use crate::count::{Count, print_difference, print_intended, title};
use crate::material;

/// `cargo dev conformance expressions`
#[derive(Args)]
pub(crate) struct Options {
    /// A file with recorded cases
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
}

/// What one case came to. A case both crates answer is as bad as its worse answer.
#[derive(Default)]
struct Verdict {
    failed: Vec<(String, String, String)>,
    intended: Vec<(String, String, String, String)>,
}

/// Compares every case that belongs to the language; a case counts once.
pub(crate) fn compare(options: &Options, verbose: bool) -> Result<Count> {
    let path = match &options.cases {
        Some(path) => path.clone(),
        None => material::folder()?.join("reference/verified-cases.json"),
    };
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    let cases: Vec<Value> = serde_json::from_str(&text)
        .with_context(|| format!("{} is no list of cases", path.display()))?;
    let mut verdicts = of_expressions(&text)?;
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for case in &cases {
        let id = case["id"].as_str().unwrap_or_default();
        match flow::conformance::compare_case(case) {
            Some(report) => of_flow(report, verdicts.entry(id.to_owned()).or_default()),
            None if verdicts.contains_key(id) => {}
            None => {
                *others
                    .entry(case["area"].as_str().unwrap_or("?"))
                    .or_default() += 1;
            }
        }
    }
    let mut count = Count::default();
    for verdict in verdicts.values() {
        count.add(print(verdict, verbose));
    }
    let others: Vec<String> = others
        .iter()
        .map(|(area, cases)| format!("{area} ({cases})"))
        .collect();
    if !others.is_empty() {
        println!("not of the language: {}", others.join(", "));
    }
    Ok(count)
}

fn of_expressions(text: &str) -> Result<BTreeMap<String, Verdict>> {
    let report = expression::conformance::run(text)?;
    let mut verdicts: BTreeMap<String, Verdict> = BTreeMap::new();
    for id in report.passed {
        verdicts.entry(id).or_default();
    }
    for it in report.failed {
        let verdict = verdicts.entry(it.id.clone()).or_default();
        let what = format!("{} {}", it.id, it.input);
        verdict.failed.push((what, it.expected, it.got));
    }
    for it in report.intended {
        let verdict = verdicts.entry(it.id.clone()).or_default();
        let what = format!("{} {}", it.id, it.input);
        let why = format!("expression language: {}", it.why);
        verdict.intended.push((what, it.expected, it.got, why));
    }
    Ok(verdicts)
}

fn of_flow(report: flow::conformance::Report, verdict: &mut Verdict) {
    for it in report.failed {
        verdict.failed.push((it.path, it.expected, it.ours));
    }
    for it in report.intended {
        let differs = it.mismatch;
        let why = title(it.rule);
        verdict
            .intended
            .push((differs.path, differs.expected, differs.ours, why));
    }
}

fn print(verdict: &Verdict, verbose: bool) -> Count {
    let mut count = Count::default();
    match (verdict.failed.is_empty(), verdict.intended.is_empty()) {
        (true, true) => count.passed = 1,
        (true, false) => {
            count.intended = 1;
            let rules = verdict.intended.iter().map(|(_, _, _, why)| why.clone());
            count.rules = rules.map(|rule| (rule, 1)).collect();
        }
        (false, _) => count.failed = 1,
    }
    for (what, expected, got) in &verdict.failed {
        print_difference(what, expected, got);
    }
    for (what, expected, got, why) in verdict.intended.iter().filter(|_| verbose) {
        print_intended(what, (expected, got), why);
    }
    count
}
