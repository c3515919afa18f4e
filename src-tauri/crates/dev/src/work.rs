//! A command that is shown before it is run.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// How often a limited command is looked at.
const GLANCE: Duration = Duration::from_millis(200);

/// The command as one would type it, with the variables that were set for it.
pub(crate) fn shown(command: &Command) -> String {
    let mut text = String::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            let value = quoted(&value.to_string_lossy());
            let _ = write!(text, "{}={value} ", name.to_string_lossy());
        }
    }
    let program = Path::new(command.get_program());
    // `cargo` is better to read than the path of the tool chain it came from.
    let program = program.file_stem().unwrap_or(program.as_os_str());
    text += &quoted(&program.to_string_lossy());
    for argument in command.get_args() {
        text.push(' ');
        text += &quoted(&argument.to_string_lossy());
    }
    text
}

fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./:=,+@%~^".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Shows a command, runs it and fails if it does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command
        .status()
        .with_context(|| format!("could not start `{}`", shown(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// What a command printed, trimmed; nothing if it could not be started or failed.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// Whether a program of that name is on the path.
pub(crate) fn on_path(program: &str) -> bool {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(&file).is_file()))
}

/// Runs a command for at most that long. With `limit` nothing it started survives it.
pub(crate) fn run_within(command: &mut Command, limit: Option<Duration>) -> Result<()> {
    let Some(limit) = limit else {
        return run(command);
    };
    println!("$ {}", shown(command));
    lead_a_group(command);
    let mut child = command
        .spawn()
        .with_context(|| format!("could not start `{}`", shown(command)))?;
    match wait_until(&mut child, Instant::now() + limit)? {
        Some(status) if status.success() => Ok(()),
        Some(status) => bail!("`{}` ended with {status}", shown(command)),
        None => {
            end_group(&mut child);
            bail!(
                "`{}` was ended: it ran longer than {} minutes",
                shown(command),
                limit.as_secs() / 60
            )
        }
    }
}

fn wait_until(child: &mut Child, end: Instant) -> Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() > end {
            return Ok(None);
        }
        std::thread::sleep(GLANCE);
    }
}

#[cfg(unix)]
fn lead_a_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn lead_a_group(_command: &mut Command) {}

fn end_group(child: &mut Child) {
    if cfg!(unix) {
        let group = format!("-{}", child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("/usr/lib/rust/bin/cargo");
        command.args(["test", "it's here"]).env("MODE", "quick");
        assert_eq!(shown(&command), r"MODE=quick cargo test 'it'\''s here'");
    }

    #[cfg(unix)]
    #[test]
    fn a_command_over_its_time_is_ended_with_all_it_started() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 60 & wait"]);
        let begin = Instant::now();
        let error = run_within(&mut command, Some(Duration::from_millis(300))).unwrap_err();
        assert!(error.to_string().contains("it ran longer"), "{error}");
        assert!(begin.elapsed() < Duration::from_secs(20));
    }

    #[cfg(unix)]
    #[test]
    fn a_command_that_fails_says_how() {
        let mut command = Command::new("sh");
        command.args(["-c", "exit 3"]);
        let error = run_within(&mut command, Some(Duration::from_secs(20))).unwrap_err();
        assert!(error.to_string().contains("exit status: 3"), "{error}");
    }
}
