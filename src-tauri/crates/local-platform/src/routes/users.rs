//! Users, what they may do, and sharing among them.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use protocol::{Action, Grant, Permission, Query, Subroles};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::auth::Caller;
use crate::permission::{self, Access, rank};
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::{grant, role, user};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/users", get(list).post(add_role))
        .route("/users/{user}", get(show).delete(remove_role))
        .route(
            "/users/{user}/permissions",
            get(permissions).post(give).delete(revoke),
        )
        .route("/users/{user}/permissions/shared", get(shared))
        .route("/users/{user}/subroles", get(subroles))
}

/// In paths the slashes of a role's name are colons.
struct Subject(String);

impl Subject {
    fn read(Path(text): Path<String>) -> Self {
        Self(text.replace(':', "/"))
    }

    /// Refuses names that are neither a user's nor a role's.
    fn must_exist(&self, connection: &Connection) -> Result<(), Refusal> {
        let Self(name) = self;
        if user::exists(connection, name)? || role::exists(connection, name)? {
            return Ok(());
        }
        let text = if name.contains('/') {
            format!("there is no role `{name}` here; make it: apolo acl add-role {name}")
        } else {
            let known = user::known(connection)?;
            format!("there is no user `{name}` on this computer; known are {known}")
        };
        Err(Refusal::new(StatusCode::NOT_FOUND, text))
    }
}

/// A user as the service shows it.
#[derive(Serialize)]
struct Shown {
    name: String,
}

async fn list(State(platform): Shared, _: Caller) -> Result<Json<Vec<Shown>>, Refusal> {
    let users = platform.store.read(user::list).await?;
    let shown = users.into_iter().map(|user| Shown { name: user.name });
    Ok(Json(shown.collect()))
}

async fn show(
    State(platform): Shared,
    _: Caller,
    path: Path<String>,
) -> Result<Json<Shown>, Refusal> {
    let subject = Subject::read(path);
    let read = move |connection: &Connection| {
        subject.must_exist(connection)?;
        Ok::<_, Refusal>(Shown { name: subject.0 })
    };
    Ok(Json(platform.store.read(read).await?))
}

/// The resource that the query names, if it names one.
fn filter(query: Option<String>) -> Result<Option<Resource>, Refusal> {
    let query = Query::parse(&query.unwrap_or_default());
    let uri = query.get("uri").filter(|uri| !uri.is_empty());
    Ok(uri.map(Resource::parse_filter).transpose()?)
}

/// True for what lies below the filter, and for what it lies below.
fn touches(filter: Option<&Resource>, resource: &Resource) -> bool {
    filter.is_none_or(|filter| filter.covers(resource) || resource.covers(filter))
}

/// Only managers see what others hold or have given; everybody sees that of their own roles.
fn own_or_manager(caller: &Caller, subject: &str) -> Result<(), Refusal> {
    let own = subject == caller.user || subject.starts_with(&format!("{}/", caller.user));
    if own || caller.manager {
        return Ok(());
    }
    let uri = format!("role://{subject}");
    Err(permission::refused(&caller.user, &Action::Read, &uri))
}

