//! Paths as values: slashes and dots are tidied, `..` is kept, nothing touches a disk.

use std::fmt;

/// Tidies a path: no doubled slashes, no `.` inside, no final slash; the empty path is `.`.
#[must_use]
pub fn normal(path: &str) -> String {
    let root = match path {
        text if text.starts_with("//") && !text.starts_with("///") => "//",
        text if text.starts_with('/') => "/",
        _ => "",
    };
    let steps: Vec<&str> = path
        .split('/')
        .filter(|step| !matches!(*step, "" | "."))
        .collect();
    let tidy = format!("{root}{}", steps.join("/"));
    if tidy.is_empty() {
        ".".to_owned()
    } else {
        tidy
    }
}

/// Appends a path to a path; an absolute one replaces it.
#[must_use]
pub fn join(base: &str, more: &str) -> String {
    if more.starts_with('/') {
        normal(more)
    } else {
        normal(&format!("{base}/{more}"))
    }
}

macro_rules! path_value {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes a path and tidies it.
            #[must_use]
            pub fn new(path: &str) -> Self {
                Self(normal(path))
            }

            /// The path as a text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Appends a path; an absolute one replaces this one.
            #[must_use]
            pub fn join(&self, more: &str) -> Self {
                Self(join(&self.0, more))
            }

            /// The steps by which paths are ordered.
            pub fn steps(&self) -> impl Iterator<Item = &str> {
                let root = self.0.starts_with('/').then_some("/");
                root.into_iter().chain(self.0.split('/').filter(|step| !matches!(*step, "" | ".")))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

path_value! {
    /// A path inside a job.
    RemotePath
}
path_value! {
    /// A path on this machine.
    LocalPath
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_and_dots_are_tidied_and_parents_are_kept() {
        for (path, tidy) in [
            ("/a/b/../c", "/a/b/../c"),
            ("a//b/./c/", "a/b/c"),
            ("", "."),
            ("/", "/"),
            ("//host/x", "//host/x"),
            ("///x", "/x"),
        ] {
            assert_eq!(normal(path), tidy, "{path}");
        }
    }

    #[test]
    fn an_absolute_path_replaces_what_it_is_appended_to() {
        assert_eq!(RemotePath::new("/mnt/a").join("b").as_str(), "/mnt/a/b");
        assert_eq!(RemotePath::new("/mnt/a").join("/b").as_str(), "/b");
        assert_eq!(LocalPath::new(".").join("b").as_str(), "b");
    }
}
