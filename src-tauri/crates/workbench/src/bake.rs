//! Bakes: plan, start, list, inspect, cancel.

mod bakery;
mod cache;
mod compare;
mod course;
mod executor;
mod forecast;
mod grid;
mod history;
mod hold;
mod look;
mod looked;
mod replay;
mod restart;
mod take_up;
mod task;
mod teller;

use std::path::Path;
use std::sync::Arc;

use client::{Client, TransferProgress};
use contract::{
    BakeAsk, BakeExecutor, BakePlan, BakeStart, BakeView, DeskEvent, DiagnosticView, Failure,
    FailureCode, WorkStage,
};
use execution::Place;
use execution::bake::{self as baking, CancelError, CreateError, FilesRead, Order, Recipe, Setup};
use flow::batch::Bake;
use indexmap::IndexMap;
use source::{Diagnostic, Text};

use crate::Desk;
use crate::live::{found, param_words, place, shell_line};
use crate::project::OpenProject;
use crate::templates::work::Work;
use crate::view::diagnostic::{count, views};
use crate::view::failure;
use crate::volume::stopped;

pub(crate) use bakery::Bakery;
pub use cache::cache_clear;
pub use compare::bake_compare;
pub(crate) use executor::{APART_WORD, Apart};
pub use forecast::bake_forecast;
pub use grid::bake_grid;
pub use history::bake_history;
pub(crate) use hold::{Hold, hold};
pub use look::{bake_table, bake_view};
pub(crate) use look::{tasks_of_batch, view_of};
pub(crate) use replay::as_of;
pub use replay::bake_replay;
pub use restart::{bake_restart, restart_plan};
pub(crate) use take_up::take_up;
pub use task::task_cancel;

/// Number of tasks of a batch as far as it can be told without parameters.
pub(crate) fn drafted_tasks(open: &OpenProject, batch: &str) -> usize {
    match flow::batch::draft(&open.project, &open.session(), batch) {
        Ok(graph) => graph.walk().filter(|node| !node.kind.is_call()).count(),
        Err(_) => open
            .project
            .batch(batch)
            .map_or(0, |batch| batch.tasks.len()),
    }
}

/// What a bake would do; nothing is started.
pub async fn bake_plan(desk: &Desk, request: BakeStart) -> Result<BakePlan, Failure> {
    let open = OpenProject::read(&request.project, desk.who())?;
    let request = with_file(request)?;
    known_batch(&open, &request.batch)?;
    let (tasks, diagnostics) = match flow::batch::prepare(
        &open.project,
        &open.session(),
        &request.batch,
        &request.params,
    ) {
        Ok(bake) => {
            let tasks = bake
                .graph
                .walk()
                .filter(|node| !node.kind.is_call())
                .count();
            (tasks, checked(&open, &bake))
        }
        Err(troubles) => (drafted_tasks(&open, &request.batch), found(&open, troubles)),
    };
    Ok(BakePlan {
        tasks: count(tasks),
        diagnostics,
        command: own_command(&request),
        official_command: official_command(&request),
    })
}

/// The request with the parameters of its file.
fn with_file(mut request: BakeStart) -> Result<BakeStart, Failure> {
    let Some(file) = request.params_file.take() else {
        return Ok(request);
    };
    let mut params = read_params(Path::new(&file))?;
    params.extend(request.params);
    Ok(BakeStart { params, ..request })
}

