//! Splitting and quoting of command lines by the rules of a POSIX shell (words only: no variables,
//! no globs, no comments), which is how the platform reads `entrypoint` and `command`.

/// A quote was opened and never closed, or the text ends in a lone backslash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} is not closed in `{text}`")]
pub struct UnclosedQuote {
    /// What was left open: `'`, `"` or `\`.
    pub what: char,
    /// The whole text.
    pub text: String,
}

/// Splits a command line into words.
pub fn split(text: &str) -> Result<Vec<String>, UnclosedQuote> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    let unclosed = |what| UnclosedQuote {
        what,
        text: text.to_owned(),
    };
    while let Some(letter) = chars.next() {
        match letter {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\'' => single_quoted(&mut chars, word.get_or_insert_default())
                .ok_or_else(|| unclosed('\''))?,
            '"' => double_quoted(&mut chars, word.get_or_insert_default())
                .ok_or_else(|| unclosed('"'))?,
            '\\' => {
                word.get_or_insert_default()
                    .push(chars.next().ok_or_else(|| unclosed('\\'))?);
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Takes letters up to the closing single quote; `None` if there is none.
fn single_quoted(chars: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            '\'' => return Some(()),
            other => word.push(other),
        }
    }
}

/// Takes letters up to the closing double quote; inside, a backslash protects `"` and `\` only.
fn double_quoted(chars: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            '"' => return Some(()),
            '\\' => match chars.next()? {
                escaped @ ('"' | '\\') => word.push(escaped),
                other => word.extend(['\\', other]),
            },
            other => word.push(other),
        }
    }
}

/// Quotes one word so that [`split`] and a shell give it back unchanged.
pub fn quote(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_@%+=:,./-".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\"'\"'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_split_as_a_shell_does() {
        let of = |text: &str| split(text).unwrap();
        assert_eq!(
            of("bash -c 'echo \"a b\"; x'"),
            ["bash", "-c", "echo \"a b\"; x"]
        );
        assert_eq!(of(r#"a"b c"d '' \  "\n\"""#), ["ab cd", "", " ", "\\n\""]);
        assert_eq!(of("  "), Vec::<String>::new());
        assert_eq!(of("echo # no comment"), ["echo", "#", "no", "comment"]);
    }

    #[test]
    fn an_open_quote_is_named() {
        assert_eq!(
            split("echo 'a").unwrap_err().to_string(),
            "' is not closed in `echo 'a`"
        );
        assert_eq!(split("a\\").unwrap_err().what, '\\');
    }

    proptest! {
        #[test]
        fn quoted_words_come_back(words in proptest::collection::vec(".*", 0..5)) {
            let line = words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(split(&line).unwrap(), words);
        }

        #[test]
        fn any_text_is_split_or_refused_without_a_panic(text in ".*") {
            let _ = split(&text);
        }
    }
}
