//! Glob patterns as Python's `fnmatch` understands them: `*` and `?` cross `/`.

/// Whether a path matches a pattern. Case matters.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let path: Vec<char> = path.chars().collect();
    let (mut at, mut here) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while here < path.len() {
        match step(&pattern, at, path[here]) {
            Step::Star => {
                star = Some((at, here));
                at += 1;
            }
            Step::Took(length) => {
                at += length;
                here += 1;
            }
            Step::Failed => {
                let Some((back, taken)) = star else {
                    return false;
                };
                star = Some((back, taken + 1));
                at = back + 1;
                here = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

enum Step {
    Star,
    Took(usize),
    Failed,
}

fn step(pattern: &[char], at: usize, found: char) -> Step {
    match pattern.get(at) {
        Some('*') => Step::Star,
        Some('?') => Step::Took(1),
        Some('[') => match set(&pattern[at + 1..], found) {
            Some((length, true)) => Step::Took(length + 1),
            Some((_, false)) => Step::Failed,
            None if found == '[' => Step::Took(1),
            None => Step::Failed,
        },
        Some(wanted) if *wanted == found => Step::Took(1),
        _ => Step::Failed,
    }
}

/// Reads `…]` after `[`: its length with the bracket, and whether the character is in the set.
fn set(pattern: &[char], found: char) -> Option<(usize, bool)> {
    let negated = pattern.first() == Some(&'!');
    let start = usize::from(negated);
    let after = start + usize::from(pattern.get(start) == Some(&']'));
    let end = after
        + pattern[after.min(pattern.len())..]
            .iter()
            .position(|one| *one == ']')?;
    let mut members = &pattern[start..end];
    let mut inside = false;
    while let [first, rest @ ..] = members {
        members = match rest {
            ['-', last, rest @ ..] => {
                inside |= (*first..=*last).contains(&found);
                rest
            }
            _ => {
                inside |= *first == found;
                rest
            }
        };
    }
    Some((end + 1, inside != negated))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_cross_folders() {
        assert!(matches("*.html", "a/b/c.html"));
        assert!(matches(".github/*", ".github/workflows/ci.yml"));
        assert!(!matches(".github/*", ".github"));
        assert!(matches("*", ""));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(!matches("a*b*c", "a-b-b-d"));
    }

    #[test]
    fn sets_are_ranges_and_can_be_negated() {
        assert!(matches("[a-c]x", "bx"));
        assert!(!matches("[!a-c]x", "bx"));
        assert!(matches("[]]", "]"));
        assert!(matches("[!]]", "a"));
        assert!(matches("a[", "a["));
        assert!(matches("[a-]", "-"));
        assert!(!matches("A", "a"));
    }
}
