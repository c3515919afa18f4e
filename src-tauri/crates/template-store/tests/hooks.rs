//! Real scripts: found, rehearsed in a copy, stopped, trusted by content.
#![cfg(unix)]

use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant};

use template::{Hook, Plan};
use template_store::hook::{
    ChangeKind, Ending, HookError, HookRun, Identity, Interpreter, NoInterpreter, Rehearsal,
    Sandbox, Stream, TemplateCopy, Trust,
};
use template_store::write::Draft;
use template_store::{Pin, Watch};

use crate::workshop::{Workshop, plan, template, tree};

fn search_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// A plan with one late hook.
fn with_hook(name: &str, script: &str) -> Plan {
    plan(&template(&[
        ("cookiecutter.json", "{\"name\": \"made\"}"),
        ("{{cookiecutter.name}}/keep.txt", "one\ntwo\n"),
        ("{{cookiecutter.name}}/gone.txt", "gone\n"),
        (&format!("hooks/{name}"), script),
    ]))
}

fn no_sandbox() -> Sandbox {
    Sandbox::None {
        why: "the test wants none".to_owned(),
    }
}

struct Stage {
    shop: Workshop,
    draft: Draft,
    hook: Hook,
    sandbox: Sandbox,
    network: bool,
    limit: Duration,
    home: Option<std::path::PathBuf>,
    lines: Vec<(Stream, String)>,
}

impl Stage {
    fn new(name: &str, script: &str) -> Self {
        let shop = Workshop::new();
        let plan = with_hook(name, script);
        Self {
            draft: shop.draft(&plan).unwrap(),
            shop,
            hook: plan.hooks[0].clone(),
            sandbox: no_sandbox(),
            network: false,
            limit: Duration::from_secs(30),
            home: None,
            lines: Vec::new(),
        }
    }

    fn run(&mut self) -> Result<Rehearsal, HookError> {
        let interpreter = Interpreter::find(&self.hook, &search_path()).unwrap();
        let run = HookRun {
            hook: &self.hook,
            interpreter: &interpreter,
            sandbox: &self.sandbox,
            network: self.network,
            watch: Watch {
                progress: &|_| {},
                stop: &self.shop.stop,
                limit: self.limit,
            },
            around: &|name| match name {
                "SECRET_TOKEN" => Some("geheim".into()),
                "HOME" if self.home.is_some() => self.home.clone().map(Into::into),
                name => std::env::var_os(name),
            },
        };
        Rehearsal::run(&run, self.draft.root(), &mut |line| {
            self.lines.push((line.stream, line.text));
        })
    }

    fn said(&self) -> String {
        let texts: Vec<&str> = self.lines.iter().map(|(_, text)| text.as_str()).collect();
        texts.join("\n")
    }
}

#[test]
fn a_hook_changes_only_the_copy_until_its_changes_are_accepted() {
    let script = "#!/bin/sh\necho hello {{ cookiecutter.name }}\necho oops >&2\n\
        echo three >> keep.txt\nrm gone.txt\nmkdir new\necho n > new/file\nchmod +x new/file\nln -s new link\n";
    let mut stage = Stage::new("post_gen_project.sh", script);
    let rehearsal = stage.run().unwrap();
    assert_eq!(rehearsal.ending, Ending::Exited(0));
    assert!(
        stage
            .lines
            .contains(&(Stream::Output, "hello made".to_owned()))
    );
    assert!(stage.lines.contains(&(Stream::Error, "oops".to_owned())));
    let changes: Vec<_> = rehearsal
        .changes
        .iter()
        .map(|change| (&*change.path, change.kind))
        .collect();
    assert_eq!(
        changes,
        [
            ("gone.txt", ChangeKind::Removed),
            ("keep.txt", ChangeKind::Changed),
            ("link", ChangeKind::Added),
            ("new", ChangeKind::Added),
            ("new/file", ChangeKind::Added),
        ]
    );
    let difference = rehearsal.changes[1].difference.as_deref().unwrap();
    assert!(difference.contains("+three\n"), "{difference}");
    assert_eq!(rehearsal.changes[2].link.as_deref(), Some("new"));
    assert!(stage.draft.root().join("gone.txt").exists());
    rehearsal.accept().unwrap();
    assert!(!stage.draft.root().join("gone.txt").exists());
    let written = stage.draft.place().unwrap();
    assert_eq!(stage.shop.text("made/new/file"), "n\n");
    assert_eq!(
        stage
            .shop
            .listing()
            .keys()
            .filter(|path| path.starts_with('.'))
            .count(),
        0
    );
    assert!(stage.shop.journal.undo(&written.id).unwrap().folder_removed);
}

