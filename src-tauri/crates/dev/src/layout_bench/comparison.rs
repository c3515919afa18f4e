//! Sets ours beside `dot`, graph by graph, and sums up by kind.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use diagram::judge::{Drawing, Verdict, judge};
use diagram::{Direction, Graph, LayoutOptions};
use serde_json::{Map, Value, json};

use super::kind::Kind;
use super::task_graph::TaskGraph;
use super::{BenchOptions, drawing, graphviz};

/// One graph.
struct Case {
    /// The kind, or `also` for files of somebody else.
    kind: String,
    size: usize,
    graph: TaskGraph,
}

/// What came out for one graph.
struct Outcome {
    kind: String,
    size: usize,
    ours: (Verdict, f64),
    dot: Option<(Verdict, f64)>,
}

/// Runs everything and prints it.
#[expect(clippy::print_stdout, reason = "this program prints")]
pub(crate) fn compare(options: &BenchOptions) -> Result<()> {
    let folder = std::env::temp_dir().join("bakehouse-bench").join("layout");
    std::fs::create_dir_all(&folder)?;
    println!("{}", heading());
    let mut outcomes = Vec::new();
    for case in cases(options)? {
        let file = folder.join(format!("{}-{}.dot", case.kind, case.size));
        std::fs::write(&file, case.graph.dot())?;
        let outcome = measure(case, &file, options)?;
        println!("{}", row(&outcome));
        outcomes.push(outcome);
    }
    println!("\ncrossings, length and area of all graphs that `dot` finished, ours : dot");
    let sums = sums(&outcomes);
    for (kind, sum) in &sums {
        println!("  {kind:<16} {}", sum.text());
    }
    if options.json {
        println!("{}", as_json(&outcomes, &sums));
    }
    Ok(())
}

fn cases(options: &BenchOptions) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for kind in Kind::ALL {
        for &size in &options.sizes {
            let seeds = if kind.by_chance() { options.seeds } else { 1 };
            cases.extend((1..=seeds).map(|seed| Case {
                kind: kind.name().to_owned(),
                size,
                graph: kind.graph(size, seed),
            }));
        }
    }
    let Some(folder) = &options.also else {
        return Ok(cases);
    };
    let mut files: Vec<_> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|it| it == "dot"))
        .collect();
    files.sort();
    for file in files {
        let graph = super::read(&file)?;
        let name = file
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned());
        cases.push(Case {
            kind: format!("also {}", name.unwrap_or_default()),
            size: graph.names.len(),
            graph,
        });
    }
    Ok(cases)
}

fn measure(case: Case, file: &Path, options: &BenchOptions) -> Result<Outcome> {
    let graph = case.graph.graph();
    let mut ours = Vec::new();
    let mut dots = Vec::new();
    let mut dot = None;
    let limit = Duration::from_secs(options.limit);
    let mut gave_up = false;
    for run in 0..=options.runs {
        let took = lay(&graph)?;
        // Slow ones are only run until their figure is plain.
        let enough = dots.iter().sum::<f64>() > 10.0;
        let theirs = if gave_up || enough {
            None
        } else {
            graphviz::lay(file, limit)?
        };
        gave_up = run == 0 && theirs.is_none();
        if run > 0 {
            ours.push(took);
        }
        if let Some((text, took)) = theirs {
            dots.push(took.as_secs_f64());
            if dot.is_none() {
                dot = Some(judge(&drawing::of_dot(&text)?));
            }
        }
    }
    if dots.len() > 1 {
        dots.remove(0);
    }
    let layout = diagram::layout(&graph, &LayoutOptions::towards(Direction::LeftToRight))?;
    Ok(Outcome {
        kind: case.kind,
        size: case.size,
        ours: (judge(&Drawing::of(&graph, &layout)), median(ours)),
        dot: dot.map(|verdict| (verdict, median(dots))),
    })
}

