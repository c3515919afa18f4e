//! Configuration files kept with bakes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use protocol::Action;
use protocol::flow::{ConfigFile, NewConfigFile};
use rusqlite::params;

use super::body::{Strict, run};
use super::kept;
use super::new_id;
use super::parent::{Parent, permit};
use crate::auth::Caller;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::store::text;

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/", post(create))
        .route("/{id}", get(kept::show::<ConfigFile>))
}

async fn create(
    State(platform): Shared,
    caller: Caller,
    Strict(new): Strict<NewConfigFile>,
) -> Result<(StatusCode, Json<ConfigFile>), Refusal> {
    let NewConfigFile {
        bake_id,
        filename,
        content,
    } = new;
    let file = ConfigFile {
        id: new_id("config-file"),
        bake_id,
        filename,
        content,
    };
    let file = platform
        .store
        .write(move |connection| {
            permit(
                connection,
                &caller,
                &Action::Write,
                Parent::Bake(&file.bake_id),
            )?;
            let insert = "INSERT INTO config_files (id, bake_id, doc) VALUES (?1, ?2, ?3)";
            run(
                connection,
                insert,
                params![file.id, file.bake_id, text(&file)?],
            )?;
            Ok::<_, Refusal>(file)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(file)))
}
