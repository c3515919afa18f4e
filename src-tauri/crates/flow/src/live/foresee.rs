//! What a live job will be, as far as that is known before somebody starts it.

use expression::{Dict, Layered, Unknown, Value};

use super::evaluation::{JobInputs, PlannedJob, PreparedLive, is_multi, multi_record};
use crate::eval::{Evaluator, Trouble, Troubles};
use crate::outside::Outside;
use crate::preview::{Preview, preview};
use crate::session::Session;
use crate::tree::Expr;

/// A job as far as it is known before somebody starts it.
#[derive(Debug, Clone)]
pub struct ForeseenJob {
    /// The job, with what is not known left out.
    pub planned: PlannedJob,
    /// What is not known yet, and why.
    pub open: Vec<Trouble>,
}

/// How a job is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// To start it: values that are missing end it.
    Strict,
    /// To tell what it will be: values that are missing are not known yet.
    Ahead,
}

impl Look {
    /// The troubles of values that others are made from.
    pub(super) fn accept(self, troubles: Troubles) -> Result<Troubles, Troubles> {
        match self {
            Self::Strict if !troubles.list.is_empty() => Err(troubles),
            _ => Ok(troubles),
        }
    }
}

impl PreparedLive {
    /// What a job will be as far as that is known before somebody starts it.
    ///
    /// # Errors
    /// If something is wrong; all of it at once.
    pub fn foresee(&self, session: &Session<'_>, id: &str) -> Result<ForeseenJob, Troubles> {
        let (planned, troubles) = self.look(session, id, &JobInputs::default(), Look::Ahead)?;
        match troubles.only_unknown() {
            true => Ok(ForeseenJob {
                planned,
                open: troubles.list,
            }),
            false => Err(troubles.only_wrong()),
        }
    }

    /// What a value written in a job comes to, as far as it is known.
    ///
    /// # Errors
    /// If there is no such job.
    pub fn preview(
        &self,
        session: &Session<'_>,
        (id, expr): (&str, &Expr),
        given: &JobInputs,
    ) -> Result<Preview, Troubles> {
        let caller = self.block(id)?;
        let mut known = Dict::new();
        for (name, param) in caller.blocks("params") {
            let value = given
                .params
                .get(name)
                .cloned()
                .or_else(|| param.block.constant("default"));
            let unknown = || Value::Unknown(Unknown::parameter(name));
            known.insert(name, value.map_or_else(unknown, Value::from));
        }
        let mut own = Dict::new();
        own.insert("params", Value::Dict(known));
        if is_multi(&caller) {
            own.insert("multi", Value::Record(multi_record(given)));
        }
        let scope = Layered {
            upper: &own,
            lower: &self.contexts.dict,
        };
        let mut outside = Outside::new(*session);
        outside.flow_tags = Some(self.flow_tags());
        let evaluator = Evaluator::new(&scope, &mut outside, Some(&self.contexts.home));
        Ok(preview(evaluator, expr))
    }
}
