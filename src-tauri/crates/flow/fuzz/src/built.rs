//! Flows put together from parts that fit often enough to get behind the reader.

use std::fmt::Write as _;

use libfuzzer_sys::arbitrary::{self, Arbitrary};

/// A project: a project file, a live flow, a batch, and an action they call.
#[derive(Debug, Arbitrary)]
pub struct Built {
    project: Vec<Pair>,
    mixins: Vec<(Word, Vec<Pair>)>,
    params: Vec<(Word, Value)>,
    jobs: Vec<(Word, Vec<Pair>)>,
    batch: Vec<Task>,
    action: Vec<Task>,
    outputs: Vec<(Word, Value)>,
}

#[derive(Debug, Arbitrary)]
struct Task {
    id: Option<Word>,
    pairs: Vec<Pair>,
    needs: Vec<(Word, Option<bool>)>,
    matrix: Vec<(Word, Vec<Value>)>,
    include: Vec<Vec<(Word, Value)>>,
    exclude: Vec<Vec<(Word, Value)>>,
    max_parallel: Option<Value>,
    calls: bool,
    arguments: Vec<(Word, Value)>,
}

#[derive(Debug, Arbitrary)]
struct Pair {
    key: Key,
    value: Value,
}

#[derive(Debug, Arbitrary)]
enum Key {
    Image,
    Cmd,
    Bash,
    Python,
    Env,
    Tags,
    Volumes,
    Mixins,
    Enable,
    Cache,
    LifeSpan,
    HttpPort,
    Preset,
    Title,
    Multi,
    Detach,
    Browse,
    PassConfig,
    Restart,
    Params,
    Workdir,
    PortForward,
    ScheduleTimeout,
    Action,
    Args,
    Images,
    Defaults,
    Id,
}

/// Few, so that they meet.
#[derive(Debug, Arbitrary, Clone, Copy)]
enum Word {
    A,
    B,
    C,
    Params,
}

#[derive(Debug, Arbitrary)]
enum Value {
    Nothing,
    Word(Word),
    Number(i32),
    Large(f64),
    Yes(bool),
    List(Vec<Word>),
    Map(Vec<(Word, Word)>),
    Expr(Expr),
    Text(String),
    Time(u16, bool),
    Policy(bool),
    Action,
}

#[derive(Debug, Arbitrary)]
enum Expr {
    Context(Context, Word, Word),
    Number(i32),
    Text(Word),
    Sum(Box<Expr>, Box<Expr>),
    Product(Box<Expr>, u8),
    Call(Function, Vec<Expr>),
    List(Vec<Expr>),
    Each(Box<Expr>, Box<Expr>, Word),
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
    Item(Box<Expr>, Box<Expr>),
}

#[derive(Debug, Arbitrary, Clone, Copy)]
enum Context {
    Params,
    Env,
    Needs,
    Matrix,
    Inputs,
    Flow,
    Project,
    Tags,
    Volumes,
    Images,
    Multi,
    Strategy,
    State,
    Git,
}

#[derive(Debug, Arbitrary, Clone, Copy)]
enum Function {
    Len,
    Str,
    Range,
    Fmt,
    Join,
    ToJson,
    FromJson,
    HashFiles,
    Success,
    Failure,
    Always,
    Keys,
    Values,
    Replace,
    ParseVolume,
    Lower,
    Nothing,
    InspectJob,
}

impl Built {
    /// The files, each behind a line with its path.
    #[must_use]
    pub fn written(&self) -> String {
        let mut out = String::from("=== .apolo/project.yml\nid: rye\n");
        pairs(&mut out, 0, &self.project);
        out.push_str("=== .apolo/live.yml\nkind: live\n");
        self.shared(&mut out);
        out.push_str("jobs:\n");
        named(&mut out, &self.jobs);
        out.push_str("=== .apolo/b.yml\nkind: batch\n");
        self.shared(&mut out);
        out.push_str("tasks:\n");
        self.batch.iter().for_each(|task| task.write(&mut out));
        out.push_str("=== a.yml\nkind: batch\ninputs:\n  a: {default: x}\n  b: {}\noutputs:\n");
        for (name, value) in &self.outputs {
            let _ = writeln!(out, "  {}: {{value: {}}}", name.text(), value.text());
        }
        out.push_str("tasks:\n");
        self.action.iter().for_each(|task| task.write(&mut out));
        out
    }

    fn shared(&self, out: &mut String) {
        out.push_str("mixins:\n");
        named(out, &self.mixins);
        out.push_str("params:\n");
        for (name, value) in &self.params {
            let _ = writeln!(out, "  {}: {}", name.text(), value.text());
        }
    }
}

