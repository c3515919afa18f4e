//! The dry run: what would become of each task, and why.

use contract::{BakeForecast, BakeStart, Failure};
use execution::bake::{self as baking, Baked, Selection};

use super::look::flow_record;
use super::{prepared, recipe, with_file};
use crate::Desk;
use crate::project::OpenProject;
use crate::view::{failure, forecast};

/// What a bake would do with each task, and why. Nothing is started.
pub async fn bake_forecast(desk: &Desk, request: BakeStart) -> Result<BakeForecast, Failure> {
    let open = OpenProject::read(&request.project, desk.who())?;
    let request = with_file(request)?;
    let batch = prepared(&open, &request)?;
    let client = desk.client().await?;
    let record = flow_record(&client, &open).await?;
    let baked = Baked {
        recipe: recipe(&open, batch),
        selection: Selection::default(),
        project_id: record.map(|record| record.id),
    };
    let planned = forecast::planned(baked.recipe.graph());
    let made = baking::forecast(&client, baked).await;
    let made = made.map_err(|error| failure::of_client(&error))?;
    Ok(forecast::view(&made, planned))
}
