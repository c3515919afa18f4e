//! Who may do what: every route asks here before it touches a resource.
//!
//! The user of the tools' loopback login and those for whom the application made a token manage
//! everything of this platform. Everybody else may do what was granted to them or to a role they
//! hold, and with what they own (jobs, disks, flows, their roles) they may do everything. A
//! permission for a URI covers everything below it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use protocol::{Action, ErrorBody, Job, MissingPermission, Scheme};
use rusqlite::{Connection, params};

use crate::DataError;
use crate::auth::Caller;
use crate::disk_store;
use crate::grant;
use crate::place::{CLUSTER, ORG};
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::resource::{Resource, ResourceError};
use crate::role;

/// How much an action allows; each includes those below it.
pub(crate) fn rank(action: &Action) -> u8 {
    match action {
        Action::Deny | Action::Unknown(_) => 0,
        Action::List => 1,
        Action::Read => 2,
        Action::Write => 3,
        Action::Manage => 4,
    }
}

/// Everything one user holds.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    user: String,
    held: Vec<(Resource, Action)>,
}

impl Access {
    /// What `caller` holds, with what comes from roles.
    pub(crate) fn load(connection: &Connection, caller: &Caller) -> Result<Self, DataError> {
        let mut held = if caller.manager {
            everything()
        } else {
            Vec::new()
        };
        let mut seen = BTreeSet::new();
        let mut open = role::below(connection, &caller.user)?;
        open.push(caller.user.clone());
        while let Some(subject) = open.pop() {
            if !seen.insert(subject.clone()) {
                continue;
            }
            let given = grant::of(connection, &subject)?;
            open.extend(given.iter().filter_map(role_held));
            held.extend(given);
        }
        held.extend(own_roles(&caller.user));
        Ok(Self {
            user: caller.user.clone(),
            held,
        })
    }

    /// The most that is allowed with a resource. Above something that may be read, names may be
    /// listed.
    pub(crate) fn action(&self, resource: &Resource) -> Action {
        let covering = self.held.iter().filter(|(held, _)| held.covers(resource));
        let most = covering
            .map(|(_, action)| action)
            .max_by_key(|action| rank(action));
        match most {
            Some(action) if rank(action) > 0 => action.clone(),
            _ if self.held.iter().any(|(held, _)| resource.covers(held)) => Action::List,
            _ => Action::Deny,
        }
    }

    /// True if at least `action` is allowed.
    pub(crate) fn may(&self, action: &Action, resource: &Resource) -> bool {
        rank(&self.action(resource)) >= rank(action)
    }

    /// True if the job may be used so: by its id, by its name, or because it is the user's own.
    pub(crate) fn may_job(&self, action: &Action, job: &Job) -> bool {
        job.owner == self.user
            || job_resources(job)
                .iter()
                .any(|resource| self.may(action, resource))
    }

    /// What is held, in the order it was found.
    pub(crate) fn held(&self) -> &[(Resource, Action)] {
        &self.held
    }
}

/// What managers hold.
fn everything() -> Vec<(Resource, Action)> {
    let place = format!("/{ORG}");
    let schemes = Scheme::ALL
        .into_iter()
        .filter(|scheme| *scheme != Scheme::Role);
    let mut all: Vec<(Resource, Action)> = schemes
        .filter_map(|scheme| Resource::at(scheme, &place).ok())
        .map(|resource| (resource, Action::Manage))
        .collect();
    all.extend(Resource::role("").map(|roles| (roles, Action::Manage)));
    all
}

/// The roles below a user's name are the user's own.
fn own_roles(user: &str) -> Option<(Resource, Action)> {
    let own = Resource::role(user).ok()?;
    Some((own, Action::Manage))
}

/// The name of the role a grant makes its subject hold.
fn role_held((resource, action): &(Resource, Action)) -> Option<String> {
    let role = resource.scheme() == Scheme::Role && rank(action) >= rank(&Action::Read);
    role.then(|| resource.parts().join("/"))
}

