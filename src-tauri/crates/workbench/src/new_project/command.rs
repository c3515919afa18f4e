//! The command line that makes the same project.

use serde_json::Value;

use super::Asked;

/// `bakehouse new TEMPLATE -a NAME=VALUE … -o DIR`, quoted for a shell.
pub(super) fn of(asked: Asked<'_>) -> String {
    let mut words = Words(vec!["bakehouse".to_owned(), "new".to_owned()]);
    words.push(asked.open.typed());
    let pin = &asked.open.pin;
    words.option("--checkout", pin.checkout.as_deref());
    words.option("--directory", pin.directory.as_deref());
    for (name, value) in asked.typed() {
        words.option("-a", Some(&format!("{name}={}", plain(&value))));
    }
    if !asked.parent.as_os_str().is_empty() {
        words.option("-o", Some(&asked.parent.display().to_string()));
    }
    words.0.join(" ")
}

struct Words(Vec<String>);

impl Words {
    fn push(&mut self, word: &str) {
        self.0.push(quoted(word));
    }

    fn option(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.0.push(name.to_owned());
            self.push(value);
        }
    }
}

/// A value as `-a` takes it.
fn plain(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn quoted(word: &str) -> String {
    let plain = |one: char| one.is_ascii_alphanumeric() || "@%+=:,./_-".contains(one);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use contract::TemplateAsk;
    use indexmap::IndexMap;

    use super::*;
    use crate::templates::OpenTemplate;

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        let mut open = OpenTemplate::bundled("project").unwrap().unwrap();
        let ask = TemplateAsk {
            answers: IndexMap::from([("project_name".to_owned(), "Anna's bread".to_owned())]),
            values: Some(IndexMap::from([("keep_hints".to_owned(), false.into())])),
            ..TemplateAsk::default()
        };
        let command = |open: &OpenTemplate| {
            of(Asked {
                open,
                ask: &ask,
                parent: Path::new("/home/anna"),
            })
        };
        assert_eq!(
            command(&open),
            r"bakehouse new project -a 'project_name=Anna'\''s bread' -a keep_hints=no -o /home/anna"
        );
        open.pin.source = "https://example.org/a b.git".to_owned();
        open.pin.checkout = Some("v1".to_owned());
        open.pin.directory = Some("inner".to_owned());
        assert!(command(&open).starts_with(
            "bakehouse new 'https://example.org/a b.git' --checkout v1 --directory inner -a "
        ));
    }
}