#[test]
fn a_failing_hook_tells_its_code_and_changes_nothing() {
    let mut stage = Stage::new(
        "post_gen_project.py",
        "import sys\nopen('x', 'w')\nprint('no')\nsys.exit(3)\n",
    );
    let Ok(_) = Interpreter::find(&stage.hook, &search_path()) else {
        eprintln!("skipped: there is no Python");
        return;
    };
    let rehearsal = stage.run().unwrap();
    assert_eq!(rehearsal.ending, Ending::Exited(3));
    assert!(!rehearsal.ending.is_success());
    assert_eq!(stage.said(), "no");
    drop(rehearsal);
    assert!(!stage.draft.root().join("x").exists());
    drop(stage.draft);
    assert!(stage.shop.listing().is_empty());
}

#[test]
fn a_hook_sees_no_secret_and_no_home_of_the_person() {
    let mut stage = Stage::new("post_gen_project.sh", "env\npwd\ncat\n");
    stage.run().unwrap();
    let said = stage.said();
    assert!(!said.contains("geheim"), "{said}");
    let home = std::env::var("HOME").unwrap_or_default();
    assert!(
        !said.lines().any(|line| line == format!("HOME={home}")),
        "{said}"
    );
    let names: Vec<&str> = said
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|pair| pair.0)
        .collect();
    for name in names {
        let known = [
            "PATH",
            "HOME",
            "LANG",
            "LC_ALL",
            "LC_CTYPE",
            "TZ",
            "PWD",
            "OLDPWD",
            "_",
            "SHLVL",
            "USERPROFILE",
            "TMPDIR",
            "TEMP",
            "TMP",
            "PYTHONUNBUFFERED",
            "PYTHONDONTWRITEBYTECODE",
        ];
        assert!(known.contains(&name), "{name}");
    }
    assert!(said.lines().last().unwrap().ends_with("/made"), "{said}");
}

#[test]
fn a_hook_that_takes_too_long_ends_with_all_it_started() {
    let mut stage = Stage::new(
        "post_gen_project.sh",
        "sleep 77.125 &\necho started\nsleep 77.125\n",
    );
    stage.limit = Duration::from_millis(400);
    let start = Instant::now();
    let rehearsal = stage.run().unwrap();
    assert_eq!(rehearsal.ending, Ending::TimedOut);
    assert_eq!(stage.said(), "started");
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(!runs("77.125"));
}

#[test]
fn a_hook_can_be_stopped_and_what_it_left_behind_ends_with_it() {
    let mut stage = Stage::new("post_gen_project.sh", "sleep 77.25\n");
    let stop = stage.shop.stop.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        stop.stop();
    });
    assert_eq!(stage.run().unwrap().ending, Ending::Stopped);
    let mut stage = Stage::new("post_gen_project.sh", "sleep 77.375 &\nexit 0\n");
    let start = Instant::now();
    assert_eq!(stage.run().unwrap().ending, Ending::Exited(0));
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(!runs("77.375") && !runs("77.25"));
}

/// Whether a process with a word on its command line is there.
fn runs(word: &str) -> bool {
    let Ok(all) = std::fs::read_dir("/proc") else {
        return false;
    };
    // The killed process vanishes a moment later.
    std::thread::sleep(Duration::from_millis(200));
    all.filter_map(Result::ok)
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .any(|line| {
            let line = String::from_utf8_lossy(&line).into_owned();
            line.starts_with("sleep") && line.contains(word)
        })
}

