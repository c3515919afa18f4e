//! The answers a project was made with, read out of the project.
//!
//! Each text question is answered with a token of its own; wherever a token comes out in a line or a
//! path, the project has the answer in its place. Yes/no questions and choices are tried one by one.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use regex::Regex;
use serde_json::Value;
use template::{Answers, Distance, FieldKind, Item, Plan, Setting, Template, distance};

use crate::update::ProjectFiles;

/// Lines of a file that are looked at.
const MOST_LINES: usize = 2_000;

/// The answers that make the template most like the project. What was given stays.
pub(super) fn answers(
    template: &Template,
    files: &ProjectFiles,
    given: &IndexMap<String, Value>,
    setting: &Setting,
) -> Answers {
    let guess = Guess {
        template,
        files,
        setting,
    };
    let mut found = Answers::typed(given.clone());
    for (name, value) in guess.texts(given) {
        found.typed.entry(name).or_insert(Value::String(value));
    }
    guess.try_choices(given, &mut found);
    found
}

struct Guess<'a> {
    template: &'a Template,
    files: &'a ProjectFiles,
    setting: &'a Setting,
}

/// How often a value was found for a question.
type Votes = BTreeMap<usize, BTreeMap<String, usize>>;

impl Guess<'_> {
    /// Answers to text questions.
    fn texts(&self, given: &IndexMap<String, Value>) -> IndexMap<String, String> {
        let form = self.template.form(&Answers::default(), self.setting);
        let names: Vec<String> = form
            .fields
            .into_iter()
            .filter(|field| field.kind == FieldKind::Text && !given.contains_key(&field.name))
            .map(|field| field.name)
            .collect();
        let mut answers = Answers::typed(given.clone());
        for (number, name) in names.iter().enumerate() {
            answers.typed.insert(name.clone(), token(number).into());
        }
        let plan = self.template.plan(&answers, self.setting);
        let mut votes = Votes::new();
        let folder = self.files.root().file_name();
        let folder = folder.map(|name| name.to_string_lossy().into_owned());
        self.compare(&plan.folder, &folder.unwrap_or_default(), &mut votes);
        self.vote(&plan, &mut votes);
        votes
            .into_iter()
            .filter_map(|(number, values)| {
                let best = values.into_iter().max_by_key(|(_, count)| *count)?;
                Some((names.get(number)?.clone(), best.0))
            })
            .collect()
    }

    fn vote(&self, plan: &Plan, votes: &mut Votes) {
        let paths = project_paths(self.files);
        for entry in &plan.entries {
            let Some(theirs) = entry.text() else { continue };
            let mine: Vec<&String> = match pattern(&entry.path) {
                None => paths.iter().filter(|path| **path == entry.path).collect(),
                Some(pattern) => paths
                    .iter()
                    .filter(|path| pattern.regex.is_match(path))
                    .collect(),
            };
            // Several files that fit tell nothing.
            let [path] = mine.as_slice() else { continue };
            self.compare(&entry.path, path, votes);
            let item = self.files.get(path);
            if let Some(text) = item.as_ref().and_then(Item::text) {
                compare_lines(theirs, text, votes);
            }
        }
    }

    fn compare(&self, theirs: &str, mine: &str, votes: &mut Votes) {
        if let Some(found) = pattern(theirs) {
            found.read(mine, votes);
        }
    }

    /// Yes/no questions and choices: each is tried, and what comes closest is kept.
    fn try_choices(&self, given: &IndexMap<String, Value>, answers: &mut Answers) {
        let form = self.template.form(answers, self.setting);
        let mut closest = self.distance(answers);
        for field in form.fields {
            if given.contains_key(&field.name) {
                continue;
            }
            let options: Vec<Value> = match field.kind {
                FieldKind::YesNo => vec![true.into(), false.into()],
                FieldKind::Choice(choices) => choices.into_iter().map(|one| one.value).collect(),
                _ => continue,
            };
            for option in options.into_iter().filter(|one| *one != field.value) {
                let mut tried = answers.clone();
                tried.typed.insert(field.name.clone(), option);
                let distance = self.distance(&tried);
                if distance < closest {
                    closest = distance;
                    *answers = tried;
                }
            }
        }
    }

    fn distance(&self, answers: &Answers) -> Distance {
        let plan = self.template.plan(answers, self.setting);
        let made = plan.files();
        distance(&made, &self.files.at(made.keys()))
    }
}

