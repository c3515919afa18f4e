//! Attributes of nodes, arrows and subgraphs: those that a picture of ours shows.

use super::token::Word;

/// An attribute that matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Arrowhead,
    Class,
    Cluster,
    Color,
    Compound,
    Constraint,
    Direction,
    FillColor,
    HeadGroup,
    Label,
    OuterLabel,
    Rank,
    RankDirection,
    Shape,
    Style,
    TailGroup,
    Tip,
    Url,
}

impl Key {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "arrowhead" => Self::Arrowhead,
            "class" => Self::Class,
            "cluster" => Self::Cluster,
            "color" | "pencolor" => Self::Color,
            "compound" => Self::Compound,
            "constraint" => Self::Constraint,
            "dir" => Self::Direction,
            "fillcolor" | "bgcolor" => Self::FillColor,
            "lhead" => Self::HeadGroup,
            "label" => Self::Label,
            "xlabel" => Self::OuterLabel,
            "rank" => Self::Rank,
            "rankdir" => Self::RankDirection,
            "shape" => Self::Shape,
            "style" => Self::Style,
            "ltail" => Self::TailGroup,
            "tooltip" => Self::Tip,
            "URL" | "href" => Self::Url,
            _ => return None,
        })
    }
}

/// Attributes in the order in which they came; a later one replaces an earlier one.
#[derive(Debug, Clone, Default)]
pub(super) struct Attributes<'t>(Vec<(Key, Word<'t>)>);

impl<'t> Attributes<'t> {
    pub(super) fn set(&mut self, key: Key, word: Word<'t>) {
        match self.0.iter_mut().find(|(other, _)| *other == key) {
            Some((_, old)) => *old = word,
            None => self.0.push((key, word)),
        }
    }

    pub(super) fn set_all(&mut self, others: &Self) {
        for (key, word) in &others.0 {
            self.set(*key, word.clone());
        }
    }

    pub(super) fn word(&self, key: Key) -> Option<&Word<'t>> {
        self.0
            .iter()
            .find(|(other, _)| *other == key)
            .map(|(_, word)| word)
    }

    /// The text of an attribute; none where it is missing or empty.
    pub(super) fn text(&self, key: Key) -> Option<&str> {
        let word = self.word(key)?;
        Some(word.text.as_ref()).filter(|text| !text.is_empty())
    }

    /// Whether a yes-or-no attribute says yes.
    pub(super) fn yes(&self, key: Key) -> bool {
        let text = self.text(key).unwrap_or_default();
        text.eq_ignore_ascii_case("true")
            || text.eq_ignore_ascii_case("yes")
            || text.parse::<i64>().is_ok_and(|number| number != 0)
    }

    /// Whether a yes-or-no attribute is there and says no.
    pub(super) fn no(&self, key: Key) -> bool {
        self.word(key).is_some() && !self.yes(key)
    }

    /// Whether the list of styles holds this one.
    pub(super) fn style(&self, style: &str) -> bool {
        let styles = self.text(Key::Style).unwrap_or_default();
        styles.split(',').any(|one| one.trim() == style)
    }
}