/// The parameters of a file.
fn read_params(file: &Path) -> Result<IndexMap<String, String>, Failure> {
    let refused = |why: String| Failure::invalid("paramsFile", why);
    let shown = file.display();
    let content = std::fs::read(file)
        .map_err(|error| refused(format!("{shown} cannot be read: {error}.")))?;
    let content =
        String::from_utf8(content).map_err(|_| refused(format!("{shown} is not UTF-8 text.")))?;
    let read = flow::batch::read_params(&Text::new(shown.to_string(), content));
    if read.is_sound() {
        return Ok(read.tree);
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    Err(refused(format!("{shown} holds no parameters."))
        .hint("Write one `name: value` for each parameter.")
        .diagnostics(views(&read.diagnostics, folder)))
}

fn checked(open: &OpenProject, bake: &Bake) -> Vec<DiagnosticView> {
    let found: Vec<Diagnostic> = bake
        .check()
        .into_iter()
        .map(|finding| finding.diagnostic)
        .collect();
    views(&found, &open.root)
}

/// Starts a bake; it is executed by this process from then on unless another is asked for.
pub async fn bake_start(desk: &Desk, request: BakeStart) -> Result<BakeView, Failure> {
    let open = OpenProject::read(&request.project, desk.who())?;
    let request = with_file(request)?;
    let batch = prepared(&open, &request)?;
    let client = desk.client().await?;
    let place = place(&client, open.platform_project()).await?;
    let recipe = recipe(&open, batch);
    send_contexts(&client, (&place, &recipe), (desk, &request))
        .await?
        .map_err(|error| not_created(&open, &error))?;
    let setup = Setup {
        batch: recipe.bake(),
        name: request.name.filter(|name| !name.trim().is_empty()),
        tags: request.tags,
        files: FilesRead::now(&recipe),
    };
    let created = baking::create(&client, &place, setup)
        .await
        .map_err(|error| not_created(&open, &error))?;
    let order = Order {
        client,
        place,
        recipe: recipe.named(&created.bake.id),
        bake: created.bake.clone(),
        attempt: created.attempt,
        folder: Some(open.root.clone()),
    };
    executor::begin(desk, &open.root, (order, request.executor)).await?;
    desk.tell(DeskEvent::BakesChanged {
        project: open.path(),
    });
    desk.watches().wake();
    view_of(desk, &open.root, &created.bake.id).await
}

/// Uploads what images are built from: watched, and ended early when asked.
async fn send_contexts(
    client: &Client,
    (place, recipe): (&Place, &Recipe),
    (desk, request): (&Desk, &BakeStart),
) -> Result<Result<(), CreateError>, Failure> {
    let work = Work::begin(desk, request.work.as_deref());
    let on_progress = |progress: TransferProgress| {
        let files = (progress.files, progress.of_files);
        work.transferred(WorkStage::Writing, progress.bytes, files);
    };
    let sending = baking::upload_contexts(client, place, recipe.bake(), &on_progress);
    let note = tokio::select! {
        sent = sending => sent,
        () = stopped(&work) => {
            let message = "The upload was broken off, so the bake was not started.";
            return Err(Failure::new(FailureCode::Conflict, message)
                .hint("What went over stays: starting it again goes on from there."));
        }
    };
    Ok(note.map(|note| {
        if let Some(note) = note {
            tracing::info!(note, batch = request.batch, "bake");
        }
    }))
}

/// A batch of a project as its files are now, not of a bake yet.
fn recipe(open: &OpenProject, batch: Bake) -> Recipe {
    let id = batch.id.clone();
    let workspace = Arc::clone(&open.workspace) as _;
    Recipe::new(batch, &id, workspace, open.platform.clone())
}

fn prepared(open: &OpenProject, request: &BakeStart) -> Result<Bake, Failure> {
    open.id()?;
    known_batch(open, &request.batch)?;
    let message = format!("`{}` cannot be baked.", request.batch);
    flow::batch::prepare(
        &open.project,
        &open.session(),
        &request.batch,
        &request.params,
    )
    .map_err(|troubles| open.unsound(&message, &troubles.diagnostics()))
}

fn known_batch(open: &OpenProject, name: &str) -> Result<(), Failure> {
    if flow::batch::named(&open.project, &open.session(), name).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = open
        .project
        .batches
        .iter()
        .map(|batch| batch.name.as_str())
        .collect();
    let refused = Failure::not_found(format!("The project has no batch `{name}`."));
    let best = source::nearest(name, known.iter().copied());
    Err(match (best.first(), known.is_empty()) {
        (Some(best), _) => refused.hint(format!("Did you mean `{best}`?")),
        (None, true) => refused.hint("It has no batches at all."),
        (None, false) => refused.hint(format!("It has {}.", known.join(", "))),
    })
}

fn not_created(open: &OpenProject, error: &CreateError) -> Failure {
    match error {
        CreateError::Refused(found) => open.unsound("The batch cannot be baked.", found),
        CreateError::NameTaken { .. } => {
            let message = format!("{}.", failure::capital(error));
            Failure {
                field: Some("name".to_owned()),
                ..Failure::new(FailureCode::Conflict, message)
            }
        }
        CreateError::Platform(error) => failure::of_client(error),
        other => Failure::new(
            FailureCode::Refused,
            format!("{}.", failure::capital(other)),
        ),
    }
}

/// Cancels a bake. The answer comes at once; the end is told by an event.
pub async fn bake_cancel(desk: &Desk, request: BakeAsk) -> Result<BakeView, Failure> {
    let client = desk.client().await?;
    let view = bake_view(desk, request.clone()).await?;
    if desk.bakery().cancel(&view.row.id) {
        return bake_view(desk, request).await;
    }
    let attempt = baking::attempt(&client, &view.row.id, None)
        .await
        .map_err(|error| look::not_found(&error))?;
    baking::cancel(&client, &attempt)
        .await
        .map_err(|error| match error {
            CancelError::Platform(error) => failure::of_client(&error),
            other => {
                let message = format!("{}.", failure::capital(&other));
                Failure::new(FailureCode::Conflict, message)
            }
        })?;
    // With nobody executing it, its jobs would run on.
    take_up::stop_if_abandoned(desk, &client, &attempt).await?;
    desk.watches().wake();
    bake_view(desk, request).await
}

fn own_command(request: &BakeStart) -> String {
    let mut words = vec![
        "bakehouse".to_owned(),
        "bake".to_owned(),
        request.batch.clone(),
    ];
    words.extend(param_words(&request.params));
    words.extend(
        request
            .name
            .iter()
            .flat_map(|name| ["-n".to_owned(), name.clone()]),
    );
    words.extend(
        request
            .tags
            .iter()
            .flat_map(|tag| ["-t".to_owned(), tag.clone()]),
    );
    words.extend(executor::flag(request.executor));
    words.extend(["-C".to_owned(), request.project.clone()]);
    shell_line(&words)
}

fn official_command(request: &BakeStart) -> String {
    let mut words = vec!["apolo-flow".to_owned(), "bake".to_owned()];
    if request.executor != BakeExecutor::Job {
        words.push("--local-executor".to_owned());
    }
    for (name, value) in &request.params {
        words.extend(["-p".to_owned(), name.clone(), value.clone()]);
    }
    words.extend(
        request
            .name
            .iter()
            .flat_map(|name| ["-n".to_owned(), name.clone()]),
    );
    words.extend(
        request
            .tags
            .iter()
            .flat_map(|tag| ["-t".to_owned(), tag.clone()]),
    );
    words.push(request.batch.clone());
    shell_line(&words)
}
