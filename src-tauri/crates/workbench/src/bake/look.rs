//! Looking at bakes: the list, and one with its tasks.

use std::path::Path;
use std::sync::Arc;

use client::{BakeFilter, Client};
use contract::{BakeAsk, BakeRow, BakeTable, BakeView, Failure, FailureCode, ProjectAsk, TaskView};
use execution::bake::{self as baking, Inspected, LookError};
use flow::Session;
use indexmap::IndexMap;
use jiff::Timestamp;
use protocol::flow::{Attempt, Bake, NewProject, Project as FlowRecord};
use protocol::{Job, JobFilter};

use super::looked::{is_current, is_settled};
use super::{executor, take_up};
use crate::Desk;
use crate::account::who;
use crate::project::OpenProject;
use crate::view::bake::{Known, counts, finished_at, image, of_graphs, row};
use crate::view::failure;
use crate::view::job::time;
use crate::view::task;

/// How many bakes of the list show the states of their tasks.
const COUNTED: usize = 50;

/// The bakes of a project, newest first.
pub async fn bake_table(desk: &Desk, request: ProjectAsk) -> Result<BakeTable, Failure> {
    let open = OpenProject::kept(desk, &request.project)?;
    let project = open.path();
    let client = desk.client().await?;
    let record = flow_record(&client, &open).await?;
    let bakes = match record {
        Some(record) => {
            let filter = BakeFilter {
                newest_first: true,
                ..BakeFilter::default()
            };
            let listed = client.flow().bakes().list(&record.id, &filter).await;
            listed.map_err(|error| failure::of_client(&error))?
        }
        None => Vec::new(),
    };
    let mut rows = Vec::with_capacity(bakes.len());
    for (index, bake) in bakes.iter().enumerate() {
        rows.push(if index < COUNTED {
            counted(desk, &client, bake).await?
        } else {
            row(bake, Vec::new(), None)
        });
    }
    Ok(BakeTable {
        project,
        rows,
        updated_at: time(Timestamp::now()),
    })
}

/// A row with the states of its tasks. Of an attempt that is over they are remembered.
async fn counted(desk: &Desk, client: &Client, bake: &Bake) -> Result<BakeRow, Failure> {
    let Some(attempt) = &bake.last_attempt else {
        return Ok(row(bake, Vec::new(), None));
    };
    if let Some((counts, finished)) = desk.bakery().ended(&attempt.id) {
        return Ok(row(bake, counts, finished));
    }
    if let Some(counts) = desk.bakery().counts(&bake.id) {
        return Ok(row(bake, counts, None));
    }
    let listed = client.flow().tasks().list(&attempt.id).await;
    let records = listed.map_err(|error| failure::of_client(&error))?;
    let known = Known::new(attempt, &records, &[]);
    let plan = planned(desk, client, bake, attempt).await;
    let tasks: Vec<TaskView> = plan.iter().map(|task| known.fill(task.clone())).collect();
    let (counts, finished) = (counts(&tasks), finished_at(attempt, &tasks));
    if attempt.result.is_finished() {
        desk.bakery()
            .learn_end(&attempt.id, (counts.clone(), finished.clone()));
    }
    Ok(row(bake, counts, finished))
}

/// A bake with the tasks of one attempt.
pub async fn bake_view(desk: &Desk, request: BakeAsk) -> Result<BakeView, Failure> {
    let project = std::fs::canonicalize(&request.project).map_or_else(
        |_| request.project.clone(),
        |path| path.display().to_string(),
    );
    if let Some(view) = desk.bakery().going(&project, &request) {
        return Ok(BakeView { project, ..view });
    }
    let client = desk.client().await?;
    let request = BakeAsk { project, ..request };
    if !baking::is_bake_id(&request.bake) {
        // Another bake may get the name.
        return read(desk, &client, request).await;
    }
    let slot = desk.bakery().slot(&request);
    let mut kept = slot.lock().await;
    if let Some(view) = kept.as_ref()
        && let Ok(newest) = baking::attempt(&client, &view.row.id, None).await
        && is_current(view, &newest)
    {
        return Ok(view.clone());
    }
    *kept = None;
    let view = read(desk, &client, request).await?;
    if is_settled(&view) {
        *kept = Some(view.clone());
    }
    Ok(view)
}

/// Reads all that is known of a bake.
async fn read(desk: &Desk, client: &Client, request: BakeAsk) -> Result<BakeView, Failure> {
    let bake = find(client, &request).await?;
    let number = request.attempt.map(i64::from);
    let (inspected, jobs, attempts) = tokio::try_join!(
        async {
            let inspected = baking::inspect(client, bake.clone(), number).await;
            inspected.map_err(|error| not_found(&error))
        },
        jobs(client, &bake.id),
        async {
            let listed = client.flow().attempts().list(&bake.id).await;
            listed.map_err(|error| failure::of_client(&error))
        },
    )?;
    let plan = planned(desk, client, &inspected.bake, &inspected.attempt).await;
    Ok(view(
        desk,
        request.project,
        (&inspected, &jobs, &attempts),
        &plan,
    ))
}

/// The newest attempt of a bake whose project is known.
pub(crate) async fn view_of(desk: &Desk, root: &Path, bake: &str) -> Result<BakeView, Failure> {
    let project = root.display().to_string();
    bake_view(
        desk,
        BakeAsk {
            project,
            bake: bake.to_owned(),
            attempt: None,
        },
    )
    .await
}

