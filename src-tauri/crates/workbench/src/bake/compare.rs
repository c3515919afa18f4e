//! Comparing two attempts or bakes: parameters, files, tasks, outputs, logs.

use std::collections::{BTreeMap, HashMap};

use client::{Client, ClientError, LogLines};
use contract::{
    AttemptAsk, BakeAsk, BakeCompare, BakeComparison, BakeView, ComparedAttempt, ComparedTask,
    Failure, FileChange, FileChangeKind, LogDifference, TaskComparison, TaskKind, TaskView,
    ValueDifference,
};
use execution::bake::{self as baking, Inspected};
use flow::batch::ConfigFiles;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use indexmap::IndexMap;
use protocol::LogQuery;

use super::history::{lasted, took};
use super::look::{bake_view, find, not_found};
use crate::Desk;
use crate::view::difference::unified;
use crate::view::failure;
use crate::view::job::time;

/// Logs that are read side by side.
const AT_ONCE: usize = 4;
/// Logs that agree for so long are taken for equal.
const MOST_LINES: u32 = 200_000;

/// One of the two.
struct Side {
    view: BakeView,
    inspected: Inspected,
    files: ConfigFiles,
}

/// Compares two attempts.
pub async fn bake_compare(desk: &Desk, request: BakeCompare) -> Result<BakeComparison, Failure> {
    let client = desk.client().await?;
    let (left, right) = tokio::try_join!(
        side(desk, &client, &request.project, &request.left),
        side(desk, &client, &request.project, &request.right),
    )?;
    let tasks = stream::iter(pairs(&left.view.tasks, &right.view.tasks))
        .map(|pair| task(&client, pair))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(BakeComparison {
        params: values(&left.view.params, &right.view.params),
        files: files(&left.files, &right.files),
        tasks,
        left: left.compared(),
        right: right.compared(),
    })
}

async fn side(
    desk: &Desk,
    client: &Client,
    project: &str,
    asked: &AttemptAsk,
) -> Result<Side, Failure> {
    let ask = BakeAsk {
        project: project.to_owned(),
        bake: asked.bake.clone(),
        attempt: asked.attempt,
    };
    let bake = find(client, &ask).await?;
    let number = asked.attempt.map(i64::from);
    let inspected = baking::inspect(client, bake, number).await;
    let inspected = inspected.map_err(|error| not_found(&error))?;
    let files = baking::stored_files(client, &inspected.attempt).await;
    Ok(Side {
        files: files.map_err(|error| failure::of_client(&error))?,
        view: bake_view(desk, ask).await?,
        inspected,
    })
}

impl Side {
    fn compared(self) -> ComparedAttempt {
        let Inspected {
            bake,
            attempt,
            tasks,
            ..
        } = &self.inspected;
        ComparedAttempt {
            seconds: lasted(attempt, tasks),
            created_at: time(attempt.created_at),
            commit: bake.meta.git_info.as_ref().map(|git| git.sha.clone()),
            attempt: self.view.attempt,
            state: self.view.row.state,
            bake: self.view.row.id,
            name: self.view.row.name,
            batch: self.view.row.batch,
        }
    }
}

/// What two maps do not share.
fn values(
    left: &IndexMap<String, String>,
    right: &IndexMap<String, String>,
) -> Vec<ValueDifference> {
    let only_right = right.keys().filter(|name| !left.contains_key(*name));
    let names = left.keys().chain(only_right);
    names
        .filter(|name| left.get(*name) != right.get(*name))
        .map(|name| ValueDifference {
            name: name.clone(),
            left: left.get(name).cloned(),
            right: right.get(name).cloned(),
        })
        .collect()
}

/// The stored files that differ. Their names are compared inside of their projects' folders, which
/// may lie on different computers.
pub(super) fn files(left: &ConfigFiles, right: &ConfigFiles) -> Vec<FileChange> {
    let (left, right) = (named(left), named(right));
    let mut all: BTreeMap<&str, (Option<&str>, Option<&str>)> = BTreeMap::new();
    for (name, content) in &left {
        all.entry(name).or_default().0 = Some(content);
    }
    for (name, content) in &right {
        all.entry(name).or_default().1 = Some(content);
    }
    let change = |(path, (old, new)): (&str, (Option<&str>, Option<&str>))| {
        let kind = match (old, new) {
            (Some(old), Some(new)) if old != new => FileChangeKind::Changed,
            (Some(_), None) => FileChangeKind::Removed,
            (None, Some(_)) => FileChangeKind::Added,
            _ => return None,
        };
        Some(FileChange {
            path: path.to_owned(),
            kind,
            difference: unified(path, old.unwrap_or_default(), new.unwrap_or_default()),
        })
    };
    all.into_iter().filter_map(change).collect()
}

