//! `~/.cookiecutterrc`: preferred answers, short names of places, and folders.

use indexmap::IndexMap;
use serde_json::Value;

/// What a user set for all templates.
#[derive(Debug, Clone, PartialEq)]
pub struct UserConfig {
    /// Answers the user prefers, for [`crate::Answers::preferred`].
    pub default_context: IndexMap<String, Value>,
    /// Short names of places: `gh` stands for `https://github.com/{0}.git`.
    pub abbreviations: IndexMap<String, String>,
    /// Where copies of templates are kept.
    pub cookiecutters_dir: String,
    /// Where answers are kept.
    pub replay_dir: String,
}

/// What paths in the file may speak of. The caller looks it up.
pub struct Surroundings<'a> {
    /// The user's home folder, for `~`.
    pub home: String,
    /// The value of an environment variable, for `$NAME`.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings")
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}

/// Why a user configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UserConfigError {
    /// The text is no YAML.
    #[error("{file}:{line}:{column}: unable to parse YAML: {message}")]
    BadYaml {
        /// Name of the file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser said.
        message: String,
    },
    /// The file holds something other than a table.
    #[error("{file}: the top level should be a table of settings")]
    NoTable {
        /// Name of the file.
        file: String,
    },
    /// A setting has the wrong form.
    #[error("{file}: `{setting}` should be {wanted}")]
    BadSetting {
        /// Name of the file.
        file: String,
        /// The setting.
        setting: String,
        /// What it should be.
        wanted: &'static str,
    },
}

impl UserConfig {
    /// What holds without a file.
    #[must_use]
    pub fn built_in(around: &Surroundings<'_>) -> Self {
        let abbreviations = [
            ("gh", "https://github.com/{0}.git"),
            ("gl", "https://gitlab.com/{0}.git"),
            ("bb", "https://bitbucket.org/{0}"),
        ];
        let owned = |(name, place): (&str, &str)| (name.to_owned(), place.to_owned());
        Self {
            default_context: IndexMap::new(),
            abbreviations: abbreviations.into_iter().map(owned).collect(),
            cookiecutters_dir: around.expanded("~/.cookiecutters/"),
            replay_dir: around.expanded("~/.cookiecutter_replay/"),
        }
    }

    /// Reads the file; what it does not set stays built in.
    ///
    /// # Errors
    /// When it is no YAML table, or a setting has the wrong form.
    pub fn read(
        file: &str,
        text: &str,
        around: &Surroundings<'_>,
    ) -> Result<Self, UserConfigError> {
        let mut config = Self::built_in(around);
        let table = match serde_yaml::from_str::<Value>(text) {
            Ok(Value::Object(table)) => table,
            Ok(Value::Null) => return Ok(config),
            Ok(_) => return Err(UserConfigError::NoTable { file: file.into() }),
            Err(error) => return Err(bad_yaml(file, &error)),
        };
        for (setting, value) in table {
            config
                .set(&setting, value, around)
                .map_err(|wanted| UserConfigError::BadSetting {
                    file: file.to_owned(),
                    setting: setting.clone(),
                    wanted,
                })?;
        }
        Ok(config)
    }