fn view(
    desk: &Desk,
    project: String,
    (inspected, jobs, attempts): (&Inspected, &[Job], &[Attempt]),
    plan: &[TaskView],
) -> BakeView {
    let Inspected {
        bake,
        attempt,
        tasks: records,
        images,
    } = inspected;
    let known = Known::new(attempt, records, jobs);
    let tasks: Vec<TaskView> = plan.iter().map(|task| known.fill(task.clone())).collect();
    let shown = Bake {
        last_attempt: Some(attempt.clone()),
        ..bake.clone()
    };
    let numbers = attempts
        .iter()
        .filter_map(|attempt| u32::try_from(attempt.number).ok());
    let mut numbers: Vec<u32> = numbers.collect();
    numbers.sort_unstable();
    let (executor, executor_job) = executor::of_attempt(desk, bake, attempt);
    BakeView {
        project,
        row: row(&shown, counts(&tasks), finished_at(attempt, &tasks)),
        attempt: u32::try_from(attempt.number).unwrap_or(1),
        attempts: numbers,
        params: bake.params.clone().unwrap_or_default(),
        tasks,
        images: images.iter().map(image).collect(),
        executed_here: desk.bakery().executes(&bake.id),
        executor,
        executor_job,
        problem: desk
            .bakery()
            .problem(&bake.id)
            .or_else(|| abandoned(desk, attempt)),
        diagnostics: Vec::new(),
        revision: 0,
    }
}

/// What is to be said of an attempt that goes on but has no executor.
fn abandoned(desk: &Desk, attempt: &Attempt) -> Option<String> {
    let nobody = take_up::is_abandoned(desk, attempt).unwrap_or(false);
    nobody.then(|| {
        "The process that ran this bake has ended. It goes on when the Bakehouse window is opened."
            .to_owned()
    })
}

pub(super) async fn find(client: &Client, request: &BakeAsk) -> Result<Bake, Failure> {
    if baking::is_bake_id(&request.bake) {
        // An id names a bake whatever became of the project's folder.
        return baking::find(client, "", &request.bake)
            .await
            .map_err(|error| not_found(&error));
    }
    let open = OpenProject::read(&request.project, who(client.standing()))?;
    let record = flow_record(client, &open).await?;
    let missing = || {
        not_found(&LookError::NoBake {
            bake: request.bake.clone(),
        })
    };
    let record = record.ok_or_else(missing)?;
    baking::find(client, &record.id, &request.bake)
        .await
        .map_err(|error| not_found(&error))
}

/// What the window shows when a bake or an attempt is not there.
pub(super) fn not_found(error: &LookError) -> Failure {
    match error {
        LookError::Platform(error) => failure::of_client(error),
        other => Failure::new(
            FailureCode::NotFound,
            format!("{}.", failure::capital(other)),
        ),
    }
}

/// The platform's record of the project's flow; none before its first start or bake.
pub(crate) async fn flow_record(
    client: &Client,
    open: &OpenProject,
) -> Result<Option<FlowRecord>, Failure> {
    let flow = NewProject {
        name: open.id()?.to_owned(),
        project_name: Some(open.platform_project().to_owned()),
        cluster: client.standing().cluster.clone(),
        org_name: Some(client.standing().org.clone()),
    };
    client
        .flow()
        .projects()
        .find(&flow)
        .await
        .map_err(|error| failure::of_client(&error))
}

/// All jobs of a bake.
pub(super) async fn jobs(client: &Client, bake: &str) -> Result<Vec<Job>, Failure> {
    let filter = JobFilter {
        tags: vec![format!("bake_id:{bake}")],
        clusters: vec![client.standing().cluster.clone()],
        orgs: vec![client.standing().org.clone()],
        ..JobFilter::default()
    };
    client
        .jobs()
        .list(&filter)
        .await
        .map_err(|error| failure::of_client(&error))
}

/// The tasks of a bake as planned: from the files stored with it, else from its record.
pub(super) async fn planned(
    desk: &Desk,
    client: &Client,
    bake: &Bake,
    attempt: &Attempt,
) -> Arc<Vec<TaskView>> {
    if let Some(known) = desk.bakery().plan(&bake.id) {
        return known;
    }
    match baking::stored_files(client, attempt).await {
        Ok(files) => {
            let tasks =
                of_files(&files, bake, who(client.standing())).unwrap_or_else(|| of_graphs(bake));
            desk.bakery().learn_plan(&bake.id, tasks)
        }
        Err(error) => {
            tracing::debug!(%error, bake = bake.id, "the files of a bake are not there");
            Arc::new(of_graphs(bake))
        }
    }
}

/// The tasks by the stored files; nothing if they do not fit the record any more.
fn of_files(
    files: &flow::batch::ConfigFiles,
    bake: &Bake,
    platform: flow::Platform,
) -> Option<Vec<TaskView>> {
    let stored = files.workspace();
    let parsed = flow::open_in(&stored, &files.config_dir());
    let session = Session {
        workspace: &stored,
        platform: &platform,
        jobs: &flow::NoJobs,
    };
    let params = bake.params.clone().unwrap_or_default();
    let name = files.batch_name();
    let batch = flow::batch::prepare(&parsed.tree, &session, name, &params).ok()?;
    (batch.graph.graphs() == bake.graphs).then(|| task::of_graph(&batch.graph))
}

/// The tasks of a batch that has not run; as many as can be told when parameters are missing.
pub(crate) fn tasks_of_batch(
    open: &OpenProject,
    batch: &str,
    params: &IndexMap<String, String>,
) -> Result<Vec<TaskView>, Failure> {
    let session = open.session();
    let prepared = flow::batch::prepare(&open.project, &session, batch, params);
    let graph = match prepared {
        Ok(bake) => Ok(bake.graph),
        Err(_) => flow::batch::draft(&open.project, &session, batch),
    };
    let message = format!("The graph of `{batch}` cannot be drawn.");
    let graph = graph.map_err(|troubles| open.unsound(&message, &troubles.diagnostics()))?;
    Ok(task::of_graph(&graph))
}
