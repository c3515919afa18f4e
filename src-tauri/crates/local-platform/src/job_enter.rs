//! Entering a running job: our program, called with [`ENTER_WORD`], becomes a command with the
//! environment, the folder and the view of a job that runs as a process of this computer.
//!
//! It is called by the server for each `exec`. It must be called before anything else happens in a
//! program: name spaces can only be entered while there is a single thread.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space, set_no_new_privs};
use tokio::signal::unix::{SignalKind, signal};

use crate::open_files;
use crate::supervisor::{JobFolder, JobSpec, Launch, ProcessLaunch, Scope};

/// The first argument with which a program of ours enters a job:
/// `<exe> __enter <folder of the job> tty|plain WORD…`.
pub const ENTER_WORD: &str = "__enter";

/// How long a sandbox may take to be laid out.
const BEGINNING: Duration = Duration::from_secs(10);

/// As the shells have it: there is no such program.
const NOT_FOUND: u8 = 127;
/// As the shells have it: it is there and cannot be started.
const NOT_STARTED: u8 = 126;

/// Why a job could not be entered.
#[derive(Debug, thiserror::Error)]
enum EnterError {
    #[error("give a folder, `tty` or `plain`, and a command")]
    Words,
    #[error("the folder of the job cannot be read: {0}")]
    Folder(std::io::Error),
    #[error("the job is not running")]
    NotRunning,
    #[error("this job is no process of this computer")]
    Container,
    #[error("the name spaces of the job cannot be entered: {0}")]
    NameSpace(std::io::Error),
    #[error("there is no program `{0}` here")]
    NoProgram(String),
    #[error("`{0}` could not be started: {1}")]
    Start(String, std::io::Error),
}

impl EnterError {
    fn code(&self) -> u8 {
        match self {
            Self::NoProgram(_) => NOT_FOUND,
            _ => NOT_STARTED,
        }
    }
}

/// Enters a job if the command line asks for it, and answers the exit code to end with. To be
/// called first in `main`.
pub fn enter_if_asked() -> Option<u8> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != ENTER_WORD {
        return None;
    }
    let words: Vec<OsString> = words.collect();
    Some(enter(&words).unwrap_or_else(|error| {
        // The error output of the command, which has not come to be.
        let _ = writeln!(std::io::stderr(), "{error}");
        error.code()
    }))
}

fn enter(words: &[OsString]) -> Result<u8, EnterError> {
    open_files::go_back();
    let [folder, kind, words @ ..] = words else {
        return Err(EnterError::Words);
    };
    let folder = JobFolder::new(Path::new(folder));
    let spec = folder.spec().map_err(EnterError::Folder)?;
    let Launch::Process(launch) = &spec.launch else {
        return Err(EnterError::Container);
    };
    let state = folder.state().map_err(EnterError::Folder)?;
    let pid = state.pid.ok_or(EnterError::NotRunning)?;
    let tty = kind == "tty";
    if !tty {
        // A session of its own, as with a terminal: so that all of it can be ended.
        let _ = rustix::process::setsid();
    }
    join_control_groups(pid);
    let mut env = environment(pid, &spec, launch)?;
    if tty && !env.iter().any(|(name, _)| name == "TERM") {
        env.push(("TERM".into(), "xterm".into()));
    }
    match launch.scope {
        Scope::Group => {
            let mut command = command(words, env)?;
            command.current_dir(&launch.cwd);
            Err(failed(words, command.exec()))
        }
        Scope::InsideSandbox => inside_sandbox(pid, launch, words, env),
    }
}

/// The environment of the job as its process has it, which may be more than is written down. A
/// command that has thrown its own away did not mean ours.
fn environment(
    pid: u32,
    spec: &JobSpec,
    launch: &ProcessLaunch,
) -> Result<Vec<(OsString, OsString)>, EnterError> {
    let read = match fs::read(format!("/proc/{pid}/environ")) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(EnterError::NotRunning),
        read => read.unwrap_or_default(),
    };
    let mark = format!("NEURO_JOB_ID={}", spec.id);
    let entries = || read.split(|byte| *byte == 0);
    if entries().any(|entry| entry == mark.as_bytes()) {
        return Ok(entries().filter_map(pair).collect());
    }
    let written = launch.env.iter();
    Ok(written
        .map(|(name, value)| (name.into(), value.into()))
        .collect())
}

fn pair(entry: &[u8]) -> Option<(OsString, OsString)> {
    let at = entry.iter().position(|byte| *byte == b'=')?;
    let text = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    Some((text(&entry[..at]), text(&entry[at + 1..])))
}