    fn set(
        &mut self,
        setting: &str,
        value: Value,
        around: &Surroundings<'_>,
    ) -> Result<(), &'static str> {
        match (setting, value) {
            ("default_context", Value::Object(answers)) => self.default_context.extend(answers),
            ("default_context" | "abbreviations", Value::Null) => {}
            ("default_context", _) => return Err("a table of answers"),
            ("abbreviations", Value::Object(places)) => {
                for (name, place) in places {
                    let place = place.as_str().ok_or("a table of texts")?.to_owned();
                    self.abbreviations.insert(name, place);
                }
            }
            ("abbreviations", _) => return Err("a table of texts"),
            ("cookiecutters_dir" | "replay_dir", value) => {
                let path = around.expanded(value.as_str().ok_or("the path of a folder")?);
                match setting {
                    "replay_dir" => self.replay_dir = path,
                    _ => self.cookiecutters_dir = path,
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A reference to a template with its short name written out: `gh:me/it`.
    #[must_use]
    pub fn expand(&self, reference: &str) -> String {
        if let Some(place) = self.abbreviations.get(reference) {
            return place.clone();
        }
        let known = reference
            .split_once(':')
            .and_then(|(short, rest)| Some((self.abbreviations.get(short)?, rest)));
        known.map_or_else(
            || reference.to_owned(),
            |(place, rest)| place.replace("{0}", rest).replace("{}", rest),
        )
    }
}

impl Surroundings<'_> {
    /// A path with `~`, `$NAME` and `${NAME}` replaced; unknown names stay as they are.
    fn expanded(&self, path: &str) -> String {
        let mut out = String::with_capacity(path.len());
        let mut rest = path;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let (name, length) = variable_name(&rest[at + 1..]);
            match (self.variable)(name).filter(|_| !name.is_empty()) {
                Some(value) => out.push_str(&value),
                None => out.push_str(&rest[at..=at + length]),
            }
            rest = &rest[at + 1 + length..];
        }
        out.push_str(rest);
        match out.strip_prefix('~') {
            Some(below) if below.is_empty() || below.starts_with('/') => {
                format!("{}{below}", self.home)
            }
            _ => out,
        }
    }
}

/// The name after a `$`, and how many bytes it takes with its braces.
fn variable_name(rest: &str) -> (&str, usize) {
    if let Some((name, _)) = rest
        .strip_prefix('{')
        .and_then(|inner| inner.split_once('}'))
    {
        return (name, name.len() + 2);
    }
    let end = rest
        .find(|one: char| !one.is_ascii_alphanumeric() && one != '_')
        .unwrap_or(rest.len());
    (&rest[..end], end)
}

fn bad_yaml(file: &str, error: &serde_yaml::Error) -> UserConfigError {
    let (line, column) = error
        .location()
        .map_or((1, 1), |place| (place.line(), place.column()));
    let message = error.to_string();
    let message = message
        .split(" at line ")
        .next()
        .unwrap_or(&message)
        .to_owned();
    UserConfigError::BadYaml {
        file: file.to_owned(),
        line,
        column,
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<UserConfig, UserConfigError> {
        let around = Surroundings {
            home: "/home/anna".to_owned(),
            variable: &|name| (name == "CACHE").then(|| "/var/cache".to_owned()),
        };
        UserConfig::read(".cookiecutterrc", text, &around)
    }

    #[test]
    fn settings_lie_over_what_is_built_in() {
        let config = read(
            "default_context:\n  full_name: Anna\n  use_docker: true\n  deps: {a: 1}\nabbreviations:\n  \
             mine: https://git.example/{0}\ncookiecutters_dir: ~/c\nreplay_dir: \"${CACHE}/$NONE/r\"\n",
        )
        .unwrap();
        assert_eq!(config.default_context["full_name"], "Anna");
        assert_eq!(config.default_context["use_docker"], true);
        assert_eq!(config.cookiecutters_dir, "/home/anna/c");
        assert_eq!(config.replay_dir, "/var/cache/$NONE/r");
        assert_eq!(config.expand("gh:a/b"), "https://github.com/a/b.git");
        assert_eq!(config.expand("mine:x"), "https://git.example/x");
        assert_eq!(config.expand("git@host:a/b"), "git@host:a/b");
        assert_eq!(
            read("").unwrap().replay_dir,
            "/home/anna/.cookiecutter_replay/"
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let said = |text: &str| read(text).unwrap_err().to_string();
        insta::assert_snapshot!(
            [said("a: ["), said("[1]"), said("replay_dir: 5"), said("abbreviations: {a: [1]}")].join("\n"),
            @r#"
            .cookiecutterrc:2:1: unable to parse YAML: did not find expected node content
            .cookiecutterrc: the top level should be a table of settings
            .cookiecutterrc: `replay_dir` should be the path of a folder
            .cookiecutterrc: `abbreviations` should be a table of texts
            "#
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,200}", reference in ".{0,40}") {
            if let Ok(config) = read(&text) {
                let _ = config.expand(&reference);
            }
        }
    }
}