impl Task {
    fn write(&self, out: &mut String) {
        let id = self.id.map_or("~", Word::text);
        let _ = writeln!(out, "- id: {id}");
        if self.calls {
            out.push_str("  action: ws:a\n  args:\n");
            for (name, value) in &self.arguments {
                let _ = writeln!(out, "    {}: {}", name.text(), value.text());
            }
        } else {
            pairs(out, 2, &self.pairs);
        }
        out.push_str("  needs:\n");
        for (name, level) in &self.needs {
            let _ = match level {
                None => writeln!(out, "  - {}", name.text()),
                Some(true) => writeln!(out, "  - {}: running", name.text()),
                Some(false) => writeln!(out, "  - ${{{{ '{}' }}}}: completed", name.text()),
            };
        }
        out.push_str("  strategy:\n");
        if let Some(value) = &self.max_parallel {
            let _ = writeln!(out, "    max_parallel: {}", value.text());
        }
        out.push_str("    matrix:\n");
        for (name, values) in &self.matrix {
            let values: Vec<String> = values.iter().map(Value::text).collect();
            let _ = writeln!(out, "      {}: [{}]", name.text(), values.join(", "));
        }
        rows(out, "include", &self.include);
        rows(out, "exclude", &self.exclude);
    }
}

fn rows(out: &mut String, name: &str, rows: &[Vec<(Word, Value)>]) {
    let _ = writeln!(out, "      {name}:");
    for row in rows {
        let row = row
            .iter()
            .map(|(name, value)| format!("{}: {}", name.text(), value.text()));
        let _ = writeln!(out, "      - {{{}}}", row.collect::<Vec<_>>().join(", "));
    }
}

fn named(out: &mut String, all: &[(Word, Vec<Pair>)]) {
    for (name, block) in all {
        let _ = writeln!(out, "  {}:", name.text());
        pairs(out, 4, block);
    }
}

fn pairs(out: &mut String, indent: usize, all: &[Pair]) {
    for Pair { key, value } in all {
        let _ = writeln!(out, "{:indent$}{}: {}", "", key.text(), value.text());
    }
}

impl Key {
    fn text(&self) -> String {
        let mut text = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_uppercase() && !text.is_empty() {
                text.push('_');
            }
            text.extend(letter.to_lowercase());
        }
        text
    }
}

impl Word {
    fn text(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
            Self::Params => "params",
        }
    }
}

impl Value {
    fn text(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Word(word) => word.text().to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Large(number) => number.to_string(),
            Self::Yes(yes) => yes.to_string(),
            Self::List(words) => {
                let words: Vec<&str> = words.iter().map(|word| word.text()).collect();
                format!("[{}]", words.join(", "))
            }
            Self::Map(pairs) => {
                let pairs = pairs
                    .iter()
                    .map(|(key, value)| format!("{}: {}", key.text(), value.text()));
                format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
            }
            Self::Expr(expr) => format!("\"${{{{ {} }}}}\"", expr.text(0)),
            Self::Text(text) => flow::service::edit::quoted(text),
            Self::Time(number, hours) => format!("{number}{}", if *hours { 'h' } else { 'm' }),
            Self::Policy(yes) => if *yes { "always" } else { "on-failure" }.to_owned(),
            Self::Action => "ws:a".to_owned(),
        }
    }
}

impl Expr {
    fn text(&self, depth: usize) -> String {
        if depth > 12 {
            return "1".to_owned();
        }
        let of = |inner: &Self| inner.text(depth + 1);
        match self {
            Self::Context(context, first, second) => {
                let name = format!("{context:?}").to_lowercase();
                format!("{name}.{}.{}", first.text(), second.text())
            }
            Self::Number(number) => number.to_string(),
            Self::Text(word) => format!("'{}'", word.text()),
            Self::Sum(left, right) => format!("({} + {})", of(left), of(right)),
            Self::Product(left, times) => format!("({} * {times})", of(left)),
            Self::Call(function, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(of).collect();
                format!("{}({})", function.text(), arguments.join(", "))
            }
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(of).collect();
                format!("[{} ]", items.join(", "))
            }
            Self::Each(item, list, name) => {
                format!("[{} for {} in {} ]", of(item), name.text(), of(list))
            }
            Self::Choice(left, condition, right) => {
                format!("({} if {} else {})", of(left), of(condition), of(right))
            }
            Self::Item(list, at) => format!("str({})[{} ]", of(list), of(at)),
        }
    }
}

impl Function {
    fn text(self) -> String {
        match self {
            Self::ToJson => "to_json".to_owned(),
            Self::FromJson => "from_json".to_owned(),
            Self::HashFiles => "hash_files".to_owned(),
            Self::ParseVolume => "parse_volume".to_owned(),
            Self::InspectJob => "inspect_job".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        }
    }
}
