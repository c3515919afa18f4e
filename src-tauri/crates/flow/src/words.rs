//! Words of a command line: split and quoted as a POSIX shell does.

/// A quote or a backslash that never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WordsError {
    /// A quote was opened and not closed.
    #[error("a quote is not closed")]
    OpenQuote,
    /// A backslash stands at the very end.
    #[error("nothing follows the last backslash")]
    OpenEscape,
}

pub use expression::shell_quoted as quoted;

/// Splits a command into words.
///
/// # Errors
/// If a quote is not closed.
pub fn split(command: &str) -> Result<Vec<String>, WordsError> {
    let mut found = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = command.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' | '\r' | '\n' => found.extend(word.take()),
            '\'' => quote(&mut characters, word.get_or_insert_default())?,
            '"' => double_quote(&mut characters, word.get_or_insert_default())?,
            '\\' => {
                let next = characters.next().ok_or(WordsError::OpenEscape)?;
                word.get_or_insert_default().push(next);
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    found.extend(word);
    Ok(found)
}

fn quote(characters: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), WordsError> {
    loop {
        match characters.next().ok_or(WordsError::OpenQuote)? {
            '\'' => return Ok(()),
            other => word.push(other),
        }
    }
}

fn double_quote(characters: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), WordsError> {
    loop {
        match characters.next().ok_or(WordsError::OpenQuote)? {
            '"' => return Ok(()),
            '\\' => {
                let next = characters.next().ok_or(WordsError::OpenEscape)?;
                if !matches!(next, '"' | '\\') {
                    word.push('\\');
                }
                word.push(next);
            }
            other => word.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_words_come_back_when_they_are_split() {
        for word in ["plain", "", "it's", "a b\n$c", "\"\\"] {
            assert_eq!(split(&quoted(word)).unwrap(), [word]);
        }
    }

    #[test]
    fn commands_are_split_as_a_shell_does() {
        let words = split(r#"a  'b c'"d\"e\f" \  g"#).unwrap();
        assert_eq!(words, ["a", r#"b cd"e\f"#, " ", "g"]);
        assert_eq!(split("a 'b"), Err(WordsError::OpenQuote));
    }
}
