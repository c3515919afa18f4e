//! The command line that makes the same project.

use super::Asked;

/// `bakehouse new TEMPLATE -a NAME=VALUE … -o DIR`, quoted for a shell.
pub(super) fn of(asked: Asked<'_>) -> String {
    let mut words = vec![
        "bakehouse".to_owned(),
        "new".to_owned(),
        quoted(asked.template),
    ];
    for (name, value) in asked.answers {
        words.push("-a".to_owned());
        words.push(quoted(&format!("{name}={value}")));
    }
    if !asked.parent.as_os_str().is_empty() {
        words.push("-o".to_owned());
        words.push(quoted(&asked.parent.display().to_string()));
    }
    words.join(" ")
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

    use indexmap::IndexMap;

    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        let answers = IndexMap::from([("project_name".to_owned(), "Anna's bread".to_owned())]);
        let asked = Asked {
            template: "project",
            answers: &answers,
            parent: Path::new("/home/anna"),
        };
        assert_eq!(
            of(asked),
            r"bakehouse new project -a 'project_name=Anna'\''s bread' -o /home/anna"
        );
    }
}
