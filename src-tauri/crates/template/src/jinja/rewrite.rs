//! Changes a template's text before it is compiled: what the engine has no hook for.
//!
//! - `{% now 'utc', '%Y' %}` becomes a block that prints a function's result; the marks for
//!   whitespace keep their places.
//! - `{% gitcommit short=True %}` becomes such a block, too.
//! - a literal on the right of `{% set x = [...] %}` becomes a list or table that can be changed, and
//!   what `{% set space.x = … %}` keeps is measured.
//! - a line break after `{% raw %}` is kept when `trim_blocks` would take it, as Jinja keeps it.
//!
//! Line numbers never change.

use super::syntax::Syntax;

impl Syntax {
    /// The text that is compiled in place of `source`.
    pub(crate) fn rewrite(&self, source: &str) -> String {
        if !self.may_need(source) {
            return source.to_owned();
        }
        let mut out = String::with_capacity(source.len() + 64);
        let mut rest = source;
        while let Some((at, mark)) = self.next_mark(rest) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let taken = match mark {
                Mark::Comment => past(rest, &self.comment.0, &self.comment.1),
                Mark::Variable => self.variable.0.len() + tag_end(rest, &self.variable),
                Mark::Block => {
                    let length = self.block.0.len() + tag_end(rest, &self.block);
                    self.block_tag(rest, length, &mut out)
                }
            };
            if mark != Mark::Block {
                out.push_str(&rest[..taken]);
            }
            rest = &rest[taken..];
        }
        out.push_str(rest);
        out
    }

    /// Calls back with start and end of each block tag, those inside comments, quotes and raw blocks
    /// left out.
    pub(super) fn each_tag(&self, source: &str, found: &mut dyn FnMut(usize, usize)) {
        let mut at = 0;
        while let Some((next, mark)) = self.next_mark(&source[at..]) {
            at += next;
            let rest = &source[at..];
            let length = match mark {
                Mark::Comment => past(rest, &self.comment.0, &self.comment.1),
                Mark::Variable => self.variable.0.len() + tag_end(rest, &self.variable),
                Mark::Block => self.block.0.len() + tag_end(rest, &self.block),
            };
            if mark == Mark::Block {
                found(at, at + length);
                let inner = rest[self.block.0.len()..].trim_start_matches(['-', '+']);
                if first_word(inner) == "raw" {
                    let end = self.raw(rest, length, "", &mut String::new());
                    at += end;
                    continue;
                }
            }
            at += length;
        }
    }

    fn may_need(&self, source: &str) -> bool {
        source.contains(&self.block.0)
            && ["now", "set", "raw", "gitcommit"]
                .iter()
                .any(|word| source.contains(word))
    }

    fn next_mark(&self, rest: &str) -> Option<(usize, Mark)> {
        let marks = [
            (&self.comment.0, Mark::Comment),
            (&self.block.0, Mark::Block),
            (&self.variable.0, Mark::Variable),
        ];
        marks
            .into_iter()
            .filter_map(|(start, mark)| Some((rest.find(start.as_str())?, start.len(), mark)))
            .min_by_key(|(at, length, _)| (*at, std::cmp::Reverse(*length)))
            .map(|(at, _, mark)| (at, mark))
    }

    /// Writes the block tag at the start of `rest`; tells how many bytes were used up.
    fn block_tag(&self, rest: &str, length: usize, out: &mut String) -> usize {
        let tag = &rest[..length];
        let inner = tag.strip_prefix(self.block.0.as_str()).unwrap_or(tag);
        let inner = inner.strip_suffix(self.block.1.as_str()).unwrap_or(inner);
        let (before, body, after) = whitespace_marks(inner);
        match first_word(body) {
            "raw" => return self.raw(rest, length, after, out),
            "now" => {
                let arguments = now_arguments(after_word(body, "now"));
                self.printed("__now", &arguments, (before, body, after), out);
            }
            "gitcommit" => {
                let arguments = after_word(body, "gitcommit").trim();
                self.printed("__gitcommit", arguments, (before, body, after), out);
            }
            "set" => match set_literal(body) {
                Some(changed) => self.push_tag(before, &changed, after, out),
                None => out.push_str(tag),
            },
            _ => out.push_str(tag),
        }
        length
    }

    fn raw(&self, rest: &str, length: usize, after: &str, out: &mut String) -> usize {
        out.push_str(&rest[..length]);
        let body = &rest[length..];
        if self.trim_blocks && after.is_empty() && body.starts_with('\n') {
            out.push('\n');
        }
        let mut from = 0;
        while let Some(at) = body[from..].find(self.block.0.as_str()) {
            let start = from + at;
            let inner = body[start + self.block.0.len()..].trim_start_matches(['-', '+']);
            if inner.trim_start().starts_with("endraw") {
                let end = start + past(&body[start..], &self.block.0, &self.block.1);
                out.push_str(&body[..end]);
                return length + end;
            }
            from = start + self.block.0.len();
        }
        out.push_str(body);
        rest.len()
    }

    /// Writes a block that prints what a function gives; line ends stay as many.
    fn printed(
        &self,
        function: &str,
        arguments: &str,
        (before, body, after): (&str, &str, &str),
        out: &mut String,
    ) {
        let arguments = arguments.replace('\n', " ");
        let lines: String = body.chars().filter(|one| *one == '\n').collect();
        let head = format!(" with {function} = {function}({arguments}){lines} ");
        self.push_tag(before, &head, "", out);
        for part in [
            &self.variable.0,
            function,
            &self.variable.1,
            &self.block.0,
            " endwith ",
        ] {
            out.push_str(part);
        }
        out.push_str(after);
        out.push_str(&self.block.1);
    }

    fn push_tag(&self, before: &str, body: &str, after: &str, out: &mut String) {
        for part in [&self.block.0, before, body, after, &self.block.1] {
            out.push_str(part);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Comment,
    Block,
    Variable,
}

/// The word a tag begins with.
pub(super) fn first_word(body: &str) -> &str {
    let body = body.trim_start();
    let end = body
        .find(|one: char| !one.is_alphanumeric() && one != '_')
        .unwrap_or(body.len());
    &body[..end]
}

/// What stands behind the word a tag begins with.
fn after_word<'a>(body: &'a str, word: &str) -> &'a str {
    body.trim_start().strip_prefix(word).unwrap_or_default()
}

