//! The lines of a label: escapes, fields of records, entities, HTML.

use super::{
    mark_up,
    token::{Word, WordKind},
};

/// What escapes in a label stand for.
pub(super) struct Names<'a> {
    /// `\N`: the node.
    pub(super) node: &'a str,
    /// `\G`: the graph.
    pub(super) graph: &'a str,
}

/// The lines of a label without its empty ones.
pub(super) fn lines(word: &Word<'_>, names: &Names<'_>, record: bool) -> Vec<String> {
    let text = match word.kind {
        WordKind::Html => mark_up::text(&word.text),
        WordKind::Bare | WordKind::Quoted => {
            let text = if record {
                fields(&word.text)
            } else {
                word.text.to_string()
            };
            mark_up::decoded(&unescaped(&text, names))
        }
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// The text with its escapes replaced; lines end with `\n`.
fn unescaped(text: &str, names: &Names<'_>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match characters.next() {
            Some('n' | 'l' | 'r') => out.push('\n'),
            Some('N') => out.push_str(names.node),
            Some('G') => out.push_str(names.graph),
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}

/// The fields of a record, one a line: `{<port> a|b}` → `a`, `b`.
fn fields(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    let mut in_port = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                let next = characters.next();
                if !in_port {
                    match next {
                        Some(sign @ ('{' | '}' | '|' | '<' | '>' | ' ')) => out.push(sign),
                        Some(other) => out.extend(['\\', other]),
                        None => out.push('\\'),
                    }
                }
            }
            '<' => in_port = true,
            '>' => in_port = false,
            '|' | '{' | '}' if !in_port => out.push('\n'),
            other if !in_port => out.push(other),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str, record: bool) -> Vec<String> {
        let word = Word {
            text: text.into(),
            kind: WordKind::Quoted,
        };
        let names = Names {
            node: "it",
            graph: "all",
        };
        lines(&word, &names, record)
    }

    #[test]
    fn escapes_become_lines_and_names() {
        assert_eq!(
            quoted(r"\N of \G\nnext\lend\\", false),
            ["it of all", "next", r"end\"]
        );
        assert_eq!(
            quoted("R&amp;D &#x2192; &lt;x&gt; & y;", false),
            ["R&D → <x> & y;"]
        );
    }

    #[test]
    fn a_record_is_its_fields_without_ports() {
        assert_eq!(
            quoted(r"{<in> load|{<a b> x\|y | z}}", true),
            ["load", "x|y", "z"]
        );
    }
}
