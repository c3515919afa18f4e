//! Restarting a bake: from what failed, from a chosen task on, only chosen tasks, with other
//! parameters or files; and a look at what that would do.

use std::path::PathBuf;
use std::sync::Arc;

use client::Client;
use contract::{
    BakeAsk, BakeExecutor, BakeRestart, BakeStart, BakeView, DeskEvent, Failure, FailureCode,
    FileChange, RestartKind, RestartPlan,
};
use execution::bake::{
    self as baking, Again, Baked, BeginError, Edit, Order, Restart, RestartError, Retry,
};
use flow::batch::TaskId;
use indexmap::IndexMap;
use protocol::flow::{Bake, Project as FlowRecord};

use super::look::{find, not_found, view_of};
use super::{compare, executor};
use super::{not_created, prepared, recipe};
use crate::Desk;
use crate::account::who;
use crate::live::{param_words, place, shell_line};
use crate::project::disk::DiskWorkspace;
use crate::project::{OpenProject, find_root};
use crate::view::{failure, forecast};

/// What a restart would do with each task, and why. Nothing is started.
pub async fn restart_plan(desk: &Desk, request: BakeRestart) -> Result<RestartPlan, Failure> {
    let client = desk.client().await?;
    let Decided { restart, .. } = decide(&client, &request).await?;
    let attempt = match restart.new_bake {
        Some(_) => 1,
        None => restart.number(),
    };
    let baked = Baked {
        recipe: restart.recipe.clone(),
        selection: restart.selection.clone(),
        project_id: Some(restart.bake.project_id.clone()),
    };
    let changed_files = changed_files(&client, &request, &restart).await?;
    let planned = forecast::planned(baked.recipe.graph());
    let made = baking::forecast(&client, baked).await;
    let made = made.map_err(|error| failure::of_client(&error))?;
    Ok(RestartPlan {
        forecast: forecast::view(&made, planned),
        attempt: u32::try_from(attempt).unwrap_or(u32::MAX),
        new_bake: restart.new_bake.map(|why| why.to_string()),
        forgets: restart
            .forgets()
            .into_iter()
            .map(ToString::to_string)
            .collect(),
        changed_files,
        command: own_command(&request, &restart.bake),
        official_command: official_command(&request, &restart.bake),
    })
}

/// Files of the flow that are not as they are stored with the attempt. Of files that hold no sound
/// batch any more nothing is told: the restart says itself what is wrong with them.
async fn changed_files(
    client: &Client,
    request: &BakeRestart,
    restart: &Restart,
) -> Result<Vec<FileChange>, Failure> {
    let Ok(open) = OpenProject::read(&request.project, who(client.standing())) else {
        return Ok(Vec::new());
    };
    let start = BakeStart {
        params: kept_params(&open, &restart.bake),
        ..now(request, &restart.bake)
    };
    let Ok(batch) = prepared(&open, &start) else {
        return Ok(Vec::new());
    };
    let stored = baking::stored_files(client, &restart.old).await;
    let stored = stored.map_err(|error| failure::of_client(&error))?;
    Ok(compare::files(&stored, &batch.config_files()))
}

/// The batch of a bake as it is now, without parameters.
fn now(request: &BakeRestart, bake: &Bake) -> BakeStart {
    BakeStart {
        work: None,
        project: request.project.clone(),
        batch: bake.batch.clone(),
        params: IndexMap::new(),
        params_file: None,
        name: None,
        tags: Vec::new(),
        executor: request.executor,
    }
}

/// Restarts a bake; it is executed by this process from then on unless another is asked for.
pub async fn bake_restart(desk: &Desk, request: BakeRestart) -> Result<BakeView, Failure> {
    let client = desk.client().await?;
    let Decided { restart, root } = decide(&client, &request).await?;
    let record = flow_of(&client, &restart.bake).await?;
    let place = place(&client, &record.project_name).await?;
    let begun = restart.begin(&client, &place).await;
    let begun = begun.map_err(|error| not_begun(desk, &request, &error))?;
    let bake = begun.bake.id.clone();
    let order = Order {
        client,
        place,
        folder: Some(root.clone()),
        recipe: begun.recipe,
        bake: begun.bake,
        attempt: begun.attempt,
    };
    executor::begin(desk, &root, (order, request.executor)).await?;
    desk.tell(DeskEvent::BakesChanged {
        project: root.display().to_string(),
    });
    desk.watches().wake();
    view_of(desk, &root, &bake).await
}

