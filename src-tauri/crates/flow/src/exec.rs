//! Evaluation of what jobs and tasks have in common.

use std::collections::BTreeSet;

use source::Diagnostic;

use crate::config::{ExecConfig, Restart};
use crate::defaults::Defaults;
use crate::eval::Evaluator;
use crate::tree::Block;

/// Evaluates the keys that jobs, tasks and actions share.
///
/// `tags` are those the job has besides its own and those of the flow.
pub(crate) fn evaluate(
    evaluator: &mut Evaluator<'_, '_>,
    block: &Block,
    defaults: &Defaults,
    tags: BTreeSet<String>,
) -> ExecConfig {
    let mut all_tags = tags;
    all_tags.extend(defaults.tags.iter().cloned());
    all_tags.extend(evaluator.tags(block));
    let mut env = defaults.env.clone();
    env.extend(evaluator.env(block));
    let title = evaluator.text(block, "title");
    let workdir = evaluator
        .text(block, "workdir")
        .or_else(|| defaults.workdir.clone());
    let mut volumes = defaults.volumes.clone();
    volumes.extend(evaluator.filled_texts(block, "volumes"));
    let life_span = non_zero(evaluator.seconds(block, "life_span")).or(defaults.life_span);
    let preset = evaluator
        .text(block, "preset")
        .filter(|preset| !preset.is_empty());
    let schedule_timeout = non_zero(evaluator.seconds(block, "schedule_timeout"));
    let image = evaluator.text(block, "image").unwrap_or_default();
    ExecConfig {
        title,
        image,
        preset: preset.or_else(|| defaults.preset.clone()),
        schedule_timeout: schedule_timeout.or(defaults.schedule_timeout),
        name: evaluator.text(block, "name"),
        entrypoint: evaluator.text(block, "entrypoint"),
        cmd: evaluator.text(block, "cmd"),
        http_port: evaluator.whole(block, "http_port"),
        http_auth: evaluator.truth(block, "http_auth"),
        pass_config: evaluator.truth(block, "pass_config"),
        restart: restart(evaluator, block),
        workdir,
        volumes,
        life_span,
        env,
        tags: all_tags,
    }
}

fn non_zero(seconds: Option<f64>) -> Option<f64> {
    seconds.filter(|seconds| *seconds != 0.0)
}

fn restart(evaluator: &mut Evaluator<'_, '_>, block: &Block) -> Option<Restart> {
    Some(match evaluator.text(block, "restart")?.as_str() {
        "always" => Restart::Always,
        "on-failure" => Restart::OnFailure,
        _ => Restart::Never,
    })
}

/// The finding that a job or task has no image.
pub(crate) fn no_image(block: &Block, what: &str, id: &str) -> Diagnostic {
    let message = format!("the {what} `{id}` has no image");
    let (text, span) = match block.scalar("image") {
        Some(expr) => (&expr.text, expr.span),
        None => (&block.text, block.span),
    };
    let found = Diagnostic::error("no-image", text, span, message);
    found.help("add `image: NAME`, or a mixin that has one")
}

/// Whether a block surely has no image.
pub(crate) fn lacks_image(block: &Block) -> bool {
    block.scalar("image").is_none_or(crate::tree::Expr::is_null)
}
