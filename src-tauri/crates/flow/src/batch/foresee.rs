//! What a task will be if everything before it ends well, as far as that is known before a bake.

use std::collections::BTreeSet;

use super::bake::Bake;
use super::cache_key;
use super::graph::{Node, TaskKind};
use super::id::TaskId;
use super::past::Past;
use super::results::Results;
use super::task::{enable_of, plain_enable};
use crate::config::{Effect, Enable, TaskConfig};
use crate::eval::{Trouble, Troubles};
use crate::outside::Outside;
use crate::session::Session;

/// What a task will be.
#[derive(Debug, Clone)]
pub struct Foreseen {
    /// Whether it runs; nothing if that is not known.
    pub enable: Option<Enable>,
    /// The job, with what is not known left out; nothing for calls and local commands, and where
    /// the inputs of a call around it are not known.
    pub config: Option<TaskConfig>,
    /// Whether all of the job is known.
    pub whole: Whole,
    /// What has to be done before.
    pub effects: Vec<Effect>,
    /// What is not known yet, and why.
    pub open: Vec<Trouble>,
}

/// Whether all of a job is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// All of it, and the key of the cache.
    WithKey,
    /// All of it; the key of the cache depends on results.
    WithoutKey,
    /// Some of it is not known.
    No,
}

impl Bake {
    /// What a task will be if everything before it ends well.
    ///
    /// # Errors
    /// If something is wrong; all of it at once.
    pub fn foresee(&self, session: &Session<'_>, id: &TaskId) -> Result<Foreseen, Troubles> {
        self.foresee_from(session, id, Past::Assumed)
    }

    /// What a task will be after these results, if the tasks of `assumed` end well.
    ///
    /// # Errors
    /// If something is wrong; all of it at once.
    pub fn foresee_after(
        &self,
        session: &Session<'_>,
        id: &TaskId,
        (results, assumed): (&Results, &BTreeSet<TaskId>),
    ) -> Result<Foreseen, Troubles> {
        self.foresee_from(session, id, Past::Partly(results, assumed))
    }

    /// Whether a task runs after these results, if the tasks of `assumed` end well; nothing if that
    /// is not known.
    ///
    /// # Errors
    /// If something is wrong; all of it at once.
    pub fn enable_after(
        &self,
        session: &Session<'_>,
        id: &TaskId,
        (results, assumed): (&Results, &BTreeSet<TaskId>),
    ) -> Result<Option<Enable>, Troubles> {
        let past = Past::Partly(results, assumed);
        let mut open = Vec::new();
        let Some(placed) = known(self.placed(session, id, past), &mut open)? else {
            let node = self.graph.node(id);
            return Ok(node.and_then(|node| plain_enable(node, &past.needs(node))));
        };
        known(enable_of(&placed, &mut Outside::new(*session)), &mut open)
    }

    fn foresee_from(
        &self,
        session: &Session<'_>,
        id: &TaskId,
        past: Past<'_>,
    ) -> Result<Foreseen, Troubles> {
        let mut open = Vec::new();
        let mut outside = Outside::new(*session);
        let mut seen = Foreseen {
            enable: None,
            config: None,
            whole: Whole::No,
            effects: Vec::new(),
            open: Vec::new(),
        };
        let Some(placed) = known(self.placed(session, id, past), &mut open)? else {
            let node = self.graph.node(id);
            seen.enable = node.and_then(|node| plain_enable(node, &past.needs(node)));
            return Ok(Foreseen { open, ..seen });
        };
        seen.enable = known(enable_of(&placed, &mut outside), &mut open)?;
        let node = placed.node;
        match &node.body {
            super::body::Body::Call(call) if !node.kind.is_remote() => {
                known(self.call_inputs(session, &placed, call), &mut open)?;
            }
            _ => {
                let enable = seen.enable.unwrap_or(Enable::Yes);
                let config = self.config(session, &placed, &mut outside, enable);
                if let Some((config, troubles)) = known(config, &mut open)? {
                    known(Err::<(), _>(troubles), &mut open)?;
                    seen.config = Some(config);
                }
            }
        }
        if node.kind == TaskKind::Local && open.is_empty() {
            known(self.local_command(session, &placed), &mut open)?;
        }
        seen.effects = outside.effects;
        seen.whole = whole(seen.config.as_mut(), (node, past), open.is_empty());
        Ok(Foreseen { open, ..seen })
    }
}

/// Whether all is known; sets the key of the cache if it is.
fn whole(config: Option<&mut TaskConfig>, (node, past): (&Node, Past<'_>), all: bool) -> Whole {
    let Some(config) = config.filter(|_| all) else {
        return Whole::No;
    };
    let Some(needs) = past.key_needs(node) else {
        return Whole::WithoutKey;
    };
    config.caching_key = cache_key::key(config, &needs, &past.left_behind(node));
    Whole::WithKey
}

/// The answer; nothing if it is only not known yet.
fn known<T>(answer: Result<T, Troubles>, open: &mut Vec<Trouble>) -> Result<Option<T>, Troubles> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(troubles) if troubles.only_unknown() => {
            open.extend(troubles.list);
            Ok(None)
        }
        Err(troubles) => Err(troubles.only_wrong()),
    }
}