fn command(words: &[OsString], env: Vec<(OsString, OsString)>) -> Result<Command, EnterError> {
    let (program, arguments) = words.split_first().ok_or(EnterError::Words)?;
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(env);
    Ok(command)
}

fn failed(words: &[OsString], error: std::io::Error) -> EnterError {
    let program = words
        .first()
        .map_or_else(String::new, |word| word.to_string_lossy().into_owned());
    match error.kind() {
        ErrorKind::NotFound => EnterError::NoProgram(program),
        _ => EnterError::Start(program, error),
    }
}

/// What the job may use at most holds for us too, where the system lets us.
fn join_control_groups(pid: u32) {
    let of = |pid: &str| fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
    let (its, ours) = (of(&pid.to_string()), of("self"));
    for line in its.lines().filter(|line| !ours.contains(*line)) {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
            continue;
        };
        let root = Path::new("/sys/fs/cgroup").join(controllers);
        let group = root.join(path.trim_start_matches('/'));
        let _ = fs::write(group.join("cgroup.procs"), "0");
    }
}

/// Joins the sandbox. Only the owner of its name spaces may, which is root: a sandbox of another
/// user lies in a user name space that nothing leads to. There the command gets a sandbox of its
/// own with the same view.
fn inside_sandbox(
    monitor: u32,
    launch: &ProcessLaunch,
    words: &[OsString],
    env: Vec<(OsString, OsString)>,
) -> Result<u8, EnterError> {
    if !rustix::process::geteuid().is_root() {
        let words = same_view(launch, words);
        let mut command = command(&words, env)?;
        return Err(failed(&words, command.exec()));
    }
    join(first_process(monitor)?).map_err(EnterError::NameSpace)?;
    let command = command(words, env)?;
    run(command).map_err(|error| failed(words, error))
}

/// The sandbox's own words up to the command, and then ours.
fn same_view(launch: &ProcessLaunch, words: &[OsString]) -> Vec<OsString> {
    let view = launch.argv.iter().take_while(|word| *word != "--");
    let mut all: Vec<OsString> = view.map(OsString::from).collect();
    all.push("--".into());
    all.extend(words.iter().cloned());
    all
}

/// The first process inside of a sandbox; it stays until the sandbox goes. The view is complete
/// once it has started the command.
fn first_process(monitor: u32) -> Result<u32, EnterError> {
    let start = Instant::now();
    loop {
        let first = first_child(monitor);
        if let Some(first) = first.filter(|first| first_child(*first).is_some()) {
            return Ok(first);
        }
        if start.elapsed() > BEGINNING || !Path::new(&format!("/proc/{monitor}")).exists() {
            return Err(EnterError::NotRunning);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn first_child(pid: u32) -> Option<u32> {
    let listed = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    listed.split_whitespace().next()?.parse().ok()
}

fn join(pid: u32) -> std::io::Result<()> {
    let open = |name: &str| File::open(format!("/proc/{pid}/{name}"));
    let spaces = [
        (
            open("ns/ipc")?,
            LinkNameSpaceType::InterProcessCommunication,
        ),
        (open("ns/pid")?, LinkNameSpaceType::ProcessID),
        (open("ns/mnt")?, LinkNameSpaceType::Mount),
    ];
    let folder = open("cwd")?;
    for (space, kind) in &spaces {
        move_into_link_name_space(space.as_fd(), Some(*kind))?;
    }
    rustix::process::fchdir(&folder)?;
    set_no_new_privs(true)?;
    Ok(())
}

/// Runs the command as a child: only children are in the entered process name space.
fn run(command: Command) -> std::io::Result<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // Signals of a terminal are for the command; we end when it does.
        for kind in [
            SignalKind::hangup(),
            SignalKind::interrupt(),
            SignalKind::quit(),
            SignalKind::terminate(),
        ] {
            let mut heard = signal(kind)?;
            tokio::spawn(async move { while heard.recv().await.is_some() {} });
        }
        let mut child = tokio::process::Command::from(command).spawn()?;
        Ok(code(child.wait().await?))
    })
}

/// The exit code; 128 + n after signal n.
pub(crate) fn code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or(status.signal().map(|signal| 128 + signal))
        .unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

/// The words with which `exe` enters the job in `folder`.
pub(crate) fn entering(folder: &JobFolder, tty: bool, words: &[String]) -> Vec<OsString> {
    let folder: PathBuf = folder.path().to_owned();
    let kind: &OsStr = OsStr::new(if tty { "tty" } else { "plain" });
    let mut all = vec![ENTER_WORD.into(), folder.into(), kind.to_owned()];
    all.extend(words.iter().map(OsString::from));
    all
}
