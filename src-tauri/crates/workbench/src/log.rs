//! Logs of jobs, as lines with time and level.

use std::time::Duration;

use client::{Client, LogLines};
use contract::{Failure, FailureCode, LogAsk, LogChunk, LogLevel, LogLine};
use execution::commands::CommandReader;
use futures_util::StreamExt as _;
use futures_util::stream::{self, Stream};
use protocol::{Job, LogQuery, moment};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

use crate::Desk;
use crate::view::{failure, job as job_view};

/// Lines that come within this time cross to the window together.
const GATHER: Duration = Duration::from_millis(40);
/// At most so many lines cross together.
const CHUNK: usize = 2000;

/// Follows the log of a job from its beginning until the job ends.
pub async fn log_follow(
    desk: &Desk,
    request: LogAsk,
) -> Result<impl Stream<Item = LogChunk> + Send + 'static + use<>, Failure> {
    let since = request
        .since
        .as_deref()
        .map(moment::parse)
        .transpose()
        .map_err(|error| Failure::invalid("since", format!("This is not a time: {error}.")))?;
    let client = desk.client().await?;
    let job = client
        .jobs()
        .get(&request.raw_id)
        .await
        .map_err(|error| failure::of_client(&error))?;
    if job.logs_removed {
        let message = "The log of this job was removed from the platform.";
        return Err(Failure::new(FailureCode::NotFound, message));
    }
    let services = client
        .cluster(&job.cluster_name)
        .await
        .map_err(|error| failure::of_client(&error))?;
    let query = LogQuery {
        since,
        timestamps: true,
        separator: None,
    };
    let lines = services.logs(&job.id, &query).lines();
    let (send, receive) = channel(8);
    let filter = request
        .without_commands
        .unwrap_or(false)
        .then(CommandReader::default);
    tokio::spawn(follow(client, job, (lines, filter), send));
    Ok(stream::unfold(
        receive,
        |mut receive: Receiver<LogChunk>| async move {
            receive.recv().await.map(|chunk| (chunk, receive))
        },
    ))
}

/// Sends the log in pieces; ends early when nobody receives.
async fn follow(
    client: Client,
    job: Job,
    (mut lines, mut filter): (LogLines, Option<CommandReader>),
    send: Sender<LogChunk>,
) {
    let mut number = 0;
    let opening = LogChunk {
        lines: vec![],
        state: Some(job_view::state(&job.status)),
        ended: false,
        problem: None,
    };
    if send.send(opening).await.is_err() {
        return;
    }
    let problem = loop {
        match gather(&mut lines).await {
            Gathered::Lines(texts) => {
                let lines = texts.iter().map(|text| line(text, &mut number));
                let lines = lines.filter(|line| is_shown(&mut filter, line)).collect();
                let chunk = LogChunk {
                    lines,
                    state: None,
                    ended: false,
                    problem: None,
                };
                if send.send(chunk).await.is_err() {
                    return;
                }
            }
            Gathered::End => break None,
            Gathered::Broken(reason) => break Some(reason),
        }
    };
    // The log may end a moment before the platform has noted how the job ended.
    let state = ended(&client, &job.id)
        .await
        .map(|job| job_view::state(&job.status));
    // A receiver that is gone needs no last piece.
    let _ = send
        .send(LogChunk {
            lines: vec![],
            state,
            ended: true,
            problem,
        })
        .await;
}

/// Whether a line is none of the commands that a reader takes out.
fn is_shown(filter: &mut Option<CommandReader>, line: &LogLine) -> bool {
    filter.as_mut().is_none_or(|reader| {
        let text = format!("{}\n", line.text);
        !reader.push(text.as_bytes()).is_empty()
    })
}

enum Gathered {
    Lines(Vec<String>),
    End,
    Broken(String),
}

/// Waits for a line and takes what comes right after it.
async fn gather(lines: &mut LogLines) -> Gathered {
    let mut texts = match lines.next().await {
        None => return Gathered::End,
        Some(Err(error)) => return Gathered::Broken(failure::of_client(&error).message),
        Some(Ok(text)) => vec![text],
    };
    let more = async {
        while texts.len() < CHUNK {
            match lines.next().await {
                Some(Ok(text)) => texts.push(text),
                // The end, or the error, is met again by the next call.
                _ => return,
            }
        }
    };
    // Running out of time only means that these lines go now.
    let _ = timeout(GATHER, more).await;
    Gathered::Lines(texts)
}

