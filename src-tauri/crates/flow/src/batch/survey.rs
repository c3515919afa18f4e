//! A batch as good as it can be made while something in it is wrong or not known yet: for checks,
//! first drawings and editors.

use std::sync::Arc;

use expression::{Unknown, Value};
use indexmap::IndexMap;

use super::bake::{Bake, Preparation, USUAL_PARALLEL};
use super::graph::TaskGraph;
use super::images::BakeImages;
use super::level::{Level, strategy_record};
use super::view::BatchFlow;
use crate::config::{CacheConfig, StrategyConfig};
use crate::contexts::{Contexts, FlowFacts};
use crate::eval::Troubles;
use crate::project::Project;
use crate::session::Session;

impl<'a> Preparation<'a> {
    /// The same for a look at a project in which something is wrong.
    pub(crate) fn whatever_is_wrong(
        project: &'a Project,
        session: &Session<'a>,
        flow: Arc<BatchFlow>,
    ) -> Self {
        Self {
            project,
            session: *session,
            facts: FlowFacts::survey(project, session, &flow.id, &flow.title),
            flow,
        }
    }

    /// The batch as good as it can be made, with everything that is wrong or not known yet: what
    /// has troubles is not known in the rest of it.
    pub(crate) fn survey(&self) -> (Bake, Troubles) {
        let mut troubles = Troubles::default();
        let params = match self.params(&IndexMap::new()) {
            Ok(params) => params,
            Err(found) => {
                troubles.list.extend(found.list);
                self.known_params()
            }
        };
        let (early, found) = self.survey_contexts(&params, None);
        troubles.list.extend(found.list);
        let early_level = self.level(&early).unwrap_or_else(|found| {
            troubles.list.extend(found.list);
            self.bare_level(&params)
        });
        let (expanded, found) = self.expanded(&early_level, true);
        troubles.list.extend(found.list);
        let sources = self.sources(None);
        let parts = (&expanded.graph, &early_level);
        let images = BakeImages::collect(&self.session, &early, parts, &sources);
        let prepared = images.prepared(&[]);
        let (contexts, _) = self.survey_contexts(&params, Some(&prepared));
        let level = self.level(&contexts).unwrap_or(early_level);
        let life_span = self.life_span().unwrap_or_else(|found| {
            troubles.list.extend(found.list);
            None
        });
        let bake = self.made(&params, expanded, (contexts, level), (images, life_span));
        (bake, troubles)
    }

    pub(crate) fn draft(&self) -> Result<TaskGraph, Troubles> {
        let params = self.known_params();
        let early = self.contexts(&params, None);
        let level = match early {
            Ok(early) => self.level(&early)?,
            Err(troubles) if troubles.only_unknown() => self.bare_level(&params),
            Err(troubles) => return Err(troubles),
        };
        Ok(self.expanded(&level, true).0.graph)
    }

    /// Contexts and graph as good as they can be made, whatever is wrong or not known yet.
    pub(crate) fn sketch(&self) -> (Level, TaskGraph) {
        let params = self.known_params();
        let level = self
            .contexts(&params, None)
            .and_then(|contexts| self.level(&contexts))
            .unwrap_or_else(|_| self.bare_level(&params));
        let graph = self.expanded(&level, true).0.graph;
        (level, graph)
    }

    /// The defaults of the parameters; those without one are not known yet.
    fn known_params(&self) -> IndexMap<String, Value> {
        let value = |name: &str| {
            self.param_default(name)
                .unwrap_or_else(|| Value::Unknown(Unknown::parameter(name)))
        };
        let views = self.flow.params.iter();
        views
            .map(|view| (view.name.clone(), value(&view.name)))
            .collect()
    }

    fn survey_contexts(
        &self,
        params: &IndexMap<String, Value>,
        prepared: Option<&IndexMap<String, crate::image::Prepared>>,
    ) -> (Contexts, Troubles) {
        let (facts, base) = (self.facts.clone(), self.base(params));
        Contexts::survey(&self.session, facts, base, &self.sources(prepared))
    }

    /// Contexts for a first drawing when something in them is not known yet.
    fn bare_level(&self, params: &IndexMap<String, Value>) -> Level {
        let strategy = StrategyConfig {
            fail_fast: true,
            max_parallel: USUAL_PARALLEL,
        };
        let mut dict = self.base(params);
        for name in ["env", "tags", "volumes", "images"] {
            let why = format!("`{name}` is known when the parameters are given");
            dict.insert(
                name,
                Value::Unknown(Unknown::new(expression::Cause::Start, why)),
            );
        }
        dict.insert("strategy", Value::Record(strategy_record(strategy)));
        Level {
            dict,
            outer: None,
            defaults: crate::defaults::Defaults::default(),
            home: Some(self.facts.home(&self.session)),
            strategy,
            cache: CacheConfig::base(),
        }
    }
}
