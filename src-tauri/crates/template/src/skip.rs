//! Paths that an update leaves alone, as cruft's `skip` names them.

/// Whether a path, or a folder above it, is named.
pub(crate) fn is_skipped(skip: &[String], path: &str) -> bool {
    let ends = path
        .match_indices('/')
        .map(|(at, _)| at)
        .chain([path.len()]);
    let stages: Vec<&str> = ends.map(|end| &path[..end]).collect();
    skip.iter().any(|one| {
        let one = one.trim_start_matches("./").trim_end_matches('/');
        let parts: Vec<&str> = one.split('/').collect();
        stages.iter().any(|stage| {
            let names: Vec<&str> = stage.split('/').collect();
            matches(&parts, &names)
        })
    })
}

/// Whether a path matches a pattern part by part; `**` stands for any number of folders.
fn matches(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], path) => {
            (0..=path.len()).any(|skipped| matches(rest, &path[skipped..]))
        }
        ([one, pattern @ ..], [name, path @ ..]) => {
            crate::pattern::matches(one, name) && matches(pattern, path)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_a_folder_and_patterns_are_left_alone() {
        let skip = ["docs", "*.lock", "src/**/gen.py", "./a/b/"].map(str::to_owned);
        for yes in [
            "docs",
            "docs/x/y",
            "Cargo.lock",
            "src/gen.py",
            "src/a/b/gen.py",
            "a/b/c",
        ] {
            assert!(is_skipped(&skip, yes), "{yes}");
        }
        for no in ["doc", "a/Cargo.lock", "src/gen.pyc", "a/bc"] {
            assert!(!is_skipped(&skip, no), "{no}");
        }
    }
}