async fn permissions(
    State(platform): Shared,
    caller: Caller,
    path: Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Vec<Permission>>, Refusal> {
    let subject = Subject::read(path);
    own_or_manager(&caller, &subject.0)?;
    let filter = filter(query)?;
    let read = move |connection: &Connection| {
        subject.must_exist(connection)?;
        let manager = user::is_manager(connection, &subject.0)?;
        let user = subject.0;
        Ok::<_, Refusal>(Access::load(connection, &Caller { user, manager })?)
    };
    let access = platform.store.read(read).await?;
    let held = access
        .held()
        .iter()
        // All roles of everybody have no name to show.
        .filter(|(resource, _)| !resource.parts().is_empty() && touches(filter.as_ref(), resource))
        .map(|(resource, action)| Permission {
            uri: resource.to_string(),
            action: action.clone(),
        });
    Ok(Json(held.collect()))
}

/// What has been given of that which the user manages; the user's own is not mentioned.
async fn shared(
    State(platform): Shared,
    caller: Caller,
    path: Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Vec<Grant>>, Refusal> {
    let Subject(user) = Subject::read(path);
    own_or_manager(&caller, &user)?;
    let filter = filter(query)?;
    let read = move |connection: &Connection| {
        let manager = user::is_manager(connection, &user)?;
        let of = Caller { user, manager };
        let mut shared = Vec::new();
        for given in grant::all(connection)? {
            let Ok(resource) = Resource::parse(&given.uri) else {
                continue;
            };
            let shown = given.user != of.user && touches(filter.as_ref(), &resource);
            if shown && permission::allow(connection, &of, &Action::Manage, &resource).is_ok() {
                shared.push(given);
            }
        }
        Ok::<_, Refusal>(shared)
    };
    Ok(Json(platform.store.read(read).await?))
}

/// Answers with what the subject may do now: a wider permission held before stays.
async fn give(
    State(platform): Shared,
    caller: Caller,
    path: Path<String>,
    Json(wanted): Json<Vec<Permission>>,
) -> Result<(StatusCode, Json<Vec<Permission>>), Refusal> {
    let subject = Subject::read(path);
    let write = move |connection: &Connection| {
        subject.must_exist(connection)?;
        let given = wanted
            .iter()
            .map(|wanted| give_one(connection, &caller, &subject.0, wanted));
        given.collect::<Result<Vec<_>, Refusal>>()
    };
    let given = platform.store.write(write).await?;
    Ok((StatusCode::CREATED, Json(given)))
}

fn give_one(
    connection: &Connection,
    caller: &Caller,
    subject: &str,
    wanted: &Permission,
) -> Result<Permission, Refusal> {
    if rank(&wanted.action) < rank(&Action::Read) {
        return Err(Refusal::bad_request(format!(
            "`{}` cannot be granted, only read, write and manage; to take a permission back, revoke it",
            wanted.action
        )));
    }
    let resource = Resource::parse(&wanted.uri)?;
    permission::allow(connection, caller, &Action::Manage, &resource)?;
    let manager = user::is_manager(connection, subject)?;
    let of = Caller {
        user: subject.to_owned(),
        manager,
    };
    let held = Access::load(connection, &of)?.action(&resource);
    let given = Grant {
        user: subject.to_owned(),
        uri: resource.to_string(),
        action: wanted.action.clone(),
    };
    // As on the platform: giving less than the subject itself was given changes nothing.
    let own = grant::of(connection, subject)?;
    let enough = |(given, action): &(Resource, Action)| {
        given.covers(&resource) && rank(action) >= rank(&wanted.action)
    };
    if !own.iter().any(enough) {
        grant::give(connection, &given, &caller.user)?;
    }
    let more = rank(&held) > rank(&wanted.action);
    Ok(Permission {
        uri: given.uri,
        action: if more { held } else { given.action },
    })
}

async fn revoke(
    State(platform): Shared,
    caller: Caller,
    path: Path<String>,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, Refusal> {
    let subject = Subject::read(path);
    let query = Query::parse(&query.unwrap_or_default());
    let uris: Vec<Resource> = query
        .all("uri")
        .map(Resource::parse)
        .collect::<Result<_, _>>()?;
    if uris.is_empty() {
        return Err(Refusal::bad_request("the query lacks `uri`"));
    }
    let write = move |connection: &Connection| {
        for resource in &uris {
            revoke_one(connection, &caller, &subject, resource)?;
        }
        Ok(StatusCode::NO_CONTENT)
    };
    platform.store.write(write).await
}

fn revoke_one(
    connection: &Connection,
    caller: &Caller,
    subject: &Subject,
    resource: &Resource,
) -> Result<(), Refusal> {
    // Whoever holds something may give it up.
    if caller.user != subject.0 {
        permission::allow(connection, caller, &Action::Manage, resource)?;
    }
    if grant::take_back(connection, &subject.0, resource)? {
        return Ok(());
    }
    subject.must_exist(connection)?;
    let name = &subject.0;
    let given = grant::of(connection, name)?;
    let wider = given.iter().find(|(held, _)| held.covers(resource));
    let text = match wider {
        Some((held, action)) => format!(
            "`{name}` was not granted {resource} itself, but may {action} it because of {held}; revoke that"
        ),
        None => format!("`{name}` was not granted anything on {resource}"),
    };
    Err(Refusal::new(StatusCode::NOT_FOUND, text))
}

async fn subroles(
    State(platform): Shared,
    caller: Caller,
    path: Path<String>,
) -> Result<Json<Subroles>, Refusal> {
    let Subject(name) = Subject::read(path);
    own_or_manager(&caller, &name)?;
    let read = move |connection: &Connection| role::shown_for(connection, &name);
    let subroles = platform.store.read(read).await?;
    Ok(Json(Subroles { subroles }))
}

/// The name of a role to be made.
#[derive(Deserialize)]
struct NewRole {
    name: String,
}

async fn add_role(
    State(platform): Shared,
    caller: Caller,
    Json(new): Json<NewRole>,
) -> Result<StatusCode, Refusal> {
    let write = move |connection: &Connection| {
        let role = role::name(&new.name).map_err(Refusal::bad_request)?;
        permission::allow(
            connection,
            &caller,
            &Action::Manage,
            &Resource::role(&role)?,
        )?;
        if !role::add(connection, &role, &caller.user)? {
            return Err(Refusal::bad_request(format!(
                "there is a role `{role}` already"
            )));
        }
        Ok(StatusCode::CREATED)
    };
    platform.store.write(write).await
}

async fn remove_role(
    State(platform): Shared,
    caller: Caller,
    path: Path<String>,
) -> Result<StatusCode, Refusal> {
    let subject = Subject::read(path);
    let write = move |connection: &Connection| {
        let Subject(name) = &subject;
        if !name.contains('/') {
            return Err(Refusal::bad_request(format!(
                "`{name}` is a user, not a role; users are removed by: bakehouse user remove {name}"
            )));
        }
        permission::allow(connection, &caller, &Action::Manage, &Resource::role(name)?)?;
        if !role::remove(connection, name)? {
            subject.must_exist(connection)?;
        }
        Ok(StatusCode::NO_CONTENT)
    };
    platform.store.write(write).await
}