#[test]
fn endless_output_is_cut_and_long_lines_come_in_pieces() {
    let mut stage = Stage::new(
        "post_gen_project.sh",
        "head -c 20000 /dev/zero | tr '\\0' x\necho\nyes | head -n 50000\n",
    );
    let rehearsal = stage.run().unwrap();
    assert!(rehearsal.ending.is_success());
    assert!(stage.lines.len() <= 20_000);
    assert!(stage.lines.iter().all(|(_, text)| text.len() <= 8 << 10));
    assert_eq!(stage.lines.last().unwrap().1, "… more output is not shown");
}

#[test]
fn the_sandbox_keeps_a_hook_in_its_copy_and_away_from_the_net() {
    let sandbox = Sandbox::find(&search_path());
    if let Sandbox::None { why } = &sandbox {
        eprintln!("skipped: {why}");
        assert!(!why.is_empty());
        return;
    }
    let outside = tempfile::tempdir().unwrap();
    let home = outside.path().join("home");
    std::fs::create_dir_all(home.join(".ssh")).unwrap();
    std::fs::write(home.join(".ssh/id"), "key").unwrap();
    std::fs::write(home.join(".netrc"), "key").unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let script = format!(
        r#"import os, socket, tempfile
def tried(name, act):
    try:
        print(name, act())
    except OSError:
        print(name, "refused")
tried("inside", lambda: open("inside", "w").write("x"))
tried("outside", lambda: open("{outside}/evil", "w").write("x"))
tried("temporary", lambda: tempfile.TemporaryFile().write(b"x"))
tried("net", lambda: socket.create_connection(("127.0.0.1", {port}), 2) and "reached")
tried("keys", lambda: os.listdir("{outside}/home/.ssh"))
tried("netrc", lambda: open("{outside}/home/.netrc").read())
"#,
        outside = outside.path().display(),
        port = listener.local_addr().unwrap().port(),
    );
    let mut stage = Stage::new("post_gen_project.py", &script);
    if Interpreter::find(&stage.hook, &search_path()).is_err() {
        eprintln!("skipped: there is no Python");
        return;
    }
    stage.sandbox = sandbox.clone();
    stage.home = Some(home);
    let rehearsal = stage.run().unwrap();
    assert_eq!(
        stage.said().lines().collect::<Vec<_>>(),
        [
            "inside 1",
            "outside refused",
            "temporary 1",
            "net refused",
            "keys []",
            "netrc refused",
        ]
    );
    assert_eq!(rehearsal.changes.len(), 1);
    stage.lines.clear();
    stage.network = true;
    stage.run().unwrap();
    assert!(stage.said().contains("net reached"), "{}", stage.said());
    assert!(sandbox.shown(false).contains("without a net"));
    assert!(sandbox.shown(true).contains("net is allowed"));
}

#[test]
fn a_missing_sandbox_says_why() {
    let Sandbox::None { why } = Sandbox::find("/nowhere".as_ref()) else {
        panic!("there is no bubblewrap at /nowhere");
    };
    assert!(why.contains("bubblewrap"), "{why}");
    let shown = Sandbox::None { why }.shown(false);
    assert!(shown.contains("with all your rights"), "{shown}");
}

#[test]
fn interpreters_are_found_by_name_and_first_line_or_their_absence_is_told() {
    let hook = |name: &str, text: &str| with_hook(name, text).hooks[0].clone();
    let found =
        |name: &str, text: &str, path: &str| Interpreter::find(&hook(name, text), path.as_ref());
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    for name in ["python3", "sh", "deno", "notprogram"] {
        std::fs::copy("/bin/sh", bin.join(name)).unwrap();
    }
    std::os::unix::fs::symlink("none", bin.join("broken")).unwrap();
    let path = bin.to_str().unwrap();
    let program = |interpreter: Interpreter| interpreter.program.file_name().unwrap().to_owned();
    assert_eq!(
        program(found("post_gen_project.py", "", path).unwrap()),
        "python3"
    );
    assert_eq!(
        program(found("post_gen_project.sh", "", path).unwrap()),
        "sh"
    );
    let deno = found("post_gen_project", "#!/usr/bin/env -S deno run\n", path).unwrap();
    assert_eq!(deno.arguments, ["run"]);
    assert_eq!(program(deno), "deno");
    let exact = found("post_gen_project", "#!/bin/sh -eu\n", "/nowhere").unwrap();
    assert_eq!(
        (exact.program.as_path(), &*exact.arguments[0]),
        (Path::new("/bin/sh"), "-eu")
    );
    let missing = found("post_gen_project", "#!/opt/none/ruby\n", path).unwrap_err();
    assert!(
        matches!(missing, NoInterpreter::Missing { .. }),
        "{missing}"
    );
    let missing = found("post_gen_project.py", "", "/nowhere").unwrap_err();
    assert!(missing.to_string().contains("python3"), "{missing}");
    let unsaid = found("post_gen_project", "print(1)\n", path).unwrap_err();
    assert!(matches!(unsaid, NoInterpreter::Unsaid { .. }), "{unsaid}");
    let other = found("post_gen_project.bat", "echo\n", path).unwrap_err();
    assert!(
        matches!(other, NoInterpreter::OtherSystem { .. }),
        "{other}"
    );
}