/// The URIs under which a job may have been shared.
fn job_resources(job: &Job) -> Vec<Resource> {
    let place = (job.org_name.as_deref().unwrap_or(ORG), job.project());
    let named = job.name.as_deref();
    std::iter::once(job.id.as_str())
        .chain(named)
        .filter_map(|rest| Resource::in_project(Scheme::Job, place, rest).ok())
        .collect()
}

/// True if the resource is something that `user` made: a job, a disk or a flow.
fn owns(connection: &Connection, user: &str, resource: &Resource) -> Result<bool, DataError> {
    let [cluster, org, project, name, ..] = resource.parts() else {
        return Ok(false);
    };
    let sql = match resource.scheme() {
        Scheme::Job => {
            "SELECT 1 FROM jobs WHERE owner = ?1 AND ifnull(org, ?2) = ?2 AND project = ?3
             AND (id = ?4 OR (name = ?4 AND NOT EXISTS
             (SELECT 1 FROM jobs WHERE name = ?4 AND project = ?3 AND owner <> ?1)))"
        }
        Scheme::Flow => {
            "SELECT 1 FROM flows WHERE owner = ?1 AND ifnull(org_name, ?2) = ?2
             AND project_name = ?3 AND (id = ?4 OR name = ?4)"
        }
        Scheme::Disk => {
            "SELECT 1 FROM disks WHERE owner = ?1 AND org = ?2 AND project = ?3
             AND (id = ?4 OR name = ?4)"
        }
        _ => return Ok(false),
    };
    let found = cluster == CLUSTER
        && connection
            .prepare_cached(sql)?
            .exists(params![user, org, project, name])?;
    Ok(found)
}

impl Platform {
    /// What a caller may do, for those who ask about many resources at once.
    pub(crate) async fn access(&self, caller: &Caller) -> Result<Access, Refusal> {
        let caller = caller.clone();
        let read = move |connection: &Connection| Access::load(connection, &caller);
        Ok(self.store.read(read).await?)
    }

    /// Refuses unless `caller` may do `action` with the resource.
    pub(crate) async fn permit_resource(
        &self,
        caller: &Caller,
        action: Action,
        resource: Resource,
    ) -> Result<(), Refusal> {
        let caller = caller.clone();
        let allow = move |connection: &Connection| allow(connection, &caller, &action, &resource);
        self.store.read(allow).await
    }

    /// Refuses unless `caller` may do `action` with a job: by its id, by its name, or because the
    /// job is the caller's own.
    pub(crate) async fn permit_job(
        &self,
        caller: &Caller,
        action: Action,
        job: &Job,
    ) -> Result<(), Refusal> {
        if caller.user == job.owner || self.access(caller).await?.may_job(&action, job) {
            return Ok(());
        }
        Err(refused(&caller.user, &action, &job.uri))
    }
}

/// Refuses unless the caller may do this; for those who already have the database.
pub(crate) fn allow(
    connection: &Connection,
    caller: &Caller,
    action: &Action,
    resource: &Resource,
) -> Result<(), Refusal> {
    let access = Access::load(connection, caller)?;
    if access.may(action, resource) || owns(connection, &caller.user, resource)? {
        return Ok(());
    }
    // A disk may be named by its id and shared by its name.
    if let Some(disk) = disk_store::of_resource(connection, resource)?
        && disk_store::resources(&disk)
            .iter()
            .any(|other| access.may(action, other))
    {
        return Ok(());
    }
    Err(refused(&caller.user, action, &resource.to_string()))
}

/// What somebody hears who may not: a sentence, and what is missing in the words of the cloud.
pub(crate) fn refused(user: &str, action: &Action, uri: &str) -> Refusal {
    let error = format!(
        "user `{user}` may not {action} {uri}; somebody who manages it can allow it: \
         apolo acl grant {uri} {user} {}",
        if rank(action) < rank(&Action::Read) {
            &Action::Read
        } else {
            action
        }
    );
    Refusal {
        status: StatusCode::FORBIDDEN,
        body: Box::new(ErrorBody {
            missing: Some(vec![MissingPermission {
                uri: uri.to_owned(),
                action: action.to_string(),
            }]),
            ..ErrorBody::message(error)
        }),
    }
}

impl From<ResourceError> for Refusal {
    fn from(error: ResourceError) -> Self {
        Self::bad_request(error.to_string())
    }
}
