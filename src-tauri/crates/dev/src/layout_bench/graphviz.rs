//! Runs Graphviz.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Whether `dot` is there.
pub(crate) fn is_there() -> bool {
    let asked = Command::new("dot").arg("-V").stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// The layout as JSON, and how long the program took; none where it takes too long.
pub(crate) fn lay(file: &Path, limit: Duration) -> Result<Option<(String, Duration)>> {
    let begin = Instant::now();
    let mut child = Command::new("dot")
        .arg("-Tjson")
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("could not start `dot`; install Graphviz")?;
    let mut out = child.stdout.take().context("`dot` has no output")?;
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).map(|_| text)
    });
    let mut pause = Duration::from_micros(500);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if begin.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(1));
    };
    let took = begin.elapsed();
    if !status.success() {
        bail!("`dot` ended with {status} on {}", file.display());
    }
    let text = reader
        .join()
        .map_err(|_| anyhow::anyhow!("the reader of `dot` fell over"))??;
    Ok(Some((text, took)))
}