/// Splits `- body +` into its whitespace marks and the body.
pub(super) fn whitespace_marks(inner: &str) -> (&str, &str, &str) {
    let front = usize::from(inner.starts_with(['-', '+']));
    let back = usize::from(inner.len() > front && inner.ends_with(['-', '+']));
    let end = inner.len() - back;
    (&inner[..front], &inner[front..end], &inner[end..])
}

/// Length of `start … end` at the start of a text; everything when it does not end.
fn past(rest: &str, start: &str, end: &str) -> usize {
    let from = start.len();
    rest[from..]
        .find(end)
        .map_or(rest.len(), |at| from + at + end.len())
}

/// Where outside quotes a character stands for which `stop(at, character, depth)` holds; depth
/// counts the brackets open before it.
fn find(text: &str, stop: impl Fn(usize, char, usize) -> bool) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, one) in text.char_indices() {
        if let Some(open) = quote {
            quote = if one == open && !escaped { None } else { quote };
            escaped = one == '\\' && !escaped;
            continue;
        }
        if stop(at, one, depth) {
            return Some(at);
        }
        match one {
            '\'' | '"' => (quote, escaped) = (Some(one), false),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Length of the rest of a tag after its start, with its end; quotes and brackets are respected.
fn tag_end(rest: &str, marks: &(String, String)) -> usize {
    let body = &rest[marks.0.len()..];
    let end = marks.1.as_str();
    find(body, |at, _, depth| {
        depth == 0 && body[at..].starts_with(end)
    })
    .map_or(body.len(), |at| at + end.len())
}

/// Where one of some characters stands outside quotes and brackets.
pub(super) fn outside(text: &str, wanted: &[char]) -> Option<usize> {
    find(text, |_, one, depth| depth == 0 && wanted.contains(&one))
}

/// Where a word stands outside quotes and brackets.
pub(super) fn outside_word(text: &str, word: &str) -> Option<usize> {
    find(text, |at, _, depth| {
        depth == 0 && text[at..].starts_with(word)
    })
}

/// `'utc' + 'days=1', '%Y'` as arguments: zone, sign, shift, format.
fn now_arguments(text: &str) -> String {
    let (first, format) = match outside(text, &[',']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, "none"),
    };
    let flat = |part: &str| part.replace('\n', " ").trim().to_owned();
    match outside(first, &['+', '-']) {
        Some(at) => format!(
            "{}, '{}', {}, {}",
            flat(&first[..at]),
            &first[at..=at],
            flat(&first[at + 1..]),
            flat(format)
        ),
        None => format!("{}, '', '', {}", flat(first), flat(format)),
    }
}

/// ` set x = [...] ` with the literal made changeable, or ` set space.x = … ` with the value measured;
/// `None` when the tag stays as it is.
fn set_literal(body: &str) -> Option<String> {
    let at = outside(body, &['='])?;
    let (target, value) = (&body[..=at], &body[at + 1..]);
    let literal = value.trim();
    let closes = match literal.chars().next()? {
        '[' => Some(']'),
        '{' => Some('}'),
        _ => None,
    };
    let end = closes.and_then(|closes| Some(1 + outside(&literal[1..], &[closes])?));
    if end.is_some_and(|end| end + 1 == literal.len()) {
        return Some(format!("{target} __changeable({value}) "));
    }
    target
        .contains('.')
        .then(|| format!("{target} __kept(({value})) "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(source: &str) -> String {
        Syntax::default().rewrite(source)
    }

    #[test]
    fn the_clock_tag_becomes_a_block_and_keeps_its_whitespace_marks() {
        assert_eq!(
            rewritten("{%- now 'utc', '%Y' +%}"),
            "{%- with __now = __now('utc', '', '', '%Y') %}{{__now}}{% endwith +%}"
        );
        assert_eq!(
            rewritten("{% now 'utc' - 'days=1,hours=2' %}"),
            "{% with __now = __now('utc', '-', 'days=1,hours=2', none) %}{{__now}}{% endwith %}"
        );
    }

    #[test]
    fn comments_raw_blocks_and_texts_are_left_alone() {
        for same in [
            "{# {% now 'utc' %} #} set",
            "{% raw %}{% now 'utc' %}{% endraw %}",
            "{{ \"{% now 'utc' %}\" }}",
            "{% set x = 1 %} now",
            "{% set x = [1] + [2] %}",
            "{{ now set",
        ] {
            assert_eq!(rewritten(same), same);
        }
    }

    #[test]
    fn literals_of_set_can_be_changed() {
        assert_eq!(
            rewritten("{% set x = [1, ']'] %}"),
            "{% set x = __changeable( [1, ']'] ) %}"
        );
        assert_eq!(
            rewritten("{% set x = {'a': []} %}"),
            "{% set x = __changeable( {'a': []} ) %}"
        );
    }

    #[test]
    fn the_line_break_after_raw_survives_trim_blocks() {
        let syntax = Syntax {
            trim_blocks: true,
            ..Syntax::default()
        };
        assert_eq!(
            syntax.rewrite("{% raw %}\na{% endraw %}\n"),
            "{% raw %}\n\na{% endraw %}\n"
        );
        assert_eq!(
            syntax.rewrite("{% raw -%}\na{% endraw %}"),
            "{% raw -%}\na{% endraw %}"
        );
    }
}