/// A text that stands for the answer to a question. It has only letters and digits, so that rules
/// and filters leave it alone.
fn token(number: usize) -> String {
    format!("zq{number}xqz")
}

/// A line with a token in it, as a pattern for the line of the project.
struct Pattern {
    regex: Regex,
    question: usize,
}

impl Pattern {
    fn read(&self, mine: &str, votes: &mut Votes) {
        let Some(found) = self.regex.captures(mine) else {
            return;
        };
        let values: Vec<&str> = found
            .iter()
            .skip(1)
            .flatten()
            .map(|one| one.as_str())
            .collect();
        // The same question has the same answer everywhere.
        if let [first, rest @ ..] = values.as_slice()
            && rest.iter().all(|one| one == first)
        {
            let values = votes.entry(self.question).or_default();
            *values.entry((*first).to_owned()).or_default() += 1;
        }
    }
}

/// The pattern of a text in which exactly one question comes out.
fn pattern(theirs: &str) -> Option<Pattern> {
    let start = theirs.find("zq")?;
    let digits: String = theirs[start + 2..]
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let question: usize = digits.parse().ok()?;
    let parts: Vec<&str> = theirs.split(&token(question)).collect();
    let is_plain = parts.len() > 1 && parts.iter().all(|part| !part.contains("xqz"));
    // A line that is nothing but the answer would fit everything.
    let says_something = parts.iter().any(|part| !part.trim().is_empty());
    if !is_plain || parts.len() > 4 || !says_something && theirs.contains('\n') {
        return None;
    }
    let parts: Vec<String> = parts.into_iter().map(regex::escape).collect();
    let regex = Regex::new(&format!("^{}$", parts.join("(.+?)"))).ok()?;
    Some(Pattern { regex, question })
}

fn compare_lines(theirs: &str, mine: &str, votes: &mut Votes) {
    let mine: Vec<&str> = mine.lines().take(MOST_LINES).collect();
    for line in theirs.lines().take(MOST_LINES) {
        let bare = line.trim();
        let Some(found) = pattern(line).filter(|_| !bare.starts_with("zq")) else {
            continue;
        };
        for own in &mine {
            found.read(own, votes);
        }
    }
}

/// Paths of the project that may have come from a template.
fn project_paths(files: &ProjectFiles) -> Vec<String> {
    const MOST: usize = 5_000;
    const SKIPPED: &[&str] = &[".git", ".venv", "node_modules", "__pycache__", "target"];
    let root = files.root();
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(inside) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in inside.filter_map(Result::ok) {
            let name = entry.file_name();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() && !SKIPPED.iter().any(|skipped| name == *skipped) {
                folders.push(entry.path());
            } else if kind.is_file()
                && let Ok(path) = entry.path().strip_prefix(root)
            {
                found.push(path.to_string_lossy().replace('\\', "/"));
            }
            if found.len() >= MOST {
                return found;
            }
        }
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_in_a_line_reads_the_answer_out_of_the_projects_line() {
        let mut votes = Votes::new();
        compare_lines(
            "# zq0xqz (zq0xqz)\nname: zq1xqz\nzq0xqz and zq1xqz\n",
            "# Rye (Rye)\n# Rye (Oats)\nname: rye\n",
            &mut votes,
        );
        assert_eq!(votes[&0], BTreeMap::from([("Rye".to_owned(), 1)]));
        assert_eq!(votes[&1], BTreeMap::from([("rye".to_owned(), 1)]));
    }
}
