//! Files with parameters of a batch: a flat mapping from names to texts.

use indexmap::IndexMap;
use source::{Diagnostic, Parsed, Span, Text};

use crate::yaml::{self, Node, NodeKind};

/// Reads a file with parameters. Values are the texts as they are written, without types; of a
/// name that occurs twice the last value counts.
#[must_use]
pub fn read_params(text: &Text) -> Parsed<IndexMap<String, String>> {
    let read = yaml::read(text);
    let mut reader = Reader {
        text,
        params: IndexMap::new(),
        found: read.diagnostics,
    };
    match read.tree.as_deref() {
        Some(node) => reader.root(node),
        None if reader.found.is_empty() => {
            let help = "write one `name: value` for each parameter";
            reader.wrong("empty-file", Span::at(0), "the file is empty", help);
        }
        None => {}
    }
    Parsed {
        tree: reader.params,
        diagnostics: reader.found,
    }
}

struct Reader<'a> {
    text: &'a Text,
    params: IndexMap<String, String>,
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn root(&mut self, node: &Node) {
        let NodeKind::Mapping(pairs) = &node.kind else {
            let message = format!(
                "parameters are written as `name: value`, not as {}",
                node.noun()
            );
            let help = "write one `name: value` for each parameter";
            return self.wrong("wrong-shape", node.span, message, help);
        };
        for (key, value) in pairs {
            let (Some(name), Some(text)) = (self.word(key), self.word(value)) else {
                continue;
            };
            if self.params.insert(name.clone(), text).is_some() {
                let message = format!("`{name}` occurs twice: this value counts");
                let found = Diagnostic::warning("repeated-key", self.text, key.span, message);
                self.found.push(found.help("remove one of the two"));
            }
        }
    }

    fn word(&mut self, node: &Node) -> Option<String> {
        let scalar = node.scalar().map(|scalar| scalar.value.to_string());
        if scalar.is_none() {
            let message = format!("a parameter is one text, not {}", node.noun());
            let help = "put it into quotes if it is meant as text";
            self.wrong("wrong-shape", node.span, message, help);
        }
        scalar
    }

    fn wrong(&mut self, code: &'static str, span: Span, message: impl Into<String>, help: &str) {
        let found = Diagnostic::error(code, self.text, span, message);
        self.found.push(found.help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, String)>, Vec<String>) {
        let read = read_params(&Text::new("params.yml", text));
        let said = |found: &Diagnostic| {
            let place = found.text.position(found.span.start);
            format!("{}:{} {}", place.line, place.column, found.message)
        };
        let said = read.diagnostics.iter().map(said).collect();
        (read.tree.into_iter().collect(), said)
    }

    #[test]
    fn values_are_texts_as_they_are_written() {
        let (params, said) = read("a: 1\nb: yes\nc: ~\nd: 0x10\ne: ''\n1: x\n");
        let values = [
            ("a", "1"),
            ("b", "yes"),
            ("c", "~"),
            ("d", "0x10"),
            ("e", ""),
            ("1", "x"),
        ];
        assert_eq!(
            params,
            values.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert!(said.is_empty());
    }

    #[test]
    fn lists_and_mappings_are_refused_where_they_stand() {
        assert_eq!(
            read("a: 1\nb: [1]\nc: {d: e}\n").1,
            [
                "2:4 a parameter is one text, not a list",
                "3:4 a parameter is one text, not a mapping",
            ]
        );
        assert_eq!(
            read("- a\n").1,
            ["1:1 parameters are written as `name: value`, not as a list"]
        );
        assert_eq!(read("").1, ["1:1 the file is empty"]);
        assert_eq!(read("a: [\n").0, []);
    }

    #[test]
    fn the_last_of_two_values_counts_and_that_is_said() {
        let (params, said) = read("a: 1\na: 2\n");
        assert_eq!(params, [("a".to_owned(), "2".to_owned())]);
        assert_eq!(said, ["2:1 `a` occurs twice: this value counts"]);
    }
}
