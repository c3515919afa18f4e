//! A large bake that is over, for looking at it: its records are written through the platform's own
//! routes, so that the window reads what it always reads.

use std::path::Path;

use client::Client;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use protocol::flow::{
    BakeMeta, ConfigsMeta, NewAttempt, NewBake, NewProject, NewTask, TaskStatus, TaskTransition,
    Values,
};
use serde_json::json;

use crate::Outcome;
use crate::served::Served;

/// So many records are written at once.
const AT_ONCE: usize = 16;
/// Tasks of one rank.
const WIDE: usize = 25;

/// Serves `data` for a moment and writes bakes of these sizes; prints one object with their ids.
pub(super) async fn seed(program: &Path, data: &Path, sizes: &[usize]) -> Outcome<()> {
    let served = Served::on(program, data)?;
    let flow = NewProject {
        name: "frames".to_owned(),
        project_name: Some("frames".to_owned()),
        cluster: local_platform::CLUSTER.to_owned(),
        org_name: Some(local_platform::ORG.to_owned()),
    };
    let project = served.client.flow().projects().get_or_create(&flow).await?;
    let mut ids = serde_json::Map::new();
    for size in sizes {
        let bake = bake(&served.client, &project.id, *size).await?;
        ids.insert(size.to_string(), json!(bake));
    }
    println!("{}", serde_json::Value::Object(ids));
    Ok(())
}

async fn bake(client: &Client, project: &str, size: usize) -> Outcome<String> {
    let ids: Vec<String> = (0..size).map(|number| format!("task-{number}")).collect();
    let graph = ids.iter().enumerate().map(|(number, id)| {
        let needs = needs(number).into_iter().map(|need| ids[need].clone());
        (id.clone(), needs.collect())
    });
    let graph = graph.collect();
    let flow = client.flow();
    let bake = NewBake {
        project_id: project.to_owned(),
        batch: format!("large-{size}"),
        graphs: [(String::new(), graph)].into_iter().collect(),
        params: None,
        name: None,
        tags: Vec::new(),
        meta: BakeMeta::default(),
        created_at: None,
    };
    let bake = flow.bakes().create(&bake).await?;
    let attempt = NewAttempt {
        bake_id: bake.id.clone(),
        number: 1,
        result: TaskStatus::Failed,
        // Files that are not there: the graph is that of the record.
        configs_meta: ConfigsMeta {
            workspace: "/frames".to_owned(),
            flow_config_id: "gone".to_owned(),
            project_config_id: None,
            action_config_ids: std::iter::empty().collect(),
        },
        executor_id: None,
        created_at: None,
    };
    let attempt = flow.attempts().create(&attempt).await?;
    let begin = attempt.created_at;
    stream::iter(ids.into_iter().enumerate())
        .map(|(number, id)| {
            let task = task(&attempt.id, id, number, begin);
            async move { client.flow().tasks().create(&task).await.map(drop) }
        })
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(bake.id)
}

/// What a task waits for: two tasks of the rank before, and now and then a far one.
fn needs(number: usize) -> Vec<usize> {
    if number < WIDE {
        return Vec::new();
    }
    let first = (number / WIDE - 1) * WIDE;
    let place = number % WIDE;
    let mut needs = vec![first + place, first + (place + number / WIDE % 3) % WIDE];
    if number % 40 == 7 && number > 4 * WIDE {
        needs.push(number - 3 * WIDE - place % 5);
    }
    needs.sort_unstable();
    needs.dedup();
    needs
}

fn task(attempt: &str, id: String, number: usize, begin: Timestamp) -> NewTask {
    let at = |seconds: usize| {
        let seconds = i64::try_from(seconds).unwrap_or(0);
        begin + SignedDuration::from_secs(seconds)
    };
    let start = number / WIDE * 20 + number % 7;
    let end = match number % 11 {
        3 => TaskStatus::Failed,
        5 => TaskStatus::Cached,
        7 => TaskStatus::Skipped,
        9 => TaskStatus::Cancelled,
        _ => TaskStatus::Succeeded,
    };
    let steps = match end {
        TaskStatus::Cached | TaskStatus::Skipped => vec![(start, end)],
        end => vec![
            (start, TaskStatus::Pending),
            (start + 2, TaskStatus::Running),
            (start + 10 + number % 9, end),
        ],
    };
    let transition = |(seconds, status)| TaskTransition {
        created_at: at(seconds),
        status,
    };
    NewTask {
        attempt_id: attempt.to_owned(),
        yaml_id: id,
        raw_id: String::new(),
        outputs: Some(Values::default()),
        state: Some(Values::default()),
        statuses: steps.into_iter().map(transition).collect(),
    }
}
