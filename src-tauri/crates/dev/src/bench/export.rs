//! From a DOT file to a PDF, as whole processes: ours beside Graphviz `dot` on the same files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};

use super::measure::{Figure, Subject, in_turn};

/// Kinds of graphs: random layers, and stages of matrices in groups as real bakes have them.
const KINDS: [&str; 2] = ["layered", "pipeline"];
const SIZES: [usize; 3] = [100, 1_000, 5_000];
/// From so many tasks on, `dot` takes a minute a run: one is enough.
const SLOW: usize = 3_000;

/// What came out for one graph.
struct Row {
    /// Kind and number of tasks.
    name: String,
    ours: Written,
    dot: Written,
}

/// Time and size of a PDF.
struct Written {
    figure: Figure,
    bytes: u64,
}

/// All graphs.
pub(super) struct Exports(Vec<Row>);

/// Draws graphs of all kinds and sizes. `maker` makes them.
pub(super) fn export(
    (ours, maker): (&Path, &Path),
    work: &Path,
    (sizes, runs): (&[usize], u32),
) -> Result<Exports> {
    let folder = work.join("export");
    std::fs::create_dir_all(&folder)?;
    let sizes = if sizes.is_empty() { &SIZES } else { sizes };
    let mut rows = Vec::new();
    for kind in KINDS {
        for &size in sizes {
            let file = made(maker, &folder, (kind, size))?;
            let runs = if size >= SLOW { 1 } else { runs };
            rows.push(row(ours, &file, (format!("{kind} {size}"), runs))?);
        }
    }
    Ok(Exports(rows))
}

fn made(maker: &Path, folder: &Path, (kind, size): (&str, usize)) -> Result<PathBuf> {
    let file = folder.join(format!("{kind}-{size}.dot"));
    let output = Command::new(maker)
        .args(["make", kind, &size.to_string(), "1"])
        .output()
        .context("could not make a graph")?;
    std::fs::write(&file, output.stdout)?;
    Ok(file)
}

fn row(ours: &Path, file: &Path, (name, runs): (String, u32)) -> Result<Row> {
    let written = |by: &str| file.with_extension(format!("{by}.pdf"));
    let mut draw = Command::new(ours);
    draw.arg("graph").arg(file).arg("-o").arg(written("ours"));
    let mut dot = Command::new("dot");
    dot.arg("-Tpdf").arg(file).arg("-o").arg(written("dot"));
    let subject = |name: &str, command| Subject {
        name: name.to_owned(),
        command,
    };
    let mut subjects = [subject("bakehouse graph", draw), subject("dot -Tpdf", dot)];
    let figures = in_turn(&mut subjects, runs)
        .context("if `dot` is missing, install Graphviz (`apt install graphviz`)")?;
    let mut both = figures.into_iter().zip(["ours", "dot"]);
    let mut next = || -> Result<Written> {
        let (figure, by) = both.next().context("a figure is missing")?;
        let bytes = std::fs::metadata(written(by))?.len();
        Ok(Written { figure, bytes })
    };
    Ok(Row {
        name,
        ours: next()?,
        dot: next()?,
    })
}

impl Row {
    /// Ours through theirs: time, size.
    #[expect(
        clippy::cast_precision_loss,
        reason = "files are far smaller than 2^52 bytes"
    )]
    fn ratios(&self) -> (f64, f64) {
        let seconds = |written: &Written| written.figure.median().as_secs_f64();
        (
            seconds(&self.ours) / seconds(&self.dot),
            self.ours.bytes as f64 / self.dot.bytes as f64,
        )
    }
}

impl Exports {
    /// The figures for people.
    pub(super) fn table(&self) -> String {
        let mut text = String::from("export: medians of whole processes, DOT to PDF\n");
        for row in &self.0 {
            let milliseconds = |written: &Written| written.figure.median().as_secs_f64() * 1000.0;
            let (time, size) = row.ratios();
            let _ = writeln!(
                text,
                "  {:<16} {:>8.1} ms : {:>9.1} ms = 1/{:<6.1} {:>8} : {:>8} bytes = {size:.2}",
                row.name,
                milliseconds(&row.ours),
                milliseconds(&row.dot),
                1.0 / time,
                row.ours.bytes,
                row.dot.bytes,
            );
        }
        text
    }

    /// The figures for programs, in seconds and bytes.
    pub(super) fn json(&self) -> Value {
        let told = |written: &Written| {
            json!({
                "seconds": written.figure.median().as_secs_f64(),
                "bytes": written.bytes,
            })
        };
        let (mut ours, mut dot, mut ratios) = (Map::new(), Map::new(), Map::new());
        for row in &self.0 {
            ours.insert(row.name.clone(), told(&row.ours));
            dot.insert(row.name.clone(), told(&row.dot));
            let (time, size) = row.ratios();
            ratios.insert(format!("dot time {}", row.name), json!(time));
            ratios.insert(format!("dot size {}", row.name), json!(size));
        }
        json!({"bench": "export", "ours": ours, "peers": {"dot -Tpdf": dot}, "ratios": ratios})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_size_are_set_beside_those_of_dot_graph_by_graph() {
        let written = |milliseconds: u64, bytes| Written {
            figure: Figure::of("x", &[milliseconds]),
            bytes,
        };
        let exports = Exports(vec![Row {
            name: "layered 1000".to_owned(),
            ours: written(20, 50),
            dot: written(2_000, 100),
        }]);
        let json = exports.json();
        assert_eq!(json["ratios"]["dot time layered 1000"], 0.01);
        assert_eq!(json["ratios"]["dot size layered 1000"], 0.5);
        assert!(exports.table().contains("1/100"), "{}", exports.table());
    }
}
