//! Recorded refusals that we do not share, each with the finding of ours that announces it.

use serde_json::Value;
use source::{Diagnostic, Severity, Span};

use super::place::{recorded, stands_at};
use super::rule::{
    DEFAULTS_WITHOUT_ARGS, EMPTY_BLOCK, EMPTY_LIST, EXCLUDE_OF_EMPTY, GIT_BEFORE_BAKE,
    INPUTS_IN_MATRIX, MIXINS_IN_MATRIX, ORDER_OF_MIXINS, ORDER_OF_TASKS, PARAMS_IN_MIXIN, Rule,
};

/// A recorded error beside everything we say about the same job, task or file.
pub(super) struct Refusal<'a> {
    pub(super) error: &'a Value,
    pub(super) found: &'a [Diagnostic],
    /// Writes the name of a file as the records do.
    pub(super) canonical: &'a dyn Fn(&str) -> String,
}

/// How the official tool ends.
enum End {
    /// With this text, at a place where the finding of ours stands.
    At(&'static str),
    /// Without a place, by an exception of this type, with one of these messages.
    Crash(&'static str, &'static [&'static str]),
}

/// A finding of ours that announces how the official tool ends.
struct Announced {
    rule: &'static Rule,
    code: &'static str,
    end: End,
}

const NO_SEQUENCE: &str = "expected a sequence node, but found scalar";
const NO_LIST: &[&str] = &["'NoneType' object is not iterable"];
const NO_MAPPING: &[&str] = &["'NoneType' object has no attribute 'items'"];

const ANNOUNCED: [Announced; 11] = [
    Announced {
        rule: &INPUTS_IN_MATRIX,
        code: "inputs-in-matrix",
        end: End::At("The 'inputs' context is not available"),
    },
    Announced {
        rule: &EMPTY_LIST,
        code: "empty-list",
        end: End::At(NO_SEQUENCE),
    },
    Announced {
        rule: &EMPTY_LIST,
        code: "empty-list",
        end: End::Crash("AssertionError", &[""]),
    },
    Announced {
        rule: &EMPTY_BLOCK,
        code: "empty-block",
        end: End::Crash("TypeError", NO_LIST),
    },
    Announced {
        rule: &EMPTY_BLOCK,
        code: "empty-block",
        end: End::Crash("AttributeError", NO_MAPPING),
    },
    Announced {
        rule: &ORDER_OF_TASKS,
        code: "order-of-tasks",
        end: End::Crash("CycleError", &["", "CycleError"]),
    },
    Announced {
        rule: &ORDER_OF_MIXINS,
        code: "order-of-mixins",
        end: End::Crash("CycleError", &[""]),
    },
    Announced {
        rule: &PARAMS_IN_MIXIN,
        code: "params-in-mixin",
        end: End::Crash(
            "AttributeError",
            &[
                "'str' object has no attribute 'default'",
                "'int' object has no attribute 'default'",
                "'dict' object has no attribute 'default'",
                "'NoneType' object has no attribute 'default'",
            ],
        ),
    },
    Announced {
        rule: &MIXINS_IN_MATRIX,
        code: "mixins-in-matrix",
        end: End::Crash(
            "AttributeError",
            &[
                "'list' object has no attribute 'items'",
                "'dict' object has no attribute 'strategy'",
                "'dict' object has no attribute 'fail_fast'",
            ],
        ),
    },
    Announced {
        rule: &MIXINS_IN_MATRIX,
        code: "mixins-in-matrix",
        end: End::Crash("AssertionError", &[""]),
    },
    Announced {
        rule: &GIT_BEFORE_BAKE,
        code: "git-before-bake",
        end: End::At("Git info is not available: is this project under git?"),
    },
];

impl Refusal<'_> {
    /// The rule by which we do not share the refusal.
    pub(super) fn rule(&self) -> Option<&'static Rule> {
        ANNOUNCED
            .iter()
            .find(|announced| self.is(announced))
            .map(|announced| announced.rule)
            .or_else(|| self.forgotten_default())
            .or_else(|| self.excluded_nothing())
    }

    fn portable<'s>(&'s self, code: &'s str) -> impl Iterator<Item = &'s Diagnostic> {
        self.found
            .iter()
            .filter(move |found| found.severity == Severity::Portability && found.code == code)
    }

    fn is(&self, announced: &Announced) -> bool {
        let mut found = self.portable(announced.code);
        match announced.end {
            End::At(text) => {
                self.says(text) && found.any(|it| stands_at(it, self.error, self.canonical))
            }
            End::Crash(kind, messages) => {
                recorded(self.error).is_none()
                    && kind_of(self.error).is_none_or(|own| own == kind)
                    && self.error["message"]
                        .as_str()
                        .is_some_and(|message| messages.contains(&message))
                    && found.next().is_some()
            }
        }
    }

    /// Whether the recorded message is this one; places are appended to messages.
    fn says(&self, text: &str) -> bool {
        let message = self.error["message"].as_str().unwrap_or("");
        message
            .strip_prefix(text)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("\n  in \""))
    }

