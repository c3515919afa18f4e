//! Disks in the database.

use jiff::Timestamp;
use protocol::{Disk, Job, Scheme};
use rusqlite::{Connection, params};

use crate::DataError;
use crate::place::ORG;
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::store::{doc, docs, text};

/// Adds a disk, unless another one of the project has its name.
pub(crate) fn insert(connection: &Connection, disk: &Disk) -> Result<(), Refusal> {
    let (org, project) = place(disk);
    let inserted = connection.execute(
        "INSERT OR IGNORE INTO disks (id, org, project, name, owner, doc)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![disk.id, org, project, disk.name, disk.owner, text(disk)?],
    )?;
    if inserted > 0 {
        return Ok(());
    }
    let name = disk.name.as_deref().unwrap_or_default();
    let taken = format!("there is a disk `{name}` in the project {project} already");
    let mut refusal = Refusal::unique(taken.clone());
    refusal.body.error = Some(taken);
    Err(refusal)
}

fn place(disk: &Disk) -> (&str, &str) {
    (
        disk.org_name.as_deref().unwrap_or(ORG),
        disk.project_name.as_deref().unwrap_or_default(),
    )
}

/// The disk of an id or name in a project.
pub(crate) fn find(
    connection: &Connection,
    (org, project): (&str, &str),
    id_or_name: &str,
) -> Result<Option<Disk>, DataError> {
    let sql = "SELECT doc FROM disks WHERE org = ?1 AND project = ?2 AND (id = ?3 OR name = ?3)
        ORDER BY id = ?3 DESC LIMIT 1";
    doc(connection, sql, params![org, project, id_or_name])
}

/// The disk that a URI names by its id or name.
pub(crate) fn of_resource(
    connection: &Connection,
    resource: &Resource,
) -> Result<Option<Disk>, DataError> {
    match resource.parts() {
        [_, org, project, name] if resource.scheme() == Scheme::Disk => {
            find(connection, (org, project), name)
        }
        _ => Ok(None),
    }
}

/// The disks of an organisation, or of one project, oldest first.
pub(crate) fn list(
    connection: &Connection,
    org: &str,
    project: Option<&str>,
) -> Result<Vec<Disk>, DataError> {
    let sql = "SELECT doc FROM disks WHERE org = ?1 AND project = ifnull(?2, project)
        ORDER BY rowid";
    docs(connection, sql, params![org, project])
}

/// The disk of an id.
pub(crate) fn get(connection: &Connection, id: &str) -> Result<Option<Disk>, DataError> {
    doc(
        connection,
        "SELECT doc FROM disks WHERE id = ?1",
        params![id],
    )
}

/// All disks.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Disk>, DataError> {
    docs(connection, "SELECT doc FROM disks ORDER BY rowid", [])
}

/// Writes a changed disk back.
pub(crate) fn update(connection: &Connection, disk: &Disk) -> Result<(), DataError> {
    connection.execute(
        "UPDATE disks SET doc = ?2 WHERE id = ?1",
        params![disk.id, text(disk)?],
    )?;
    Ok(())
}

/// Removes a disk from the record, unless an unfinished job uses it.
pub(crate) fn remove(connection: &Connection, disk: &Disk) -> Result<(), Refusal> {
    if let Some(job) = user(connection, &disk.id)? {
        let name = disk.name.as_deref().unwrap_or(&disk.id);
        return Err(Refusal::new(
            axum::http::StatusCode::CONFLICT,
            format!(
                "the disk {name} is in use by {}; end that job first: apolo kill {}",
                job.id, job.id
            ),
        ));
    }
    connection.execute("DELETE FROM disks WHERE id = ?1", params![disk.id])?;
    Ok(())
}

/// An unfinished job that uses a disk.
pub(crate) fn user(connection: &Connection, id: &str) -> Result<Option<Job>, DataError> {
    let sql = "SELECT doc FROM jobs WHERE tended = 1 AND instr(doc, ?1) > 0";
    let maybe: Vec<Job> = docs(connection, sql, params![id])?;
    let uses = |job: &Job| {
        let mut volumes = job.container.disk_volumes.iter();
        volumes.any(|volume| volume.src_disk_uri.ends_with(&format!("/{id}")))
    };
    Ok(maybe.into_iter().find(uses))
}

/// Notes that a disk is used now.
pub(crate) fn touch(connection: &Connection, mut disk: Disk) -> Result<(), DataError> {
    disk.last_usage = Some(Timestamp::now());
    update(connection, &disk)
}

/// The URIs under which a disk may have been shared: by its id and by its name.
pub(crate) fn resources(disk: &Disk) -> Vec<Resource> {
    std::iter::once(disk.id.as_str())
        .chain(disk.name.as_deref())
        .filter_map(|rest| Resource::in_project(Scheme::Disk, place(disk), rest).ok())
        .collect()
}
