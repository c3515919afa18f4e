//! `bakehouse compare`, `show`, `clear-cache`: what bakes left behind.

use contract::{
    AttemptAsk, BakeAsk, BakeCompare, BakeComparison, BakeImageView, BakeState, CacheClear,
    ComparedAttempt, ComparedTask, FileChangeKind, JobAsk, LogAsk, TaskComparison, ValueDifference,
};
use workbench::{Desk, commands};

use crate::args::{ClearCache, Compare, Show};
use crate::inspect::image_word;
use crate::job::{ALL, why};
use crate::live::follow;
use crate::output::{Ended, Stop, bake_word, full_path, print_json, print_table};
use crate::span::in_words;

/// Compares two attempts.
pub(crate) async fn compare(desk: &Desk, compare: Compare) -> Result<Ended, Stop> {
    let request = BakeCompare {
        project: full_path(&compare.place.project)?,
        left: attempt(&compare.before)?,
        right: attempt(&compare.after)?,
    };
    let found = commands::bake_compare(desk, request).await?;
    if compare.place.json {
        return print_json(&found);
    }
    print_comparison(&found, compare.brief);
    Ok(Ended::Well)
}

/// A bake with `#2` for its second attempt.
fn attempt(text: &str) -> Result<AttemptAsk, Stop> {
    let Some((bake, number)) = text.rsplit_once('#') else {
        return Ok(AttemptAsk {
            bake: text.to_owned(),
            attempt: None,
        });
    };
    let number = number.parse();
    let number = number.map_err(|_| Stop::Usage(format!("`{text}` is not BAKE#ATTEMPT")))?;
    Ok(AttemptAsk {
        bake: bake.to_owned(),
        attempt: Some(number),
    })
}

fn print_comparison(found: &BakeComparison, brief: bool) {
    println!("before  {}", head(&found.left));
    println!("after   {}", head(&found.right));
    values("\nParameters", "", &found.params);
    if !found.files.is_empty() {
        println!("\nFiles");
    }
    for file in &found.files {
        let word = match file.kind {
            FileChangeKind::Added => "new",
            FileChangeKind::Removed => "gone",
            FileChangeKind::Changed | FileChangeKind::Permissions => "changed",
        };
        println!("  {} {word}", file.path);
        if let Some(difference) = file.difference.as_ref().filter(|_| !brief) {
            print!("{difference}");
        }
    }
    println!("\nTasks");
    let rows: Vec<Vec<String>> = found.tasks.iter().map(cells).collect();
    print_table(
        &["TASK", "BEFORE", "AFTER", "TIME BEFORE", "TIME AFTER"],
        &rows,
    );
    for task in &found.tasks {
        values(&format!("\nOutputs of {}", task.id), "", &task.outputs);
        if let Some(log) = &task.log {
            println!("\nThe log of {} differs from line {} on", task.id, log.line);
            println!("  - {}", log.left.as_deref().unwrap_or("(ends)"));
            println!("  + {}", log.right.as_deref().unwrap_or("(ends)"));
        }
    }
}

fn head(side: &ComparedAttempt) -> String {
    let name = side.name.as_deref().unwrap_or(&side.batch);
    let time = side.seconds.map(in_words).unwrap_or_default();
    let (bake, attempt, state) = (&side.bake, side.attempt, bake_word(side.state));
    format!("{name} {bake}#{attempt} {state} {} {time}", side.created_at)
        .trim_end()
        .to_owned()
}

fn values(title: &str, indent: &str, found: &[ValueDifference]) {
    if found.is_empty() {
        return;
    }
    println!("{title}");
    for ValueDifference { name, left, right } in found {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "(none)".to_owned());
        println!("{indent}  {name}: {} → {}", shown(left), shown(right));
    }
}

fn cells(task: &TaskComparison) -> Vec<String> {
    let state = |side: &Option<ComparedTask>| match side {
        Some(side) => match side.exit_code.filter(|code| *code != 0) {
            Some(code) => format!("{} ({code})", bake_word(side.state)),
            None => bake_word(side.state).to_owned(),
        },
        None => "-".to_owned(),
    };
    let time = |side: &Option<ComparedTask>| {
        let seconds = side.as_ref().and_then(|side| side.seconds);
        seconds.map(in_words).unwrap_or_default()
    };
    vec![
        task.id.clone(),
        state(&task.left),
        state(&task.right),
        time(&task.left),
        time(&task.right),
    ]
}

