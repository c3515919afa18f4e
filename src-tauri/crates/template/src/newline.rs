//! Line endings: taken away before rendering, put back afterwards.

use std::borrow::Cow;

/// A way to end lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Newline {
    Lf,
    Cr,
    CrLf,
}

impl Newline {
    /// The ending that a setting names; only these three exist.
    pub(crate) fn named(text: &str) -> Option<Self> {
        match text {
            "\n" => Some(Self::Lf),
            "\r" => Some(Self::Cr),
            "\r\n" => Some(Self::CrLf),
            _ => None,
        }
    }

    /// The ending of a file, from the endings in its first 8 KiB; of several, CR goes before LF
    /// and LF before CRLF, as in the reference tool.
    pub(crate) fn of(text: &str) -> Self {
        let mut end = text.len().min(8192);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let head = &text[..end];
        let crlf = head.matches("\r\n").count();
        let cr = head.matches('\r').count() - crlf;
        let lf = head.matches('\n').count() - crlf;
        match (cr, lf, crlf) {
            (1.., ..) => Self::Cr,
            (0, 0, 1..) => Self::CrLf,
            _ => Self::Lf,
        }
    }

    /// The text with this ending in place of every `\n`.
    pub(crate) fn put(self, text: String) -> String {
        match self {
            Self::Lf => text,
            Self::Cr => text.replace('\n', "\r"),
            Self::CrLf => text.replace('\n', "\r\n"),
        }
    }

    /// How many bytes one ending has.
    pub(crate) fn len(self) -> usize {
        if self == Self::CrLf { 2 } else { 1 }
    }
}

/// The text with `\n` for every ending.
pub(crate) fn unified(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_endings_follow_the_fixed_order() {
        assert_eq!(Newline::of("a\r\nb"), Newline::CrLf);
        assert_eq!(Newline::of("a\r\nb\nc"), Newline::Lf);
        assert_eq!(Newline::of("a\r\nb\rc"), Newline::Cr);
        assert_eq!(Newline::of("a"), Newline::Lf);
        assert_eq!(unified("a\r\nb\rc\n"), "a\nb\nc\n");
        assert_eq!(Newline::CrLf.put("a\nb".to_owned()), "a\r\nb");
    }
}
