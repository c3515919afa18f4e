//! Commands that a task writes into its output: `::set-output name=n::value`, `::save-state`,
//! `::stop-commands`.
//!
//! The output is read as bytes in pieces of any size. Lines end with `\n`, `\r\n` or a lone `\r`.

use std::sync::LazyLock;

use protocol::flow::Values;
use regex::bytes::Regex;

static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^::\s*(set-output|save-state)\s+name\s*=\s*([a-zA-Z][a-zA-Z0-9_]*)\s*::([^\n]+)$")
});
static STOP: LazyLock<Regex> = LazyLock::new(|| pattern(r"^::\s*stop-commands\s*::([^\n]+)$"));

fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?-u){text}")).expect("the patterns are constants that a test compiles")
}

/// What a task said through commands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Its outputs.
    pub outputs: Values,
    /// Its state, for its post task.
    pub state: Values,
    /// Lines that look like commands but are none; they are not shown.
    pub unknown: Vec<String>,
}

/// Takes the commands out of an output as it comes in.
#[derive(Debug, Default)]
pub struct CommandReader {
    pending: Vec<u8>,
    /// The line that ends a stretch without commands.
    stopped_until: Option<Vec<u8>>,
    said: Said,
}

impl CommandReader {
    /// Takes in a piece of output; answers the bytes to show.
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        self.pending.extend_from_slice(piece);
        let mut shown = Vec::new();
        let mut start = 0;
        while let Some(length) = line_length(&self.pending[start..]) {
            let line = self.pending[start..start + length].to_vec();
            self.line(&line, &mut shown);
            start += length;
        }
        self.pending.drain(..start);
        shown
    }

    /// Takes in what stands after the last line end; answers the last bytes to show, and all that
    /// was said.
    pub fn finish(mut self) -> (Vec<u8>, Said) {
        let rest = std::mem::take(&mut self.pending);
        let mut shown = Vec::new();
        if !rest.is_empty() {
            self.line(&rest, &mut shown);
        }
        (shown, self.said)
    }

    fn line(&mut self, line: &[u8], shown: &mut Vec<u8>) {
        let text = stripped(line);
        if let Some(end) = &self.stopped_until {
            if text == end.as_slice() {
                self.stopped_until = None;
            } else {
                shown.extend_from_slice(line);
            }
        } else if text.starts_with(b"::") {
            self.command(text);
        } else {
            shown.extend_from_slice(line);
        }
    }

    fn command(&mut self, text: &[u8]) {
        if let Some(found) = VALUE.captures(text) {
            let name = lossy(&found[2]);
            let values = match &found[1] {
                b"set-output" => &mut self.said.outputs,
                _ => &mut self.said.state,
            };
            values.insert(name, lossy(&found[3]));
        } else if let Some(found) = STOP.captures(text) {
            self.stopped_until = Some([b"::", &found[1], b"::"].concat());
        } else {
            self.said.unknown.push(lossy(text));
        }
    }
}

/// Length of the first whole line with its end. A `\r` at the very end may become a `\r\n`.
fn line_length(bytes: &[u8]) -> Option<usize> {
    let end = bytes
        .iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))?;
    match (bytes[end], bytes.get(end + 1)) {
        (b'\n', _) => Some(end + 1),
        (_, Some(b'\n')) => Some(end + 2),
        (_, Some(_)) => Some(end + 1),
        (_, None) => None,
    }
}

fn stripped(line: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    let start = line
        .iter()
        .position(|byte| !blank(byte))
        .unwrap_or(line.len());
    let end = line
        .iter()
        .rposition(|byte| !blank(byte))
        .map_or(start, |last| last + 1);
    &line[start..end]
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &[u8]) -> (String, Said) {
        let mut reader = CommandReader::default();
        let mut shown = reader.push(text);
        let (rest, said) = reader.finish();
        shown.extend(rest);
        (lossy(&shown), said)
    }

    #[test]
    fn values_are_taken_out_of_the_output_and_the_last_one_counts() {
        let (shown, said) = read(
            b"hello\n::set-output name=a::1\n  ::set-output   name = a ::  two::x \r\nbye\r::save-state name=s::v",
        );
        assert_eq!(shown, "hello\nbye\r");
        assert_eq!(said.outputs["a"], "  two::x");
        assert_eq!(said.state["s"], "v");
        assert!(said.unknown.is_empty());
    }

    #[test]
    fn commands_can_be_stopped_for_a_while() {
        let (shown, said) = read(
            b"::stop-commands:: tok\n::set-output name=a::1\n:: tok::\n::set-output name=b::2\n",
        );
        assert_eq!(shown, "::set-output name=a::1\n");
        assert_eq!(said.outputs.get("a"), None);
        assert_eq!(said.outputs["b"], "2");
    }

    #[test]
    fn what_looks_like_a_command_but_is_none_is_swallowed_and_reported() {
        let (shown, said) = read(b"::set-output name=a-b::x\n::\nx ::set-output name=a::b\n");
        assert_eq!(shown, "x ::set-output name=a::b\n");
        assert_eq!(said.unknown, ["::set-output name=a-b::x", "::"]);
        assert!(said.outputs.is_empty());
    }

    proptest! {
        #[test]
        fn the_result_does_not_depend_on_where_the_output_is_cut(
            text in "(::set-output name=[ab]::[xy]?[\r\n]{1,2}|[a:\r\n ]{0,4}){0,6}",
            cut in 0_usize..60,
        ) {
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            let mut reader = CommandReader::default();
            let mut shown = reader.push(&bytes[..cut]);
            shown.extend(reader.push(&bytes[cut..]));
            let (rest, said) = reader.finish();
            shown.extend(rest);
            prop_assert_eq!((lossy(&shown), said), read(bytes));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
