//! What `.dockerignore` leaves out of a context.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

/// The patterns of an ignore file; the last one that fits decides.
#[derive(Debug, Default)]
pub(super) struct IgnoreFile {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    matcher: GlobMatcher,
    brings_back: bool,
}

impl IgnoreFile {
    /// Reads patterns, one a line. A line that is no pattern fits nothing.
    pub(super) fn read(text: &str) -> Self {
        Self {
            patterns: text.lines().filter_map(Pattern::read).collect(),
        }
    }

    /// True if a path, relative to the context, is left out: itself, or a folder above it.
    pub(super) fn leaves_out(&self, path: &Path) -> bool {
        let mut out = false;
        for pattern in &self.patterns {
            let fits = path
                .ancestors()
                .filter(|part| !part.as_os_str().is_empty())
                .any(|part| pattern.matcher.is_match(part));
            if fits {
                out = !pattern.brings_back;
            }
        }
        out
    }

    /// True if something in a folder that is left out may still be wanted.
    pub(super) fn brings_back(&self) -> bool {
        self.patterns.iter().any(|pattern| pattern.brings_back)
    }
}

impl Pattern {
    fn read(line: &str) -> Option<Self> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (brings_back, text) = match line.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, line),
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => (),
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        let glob = GlobBuilder::new(&parts.join("/"))
            .literal_separator(true)
            .backslash_escape(true)
            .build()
            .ok()?;
        Some(Self {
            matcher: glob.compile_matcher(),
            brings_back,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn left_out(text: &str, path: &str) -> bool {
        IgnoreFile::read(text).leaves_out(Path::new(path))
    }

    #[test]
    fn patterns_begin_at_the_context_and_cover_what_is_below() {
        assert!(left_out("data", "data/big/file"));
        assert!(left_out("/data/", "data/x"));
        assert!(left_out("./data", "data"));
        assert!(!left_out("data", "src/data"));
        assert!(left_out("**/data", "src/data/x"));
        assert!(left_out("**/data", "data"));
        assert!(left_out("*.log", "x.log"));
        assert!(!left_out("*.log", "logs/x.log"));
        assert!(left_out("**/*.log", "a/b/x.log"));
        assert!(left_out("a/*/c", "a/b/c"));
        assert!(!left_out("a/*/c", "a/b/b/c"));
        assert!(left_out("file?.txt", "file1.txt"));
        assert!(!left_out("# data\n\n", "data"));
    }

    #[test]
    fn the_last_pattern_that_fits_decides() {
        let text = "*\n!src\nsrc/secret\n";
        assert!(left_out(text, "README.md"));
        assert!(!left_out(text, "src/main.py"));
        assert!(left_out(text, "src/secret/key"));
        assert!(IgnoreFile::read(text).brings_back());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "([!*?/a-z.\\\\\\[\\]{}#\n-]{0,40})|(?s:.*)", path in "[a-z/.]{0,20}") {
            let _ = left_out(&text, &path);
        }
    }
}
