//! Cuts a text into tokens. Outside of `${{ … }}` and `$[[ … ]]` everything is text.
//!
//! The rules are those of the official tools: tokens have no word boundaries, an operator needs a
//! blank after it, and `}}` and `]]` always close.

use crate::tree::Fence;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Text,
    Open(Fence),
    Close(Fence),
    None,
    Bool,
    Number,
    Str,
    Operator,
    Name,
    Mark,
    /// What could not be cut; reaches to the next closer.
    Bad,
}

/// A token: a kind and a range of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Cuts the whole text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        at: 0,
        tokens: Vec::new(),
    };
    while lexer.at < text.len() {
        lexer.text();
        lexer.expression();
    }
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn push(&mut self, kind: TokenKind, len: usize) {
        let start = self.at;
        self.at += len;
        self.tokens.push(Token {
            kind,
            start,
            end: self.at,
        });
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn text(&mut self) {
        let rest = self.rest();
        // In one go: a search for each opener could look through the whole rest again and again.
        let mut signs = rest.match_indices('$').map(|(at, _)| at);
        let opens = |at: &usize, fence: Fence| rest[*at..].starts_with(fence.open());
        let open = signs.find(|at| opens(at, Fence::Braces) || opens(at, Fence::Brackets));
        let len = open.unwrap_or(rest.len());
        if len > 0 {
            self.push(TokenKind::Text, len);
        }
    }

    fn expression(&mut self) {
        while self.at < self.text.len() {
            let blank = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
            self.at += blank;
            if self.rest().is_empty() {
                return;
            }
            match token(self.rest()) {
                Some((kind, len)) => self.push(kind, len),
                None => self.push(TokenKind::Bad, until_close(self.rest())),
            }
            if matches!(
                self.tokens.last(),
                Some(Token {
                    kind: TokenKind::Close(_),
                    ..
                })
            ) {
                return;
            }
        }
    }
}

/// Bytes up to the next closer, at least one character.
fn until_close(rest: &str) -> usize {
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let mut close = rest[first..].match_indices(['}', ']']);
    let close = close.find(|(at, one)| rest[first + at + 1..].starts_with(one));
    close.map_or(rest.len(), |(at, _)| first + at)
}

/// The token at the beginning, tried in the order that the language lays down.
fn token(rest: &str) -> Option<(TokenKind, usize)> {
    for fence in [Fence::Braces, Fence::Brackets] {
        if rest.starts_with(fence.open()) {
            return Some((TokenKind::Open(fence), fence.open().len()));
        }
        if rest.starts_with(fence.close()) {
            return Some((TokenKind::Close(fence), fence.close().len()));
        }
    }
    if rest.starts_with("None") {
        return Some((TokenKind::None, 4));
    }
    if let Some(word) = ["True", "False"]
        .iter()
        .find(|word| rest.starts_with(**word))
    {
        return Some((TokenKind::Bool, word.len()));
    }
    number(rest)
        .map(|len| (TokenKind::Number, len))
        .or_else(|| string(rest).map(|len| (TokenKind::Str, len)))
        .or_else(|| operator(rest).map(|len| (TokenKind::Operator, len)))
        .or_else(|| name(rest).map(|len| (TokenKind::Name, len)))
        .or_else(|| rest.starts_with(is_mark).then_some((TokenKind::Mark, 1)))
}

fn is_mark(c: char) -> bool {
    matches!(c, '.' | ',' | ':' | '(' | ')' | '[' | ']' | '{' | '}')
}

/// How many characters from the beginning fit; all of them are ASCII.
fn run(text: &str, fits: impl Fn(char) -> bool) -> usize {
    text.find(|c| !fits(c)).unwrap_or(text.len())
}

fn number(rest: &str) -> Option<usize> {
    let sign = usize::from(rest.starts_with('-'));
    let whole = run(&rest[sign..], |c| c.is_ascii_digit());
    if whole > 0 && rest[sign + whole..].starts_with('.') {
        return Some(real(rest, sign + whole + 1));
    }
    based(rest).or_else(|| {
        let digits = run(&rest[sign..], |c| c.is_ascii_digit() || c == '_');
        (whole > 0).then_some(sign + digits)
    })
}

fn real(rest: &str, point: usize) -> usize {
    let mut end = point + run(&rest[point..], |c| c.is_ascii_digit());
    loop {
        let Some(after) = rest[end..].strip_prefix(['E', 'e']) else {
            return end;
        };
        let sign = usize::from(after.starts_with(['+', '-']));
        let digits = run(&after[sign..], |c| c.is_ascii_digit());
        if digits == 0 {
            return end;
        }
        end += 1 + sign + digits;
    }
}

