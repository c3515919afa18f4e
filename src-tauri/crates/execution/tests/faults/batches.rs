//! Batches for the schedules: all that an executor can meet, in tasks that end at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::dice::Dice;
use crate::world::{Project, project};

/// How a task of a batch looks.
#[derive(Debug, Clone)]
struct Shape {
    needs: BTreeMap<usize, &'static str>,
    kind: Kind,
    condition: &'static str,
    caches: bool,
    reads: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Fails,
    Matrix,
    Call,
    Stateful,
    Local,
}

/// A batch and what is known of it.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    shapes: Vec<Shape>,
    max_parallel: u64,
    /// A failure stops the bake, instead of only what needs the failed task.
    fail_fast: bool,
}

const CONDITIONS: [&str; 8] = [
    "",
    "",
    "",
    "",
    "always()",
    "failure()",
    "success()",
    "params.go == 'yes'",
];

impl Batch {
    pub(crate) fn generate(dice: &mut Dice) -> Self {
        let count = 2 + dice.below(5) as usize;
        let mut shapes: Vec<Shape> = Vec::new();
        for at in 0..count {
            let mut needs = BTreeMap::new();
            for _ in 0..dice.below(3) {
                let need = dice.below(count as u64) as usize;
                if need < at {
                    needs.insert(
                        need,
                        ["completed", "completed", "running"][dice.below(3) as usize],
                    );
                }
            }
            let kind = match dice.below(14) {
                0 | 1 => Kind::Fails,
                2 => Kind::Matrix,
                3 => Kind::Call,
                4 => Kind::Stateful,
                5 => Kind::Local,
                _ => Kind::Plain,
            };
            if kind == Kind::Local {
                // They run before anything on the platform.
                needs.retain(|need, _| shapes[*need].kind == Kind::Local);
            }
            shapes.push(Shape {
                needs,
                kind,
                condition: CONDITIONS[dice.below(8) as usize],
                caches: dice.percent(75),
                reads: dice.percent(50),
            });
        }
        let fail_fast = dice.percent(40);
        if fail_fast {
            // One failure is enough: which of several comes first is chance.
            let first = shapes.iter().position(|shape| shape.kind == Kind::Fails);
            for shape in shapes
                .iter_mut()
                .skip(first.map_or(count, |first| first + 1))
            {
                if shape.kind == Kind::Fails {
                    shape.kind = Kind::Plain;
                }
            }
        }
        Self {
            shapes,
            max_parallel: 1 + dice.below(4),
            fail_fast,
        }
    }

    /// Tasks whose end is chance when a failure stops the bake: they may be over, on their way, or
    /// not begun when it comes.
    pub(crate) fn by_chance(&self) -> BTreeSet<String> {
        let failing = self.shapes.iter().position(|one| one.kind == Kind::Fails);
        let Some(failing) = failing.filter(|_| self.fail_fast) else {
            return BTreeSet::new();
        };
        let mut before = BTreeSet::from([failing]);
        for at in (0..failing).rev() {
            let needed = |later: &usize| self.shapes[*later].needs.get(&at) == Some(&"completed");
            if before.iter().any(needed) {
                before.insert(at);
            }
        }
        let mut chance = BTreeSet::new();
        for (at, shape) in self.shapes.iter().enumerate() {
            let always = shape.condition == "always()";
            if !before.contains(&at) && !always {
                chance.insert(at);
            }
        }
        chance.iter().flat_map(|at| self.ids(*at)).collect()
    }

    /// The ids of the records that a task has.
    fn ids(&self, at: usize) -> Vec<String> {
        let id = format!("t{at}");
        match self.shapes[at].kind {
            Kind::Matrix => vec![format!("{id}_1"), format!("{id}_2")],
            Kind::Call => vec![format!("{id}.x"), format!("{id}.y"), id],
            Kind::Stateful => vec![format!("post-{id}"), id],
            Kind::Plain | Kind::Fails | Kind::Local => vec![id],
        }
    }