/// Whether an image is meant: by its reference, or by the id of something that defines it.
fn is_called(image: &BakeImageView, name: &str) -> bool {
    image.reference == name || image.definitions.iter().any(|id| id == name)
}

/// Shows an image of a bake with the log of its build.
async fn show_image(desk: &Desk, image: &BakeImageView, json: bool) -> Result<Ended, Stop> {
    if json {
        return print_json(&serde_json::json!({"image": image}));
    }
    println!("Image {} {}", image.reference, image_word(image.state));
    if let Some(raw_id) = image.raw_id.clone() {
        let ask = LogAsk {
            raw_id,
            since: None,
            without_commands: None,
        };
        // How the build ended is told by the state above.
        let _ = follow(desk, ask, false).await?;
    }
    Ok(Ended::Well)
}

/// Shows a task with its log.
pub(crate) async fn show(desk: &Desk, show: Show) -> Result<Ended, Stop> {
    let project = full_path(&show.place.project)?;
    let ask = BakeAsk {
        project,
        bake: show.bake,
        attempt: show.attempt,
    };
    let view = commands::bake_view(desk, ask).await?;
    let known: Vec<&str> = view.tasks.iter().map(|task| task.id.as_str()).collect();
    let task = view.tasks.iter().find(|task| task.id == show.task);
    let image = view.images.iter();
    let image = image.filter(|_| task.is_none());
    if let Some(image) = image.into_iter().find(|image| is_called(image, &show.task)) {
        return show_image(desk, image, show.place.json).await;
    }
    let task = task.ok_or_else(|| {
        Stop::Failed(format!(
            "the bake has no task `{}`; it has {}",
            show.task,
            known.join(", ")
        ))
    })?;
    let job = match &task.raw_id {
        Some(raw_id) => {
            let ask = JobAsk {
                raw_id: raw_id.clone(),
            };
            Some(commands::job_view(desk, ask).await?)
        }
        None => None,
    };
    if show.place.json {
        return print_json(&serde_json::json!({"task": task, "job": job}));
    }
    println!("Attempt #{} {}", view.attempt, bake_word(view.row.state));
    println!("Task {} {}", task.id, bake_word(task.state));
    if let Some(raw_id) = task.raw_id.clone() {
        let ask = LogAsk {
            raw_id,
            since: None,
            without_commands: Some(!show.raw),
        };
        // How the job ended is told by the state above.
        let _ = follow(desk, ask, false).await?;
    } else if let Some(reason) = &task.reason {
        println!("{reason}");
    }
    if let Some(cause) = job.as_ref().filter(|_| task.state == BakeState::Failed) {
        for line in why(cause)
            .into_iter()
            .take_while(|line| !line.ends_with("log:"))
        {
            eprintln!("{line}");
        }
    }
    Ok(Ended::Well)
}

/// Forgets remembered results.
pub(crate) async fn clear_cache(desk: &Desk, clear: ClearCache) -> Result<Ended, Stop> {
    let all = clear.batch == ALL;
    if all && clear.task.is_some() {
        return Err(Stop::Usage(
            "a task is named together with its batch".to_owned(),
        ));
    }
    let request = CacheClear {
        project: full_path(&clear.place.project)?,
        batch: (!all).then_some(clear.batch),
        task: clear.task,
    };
    let cleared = commands::cache_clear(desk, request.clone()).await?;
    if clear.place.json {
        return print_json(&cleared);
    }
    match (cleared.known, request.batch, request.task) {
        (false, ..) => println!("nothing was remembered: the flow has never run"),
        (true, Some(batch), Some(task)) => println!("results of {task} in {batch} are forgotten"),
        (true, Some(batch), None) => println!("results of {batch} are forgotten"),
        (true, None, _) => println!("results of all batches are forgotten"),
    }
    Ok(Ended::Well)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_named_behind_its_bake() {
        let read = |text: &str| attempt(text).ok().map(|one| (one.bake, one.attempt));
        assert_eq!(read("nightly"), Some(("nightly".to_owned(), None)));
        assert_eq!(read("nightly#2"), Some(("nightly".to_owned(), Some(2))));
        assert_eq!(read("nightly#two"), None);
    }
}
