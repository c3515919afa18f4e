//! How the tasks before this one have ended, and what the platform knows about a job.

use super::{Answer, Site, take, world_fault};
use crate::error::Fault;
use crate::scope::Found;
use crate::value::{Dict, Value};
use crate::world::WorldError;

pub(crate) fn always(site: &mut Site<'_>, _: Vec<Value>) -> Answer {
    match site.scope.find("needs") {
        Found::Missing => Err(outside("always")),
        Found::Known(_) | Found::Unknown(_) => Ok(Value::Always),
    }
}

pub(crate) fn success(site: &mut Site<'_>, arguments: Vec<Value>) -> Answer {
    let results = results(site, "success", arguments)?;
    settle(results, "succeeded", false)
}

pub(crate) fn failure(site: &mut Site<'_>, arguments: Vec<Value>) -> Answer {
    let results = results(site, "failure", arguments)?;
    settle(results, "failed", true)
}

fn outside(function: &str) -> Fault {
    Fault::new(format!(
        "{function}() is only available inside a task definition"
    ))
}

/// The results of all needed tasks, or of those that are named.
fn results(site: &Site<'_>, function: &str, named: Vec<Value>) -> Result<Vec<Value>, Fault> {
    let needs = match site.scope.find("needs") {
        Found::Missing => return Err(outside(function)),
        Found::Unknown(unknown) => return Err(unknown.into()),
        Found::Known(needs) => needs,
    };
    let Value::Dict(needs) = needs.as_ref() else {
        return Err(outside(function));
    };
    let result = |need: &Value| match need {
        Value::Record(record) => record.get("result").cloned().unwrap_or(Value::None),
        other => other.clone(),
    };
    if named.is_empty() {
        return Ok(needs.values().map(result).collect());
    }
    if named.iter().any(|name| !matches!(name, Value::Str(_))) {
        return Err(Fault::new(format!(
            "{function}() function only accept string arguments"
        )));
    }
    let find = |name: &Value| need(needs, name.as_str().unwrap_or_default(), function).map(result);
    named.iter().map(find).collect()
}

fn need<'a>(needs: &'a Dict, name: &str, function: &str) -> Result<&'a Value, Fault> {
    needs.get(name).ok_or_else(|| {
        Fault::new(format!(
            "{function}() function got argument, thatis not a defined as dependency: \"{name}\""
        ))
        .candidates(source::nearest(name, needs.names()))
        .help("write the task under `needs` first")
    })
}

/// Whether one result decides: `any` of them has this status, or all have it.
fn settle(results: Vec<Value>, status: &str, any: bool) -> Answer {
    let mut unknown = None;
    for result in results {
        match result {
            Value::Unknown(why) => unknown = unknown.or(Some(why)),
            result if (result.as_str() == Some(status)) == any => return Ok(any.into()),
            _ => {}
        }
    }
    match unknown {
        Some(why) => Err(why.into()),
        None => Ok((!any).into()),
    }
}

pub(crate) fn inspect_job(site: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    let misplaced = || Fault::new("inspect_job() is only available inside a job definition");
    if site.inner {
        return Err(misplaced().help("it cannot stand inside a list comprehension"));
    }
    let (job, suffix) = (take(&mut arguments), take(&mut arguments));
    let Value::Str(job) = job else {
        return match site.world.inspect_job("", None) {
            Err(WorldError::Misplaced) => Err(misplaced()),
            _ => Err(wrong("job_name", &job)),
        };
    };
    let suffix = match suffix {
        Value::None => None,
        Value::Str(suffix) => Some(suffix),
        other => return Err(wrong("suffix", &other)),
    };
    match site.world.inspect_job(&job, suffix.as_deref()) {
        Ok(Some(found)) => Ok(found),
        Ok(None) => {
            let more = suffix.filter(|suffix| !suffix.is_empty());
            let more = more.map_or(String::new(), |suffix| format!(" and suffix {suffix}"));
            let message = format!("inspect_job() did not found running job with name {job}{more}");
            Err(Fault::new(message).help("start that job first"))
        }
        Err(WorldError::Misplaced) => Err(misplaced()),
        Err(error) => Err(world_fault(error)),
    }
}

fn wrong(argument: &str, got: &Value) -> Fault {
    let got = got.repr();
    Fault::new(format!(
        "inspect_job() {argument} argument should be a str, got {got}"
    ))
}
