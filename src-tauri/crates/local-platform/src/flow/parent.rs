//! What the objects of the flow API belong to, and who may touch them: whatever may be done with a
//! flow may be done with its bakes and everything in them.

use protocol::flow::Project;
use protocol::{Action, Scheme};
use rusqlite::{Connection, params};

use crate::auth::Caller;
use crate::permission::{self, Access};
use crate::place::ORG;
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::store::doc;

/// Something that other objects belong to, by its id.
#[derive(Debug, Clone, Copy)]
pub(super) enum Parent<'a> {
    Flow(&'a str),
    Bake(&'a str),
    Attempt(&'a str),
}

impl<'a> Parent<'a> {
    /// How its flow is found.
    fn sql(self) -> (&'static str, &'a str) {
        match self {
            Self::Flow(id) => ("SELECT doc FROM flows WHERE id = ?1", id),
            Self::Bake(id) => (
                "SELECT flows.doc FROM bakes JOIN flows ON flows.id = bakes.project_id
                 WHERE bakes.id = ?1",
                id,
            ),
            Self::Attempt(id) => (
                "SELECT flows.doc FROM attempts JOIN bakes ON bakes.id = attempts.bake_id
                 JOIN flows ON flows.id = bakes.project_id WHERE attempts.id = ?1",
                id,
            ),
        }
    }
}

/// Refuses what would belong to something that does not exist or that the caller may not touch.
pub(super) fn permit(
    connection: &Connection,
    caller: &Caller,
    action: &Action,
    parent: Parent<'_>,
) -> Result<(), Refusal> {
    let (sql, id) = parent.sql();
    let flow: Option<Project> = doc(connection, sql, params![id])?;
    let flow = flow.ok_or_else(Refusal::not_found)?;
    let access = Access::load(connection, caller)?;
    if may(&access, caller, action, &flow) {
        return Ok(());
    }
    let uri = resource(&flow, &flow.name).map(|resource| resource.to_string());
    let uri = uri.unwrap_or_else(|| flow.id.clone());
    Err(permission::refused(&caller.user, action, &uri))
}

/// Refuses to execute a bake that the caller may not change. A bake that is not there is refused by
/// the executor itself.
pub(crate) fn permit_bake(
    connection: &Connection,
    caller: &Caller,
    bake: &str,
) -> Result<(), Refusal> {
    if may_list(connection, caller, Parent::Bake(bake))? {
        permit(connection, caller, &Action::Write, Parent::Bake(bake))?;
    }
    Ok(())
}

/// False where the caller may not even read, or where there is nothing: such lists are empty.
pub(super) fn may_list(
    connection: &Connection,
    caller: &Caller,
    parent: Parent<'_>,
) -> Result<bool, Refusal> {
    let (sql, id) = parent.sql();
    let exists: Option<Project> = doc(connection, sql, params![id])?;
    match exists {
        Some(_) => permit(connection, caller, &Action::Read, parent).map(|()| true),
        None => Ok(false),
    }
}

/// True if the caller may do this with a flow: by its id, by its name, or as its owner.
pub(super) fn may(access: &Access, caller: &Caller, action: &Action, flow: &Project) -> bool {
    flow.owner == caller.user
        || [&flow.id, &flow.name]
            .into_iter()
            .filter_map(|name| resource(flow, name))
            .any(|resource| access.may(action, &resource))
}

fn resource(flow: &Project, name: &str) -> Option<Resource> {
    let org = flow.org_name.as_deref().unwrap_or(ORG);
    Resource::in_project(Scheme::Flow, (org, &flow.project_name), name).ok()
}