/// Hexadecimal, octal and binary numbers.
fn based(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('0')?;
    let mut chars = after.chars();
    let radix = match chars.next()? {
        'x' | 'X' => 16,
        'o' | 'O' => 8,
        'b' | 'B' => 2,
        _ => return None,
    };
    let digits = run(chars.as_str(), |c| c == '_' || c.is_digit(radix));
    (digits > 0).then_some(2 + digits)
}

fn string(rest: &str) -> Option<usize> {
    let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    rest[1..].find(quote).map(|len| len + 2)
}

const OPERATORS: [&str; 15] = [
    "==", "!=", "or", "and", "<=", "<", ">=", ">", "|", "+", "-", "*", "/", "%", "not",
];

fn operator(rest: &str) -> Option<usize> {
    let blank_after = |sign: &&&str| {
        rest.strip_prefix(**sign)
            .is_some_and(|after| after.starts_with([' ', '\t']))
    };
    OPERATORS.iter().find(blank_after).map(|sign| sign.len())
}

fn name(rest: &str) -> Option<usize> {
    rest.starts_with(|c: char| c.is_ascii_alphabetic())
        .then(|| run(rest, |c| c.is_ascii_alphanumeric() || c == '_'))
}

/// What is wrong at a place where no token fits, and what to do.
pub(crate) fn complaint(rest: &str) -> (String, Option<String>) {
    let first = rest.chars().next().unwrap_or(' ');
    let two: String = rest.chars().take(2).collect();
    let says = |message: &str, help: &str| (message.to_owned(), Some(help.to_owned()));
    match (first, two.as_str()) {
        ('\'' | '"', _) => says(
            "this text has no closing quote",
            "a quote of the same kind cannot stand inside, not even after a backslash: use the other kind",
        ),
        ('\n' | '\r', _) => says(
            "an expression has to stay on one line",
            "write the scalar with `>` instead of `|`: its line breaks become blanks",
        ),
        (_, "&&") => says("there is no operator `&&`", "write `and`"),
        (_, "||") => says("there is no operator `||`", "write `or`"),
        (_, "**" | "//") => says(
            &format!("there is no operator `{two}`"),
            "the operators are + - * / % | == != < <= > >= and or not",
        ),
        ('_', _) => says(
            "a name cannot begin with `_`",
            "names begin with a letter from a to z",
        ),
        ('!', _) if two != "!=" => says("there is no operator `!`", "write `not `"),
        ('=', _) if two != "==" => says("there is no operator `=`", "write `== ` to compare"),
        ('+' | '-' | '*' | '/' | '%' | '|' | '<' | '>' | '=' | '!', _) => {
            let sign = OPERATORS
                .iter()
                .find(|sign| rest.starts_with(**sign))
                .unwrap_or(&"-");
            let message = format!("the operator `{sign}` needs a blank after it");
            (message, Some(format!("write `{sign} `")))
        }
        (c, _) => (
            format!("{} has no meaning in an expression", shown(c)),
            None,
        ),
    }
}

fn shown(c: char) -> String {
    if c.is_control() {
        format!("the character U+{:04X}", u32::from(c))
    } else {
        format!("`{c}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        tokens(text)
            .iter()
            .map(|token| &text[token.start..token.end])
            .collect()
    }

    #[test]
    fn tokens_have_no_word_boundaries() {
        assert_eq!(cut("${{ Nonesuch }}"), ["${{", "None", "such", "}}"]);
        assert_eq!(cut("${{3-2}}"), ["${{", "3", "-2", "}}"]);
        assert_eq!(cut("${{ 1e5 }}"), ["${{", "1", "e5", "}}"]);
        assert_eq!(
            cut("${{ 1.5e3e4 1._ 0x_ 0xg }}"),
            ["${{", "1.5e3e4", "1.", "_ 0x_ 0xg "]
                .into_iter()
                .chain(["}}"])
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn operators_need_a_blank_after_them() {
        assert_eq!(
            cut("${{ order or not x }}"),
            ["${{", "order", "or", "not", "x", "}}"]
        );
        assert_eq!(cut("${{ not(x) }}"), ["${{", "not", "(", "x", ")", "}}"]);
        assert_eq!(tokens("${{ a +b }}")[2].kind, TokenKind::Bad);
    }

    #[test]
    fn closers_close_wherever_they_stand() {
        assert_eq!(
            cut("$${{ l[d['a']] }} ]]"),
            ["$", "${{", "l", "[", "d", "[", "'a'", "]]", " }} ]]"]
        );
    }
}
