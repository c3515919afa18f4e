//! One line of a file taken apart: dashes, a key, a value.

use super::place::Step;

/// What begins at a column of a line.
pub(super) struct Mark {
    pub(super) column: usize,
    pub(super) step: Step,
}

/// A line taken apart.
pub(super) struct Line<'t> {
    /// Its dashes and its key.
    pub(super) marks: Vec<Mark>,
    /// Where its content begins, behind the dashes.
    pub(super) content: usize,
    /// What stands behind the colon, and where.
    pub(super) value: Option<(usize, &'t str)>,
}

/// How far a line is indented.
pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Whether a line is blank or a comment.
pub(super) fn is_nothing(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

impl<'t> Line<'t> {
    pub(super) fn read(line: &'t str) -> Self {
        let mut marks = Vec::new();
        let mut content = line.len() - line.trim_start_matches(' ').len();
        while let Some(rest) = line[content..].strip_prefix('-') {
            if !(rest.is_empty() || rest.starts_with(' ')) {
                break;
            }
            marks.push(Mark {
                column: content,
                step: Step::Item,
            });
            content += 1 + (rest.len() - rest.trim_start_matches(' ').len());
        }
        let value = key_end(&line[content..]).map(|end| {
            let name = line[content..content + end].trim();
            let name = name.trim_matches(['"', '\'']).to_owned();
            marks.push(Mark {
                column: content,
                step: Step::Key(name),
            });
            let value = content + end + 1;
            (value, &line[value..])
        });
        Self {
            marks,
            content,
            value,
        }
    }

    /// Whether a block scalar begins at its end.
    pub(super) fn opens_script(&self) -> bool {
        self.value.is_some_and(|(_, value)| {
            let value = value.split(" #").next().unwrap_or_default().trim();
            value.starts_with(['|', '>']) && value.len() <= 3
        })
    }
}

/// Where the colon behind a key stands.
fn key_end(content: &str) -> Option<usize> {
    if content.starts_with(['{', '[', '#', '$']) {
        return None;
    }
    let quote = content
        .chars()
        .next()
        .filter(|one| matches!(one, '"' | '\''));
    let skipped = match quote {
        Some(quote) => content[1..].find(quote)? + 2,
        None => 0,
    };
    let rest = &content[skipped..];
    let found = rest.match_indices(':').find(|(at, _)| {
        matches!(
            rest.as_bytes().get(at + 1),
            None | Some(b' ' | b'\t' | b'\r')
        )
    })?;
    let comment = rest.find(" #").unwrap_or(rest.len());
    (found.0 < comment).then_some(skipped + found.0)
}