    /// A crash at a name of `exclude` whose list is empty, which we say of that name.
    fn excluded_nothing(&self) -> Option<&'static Rule> {
        let message = self.error["message"].as_str()?;
        let name = message.strip_prefix('\'')?.strip_suffix('\'')?;
        let crash = self.error["type"] == "KeyError" && recorded(self.error).is_none();
        let named = format!("`{name}`");
        let mut found = self.portable("exclude-of-empty");
        (crash && found.any(|found| found.message.contains(&named))).then_some(&EXCLUDE_OF_EMPTY)
    }

    /// A default of an input that the official tool forgets: it names the input, and we say that it
    /// is forgotten at a call of the file it stands in.
    fn forgotten_default(&self) -> Option<&'static Rule> {
        let message = self.error["message"].as_str().unwrap_or("");
        let name = message.strip_prefix("No attribute ")?.lines().next()?;
        let file = recorded(self.error)?.2?;
        let forgets = |found: &Diagnostic| {
            found.labels.iter().any(|label| {
                let Span { start, end } = label.span;
                let here = (self.canonical)(label.text.name()) == file;
                here && label.text.content().get(start..end) == Some(name)
            })
        };
        self.portable("defaults-without-args")
            .any(forgets)
            .then_some(&DEFAULTS_WITHOUT_ARGS)
    }
}

/// The type of a recorded exception; single cases do not always have one.
fn kind_of(error: &Value) -> Option<&str> {
    error["type"].as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use source::Text;

    use super::*;
    use crate::conformance::rule::RULES;

    const FILE: &str = "kind: batch\ntasks: ~\nopt: 1\n";

    fn note(code: &'static str, at: usize) -> Diagnostic {
        let text = Text::new("f.yml", FILE);
        Diagnostic::new(
            Severity::Portability,
            code,
            &text,
            Span::new(at, at + 3),
            "they differ",
        )
    }

    fn rule(error: &Value, found: &[Diagnostic]) -> Option<&'static str> {
        let canonical = |name: &str| name.to_owned();
        let refusal = Refusal {
            error,
            found,
            canonical: &canonical,
        };
        refusal.rule().map(|rule| rule.name)
    }

    fn crash(kind: &str, message: &str) -> Value {
        json!({"type": kind, "message": message})
    }

    #[test]
    fn a_crash_needs_the_finding_that_announces_it() {
        for announced in &ANNOUNCED {
            let End::Crash(kind, messages) = announced.end else {
                continue;
            };
            let error = crash(kind, messages[0]);
            let (name, found) = (Some(announced.rule.name), note(announced.code, 0));
            assert_eq!(rule(&error, std::slice::from_ref(&found)), name);
            assert_eq!(
                rule(&error, &[note("text-is-true", 0)]),
                None,
                "another finding"
            );
            assert_eq!(rule(&error, &[]), None, "no finding");
            let found = [found];
            assert_eq!(
                rule(&crash("OSError", messages[0]), &found),
                None,
                "another crash"
            );
            assert_eq!(rule(&crash(kind, "other"), &found), None, "another message");
        }
    }

    #[test]
    fn a_refusal_with_a_place_needs_the_finding_at_that_place() {
        for announced in &ANNOUNCED {
            let End::At(text) = announced.end else {
                continue;
            };
            let error = json!({"type": "EvalError", "message": format!("{text}\n  in \"f.yml\", line 2, column 1"),
                "file": "f.yml", "line": 2, "column": 1});
            let name = Some(announced.rule.name);
            assert_eq!(rule(&error, &[note(announced.code, 12)]), name);
            assert_eq!(
                rule(&error, &[note(announced.code, 19)]),
                None,
                "another place"
            );
            let mut other = error.clone();
            other["message"] = json!(format!("{text}s"));
            assert_eq!(
                rule(&other, &[note(announced.code, 12)]),
                None,
                "another message"
            );
        }
    }

    #[test]
    fn a_forgotten_default_is_named_by_the_call_of_its_file() {
        let text = Text::new("act.yml", FILE);
        let found = note("defaults-without-args", 0).label(&text, Span::new(21, 24), "here");
        let error = |name: &str, file: &str| {
            json!({"type": "EvalError", "message": format!("No attribute {name}"),
            "file": file, "line": 9, "column": 9})
        };
        let found = [found];
        let name = Some(DEFAULTS_WITHOUT_ARGS.name);
        assert_eq!(rule(&error("opt", "act.yml"), &found), name);
        assert_eq!(
            rule(&error("other", "act.yml"), &found),
            None,
            "another input"
        );
        assert_eq!(rule(&error("opt", "f.yml"), &found), None, "another file");
        assert_eq!(
            rule(&error("opt", "act.yml"), &[]),
            None,
            "nothing announces it"
        );
    }

    #[test]
    fn a_crash_at_an_excluded_name_needs_the_finding_about_that_name() {
        let text = Text::new("f.yml", FILE);
        let note = |name: &str| {
            let message = format!("`{name}` has no values");
            let code = "exclude-of-empty";
            Diagnostic::new(Severity::Portability, code, &text, Span::new(0, 1), message)
        };
        let error = crash("KeyError", "'m'");
        assert_eq!(rule(&error, &[note("m")]), Some(EXCLUDE_OF_EMPTY.name));
        assert_eq!(rule(&error, &[note("n")]), None, "another name");
        assert_eq!(
            rule(&crash("ValueError", "'m'"), &[note("m")]),
            None,
            "another crash"
        );
    }

    #[test]
    fn rules_have_different_names() {
        let names: std::collections::BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
    }
}