fn named(files: &ConfigFiles) -> Vec<(String, String)> {
    let root = format!("{}/", files.workspace.trim_end_matches('/'));
    let all = [&files.flow]
        .into_iter()
        .chain(&files.project)
        .chain(files.actions.values());
    all.map(|file| {
        let name = file.name.strip_prefix(&root).unwrap_or(&file.name);
        (name.to_owned(), file.content.clone())
    })
    .collect()
}

/// A task of both; owned, because futures that borrow each pair cannot be sent.
type Pair = (String, Option<TaskView>, Option<TaskView>);

/// The tasks of both, in the order of the graph that comes after; then what is gone.
fn pairs(left: &[TaskView], right: &[TaskView]) -> Vec<Pair> {
    let before: HashMap<&str, &TaskView> =
        left.iter().map(|task| (task.id.as_str(), task)).collect();
    let after: HashMap<&str, &TaskView> =
        right.iter().map(|task| (task.id.as_str(), task)).collect();
    let gone = left
        .iter()
        .filter(|task| !after.contains_key(task.id.as_str()))
        .map(|task| (task.id.clone(), Some(task), None));
    let pairs = right.iter().map(|task| {
        let same = before.get(task.id.as_str()).copied();
        (task.id.clone(), same, Some(task))
    });
    pairs
        .chain(gone)
        .filter(|(_, left, right)| {
            let any = right.or(*left);
            any.is_some_and(|task| task.kind != TaskKind::Action)
        })
        .map(|(id, left, right)| (id, left.cloned(), right.cloned()))
        .collect()
}

async fn task(client: &Client, (id, left, right): Pair) -> Result<TaskComparison, Failure> {
    let (left, right) = (left.as_ref(), right.as_ref());
    let outputs = match (left, right) {
        (Some(left), Some(right)) => values(&left.outputs, &right.outputs),
        _ => Vec::new(),
    };
    Ok(TaskComparison {
        log: log(client, left, right).await,
        left: left.map(compared),
        right: right.map(compared),
        outputs,
        id,
    })
}

fn compared(task: &TaskView) -> ComparedTask {
    ComparedTask {
        state: task.state,
        exit_code: task.exit_code,
        seconds: took(task),
        raw_id: task.raw_id.clone(),
    }
}

/// Where the logs of two jobs that have ended part. A log that cannot be read is not compared.
async fn log(
    client: &Client,
    left: Option<&TaskView>,
    right: Option<&TaskView>,
) -> Option<LogDifference> {
    let (left, right) = (left?, right?);
    let (first, second) = (left.raw_id.as_ref()?, right.raw_id.as_ref()?);
    if first == second || !left.state.is_over() || !right.state.is_over() {
        return None;
    }
    match first_difference(client, first, second).await {
        Ok(found) => found,
        Err(error) => {
            tracing::debug!(%error, first, second, "two logs cannot be compared");
            None
        }
    }
}

async fn first_difference(
    client: &Client,
    first: &str,
    second: &str,
) -> Result<Option<LogDifference>, ClientError> {
    let (mut first, mut second) = (lines(client, first).await?, lines(client, second).await?);
    for line in 1..=MOST_LINES {
        let (left, right) = tokio::join!(first.next(), second.next());
        let (left, right) = (left.transpose()?, right.transpose()?);
        if left.is_none() && right.is_none() {
            break;
        }
        if left != right {
            return Ok(Some(LogDifference { line, left, right }));
        }
    }
    Ok(None)
}

async fn lines(client: &Client, job: &str) -> Result<LogLines, ClientError> {
    let services = client.cluster(&client.standing().cluster).await?;
    Ok(services.logs(job, &LogQuery::default()).lines())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> IndexMap<String, String> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(own).collect()
    }

    #[test]
    fn values_that_differ_are_new_or_are_gone_are_told() {
        let left = map(&[("same", "1"), ("lr", "0.1"), ("gone", "x")]);
        let right = map(&[("lr", "0.2"), ("same", "1"), ("new", "y")]);
        let found: Vec<_> = values(&left, &right)
            .into_iter()
            .map(|one| (one.name, one.left, one.right))
            .collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            found,
            [
                ("lr".to_owned(), text("0.1"), text("0.2")),
                ("gone".to_owned(), text("x"), None),
                ("new".to_owned(), None, text("y")),
            ]
        );
    }

    #[test]
    fn files_are_compared_by_their_names_inside_of_the_project() {
        let files_in = |workspace: &str, flow: &str| ConfigFiles {
            workspace: workspace.to_owned(),
            flow: flow::ActionFile {
                name: format!("{workspace}/.neuro/b.yml"),
                content: flow.to_owned(),
            },
            project: None,
            actions: IndexMap::new(),
        };
        let before = files_in("/one/rye", "a\nb\n");
        assert!(files(&before, &files_in("/two/rye", "a\nb\n")).is_empty());
        let found = files(&before, &files_in("/two/rye", "a\nc\n"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, ".neuro/b.yml");
        let difference = found[0].difference.clone().unwrap();
        assert!(
            difference.contains("-b") && difference.contains("+c"),
            "{difference}"
        );
    }
}
