//! Images of bakes.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use protocol::Action;
use protocol::flow::{BakeImage, BakeImageChange, NewBakeImage};
use rusqlite::params;

use super::body::{Asked, Strict, run};
use super::kept::{self, Kept as _};
use super::new_id;
use super::parent::{Parent, permit};
use crate::auth::Caller;
use crate::ndjson;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::store::{doc, text};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/", get(list).post(create))
        .route("/by_ref", get(by_ref))
        .route("/{id}", get(kept::show::<BakeImage>).patch(change))
}

async fn list(
    State(platform): Shared,
    caller: Caller,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, Refusal> {
    let bake = asked.need("bake_id")?;
    let all = "SELECT doc FROM bake_images WHERE bake_id = ?1 ORDER BY rowid";
    let found: Vec<BakeImage> =
        kept::all(&platform, caller, all, (|id| Parent::Bake(id), bake)).await?;
    Ok(ndjson::list(&headers, &found))
}

fn image(new: NewBakeImage) -> Result<BakeImage, Refusal> {
    let first = new.yaml_defs.first();
    let first = first.ok_or_else(|| Refusal::bad_request("`yaml_defs` must not be empty"))?;
    let (prefix, yaml_id) = first.rsplit_once('.').unwrap_or(("", first));
    Ok(BakeImage {
        id: new_id("bake-image"),
        prefix: prefix.to_owned(),
        yaml_id: yaml_id.to_owned(),
        bake_id: new.bake_id,
        yaml_defs: new.yaml_defs.clone(),
        reference: new.reference,
        status: new.status,
        context_on_storage: new.context_on_storage,
        dockerfile_rel: new.dockerfile_rel,
        builder_job_id: new.builder_job_id,
    })
}

async fn create(
    State(platform): Shared,
    caller: Caller,
    Strict(new): Strict<NewBakeImage>,
) -> Result<(StatusCode, Json<BakeImage>), Refusal> {
    let image = image(new)?;
    let image = platform
        .store
        .write(move |connection| {
            permit(
                connection,
                &caller,
                &Action::Write,
                Parent::Bake(&image.bake_id),
            )?;
            let inserted = run(
                connection,
                "INSERT OR IGNORE INTO bake_images (id, bake_id, ref, doc) VALUES (?1, ?2, ?3, ?4)",
                params![image.id, image.bake_id, image.reference, text(&image)?],
            )?;
            match inserted {
                0 => Err(Refusal::unique("BakeImage with such ref already exists")),
                _ => Ok(image),
            }
        })
        .await?;
    Ok((StatusCode::CREATED, Json(image)))
}

async fn by_ref(
    State(platform): Shared,
    caller: Caller,
    asked: Asked,
) -> Result<Json<BakeImage>, Refusal> {
    let (bake, reference) = (asked.need("bake_id")?, asked.need("ref")?);
    let by_ref = "SELECT doc FROM bake_images WHERE bake_id = ?1 AND ref = ?2";
    kept::one(
        &platform,
        caller,
        by_ref,
        vec![Box::new(bake), Box::new(reference)],
    )
    .await
}

async fn change(
    State(platform): Shared,
    caller: Caller,
    Path(id): Path<String>,
    Strict(change): Strict<BakeImageChange>,
) -> Result<Json<BakeImage>, Refusal> {
    let image = platform
        .store
        .write(move |connection| {
            let known: Option<BakeImage> = doc(connection, BakeImage::BY_ID, params![id])?;
            let mut image = known.ok_or_else(Refusal::not_found)?;
            permit(connection, &caller, &Action::Write, image.parent())?;
            if let Some(status) = change.status {
                image.status = status;
            }
            if change.builder_job_id.is_some() {
                image.builder_job_id = change.builder_job_id;
            }
            let update = "UPDATE bake_images SET doc = ?2 WHERE id = ?1";
            run(connection, update, params![id, text(&image)?])?;
            Ok::<_, Refusal>(image)
        })
        .await?;
    Ok(Json(image))
}
