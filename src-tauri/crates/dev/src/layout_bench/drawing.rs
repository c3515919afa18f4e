//! The drawings of Graphviz, and what is told of a drawing.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use diagram::judge::{Drawing, Line, Spot, Verdict};
use serde::Deserialize;
use serde_json::{Value, json};

/// What `dot -Tjson` prints; curves become lines of six pieces.
pub(crate) fn of_dot(text: &str) -> Result<Drawing> {
    let told: Told = serde_json::from_str(text).context("`dot` printed something else")?;
    let mut drawing = Drawing::default();
    let mut number: HashMap<usize, usize> = HashMap::new();
    for object in told.objects {
        let (Some(pos), Some(width), Some(height)) = (object.pos, object.width, object.height)
        else {
            continue;
        };
        let (x, y) = spot(&pos)?;
        let half = |inches: &str| inches.parse::<f64>().map(|size| size * 36.0);
        let (width, height) = (half(&width)?, half(&height)?);
        number.insert(object.id, drawing.boxes.len());
        drawing
            .boxes
            .push([x - width, y - height, x + width, y + height]);
    }
    for edge in told.edges {
        let handles = edge
            .pos
            .split(' ')
            .filter(|part| !part.starts_with(['e', 's']));
        let handles = handles.map(spot).collect::<Result<Vec<Spot>>>()?;
        let end = |id: usize| number.get(&id).copied().context("a line from nowhere");
        drawing.lines.push(Line {
            from: end(edge.tail)?,
            to: end(edge.head)?,
            points: curve(&handles),
        });
    }
    Ok(drawing)
}

/// What is told of a drawing.
pub(crate) fn told(verdict: &Verdict) -> Value {
    json!({
        "nodes": verdict.nodes, "edges": verdict.edges, "crossings": verdict.crossings,
        "through": verdict.through, "overlaps": verdict.overlaps, "upward": verdict.upward,
        "length": verdict.length.round(), "area": verdict.area.round(),
        "aspect": (verdict.aspect * 100.0).round() / 100.0,
    })
}

/// What we read of Graphviz's JSON.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    objects: Vec<Object>,
    #[serde(default)]
    edges: Vec<Curve>,
}

#[derive(Deserialize)]
struct Object {
    #[serde(rename = "_gvid")]
    id: usize,
    pos: Option<String>,
    width: Option<String>,
    height: Option<String>,
}

#[derive(Deserialize)]
struct Curve {
    tail: usize,
    head: usize,
    pos: String,
}

/// A place as Graphviz writes it, y upwards.
fn spot(text: &str) -> Result<Spot> {
    let (x, y) = text.split_once(',').context("half a place")?;
    Ok((x.parse()?, -y.parse::<f64>()?))
}

fn curve(handles: &[Spot]) -> Vec<Spot> {
    let mut points: Vec<Spot> = handles.first().copied().into_iter().collect();
    for start in (0..handles.len().saturating_sub(3)).step_by(3) {
        let piece = &handles[start..start + 4];
        for step in 1..=6 {
            let t = f64::from(step) / 6.0;
            let u = 1.0 - t;
            let shares = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
            let sum = |of: fn(&Spot) -> f64| -> f64 {
                piece
                    .iter()
                    .zip(shares)
                    .map(|(spot, share)| of(spot) * share)
                    .sum()
            };
            points.push((sum(|spot| spot.0), sum(|spot| spot.1)));
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_graphviz_prints_is_read() -> Result<()> {
        let drawing = of_dot(
            r#"{"objects": [
                {"_gvid": 0, "name": "cluster_0", "bb": "0,0,9,9"},
                {"_gvid": 1, "name": "load 1", "pos": "72,36", "width": "2", "height": "0.5"},
                {"_gvid": 2, "name": "b", "pos": "288,36", "width": "2", "height": "0.5"}],
              "edges": [{"tail": 1, "head": 2, "pos": "e,216,36 144,36 160,36 180,36 206,36"}]}"#,
        )?;
        assert_eq!(drawing.boxes[0], [0.0, -54.0, 144.0, -18.0]);
        assert_eq!((drawing.lines[0].from, drawing.lines[0].to), (0, 1));
        assert_eq!(drawing.lines[0].points.len(), 7);
        Ok(())
    }
}