/// A restart and the folder of its project.
struct Decided {
    restart: Restart,
    root: PathBuf,
}

async fn decide(client: &Client, request: &BakeRestart) -> Result<Decided, Failure> {
    let ask = BakeAsk {
        project: request.project.clone(),
        bake: request.bake.clone(),
        attempt: request.attempt,
    };
    let bake = find(client, &ask).await?;
    let root = find_root(std::path::Path::new(&request.project))?;
    let retry = Retry {
        attempt: request.attempt.map(i64::from),
        again: again(request)?,
        edit: edit(request, &bake, who(client.standing()))?,
        bake: bake.clone(),
    };
    let stored = async |attempt: &protocol::flow::Attempt| {
        let folder = DiskWorkspace::new(&root).ok();
        let folder = folder.map(|folder| Arc::new(folder) as _);
        baking::reopen(client, &bake, attempt, (folder, who(client.standing()))).await
    };
    let restart = Restart::decide(client, retry, stored).await;
    let restart = restart.map_err(|error| not_decided(&error))?;
    Ok(Decided { restart, root })
}

fn again(request: &BakeRestart) -> Result<Again, Failure> {
    let chosen = || {
        let tasks: Vec<TaskId> = request.tasks.iter().map(|id| TaskId::parse(id)).collect();
        match tasks.is_empty() {
            true => Err(Failure::invalid("tasks", "Choose at least one task.")),
            false => Ok(tasks),
        }
    };
    Ok(match request.kind {
        RestartKind::Failed => Again::Failed,
        RestartKind::All => Again::All,
        RestartKind::From => Again::From(chosen()?),
        RestartKind::Only => Again::Only(chosen()?),
    })
}

fn edit(request: &BakeRestart, bake: &Bake, who: flow::Platform) -> Result<Edit, Failure> {
    if !request.edited {
        return Ok(match request.params.is_empty() {
            true => Edit::Nothing,
            false => Edit::Params(request.params.clone()),
        });
    }
    let open = OpenProject::read(&request.project, who)?;
    let mut params = kept_params(&open, bake);
    params.extend(request.params.clone());
    let start = BakeStart {
        params,
        ..now(request, bake)
    };
    let recipe = recipe(&open, prepared(&open, &start)?);
    Ok(Edit::Batch(Box::new(recipe)))
}

/// The parameters of the bake that the batch still has.
fn kept_params(open: &OpenProject, bake: &Bake) -> IndexMap<String, String> {
    let flow = flow::batch::named(&open.project, &open.session(), &bake.batch);
    let known = |name: &String| {
        let flow = flow.as_ref();
        flow.is_some_and(|flow| flow.params.iter().any(|param| param.name == *name))
    };
    let params = bake.params.clone().unwrap_or_default().into_iter();
    params.filter(|(name, _)| known(name)).collect()
}

async fn flow_of(client: &Client, bake: &Bake) -> Result<FlowRecord, Failure> {
    let flows = client
        .flow()
        .projects()
        .list(&client.standing().cluster)
        .await;
    let flows = flows.map_err(|error| failure::of_client(&error))?;
    let mut flows = flows.into_iter();
    flows
        .find(|flow| flow.id == bake.project_id)
        .ok_or_else(|| Failure::not_found("The flow of this bake is not there any more."))
}

fn not_decided(error: &RestartError) -> Failure {
    let message = format!("{}.", failure::capital(error));
    match error {
        RestartError::Platform(error) => failure::of_client(error),
        RestartError::Look(error) => not_found(error),
        RestartError::StillRuns { .. } => Failure::new(FailureCode::Conflict, message),
        RestartError::Params(_) => Failure::invalid("params", message),
        RestartError::Choice(_) => Failure::invalid("tasks", message),
        RestartError::Reopen(_) => Failure::new(FailureCode::FlowUnsound, message)
            .hint("Restart it with the project's files as they are now."),
        _ => Failure::new(FailureCode::Refused, message),
    }
}

