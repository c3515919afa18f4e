//! `defaults`: what all jobs or tasks of a flow have in common.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::eval::Evaluator;
use crate::tag::tag_of;
use crate::tree::Block;

/// Evaluated defaults.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Defaults {
    /// Environment variables.
    pub env: IndexMap<String, String>,
    /// Tags, with those that name the project and the flow.
    pub tags: BTreeSet<String>,
    /// What is mounted.
    pub volumes: Vec<String>,
    /// The working directory.
    pub workdir: Option<String>,
    /// How long jobs may run, in seconds.
    pub life_span: Option<f64>,
    /// The resources.
    pub preset: Option<String>,
    /// How long jobs may wait for resources, in seconds.
    pub schedule_timeout: Option<f64>,
}

impl Defaults {
    /// Evaluates the block, if there is one.
    pub(crate) fn evaluate(
        evaluator: &mut Evaluator<'_, '_>,
        block: Option<&Block>,
        project_id: &str,
        flow_id: &str,
    ) -> Self {
        let mut defaults = match block {
            Some(block) => Self {
                env: evaluator.env(block),
                tags: evaluator.tags(block),
                volumes: evaluator.filled_texts(block, "volumes"),
                workdir: evaluator.text(block, "workdir"),
                life_span: evaluator.seconds(block, "life_span"),
                preset: evaluator.text(block, "preset"),
                schedule_timeout: evaluator.seconds(block, "schedule_timeout"),
            },
            None => Self::default(),
        };
        defaults
            .tags
            .insert(format!("project:{}", tag_of(project_id)));
        defaults.tags.insert(format!("flow:{}", tag_of(flow_id)));
        defaults
    }

    /// What is left of them inside an action: only the tags.
    pub(crate) fn only_tags(&self) -> Self {
        Self {
            tags: self.tags.clone(),
            ..Self::default()
        }
    }
}
