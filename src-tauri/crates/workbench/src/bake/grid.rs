//! The latest bakes of a batch side by side: what became of each task in each of them.

use std::collections::HashMap;

use client::{BakeFilter, Client};
use contract::{BakeGrid, Failure, GridAsk, GridBake, GridCell, GridTask, TaskKind, TaskView};
use jiff::Timestamp;
use protocol::flow::{Attempt, Bake};

use super::look::{flow_record, planned};
use crate::Desk;
use crate::project::OpenProject;
use crate::view::bake::{Known, counts, finished_at, row};
use crate::view::failure;

/// So many bakes stand side by side.
const COLUMNS: usize = 30;

/// The latest bakes of a batch, oldest first.
pub async fn bake_grid(desk: &Desk, request: GridAsk) -> Result<BakeGrid, Failure> {
    let open = OpenProject::kept(desk, &request.project)?;
    let client = desk.client().await?;
    let bakes = listed(&client, &open).await?;
    let newest = bakes.first().map(|bake| bake.batch.clone());
    let Some(batch) = request.batch.or(newest) else {
        return Ok(BakeGrid {
            batch: None,
            tasks: Vec::new(),
            bakes: Vec::new(),
        });
    };
    let same = bakes.iter().filter(|bake| bake.batch == batch);
    let mut columns = Vec::new();
    for bake in same.take(COLUMNS) {
        if let Some(attempt) = &bake.last_attempt {
            columns.push(column(desk, &client, bake, attempt).await?);
        }
    }
    let tasks = rows(&columns);
    columns.reverse();
    let bakes = columns.into_iter().map(|(bake, known)| {
        let known: HashMap<&str, &TaskView> =
            known.iter().map(|task| (task.id.as_str(), task)).collect();
        let cell = |task: &GridTask| known.get(task.id.as_str()).map(|task| cell(task));
        GridBake {
            cells: tasks.iter().map(cell).collect(),
            row: bake,
        }
    });
    let bakes = bakes.collect();
    Ok(BakeGrid {
        batch: Some(batch),
        tasks,
        bakes,
    })
}

async fn listed(client: &Client, open: &OpenProject) -> Result<Vec<Bake>, Failure> {
    let Some(record) = flow_record(client, open).await? else {
        return Ok(Vec::new());
    };
    let filter = BakeFilter {
        newest_first: true,
        ..BakeFilter::default()
    };
    let listed = client.flow().bakes().list(&record.id, &filter).await;
    listed.map_err(|error| failure::of_client(&error))
}

type Column = (contract::BakeRow, Vec<TaskView>);

async fn column(
    desk: &Desk,
    client: &Client,
    bake: &Bake,
    attempt: &Attempt,
) -> Result<Column, Failure> {
    let records = if attempt.result.is_finished() {
        super::history::tasks_of(desk, client, attempt).await?
    } else {
        let listed = client.flow().tasks().list(&attempt.id).await;
        listed.map_err(|error| failure::of_client(&error))?.into()
    };
    let known = Known::new(attempt, &records, &[]);
    let plan = planned(desk, client, bake, attempt).await;
    let tasks: Vec<TaskView> = plan.iter().map(|task| known.fill(task.clone())).collect();
    let row = row(bake, counts(&tasks), finished_at(attempt, &tasks));
    Ok((row, tasks))
}

/// All tasks of all columns, the newest column first: its order is the one that counts.
fn rows(columns: &[Column]) -> Vec<GridTask> {
    let mut known = std::collections::HashSet::new();
    let tasks = columns.iter().flat_map(|(_, tasks)| tasks);
    tasks
        .filter(|task| task.kind != TaskKind::Action && known.insert(task.id.as_str()))
        .map(|task| GridTask {
            id: task.id.clone(),
            label: task.label.clone(),
            group: task.group.clone(),
        })
        .collect()
}

fn cell(task: &TaskView) -> GridCell {
    let time = |text: &Option<String>| text.as_ref()?.parse::<Timestamp>().ok();
    let ran = time(&task.started_at).zip(time(&task.finished_at));
    GridCell {
        state: task.state,
        ran: ran.map(|(from, to)| (to.as_millisecond() - from.as_millisecond()).max(0)),
    }
}

#[cfg(test)]
mod tests {
    use contract::{BakeRow, BakeState};

    use super::*;
    use crate::view::bake::planned as task;

    fn column(ids: &[&str]) -> Column {
        let row = BakeRow {
            id: String::new(),
            batch: "train".to_owned(),
            name: None,
            tags: Vec::new(),
            state: BakeState::Running,
            attempt: 1,
            created_at: String::new(),
            finished_at: None,
            counts: Vec::new(),
        };
        let tasks = ids
            .iter()
            .map(|id| task(id, None, TaskKind::Task, Vec::new()));
        (row, tasks.collect())
    }

    #[test]
    fn rows_are_the_tasks_of_all_bakes_each_once_in_the_order_of_the_newest() {
        let rows = rows(&[column(&["load", "train"]), column(&["old", "load"])]);
        let ids: Vec<_> = rows.into_iter().map(|row| row.id).collect();
        assert_eq!(ids, ["load", "train", "old"]);
    }
}
