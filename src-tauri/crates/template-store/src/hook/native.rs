//! The hooks of the two platform templates, done without Python.
//!
//! They are recognised by their text, blank lines and blanks at line ends aside. Anything else is
//! a foreign program and needs consent.

use serde_json::{Map, Value};
use template::{Plan, Tree};

use crate::digest;
use crate::hook::plan_edit::{drop_comments, edit, replaced};

/// Digests of scripts whose work is done here.
const KNOWN: &[(&str, Part)] = &[
    (
        "dc196a5745a7718994ba4ed0f23ad94d27dbbd184528853f65280d921d45bd56",
        Part::Checks {
            code_directory: true,
        },
    ),
    (
        "4346627859595c1a67a565b6d187f5e9179c857b64089ae8e576b1c5170afa46",
        Part::Checks {
            code_directory: false,
        },
    ),
    (
        "0bed5a192e0c75281bb58ebec049e5fd1770423b29cdfc0319e70db3475554c7",
        Part::Finish {
            hints: true,
            folder: ".apolo",
        },
    ),
    (
        "cd430f5f9263b172d26aac33c301aaeed4315db0662a376755d46c8b5da3dbfc",
        Part::Finish {
            hints: false,
            folder: ".apolo",
        },
    ),
    // The same scripts from before the folder was renamed.
    (
        "a76643071dcdebe1b4d1cb2ed779a25a29fbcbc6a0abc801f9a12be9ace08375",
        Part::Finish {
            hints: true,
            folder: ".neuro",
        },
    ),
    (
        "1e7dccc9a03484aac7e070ba744e6f1f2b695fbc0901f37ce1235c0521997fe1",
        Part::Finish {
            hints: false,
            folder: ".neuro",
        },
    ),
];

/// The variable that decides about comments.
const HINTS: &str = "preserve Apolo Flow template hints";

/// What one script does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Checks { code_directory: bool },
    Finish { hints: bool, folder: &'static str },
}

/// The hooks of a template, all of which are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeHooks {
    parts: Vec<Part>,
}

/// An answer that a hook would refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Complaint {
    /// The variable.
    pub variable: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
}

impl NativeHooks {
    /// Recognises the hooks of a template; nothing when it has none, or one that is not known.
    #[must_use]
    pub fn of(tree: &Tree) -> Option<Self> {
        let mut parts = Vec::new();
        for name in tree.children("hooks") {
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            let runs = ["pre_prompt", "pre_gen_project", "post_gen_project"].contains(&stem);
            if !runs || name.ends_with('~') {
                continue;
            }
            let text = std::str::from_utf8(tree.bytes(&format!("hooks/{name}"))?).ok()?;
            let known = digest::text(&normal(text));
            let found = KNOWN.iter().find(|(digest, _)| *digest == known)?;
            parts.push(found.1);
        }
        (!parts.is_empty()).then_some(Self { parts })
    }

    /// Whether the template has a switch for its comments.
    #[must_use]
    pub fn has_hints_switch(&self) -> bool {
        self.parts
            .iter()
            .any(|part| matches!(part, Part::Finish { hints: true, .. }))
    }

    /// What is wrong with the answers. Fast enough for every key stroke.
    #[must_use]
    pub fn complaints(&self, context: &Map<String, Value>) -> Vec<Complaint> {
        let text = |name: &str| {
            context
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let mut all = Vec::new();
        for part in &self.parts {
            match part {
                Part::Checks { code_directory } => {
                    all.extend(flow_dir(text("flow_dir")));
                    all.extend(flow_id(text("flow_id")));
                    if *code_directory {
                        all.extend(module(text("code_directory")));
                    }
                }
                Part::Finish { hints: true, .. } => all.extend(hints(text(HINTS)).err()),
                Part::Finish { hints: false, .. } => {}
            }
        }
        all
    }

    /// Changes a plan as the hooks would change the finished project.
    ///
    /// # Errors
    /// When the hooks would refuse the answers.
    pub fn apply(&self, plan: &mut Plan, project: Option<&str>) -> Result<(), Vec<Complaint>> {
        let complaints = self.complaints(&plan.context);
        if !complaints.is_empty() {
            return Err(complaints);
        }
        for part in self.parts.clone() {
            let Part::Finish {
                hints: switch,
                folder,
            } = part
            else {
                continue;
            };
            let (live, file) = (
                format!("{folder}/live.yml"),
                format!("{folder}/project.yml"),
            );
            name_project(plan, project, (&live, &file));
            let answer = plan.context.get(HINTS).and_then(Value::as_str);
            let keep = hints(answer.unwrap_or_default()).unwrap_or(true);
            if switch && !keep {
                edit(plan, &live, drop_comments);
                edit(plan, &file, drop_comments);
            }
        }
        Ok(())
    }
}

/// A script without what changes nothing.
fn normal(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

fn flow_dir(name: &str) -> Option<Complaint> {
    let complain = |message: String| {
        Some(Complaint {
            variable: "flow_dir",
            message,
        })
    };
    let bad: String = name
        .chars()
        .filter(|one| "<>:\"/\\|?*".contains(*one))
        .collect();
    if !bad.is_empty() {
        return complain(format!("a folder name must not hold any of `{bad}`"));
    }
    if name.is_empty() || name == "." || name == ".." {
        return complain(format!("`{name}` is no name for a folder"));
    }
    if name.len() > 255 || name.chars().any(char::is_control) {
        return complain("no system can make a folder of this name".to_owned());
    }
    None
}

fn flow_id(id: &str) -> Option<Complaint> {
    let mut chars = id.chars();
    let starts = chars
        .next()
        .is_some_and(|one| one == '_' || unicode_ident::is_xid_start(one));
    if starts && chars.all(unicode_ident::is_xid_continue) {
        return None;
    }
    Some(Complaint {
        variable: "flow_id",
        message: format!(
            "`{id}` is no identifier: use letters, digits and `_`, and begin with no digit"
        ),
    })
}

fn module(name: &str) -> Option<Complaint> {
    let word = |one: char| one.is_ascii_alphanumeric() || one == '_';
    let good = name.len() >= 2
        && name.chars().all(word)
        && !name.starts_with(|one: char| one.is_ascii_digit());
    if good {
        return None;
    }
    Some(Complaint {
        variable: "code_directory",
        message: format!(
            "`{name}` is no module name: use two or more of a-z, A-Z, 0-9 and `_`, and begin with no digit"
        ),
    })
}

/// Whether comments are kept.
fn hints(answer: &str) -> Result<bool, Complaint> {
    match answer.to_lowercase().as_str() {
        "yes" | "y" | "true" => Ok(true),
        "no" | "n" | "false" => Ok(false),
        _ => Err(Complaint {
            variable: HINTS,
            message: format!("`{answer}` is neither yes nor no"),
        }),
    }
}

/// Writes the platform's project into the files, or takes it out of the paths.
fn name_project(plan: &mut Plan, project: Option<&str>, (live, file): (&str, &str)) {
    // The platform's own program prints this when nobody chose a project.
    match project.filter(|name| !name.is_empty() && *name != "<no-project>") {
        Some(name) => edit(plan, file, |text| {
            replaced(
                text,
                "# project_name: {project_name}",
                &format!("project_name: {name}"),
            )
        }),
        None => edit(plan, live, |text| {
            replaced(text, "/$[[ project.project_name ]]/", "")
        }),
    }
}
