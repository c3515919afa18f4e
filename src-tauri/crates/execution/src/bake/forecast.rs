//! A dry run: what a bake would do with each task, and why.

use client::{Client, ClientError};
use flow::batch::TaskId;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;

use super::cached::remembered;
use super::explain::Explainer;
use super::history::History;
use super::outlook::{Ask, Outlook};
use super::reason::{Reason, Step, Verdict};
use super::recipe::Recipe;
use super::selection::Selection;

/// So many questions to the cache are on their way at a time.
const AT_ONCE: usize = 16;

/// Of what a forecast is made.
pub struct Baked {
    /// The batch.
    pub recipe: Recipe,
    /// What is taken over from an attempt that is restarted; nothing for a new bake.
    pub selection: Selection,
    /// The flow's record; none if nothing of it was ever started.
    pub project_id: Option<String>,
}

/// What a bake would do with each task.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The tasks and calls, in the order of the graph.
    pub steps: Vec<Step>,
    /// When it was made.
    pub at: Timestamp,
}

/// Says what a bake would do. Nothing is started and nothing is stored.
pub async fn forecast(client: &Client, baked: Baked) -> Result<Forecast, ClientError> {
    let at = Timestamp::now();
    let batch = baked.recipe.bake().flow.name.clone();
    let of_batch = baked.project_id.as_deref().map(|id| (id, batch.as_str()));
    let mut outlook = Outlook::new(baked.recipe, baked.selection);
    loop {
        let asks = outlook.advance();
        if asks.is_empty() {
            break;
        }
        let answers = stream::iter(asks).map(|ask| async move {
            let Ask { task, key } = ask;
            let entry = match of_batch {
                Some(of_batch) => remembered(client, of_batch, (&task, &key)).await?,
                None => None,
            };
            Ok::<_, ClientError>((task, entry))
        });
        let answers: Vec<_> = answers.buffered(AT_ONCE).try_collect().await?;
        for (task, entry) in answers {
            outlook.answer(&task, entry, at);
        }
    }
    let mut steps = outlook.steps();
    let history = match of_batch {
        Some(of_batch) => History::read(client, of_batch).await?,
        None => History {
            complete: true,
            ..History::default()
        },
    };
    let mut explainer = Explainer::new(client, &history, &outlook);
    for step in &mut steps {
        explain(&mut explainer, &history, step).await?;
    }
    settle_calls(&mut steps);
    Ok(Forecast { steps, at })
}

/// Puts reasons in the place of what only a look at earlier bakes can tell.
async fn explain(
    explainer: &mut Explainer<'_>,
    history: &History,
    step: &mut Step,
) -> Result<(), ClientError> {
    match &mut step.reason {
        Reason::Missing => step.reason = explainer.explain(&step.id).await?,
        Reason::Cached { job, by, .. } => *by = history.bake_of(&step.id, job),
        // Only what ended well is remembered: whatever comes before, there is nothing for it.
        Reason::WaitsFor { .. } if history.complete && !history.ever_good(&step.id) => {
            step.verdict = Verdict::Run;
            step.reason = match explainer.why_again(&step.id) {
                Some(again) => again,
                None => explainer.explain(&step.id).await?,
            };
        }
        _ => {}
    }
    Ok(())
}

/// Calls are what the tasks inside them are.
fn settle_calls(steps: &mut [Step]) {
    let runs: Vec<TaskId> = steps
        .iter()
        .filter(|step| step.verdict == Verdict::Run)
        .map(|step| step.id.clone())
        .collect();
    for step in steps
        .iter_mut()
        .filter(|step| step.reason == Reason::Inside)
    {
        let inside = |id: &TaskId| id != &step.id && id.steps().starts_with(step.id.steps());
        if step.verdict == Verdict::Unknown && runs.iter().any(inside) {
            step.verdict = Verdict::Run;
        }
    }
}
