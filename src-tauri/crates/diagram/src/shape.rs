//! Points, boxes and outlines: the few shapes everything else is made of.

use std::fmt::{self, Write as _};

use serde::{Serialize, Serializer};

/// A place, in pixels at 100 %, x to the right, y down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

impl Point {
    /// The place at `x`, `y`.
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }
}

/// A box whose sides lie along the axes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Rect {
    /// The left side.
    pub x: f32,
    /// The upper side.
    pub y: f32,
    /// From left to right.
    pub width: f32,
    /// From top to bottom.
    pub height: f32,
}

impl Rect {
    /// The box with its upper left corner at `x`, `y`.
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }

    /// The right side.
    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    /// The lower side.
    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }

    /// The middle.
    pub fn centre(&self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// The box, smaller by `by` on every side.
    pub fn inset(&self, by: f32) -> Self {
        Self::new(
            self.x + by,
            self.y + by,
            self.width - 2.0 * by,
            self.height - 2.0 * by,
        )
    }

    /// The smallest box around both.
    pub fn union(&self, other: &Self) -> Self {
        let x = self.x.min(other.x);
        let y = self.y.min(other.y);
        Self::new(
            x,
            y,
            self.right().max(other.right()) - x,
            self.bottom().max(other.bottom()) - y,
        )
    }

    /// Whether the insides of both share a place.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    /// Whether `other` lies within, sides included.
    pub fn holds(&self, other: &Self) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && other.right() <= self.right()
            && other.bottom() <= self.bottom()
    }
}

/// One step of an outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Lift the pen and put it down here.
    Move(Point),
    /// A straight line to here.
    Line(Point),
    /// A cubic curve with two handles, to the third place.
    Curve(Point, Point, Point),
    /// Back to where the pen was put down.
    Close,
}

/// How far a handle stands off for a quarter of a circle of radius 1.
const QUARTER: f32 = 0.552_284_8;

/// An outline of lines and curves. It is serialised as SVG path data, which
/// the window gives to its canvas as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outline(pub Vec<Step>);

impl Outline {
    /// An empty outline.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts the pen down.
    #[must_use]
    pub fn to(mut self, x: f32, y: f32) -> Self {
        self.0.push(Step::Move(Point::new(x, y)));
        self
    }

    /// Draws a straight line.
    #[must_use]
    pub fn line(mut self, x: f32, y: f32) -> Self {
        self.0.push(Step::Line(Point::new(x, y)));
        self
    }

    /// Draws a curve.
    #[must_use]
    pub fn curve(mut self, first: Point, second: Point, end: Point) -> Self {
        self.0.push(Step::Curve(first, second, end));
        self
    }

    /// Draws a quarter of a circle from `from`, bent towards `corner`, to `end`.
    #[must_use]
    pub fn bend(self, from: Point, corner: Point, end: Point) -> Self {
        let towards = |start: Point| {
            Point::new(
                start.x + (corner.x - start.x) * QUARTER,
                start.y + (corner.y - start.y) * QUARTER,
            )
        };
        self.curve(towards(from), towards(end), end)
    }

    /// Closes the outline.
    #[must_use]
    pub fn close(mut self) -> Self {
        self.0.push(Step::Close);
        self
    }

    /// A box with round corners.
    pub fn rounded(rect: Rect, radius: f32) -> Self {
        let radius = radius.min(rect.width / 2.0).min(rect.height / 2.0).max(0.0);
        let (left, top, right, bottom) = (rect.x, rect.y, rect.right(), rect.bottom());
        if radius <= 0.0 {
            return Self::polygon(&[(left, top), (right, top), (right, bottom), (left, bottom)]);
        }
        let point = Point::new;
        Self::new()
            .to(left + radius, top)
            .line(right - radius, top)
            .bend(
                point(right - radius, top),
                point(right, top),
                point(right, top + radius),
            )
            .line(right, bottom - radius)
            .bend(
                point(right, bottom - radius),
                point(right, bottom),
                point(right - radius, bottom),
            )
            .line(left + radius, bottom)
            .bend(
                point(left + radius, bottom),
                point(left, bottom),
                point(left, bottom - radius),
            )
            .line(left, top + radius)
            .bend(
                point(left, top + radius),
                point(left, top),
                point(left + radius, top),
            )
            .close()
    }

    /// A circle, or with two different radii an ellipse.
    pub fn ellipse(centre: Point, radius_x: f32, radius_y: f32) -> Self {
        let at = |x: f32, y: f32| Point::new(centre.x + x * radius_x, centre.y + y * radius_y);
        let (east, south, west, north) = (at(1.0, 0.0), at(0.0, 1.0), at(-1.0, 0.0), at(0.0, -1.0));
        Self::new()
            .to(east.x, east.y)
            .bend(east, at(1.0, 1.0), south)
            .bend(south, at(-1.0, 1.0), west)
            .bend(west, at(-1.0, -1.0), north)
            .bend(north, at(1.0, -1.0), east)
            .close()
    }

    /// A closed outline with straight sides.
    pub fn polygon(corners: &[(f32, f32)]) -> Self {
        Self::polyline(corners).close()
    }

    /// An open outline of straight lines.
    pub fn polyline(corners: &[(f32, f32)]) -> Self {
        let mut outline = Self::new();
        for (index, (x, y)) in corners.iter().enumerate() {
            outline = if index == 0 {
                outline.to(*x, *y)
            } else {
                outline.line(*x, *y)
            };
        }
        outline
    }

    /// The outline, scaled by `scale` and then moved by `dx`, `dy`.
    #[must_use]
    pub fn placed(&self, scale: f32, dx: f32, dy: f32) -> Self {
        let place = |point: Point| Point::new(point.x * scale + dx, point.y * scale + dy);
        Self(
            self.0
                .iter()
                .map(|step| match *step {
                    Step::Move(point) => Step::Move(place(point)),
                    Step::Line(point) => Step::Line(place(point)),
                    Step::Curve(a, b, c) => Step::Curve(place(a), place(b), place(c)),
                    Step::Close => Step::Close,
                })
                .collect(),
        )
    }
}

impl fmt::Display for Outline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            match step {
                Step::Move(to) => write!(f, "M{}", Pair(to))?,
                Step::Line(to) => write!(f, "L{}", Pair(to))?,
                Step::Curve(a, b, to) => write!(f, "C{} {} {}", Pair(a), Pair(b), Pair(to))?,
                Step::Close => f.write_char('Z')?,
            }
        }
        Ok(())
    }
}

impl Serialize for Outline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

struct Pair<'a>(&'a Point);

impl fmt::Display for Pair<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Short(self.0.x), Short(self.0.y))
    }
}

/// A number with at most two decimals and no idle zeros.
pub(crate) struct Short(pub(crate) f32);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (f64::from(self.0) * 100.0).round();
        write!(f, "{}", (hundredths + 0.0) / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let shown: Vec<String> = [1.0, 0.5, -0.001, 12.3456, 100.0]
            .into_iter()
            .map(|number| Short(number).to_string())
            .collect();
        assert_eq!(shown, ["1", "0.5", "0", "12.35", "100"]);
    }

    #[test]
    fn an_outline_reads_as_path_data() {
        let outline = Outline::polygon(&[(0.0, 0.0), (4.0, 0.0), (4.0, 2.5)]);
        assert_eq!(outline.to_string(), "M0 0L4 0L4 2.5Z");
    }
}
