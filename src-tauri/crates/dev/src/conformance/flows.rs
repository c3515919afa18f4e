//! Real projects with recorded results.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use flow::conformance::{Case, Report};
use flow::{GitInfo, Workspace};

use crate::count::{Count, print_difference, print_intended, title};
use crate::folder::Folder;
use crate::material;

/// `cargo dev conformance flows`
#[derive(Args)]
pub(crate) struct Options {
    /// A folder of projects with an `expected` folder of recorded results
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// Only this project
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
}

/// Compares the projects of a corpus with their records.
pub(crate) fn compare(options: &Options, verbose: bool) -> Result<Count> {
    let corpus = match &options.corpus {
        Some(folder) => folder.clone(),
        None => material::folder()?.join("corpus/flows"),
    };
    let corpus = corpus
        .canonicalize()
        .with_context(|| format!("{} cannot be opened", corpus.display()))?;
    let mut names = projects(&corpus)?;
    if let Some(only) = &options.project {
        names.retain(|name| name == only);
    }
    if names.is_empty() {
        let wanted = options.project.as_deref().unwrap_or("NAME");
        bail!(
            "there is no project with expected/{wanted}.json in {}",
            corpus.display()
        );
    }
    let mut count = Count::default();
    for name in &names {
        let report = of_project(&corpus, name)?;
        count.add(print(name, &report, verbose));
    }
    println!("{} projects", names.len());
    Ok(count)
}

/// The names of the projects that have a record.
fn projects(corpus: &Path) -> Result<Vec<String>> {
    let recorded = |name: &String| {
        corpus
            .join("expected")
            .join(format!("{name}.json"))
            .is_file()
    };
    let listed = std::fs::read_dir(corpus)
        .with_context(|| format!("{} cannot be listed", corpus.display()))?;
    let mut names: Vec<String> = listed
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(recorded)
        .collect();
    names.sort();
    Ok(names)
}

/// Compares one project with its record.
pub(crate) fn of_project(corpus: &Path, name: &str) -> Result<Report> {
    let expected = material::json(&corpus.join("expected").join(format!("{name}.json")))?;
    let actions = corpus.join("_gh");
    let git: Option<GitInfo> = serde_json::from_value(expected["context"]["git"].clone()).ok();
    let root = root(corpus, name)?;
    let replace = vec![
        (actions.to_string_lossy().into_owned(), "<GH>".to_owned()),
        (root.clone(), "<WS>".to_owned()),
    ];
    let folder = Folder {
        root,
        actions,
        git,
        ..Folder::default()
    };
    let overlay = |files: Vec<(String, String)>| -> Box<dyn Workspace> {
        Box::new(Folder {
            over: files.into_iter().collect(),
            ..folder.clone()
        })
    };
    Ok(flow::conformance::compare(&Case {
        workspace: &folder,
        expected: &expected,
        replace,
        overlay: &overlay,
    }))
}

/// The workspace inside the folder of a project.
fn root(corpus: &Path, name: &str) -> Result<String> {
    let folder = corpus.join(name);
    let meta = folder.join("META.json");
    let inside = match meta.is_file() {
        true => material::json(&meta)?["workspace"]
            .as_str()
            .unwrap_or("")
            .to_owned(),
        false => String::new(),
    };
    let root = folder.join(inside);
    let root = root
        .canonicalize()
        .with_context(|| format!("{} cannot be opened", root.display()))?;
    Ok(root.to_string_lossy().into_owned())
}

/// Prints what differs.
pub(crate) fn print(name: &str, report: &Report, verbose: bool) -> Count {
    for it in &report.failed {
        print_difference(&format!("{name}: {}", it.path), &it.expected, &it.ours);
    }
    for it in report.intended.iter().filter(|_| verbose) {
        let differs = &it.mismatch;
        let what = format!("{name}: {}", differs.path);
        let values = (differs.expected.as_str(), differs.ours.as_str());
        print_intended(&what, values, &title(it.rule));
    }
    let mut count = Count {
        passed: report.passed,
        failed: report.failed.len(),
        intended: report.intended.len(),
        ..Count::default()
    };
    for it in &report.intended {
        *count.rules.entry(title(it.rule)).or_default() += 1;
    }
    count
}
