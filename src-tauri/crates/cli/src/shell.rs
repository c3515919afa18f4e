//! `bakehouse exec`, `attach`, `port-forward`, `browse`: inside of running jobs.

use std::io::{IsTerminal as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contract::{
    ForwardOpen, ForwardTable, JobAsk, TerminalCommand, TerminalOpen, TerminalResize, TerminalType,
};
use futures_util::StreamExt as _;
use tokio::io::AsyncReadExt as _;
use workbench::{Desk, commands};

use crate::args::{Attach, Browse, Exec, PortForward};
use crate::live::raw_id;
use crate::output::{Ended, Stop, print_json};
use crate::screen::Screen;

/// The one terminal of this program.
const NAME: &str = "terminal";
/// Ctrl-P Ctrl-Q, which leaves a job that was joined.
const LEAVE: [u8; 2] = [16, 17];

/// Runs a command in a job, or its shell.
pub(crate) async fn exec(desk: &Desk, exec: Exec) -> Result<Ended, Stop> {
    let raw_id = raw_id(desk, &exec.place, &exec.job, exec.suffix.as_deref()).await?;
    let what = match exec.command.as_slice() {
        [] => TerminalCommand::Shell {},
        words => TerminalCommand::Command {
            line: workbench::shell_line(words),
        },
    };
    converse(desk, raw_id, what).await
}

/// Joins a job.
pub(crate) async fn attach(desk: &Desk, attach: Attach) -> Result<Ended, Stop> {
    let raw_id = raw_id(desk, &attach.place, &attach.job, attach.suffix.as_deref()).await?;
    converse(desk, raw_id, TerminalCommand::Attach {}).await
}

async fn converse(desk: &Desk, raw_id: String, what: TerminalCommand) -> Result<Ended, Stop> {
    let joined = matches!(what, TerminalCommand::Attach {});
    let open = TerminalOpen {
        terminal: NAME.to_owned(),
        raw_id,
        what,
        size: Screen::size(),
    };
    let mut chunks = Box::pin(commands::terminal_open(desk, open).await?);
    let mut screen = None;
    let keys = type_all(desk.clone(), joined);
    let mut keys = std::pin::pin!(keys);
    let mut left = false;
    loop {
        let chunk = tokio::select! {
            chunk = chunks.next() => chunk,
            () = &mut keys, if !left => {
                left = true;
                if joined { return Ok(Ended::Well); }
                continue;
            }
        };
        let Some(chunk) = chunk else {
            return Ok(Ended::Well);
        };
        if chunk.has_screen == Some(true) {
            screen = Screen::raw();
        }
        let bytes = STANDARD.decode(&chunk.bytes).unwrap_or_default();
        let mut out = std::io::stdout();
        // Whoever does not read our output does not want it.
        let _ = out.write_all(&bytes).and_then(|()| out.flush());
        if chunk.ended {
            drop(screen);
            return ended(chunk.exit_code, chunk.problem);
        }
    }
}

fn ended(exit_code: Option<i32>, problem: Option<String>) -> Result<Ended, Stop> {
    match (problem, exit_code) {
        (Some(problem), _) => Err(Stop::Failed(problem)),
        (None, Some(code)) if code != 0 => Ok(u8::try_from(code).map_or(Ended::Badly, Ended::Code)),
        _ => Ok(Ended::Well),
    }
}

/// Types what comes in, and tells the size of the terminal when it changes. Ends with the input of
/// a program, or when a person leaves a job that was joined.
async fn type_all(desk: Desk, joined: bool) {
    let resizing = follow_size(desk.clone());
    let typing = async {
        let mut input = tokio::io::stdin();
        let mut piece = [0; 4096];
        let mut last = 0;
        while let Ok(count @ 1..) = input.read(&mut piece).await {
            let typed = &piece[..count];
            if joined && leaves(last, typed) {
                return;
            }
            last = typed[count - 1];
            let request = TerminalType {
                terminal: NAME.to_owned(),
                bytes: STANDARD.encode(typed),
            };
            if commands::terminal_type(&desk, request).await.is_err() {
                return;
            }
        }
        if std::io::stdin().is_terminal() || !joined {
            // What was typed is read by the command, which then ends by itself.
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = typing => {}
        () = resizing => {}
    }
}

fn leaves(last: u8, typed: &[u8]) -> bool {
    let begins = last == LEAVE[0] && typed.first() == Some(&LEAVE[1]);
    begins || typed.windows(2).any(|pair| pair == LEAVE)
}

#[cfg(unix)]
async fn follow_size(desk: Desk) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut changed) = signal(SignalKind::window_change()) else {
        return std::future::pending().await;
    };
    while changed.recv().await.is_some() {
        let request = TerminalResize {
            terminal: NAME.to_owned(),
            size: Screen::size(),
        };
        // A size that is not told is one that is wrong; the next one may get through.
        let _ = commands::terminal_resize(&desk, request).await;
    }
}

#[cfg(not(unix))]
async fn follow_size(_: Desk) {
    std::future::pending().await
}

/// Forwards ports until it is interrupted.
pub(crate) async fn port_forward(desk: &Desk, forward: PortForward) -> Result<Ended, Stop> {
    let PortForward {
        job,
        ports,
        suffix,
        place,
    } = forward;
    let raw_id = raw_id(desk, &place, &job, suffix.as_deref()).await?;
    let mut table = ForwardTable { rows: Vec::new() };
    for (local_port, job_port) in ports {
        let request = ForwardOpen {
            raw_id: raw_id.clone(),
            title: Some(job.clone()),
            local_port,
            job_port,
            once: true,
        };
        table = commands::forward_open(desk, request).await?;
    }
    if place.json {
        print_json(&table)?;
    } else {
        for row in &table.rows {
            println!(
                "127.0.0.1:{} → {}:{}",
                row.local_port, row.title, row.job_port
            );
        }
    }
    // An error means that nobody can interrupt us: then we go on.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    Ok(Ended::Well)
}

/// Opens the web page of a job.
pub(crate) async fn browse(desk: &Desk, browse: Browse) -> Result<Ended, Stop> {
    let raw_id = raw_id(desk, &browse.place, &browse.job, browse.suffix.as_deref()).await?;
    let view = commands::job_view(desk, JobAsk { raw_id }).await?;
    let url = view.http_url.ok_or_else(|| {
        let message = format!("`{}` has no web page, or does not run", browse.job);
        Stop::Failed(message)
    })?;
    println!("{url}");
    if std::io::stdout().is_terminal() {
        open_page(&url);
    }
    Ok(Ended::Well)
}

/// Asks the system to show a page; the address was printed in any case.
pub(crate) fn open_page(url: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let opened = std::process::Command::new(program)
        .arg(url)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    if let Err(error) = opened {
        eprintln!("the page could not be opened: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::leaves;

    #[test]
    fn two_keys_leave_a_job_also_when_they_come_apart() {
        assert!(leaves(0, &[65, 16, 17]));
        assert!(leaves(16, &[17, 65]));
        assert!(!leaves(0, &[17, 16]));
        assert!(!leaves(16, &[]));
    }
}