#[test]
fn a_hook_before_the_questions_changes_the_template_that_is_asked_about() {
    let shop = Workshop::new();
    let asked = template(&[
        ("cookiecutter.json", "{\"name\": \"old\"}"),
        ("{{cookiecutter.name}}/a", "a\n"),
        (
            "hooks/pre_prompt.sh",
            "echo '{\"name\": \"new\"}' > cookiecutter.json\n",
        ),
    ]);
    let hook = plan(&asked).hooks[0].clone();
    let copy = TemplateCopy::make(&tree(&[
        ("cookiecutter.json", "{\"name\": \"old\"}"),
        ("{{cookiecutter.name}}/run", "#!/bin/sh\n"),
    ]))
    .unwrap();
    let interpreter = Interpreter::find(&hook, &search_path()).unwrap();
    let sandbox = no_sandbox();
    let rehearsal = shop.watch(|watch| {
        let run = HookRun {
            hook: &hook,
            interpreter: &interpreter,
            sandbox: &sandbox,
            network: false,
            watch: *watch,
            around: &|name| std::env::var_os(name),
        };
        Rehearsal::run(&run, copy.root(), &mut |_| {}).unwrap()
    });
    assert!(rehearsal.ending.is_success());
    rehearsal.accept().unwrap();
    let changed = shop.watch(|watch| copy.read(template_store::Limits::default(), watch));
    let changed = changed.unwrap();
    assert_eq!(
        crate::trial::text(&changed, "cookiecutter.json"),
        "{\"name\": \"new\"}\n"
    );
    let program = changed.get("{{cookiecutter.name}}/run");
    assert!(matches!(
        program,
        Some(template::Node::File { mode: 0o755, .. })
    ));
}

#[test]
fn trust_is_for_one_text_of_one_template() {
    let folder = tempfile::tempdir().unwrap();
    let trust = Trust::new(folder.path());
    let pin = |source: &str| Pin {
        source: source.to_owned(),
        checkout: None,
        directory: None,
        commit: None,
        digest: String::new(),
    };
    let identity = |source: &str, text: &str| {
        let hook = with_hook("post_gen_project.sh", text).hooks[0].clone();
        Identity::of(&pin(source), &hook).unwrap()
    };
    let own = identity("https://a.example/t", "echo 1\n");
    assert!(!trust.is_trusted(&own));
    trust.trust(&own, jiff::Timestamp::UNIX_EPOCH).unwrap();
    assert!(trust.is_trusted(&own));
    assert!(trust.is_trusted(&identity("https://a.example/t", "echo 1\n")));
    assert!(!trust.is_trusted(&identity("https://b.example/t", "echo 1\n")));
    assert!(!trust.is_trusted(&identity("https://a.example/t", "echo 2\n")));
    assert_eq!(
        trust.list().unwrap()[&own.digest].file,
        "hooks/post_gen_project.sh"
    );
    trust.withdraw(&own.digest).unwrap();
    assert!(!trust.is_trusted(&own));
    std::fs::write(folder.path().join("trusted-hooks.json"), "{nonsense").unwrap();
    assert!(!trust.is_trusted(&own));
    assert!(trust.trust(&own, jiff::Timestamp::UNIX_EPOCH).is_err());
    let mut hook = with_hook("post_gen_project.sh", "").hooks[0].clone();
    hook.text = None;
    assert_eq!(Identity::of(&pin("x"), &hook), None);
}