fn lay(graph: &Graph) -> Result<f64> {
    let begin = Instant::now();
    let layout = diagram::layout(graph, &LayoutOptions::towards(Direction::LeftToRight))?;
    let took = begin.elapsed().as_secs_f64();
    std::hint::black_box(layout);
    Ok(took)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn heading() -> String {
    format!(
        "{:<26} {:>6} {:>6} {:>15} {:>9} {:>9} {:>7} {:>15} {:>17} {:>19}",
        "graph",
        "tasks",
        "edges",
        "crossings",
        "through",
        "overlaps",
        "upward",
        "length",
        "area",
        "ms"
    )
}

fn row(outcome: &Outcome) -> String {
    let (ours, took) = &outcome.ours;
    let pair = |one: f64, other: Option<f64>| match other {
        Some(other) => format!("{one:.0}:{other:.0}"),
        None => format!("{one:.0}:–"),
    };
    let dot = |of: fn(&Verdict) -> f64| outcome.dot.as_ref().map(|(verdict, _)| of(verdict));
    let both = |of: fn(&Verdict) -> f64| pair(of(ours), dot(of));
    format!(
        "{:<26} {:>6} {:>6} {:>15} {:>9} {:>9} {:>7} {:>15} {:>17} {:>19}",
        outcome.kind,
        outcome.size,
        ours.edges,
        both(|v| count(v.crossings)),
        both(|v| count(v.through)),
        both(|v| count(v.overlaps)),
        both(|v| count(v.upward)),
        both(|v| v.length),
        both(|v| v.area),
        format!(
            "{:.1}:{}",
            took * 1000.0,
            outcome
                .dot
                .as_ref()
                .map_or("–".to_owned(), |dot| format!("{:.0}", dot.1 * 1000.0))
        ),
    )
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}

/// Sums over the graphs of one kind, ours and those of `dot`.
#[derive(Default)]
struct Sum {
    crossings: (f64, f64),
    length: (f64, f64),
    area: (f64, f64),
}

impl Sum {
    fn text(&self) -> String {
        let part = |name: &str, pair: (f64, f64)| {
            format!("{name} {:.0} : {:.0} = {:.2}", pair.0, pair.1, ratio(pair))
        };
        format!(
            "{}   {}   {}",
            part("crossings", self.crossings),
            part("length", self.length),
            part("area", self.area)
        )
    }
}

/// Ours through theirs; 1 where both are nothing.
fn ratio((ours, theirs): (f64, f64)) -> f64 {
    if ours == theirs { 1.0 } else { ours / theirs }
}

fn sums(outcomes: &[Outcome]) -> BTreeMap<String, Sum> {
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    for outcome in outcomes {
        let Some((dot, _)) = &outcome.dot else {
            continue;
        };
        let kind = outcome.kind.split(' ').next().unwrap_or_default();
        for name in [kind, "all"] {
            let sum = sums.entry(name.to_owned()).or_default();
            let add = |pair: &mut (f64, f64), of: fn(&Verdict) -> f64| {
                pair.0 += of(&outcome.ours.0);
                pair.1 += of(dot);
            };
            add(&mut sum.crossings, |v| count(v.crossings));
            add(&mut sum.length, |v| v.length);
            add(&mut sum.area, |v| v.area);
        }
    }
    sums
}

fn as_json(outcomes: &[Outcome], sums: &BTreeMap<String, Sum>) -> Value {
    let mut ours = Map::new();
    let mut peer = Map::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for outcome in outcomes {
        let mut key = format!("{} {}", outcome.kind, outcome.size);
        let number = numbers.entry(key.clone()).or_default();
        *number += 1;
        key = format!("{key} #{number}");
        let object = |(verdict, took): &(Verdict, f64)| {
            let mut json = drawing::told(verdict);
            json["seconds"] = json!(took);
            json
        };
        ours.insert(key.clone(), object(&outcome.ours));
        if let Some(dot) = &outcome.dot {
            peer.insert(key, object(dot));
        }
    }
    let mut ratios = Map::new();
    for (kind, sum) in sums {
        ratios.insert(format!("crossings {kind}"), json!(ratio(sum.crossings)));
        ratios.insert(format!("length {kind}"), json!(ratio(sum.length)));
        ratios.insert(format!("area {kind}"), json!(ratio(sum.area)));
    }
    for &size in &[1000, 10_000] {
        let of_size = outcomes.iter().filter(|outcome| outcome.size == size);
        let (mut mine, mut theirs) = (Vec::new(), Vec::new());
        for outcome in of_size {
            if let Some(dot) = &outcome.dot {
                mine.push(outcome.ours.1);
                theirs.push(dot.1);
            }
        }
        if !mine.is_empty() {
            ratios.insert(format!("time {size}"), json!(median(mine) / median(theirs)));
        }
    }
    json!({"bench": "layout", "ours": ours, "peers": {"dot": peer}, "ratios": ratios})
}
