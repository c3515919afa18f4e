//! The images a Dockerfile builds on. Everything else in it is the engine's business.

use std::collections::HashMap;

/// Arguments of a build, by name.
type Arguments = HashMap<String, String>;

/// What we need to know of a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Dockerfile {
    /// References in the order in which they come; names of stages may be among them.
    pub(super) images: Vec<String>,
}

impl Dockerfile {
    /// Reads a Dockerfile; `given` are the arguments of the build.
    pub(super) fn read(text: &str, given: &Arguments) -> Self {
        let mut images: Vec<String> = Vec::new();
        let mut defaults = Arguments::new();
        for line in instructions(text) {
            let mut words = line.split_whitespace();
            let Some(instruction) = words.next() else {
                continue;
            };
            let mut found: Vec<String> = Vec::new();
            match instruction.to_ascii_uppercase().as_str() {
                "ARG" => {
                    let (name, value) = line[instruction.len()..]
                        .trim()
                        .split_once('=')
                        .unwrap_or_default();
                    let value = expand(value.trim_matches(['"', '\'']), (given, &defaults));
                    defaults.insert(name.to_owned(), value);
                }
                "FROM" => found.extend(
                    words
                        .find(|word| !word.starts_with("--"))
                        .map(str::to_owned),
                ),
                "COPY" | "RUN" | "ADD" => found.extend(words.filter_map(origin)),
                _ => (),
            }
            images.extend(found.iter().map(|image| expand(image, (given, &defaults))));
        }
        Self { images }
    }
}

/// The lines with their continuations, without comments.
fn instructions(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = String::new();
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        match line.strip_suffix(['\\', '`']) {
            Some(part) => {
                open.push_str(part);
                open.push(' ');
            }
            None => {
                open.push_str(line);
                found.push(std::mem::take(&mut open));
            }
        }
    }
    found.push(open);
    found
}

/// The image of a flag such as `--from=image` or `--mount=type=bind,from=image`.
fn origin(word: &str) -> Option<String> {
    let flag = word.strip_prefix("--")?;
    let parts = flag.strip_prefix("mount=").unwrap_or(flag).split(',');
    let mut origins = parts.filter_map(|part| part.strip_prefix("from="));
    origins.next().map(str::to_owned)
}

/// Puts arguments in: `$NAME`, `${NAME}`, `${NAME:-default}`.
fn expand(text: &str, (given, defaults): (&Arguments, &Arguments)) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        whole.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let (name, default, after) = match rest.strip_prefix('{').and_then(|it| it.split_once('}'))
        {
            Some((inner, after)) => {
                let (name, default) = inner.split_once(":-").unwrap_or((inner, ""));
                (name, default, after)
            }
            None => {
                let end = rest.find(|letter| !is_name(letter)).unwrap_or(rest.len());
                (&rest[..end], "", &rest[end..])
            }
        };
        let value = given.get(name).or_else(|| defaults.get(name));
        whole.push_str(value.map_or(default, String::as_str));
        rest = after;
    }
    whole.push_str(rest);
    whole
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn images_are_found_with_their_arguments() {
        let text = "# FROM commented\nARG REGISTRY=127.0.0.1:7471\nARG TAG\n\
            FROM --platform=linux/amd64 \\\n  ${REGISTRY}/o/p/base:${TAG:-1} AS first\n\
            from $REGISTRY/o/p/$NAME\n\
            COPY --chown=1 --from=127.0.0.1:7471/o/p/tools:2 /a /b\n\
            RUN --mount=type=bind,from=o/p/c,target=/x true\nCMD [\"from=none\"]\n";
        let given = HashMap::from([("NAME".to_owned(), "given".to_owned())]);
        assert_eq!(
            Dockerfile::read(text, &given).images,
            [
                "127.0.0.1:7471/o/p/base:1",
                "127.0.0.1:7471/o/p/given",
                "127.0.0.1:7471/o/p/tools:2",
                "o/p/c",
            ]
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(FROM |ARG |\\$\\{?|:-|\\}|[a-zé=\\\\\n ]){0,30}|(?s:.*)") {
            let given = HashMap::from([("a".to_owned(), "b".to_owned())]);
            let _ = Dockerfile::read(&text, &given);
        }
    }
}
