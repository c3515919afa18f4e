//! Names of files: where they may lie, and whether every system can keep them.

/// What is wrong with a rendered path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    /// It begins at the root of the file system.
    Absolute,
    /// It climbs with `..`.
    Climbs,
    /// It holds a character no file system keeps.
    Control,
    /// A part is longer than 255 bytes.
    TooLong,
}

impl Escape {
    /// Why the path is refused, after "the name `…` ".
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Absolute => "is absolute and would lie outside the project",
            Self::Climbs => "climbs out of the project with `..`",
            Self::Control => "holds a control character",
            Self::TooLong => "has a part of more than 255 bytes",
        }
    }
}

/// A rendered path made tidy (`//`, `.` removed), or why it is refused. May become empty.
pub(crate) fn inside(path: &str) -> Result<String, Escape> {
    let drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if path.starts_with('/')
        || path.starts_with("\\\\")
        || (drive && path[2..].starts_with(['/', '\\']))
    {
        return Err(Escape::Absolute);
    }
    if path.chars().any(char::is_control) {
        return Err(Escape::Control);
    }
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    if parts
        .iter()
        .any(|part| part.split('\\').any(|piece| piece == ".."))
    {
        return Err(Escape::Climbs);
    }
    if parts.iter().any(|part| part.len() > 255) {
        return Err(Escape::TooLong);
    }
    Ok(parts.join("/"))
}

/// Why a path cannot be kept on every system, after "the name `…` ".
pub(crate) fn not_portable(path: &str) -> Option<String> {
    path.split('/').find_map(|part| {
        if let Some(bad) = part.chars().find(|one| "<>:\"\\|?*".contains(*one)) {
            return Some(format!("cannot be kept on Windows because of `{bad}`"));
        }
        if part.ends_with('.') || part.ends_with(' ') {
            return Some("ends in a dot or a blank, which Windows takes away".to_owned());
        }
        is_device(part).then(|| "is the name of a device on Windows".to_owned())
    })
}

fn is_device(part: &str) -> bool {
    let stem = part
        .split('.')
        .next()
        .unwrap_or(part)
        .trim_end()
        .to_ascii_uppercase();
    let numbered = |base: &str| {
        stem.strip_prefix(base)
            .is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

/// A name as it can be shown: control characters, marks that change the direction of writing and
/// other letters nobody sees are written as codes, so that a name looks like what it is.
#[must_use]
pub fn shown(name: &str) -> String {
    name.chars().fold(String::new(), |mut out, one| {
        if is_hidden(one) {
            out.push_str(&one.escape_unicode().to_string());
        } else {
            out.push(one);
        }
        out
    })
}

/// Letters nobody sees, or that make others look otherwise.
fn is_hidden(one: char) -> bool {
    one.is_control()
        || matches!(
            u32::from(one),
            0xAD | 0x61C
                | 0x115F..=0x1160
                | 0x17B4..=0x17B5
                | 0x180B..=0x180F
                | 0x200B..=0x200F
                | 0x2028..=0x202E
                | 0x2060..=0x206F
                | 0x3164
                | 0xFE00..=0xFE0F
                | 0xFEFF
                | 0xFFA0
                | 0xFFF0..=0xFFFB
                | 0xE0000..=0xE0FFF
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_project_are_refused() {
        assert_eq!(inside("/etc"), Err(Escape::Absolute));
        assert_eq!(inside("C:\\x"), Err(Escape::Absolute));
        assert_eq!(inside("a/../b"), Err(Escape::Climbs));
        assert_eq!(inside("a\\..\\b"), Err(Escape::Climbs));
        assert_eq!(inside("a\nb"), Err(Escape::Control));
        assert_eq!(inside(&"x".repeat(256)), Err(Escape::TooLong));
        assert_eq!(inside("a//./b/"), Ok("a/b".to_owned()));
        assert_eq!(inside("./"), Ok(String::new()));
        assert_eq!(inside("..."), Ok("...".to_owned()));
    }

    #[test]
    fn letters_nobody_sees_are_shown_as_codes() {
        assert_eq!(shown("a\u{202e}gpj.exe"), "a\\u{202e}gpj.exe");
        assert_eq!(shown("a\nb\u{200b}é日"), "a\\u{a}b\\u{200b}é日");
    }

    #[test]
    fn names_windows_refuses_are_named() {
        for bad in ["a|b", "nul", "COM1.txt", "a.", "x/con/y", "a "] {
            assert!(not_portable(bad).is_some(), "{bad}");
        }
        for good in ["console", "com", "COM0", ".git", "a b", "é"] {
            assert_eq!(not_portable(good), None, "{good}");
        }
    }
}