async fn ended(client: &Client, id: &str) -> Option<Job> {
    let mut pause = Duration::from_millis(10);
    for _ in 0..8 {
        let job = client.jobs().get(id).await.ok()?;
        if job.status.is_finished() {
            return Some(job);
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    None
}

/// A line with its time taken off; of a progress bar only the last state is kept.
pub(crate) fn line(text: &str, number: &mut u32) -> LogLine {
    *number = number.saturating_add(1);
    let (at, text) = match text.split_once(' ') {
        Some((head, rest)) if head.ends_with('Z') && moment::parse(head).is_ok() => {
            (Some(head.to_owned()), rest)
        }
        _ => (None, text),
    };
    let text = text.trim_end_matches('\r');
    let text = text.rsplit('\r').next().unwrap_or(text);
    LogLine {
        number: *number,
        at,
        level: level(text),
        text: shown(text),
    }
}

/// The text without control sequences other than colours.
fn shown(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        kept.extend(rest[..at].chars().filter(|letter| !is_control(*letter)));
        let (sequence, after) = rest[at..].split_at(sequence_length(&rest[at..]));
        if sequence.starts_with("\u{1b}[") && sequence.ends_with('m') {
            kept.push_str(sequence);
        }
        rest = after;
    }
    kept.extend(rest.chars().filter(|letter| !is_control(*letter)));
    kept
}

fn is_control(letter: char) -> bool {
    letter.is_control() && letter != '\t'
}

/// Length of the control sequence at the beginning of a text.
fn sequence_length(text: &str) -> usize {
    let mut letters = text.char_indices().skip(1);
    match letters.next() {
        Some((_, '[')) => letters
            .find(|(_, letter)| ('\u{40}'..='\u{7e}').contains(letter))
            .map_or(text.len(), |(at, letter)| at + letter.len_utf8()),
        Some((_, ']')) => letters
            .find(|(_, letter)| *letter == '\u{7}')
            .map_or(text.len(), |(at, letter)| at + letter.len_utf8()),
        Some((at, letter)) => at + letter.len_utf8(),
        None => text.len(),
    }
}

/// How much a line matters, as far as its first words tell.
fn level(text: &str) -> LogLevel {
    let head: String = text.chars().take(80).collect();
    let found = head
        .split(|letter: char| !letter.is_alphanumeric())
        .find_map(|word| match word {
            "ERROR" | "Error" | "error" | "FATAL" | "fatal" | "CRITICAL" | "Traceback"
            | "panicked" => Some(LogLevel::Error),
            "WARNING" | "WARN" | "Warning" | "warning" | "warn" => Some(LogLevel::Warning),
            "INFO" | "info" => Some(LogLevel::Info),
            "DEBUG" | "debug" | "TRACE" | "trace" => Some(LogLevel::Debug),
            _ => None,
        });
    found.unwrap_or(LogLevel::Plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_gives_up_its_time() {
        let mut number = 0;
        let line = line("2026-01-02T03:04:05.678901Z epoch 1", &mut number);
        assert_eq!((line.number, line.text.as_str()), (1, "epoch 1"));
        assert_eq!(line.at.as_deref(), Some("2026-01-02T03:04:05.678901Z"));
    }

    #[test]
    fn of_a_progress_bar_the_last_state_is_kept() {
        assert_eq!(line("10 %\r50 %\r100 %\r", &mut 0).text, "100 %");
    }

    #[test]
    fn colours_stay_and_other_control_sequences_go() {
        assert_eq!(
            shown("\u{1b}[31mred\u{1b}[0m\u{1b}[2K\u{1b}]0;title\u{7}!\u{8}"),
            "\u{1b}[31mred\u{1b}[0m!"
        );
        assert_eq!(shown("cut \u{1b}[3"), "cut ");
        assert_eq!(shown("\u{1b}"), "");
    }

    #[test]
    fn levels_are_told_by_the_first_words() {
        assert_eq!(level("2026-01-01 [ERROR] disk"), LogLevel::Error);
        assert_eq!(level("warning: unused"), LogLevel::Warning);
        assert_eq!(level("terror is no level"), LogLevel::Plain);
    }
}