    /// The project; results of another `salt` are not found in the cache.
    pub(crate) fn project(&self, salt: &str) -> Project {
        let fail_fast = if self.fail_fast { "yes" } else { "no" };
        let mut text = format!(
            "kind: batch\nparams: {{go: {{default: 'yes'}}}}\ndefaults: {{max_parallel: {}, \
             fail_fast: {fail_fast}, env: {{SALT: '{salt}'}}}}\ntasks:\n",
            self.max_parallel
        );
        for (at, shape) in self.shapes.iter().enumerate() {
            // Writing to memory cannot fail.
            let _ = writeln!(text, "- {{{}}}", self.entry(at, shape));
        }
        // A call that is stopped half way has no outputs of what it did not come to.
        let value = match self.fail_fast {
            true => "2",
            false => "${{ needs.y.outputs.v }}",
        };
        let call = format!(
            "kind: batch\ninputs: {{v: {{default: ''}}}}\noutputs: {{v: {{value: '{value}'}}}}\n\
             tasks:\n- {{id: x, image: i, env: {{SALT: '{salt}', V: '${{{{ inputs.v }}}}'}}, \
             cmd: echo '::set-output name=v::1'}}\n- {{id: y, image: i, \
             env: {{W: '${{{{ needs.x.outputs.v }}}}', SALT: '{salt}'}}, cmd: echo '::set-output \
             name=v::2'}}\n"
        );
        let stateful = format!(
            "kind: stateful\nmain: {{image: i, env: {{SALT: '{salt}'}}, cmd: echo '::save-state \
             name=s::3'}}\npost: {{image: i, env: {{SALT: '{salt}'}}, cmd: \
             'echo ${{{{ len(state) }}}}'}}\n"
        );
        let local = "kind: local\ncmd: echo '::set-output name=v::4'\n";
        let files = [
            ("call.yml", &*call),
            ("st.yml", &*stateful),
            ("loc.yml", local),
        ];
        project(&text, &files)
    }

    fn entry(&self, at: usize, shape: &Shape) -> String {
        let mut needs = Vec::new();
        let mut read = None;
        for (need, level) in &shape.needs {
            let matrix = self.shapes[*need].kind == Kind::Matrix;
            let ids = match matrix {
                true => vec![format!("t{need}_1"), format!("t{need}_2")],
                false => vec![format!("t{need}")],
            };
            let gives = matches!(
                self.shapes[*need].kind,
                Kind::Plain | Kind::Call | Kind::Local
            );
            // What did not succeed has no output: then a reader could not even be evaluated.
            if gives && *level == "completed" && matches!(shape.condition, "" | "success()") {
                read = Some(format!("${{{{ needs.t{need}.outputs.v }}}}"));
            }
            needs.extend(ids.into_iter().map(|id| format!("{id}: {level}")));
        }
        let value = read.filter(|_| shape.reads).unwrap_or_default();
        let condition = match shape.condition {
            "" => String::new(),
            condition => format!(", enable: \"${{{{ {condition} }}}}\""),
        };
        let cache = match (shape.caches, shape.kind) {
            (false, Kind::Plain | Kind::Matrix) => ", cache: {strategy: none}",
            _ => "",
        };
        let body = match shape.kind {
            Kind::Fails => "image: i, cmd: 'false'".to_owned(),
            Kind::Call => format!("action: 'ws:call', args: {{v: '{value}'}}"),
            Kind::Stateful => "action: 'ws:st'".to_owned(),
            Kind::Local => "action: 'ws:loc'".to_owned(),
            Kind::Plain => {
                format!("image: i, env: {{V: '{value}'}}, cmd: echo '::set-output name=v::{at}'")
            }
            Kind::Matrix => format!(
                "image: i, strategy: {{matrix: {{m: [1, 2]}}}}, env: {{V: '{value}'}}, cmd: 'true'"
            ),
        };
        let id = match shape.kind {
            Kind::Matrix => format!("'t{at}_${{{{ matrix.m }}}}'"),
            _ => format!("t{at}"),
        };
        format!(
            "id: {id}, needs: {{{}}}{condition}{cache}, {body}",
            needs.join(", ")
        )
    }
}