fn not_begun(desk: &Desk, request: &BakeRestart, error: &BeginError) -> Failure {
    match error {
        BeginError::Create(error) => match OpenProject::read(&request.project, desk.who()) {
            Ok(open) => not_created(&open, error),
            Err(failure) => failure,
        },
        BeginError::Platform(error) => failure::of_client(error),
        other => Failure::new(
            FailureCode::Refused,
            format!("{}.", failure::capital(other)),
        ),
    }
}

fn own_command(request: &BakeRestart, bake: &Bake) -> String {
    let mut words = vec![
        "bakehouse".to_owned(),
        "restart".to_owned(),
        bake.id.clone(),
    ];
    let flag = match request.kind {
        RestartKind::Failed => None,
        RestartKind::All => Some("--all"),
        RestartKind::From => Some("--from"),
        RestartKind::Only => Some("--only"),
    };
    match request.tasks.as_slice() {
        [] => words.extend(flag.map(str::to_owned)),
        tasks => {
            let flag = flag.unwrap_or_default();
            words.extend(
                tasks
                    .iter()
                    .flat_map(|task| [flag.to_owned(), task.clone()]),
            );
        }
    }
    let attempt = request
        .attempt
        .map(|number| ["-k".to_owned(), number.to_string()]);
    words.extend(attempt.into_iter().flatten());
    words.extend(param_words(&request.params));
    words.extend(request.edited.then(|| "--edited".to_owned()));
    words.extend(executor::flag(request.executor));
    words.extend(["-C".to_owned(), request.project.clone()]);
    shell_line(&words)
}

/// The official tool knows neither chosen tasks nor edited parameters.
fn official_command(request: &BakeRestart, bake: &Bake) -> Option<String> {
    let flag = match request.kind {
        RestartKind::Failed => "--from-failed",
        RestartKind::All => "--no-from-failed",
        RestartKind::From | RestartKind::Only => return None,
    };
    if request.edited || !request.params.is_empty() {
        return None;
    }
    let mut words: Vec<String> = ["apolo-flow", "restart"].map(str::to_owned).into();
    if request.executor != BakeExecutor::Job {
        words.push("--local-executor".to_owned());
    }
    words.push(flag.to_owned());
    let attempt = request
        .attempt
        .map(|number| ["-a".to_owned(), number.to_string()]);
    words.extend(attempt.into_iter().flatten());
    words.push(bake.id.clone());
    Some(shell_line(&words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(kind: RestartKind) -> BakeRestart {
        BakeRestart {
            project: "/p".to_owned(),
            bake: "b".to_owned(),
            attempt: None,
            kind,
            tasks: Vec::new(),
            params: IndexMap::new(),
            edited: false,
            executor: BakeExecutor::Here,
        }
    }

    fn bake() -> Bake {
        serde_json::from_value(serde_json::json!({
            "id": "bake-1", "project_id": "p", "batch": "b", "created_at": "2026-01-01T00:00:00Z",
        }))
        .expect("it is a bake")
    }

    #[test]
    fn the_command_says_the_same_as_the_request() {
        let chosen = BakeRestart {
            tasks: vec!["a".to_owned(), "c.x".to_owned()],
            params: IndexMap::from([("lr".to_owned(), "0.2".to_owned())]),
            attempt: Some(2),
            edited: true,
            ..request(RestartKind::From)
        };
        assert_eq!(
            own_command(&chosen, &bake()),
            "bakehouse restart bake-1 --from a --from c.x -k 2 -p lr=0.2 --edited -C /p"
        );
        assert_eq!(official_command(&chosen, &bake()), None);
        let failed = request(RestartKind::Failed);
        assert_eq!(
            own_command(&failed, &bake()),
            "bakehouse restart bake-1 -C /p"
        );
        assert_eq!(
            official_command(&failed, &bake()).as_deref(),
            Some("apolo-flow restart --local-executor --from-failed bake-1")
        );
    }
}
