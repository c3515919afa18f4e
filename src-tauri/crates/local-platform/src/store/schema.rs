//! The layout of the database, as a list of steps. A step that was published is never changed.

use std::path::Path;

use rusqlite::Connection;

use crate::DataError;

/// Each step brings a database from layout `index` to `index + 1`.
pub(super) const STEPS: &[&str] = &[
    FIRST, ACCESS, QUEUE, SECRETS, DISKS, LOGINS, ONCE, PLACES, BAKES_ONCE,
];

const FIRST: &str = "
CREATE TABLE tokens (hash BLOB PRIMARY KEY, identity TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE projects (name TEXT NOT NULL UNIQUE);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY, name TEXT, owner TEXT NOT NULL, org TEXT, project TEXT NOT NULL,
    status TEXT NOT NULL, created_at INTEGER NOT NULL, tended INTEGER NOT NULL, doc TEXT NOT NULL
);
CREATE INDEX jobs_created ON jobs (created_at);
CREATE INDEX jobs_status ON jobs (status, created_at);
CREATE INDEX jobs_name ON jobs (name, created_at);
CREATE INDEX jobs_tended ON jobs (tended) WHERE tended = 1;
CREATE TABLE job_tags (
    tag TEXT NOT NULL, job_id TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    PRIMARY KEY (tag, job_id)
) WITHOUT ROWID;

CREATE TABLE flows (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, owner TEXT NOT NULL, project_name TEXT NOT NULL,
    cluster TEXT NOT NULL, org_name TEXT, doc TEXT NOT NULL
);
CREATE UNIQUE INDEX flows_name ON flows (name, project_name, cluster, ifnull(org_name, ''));
CREATE TABLE live_jobs (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES flows ON DELETE CASCADE,
    yaml_id TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (project_id, yaml_id)
);
CREATE TABLE bakes (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES flows ON DELETE CASCADE,
    name TEXT, created_at INTEGER NOT NULL, doc TEXT NOT NULL
);
CREATE INDEX bakes_project ON bakes (project_id, created_at);
CREATE TABLE attempts (
    id TEXT PRIMARY KEY, bake_id TEXT NOT NULL REFERENCES bakes ON DELETE CASCADE,
    number INTEGER NOT NULL, result TEXT NOT NULL, executor_id TEXT, doc TEXT NOT NULL,
    UNIQUE (bake_id, number)
);
CREATE INDEX attempts_executor ON attempts (executor_id) WHERE executor_id IS NOT NULL;
CREATE TABLE tasks (
    id TEXT PRIMARY KEY, attempt_id TEXT NOT NULL REFERENCES attempts ON DELETE CASCADE,
    yaml_id TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (attempt_id, yaml_id)
);
CREATE TABLE config_files (
    id TEXT PRIMARY KEY, bake_id TEXT NOT NULL REFERENCES bakes ON DELETE CASCADE,
    doc TEXT NOT NULL
);
CREATE INDEX config_files_bake ON config_files (bake_id);
CREATE TABLE cache_entries (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES flows ON DELETE CASCADE,
    task_id TEXT NOT NULL, batch TEXT NOT NULL, key TEXT NOT NULL, doc TEXT NOT NULL,
    UNIQUE (project_id, task_id, batch, key)
);
CREATE TABLE bake_images (
    id TEXT PRIMARY KEY, bake_id TEXT NOT NULL REFERENCES bakes ON DELETE CASCADE,
    ref TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (bake_id, ref)
);
";

/// Users, roles and what they may do; more about tokens.
const ACCESS: &str = "
CREATE TABLE users (name TEXT PRIMARY KEY, manager INTEGER NOT NULL, created_at TEXT NOT NULL);
INSERT INTO users (name, manager, created_at)
    SELECT identity, 1, min(created_at) FROM tokens GROUP BY identity;
CREATE TABLE roles (name TEXT PRIMARY KEY, made_by TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE grants (
    subject TEXT NOT NULL, uri TEXT NOT NULL, action TEXT NOT NULL, granted_by TEXT NOT NULL,
    created_at TEXT NOT NULL, PRIMARY KEY (subject, uri)
) WITHOUT ROWID;
ALTER TABLE tokens ADD COLUMN id TEXT;
ALTER TABLE tokens ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN job_id TEXT;
ALTER TABLE tokens ADD COLUMN expires_at INTEGER;
UPDATE tokens SET id = 'token-' || lower(hex(randomblob(16)));
CREATE UNIQUE INDEX tokens_id ON tokens (id);
CREATE INDEX tokens_identity ON tokens (identity);
";

/// Waiting for a place, deleting old jobs, and reading what lists always ask for from columns.
const QUEUE: &str = "
ALTER TABLE jobs ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN takes_place INTEGER NOT NULL DEFAULT 1;
ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 1;
ALTER TABLE jobs ADD COLUMN gives_up_at INTEGER;
ALTER TABLE jobs ADD COLUMN being_dropped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN logs_removed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN materialized INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN finished_at INTEGER;
UPDATE jobs SET materialized = ifnull(json_extract(doc, '$.materialized'), 0);
UPDATE jobs SET finished_at = ifnull(
    CAST(strftime('%s', json_extract(doc, '$.history.finished_at')) AS INTEGER) * 1000000,
    created_at) WHERE status IN ('succeeded', 'failed', 'cancelled');
CREATE INDEX jobs_waiting ON jobs (priority DESC, created_at) WHERE waiting = 1;
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
";

/// Tells databases of ours from those of other programs.
const APPLICATION_ID: i32 = 0x426b_4873;

/// Refuses a file that is no database of ours, before anything is written to it.
pub(super) fn recognise(
    connection: &Connection,
    path: &Path,
    steps: &[&str],
) -> Result<(), DataError> {
    let damaged = |source| DataError::Damaged {
        path: path.to_owned(),
        source,
    };
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let layout = number("user_version").map_err(damaged)?;
    let application = number("application_id").map_err(damaged)?;
    let count = "SELECT count(*) FROM sqlite_master WHERE ?1 IN ('', name)";
    let tables = |name: &str| {
        connection
            .query_row(count, [name], |row| row.get::<_, i64>(0))
            .map_err(damaged)
    };
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let ours = match (application, layout) {
        (0, 0) => tables("")? == 0,
        // A newer one is told apart later, in its own words.
        (0, layout) if layout > known => true,
        // The first layouts did not say whose they were.
        (0, _) => tables(first_table(steps))? > 0,
        (application, _) => application == i64::from(APPLICATION_ID),
    };
    if ours {
        return Ok(());
    }
    Err(DataError::Foreign {
        path: path.to_owned(),
    })
}

/// The table that was there from the beginning.
fn first_table<'a>(steps: &[&'a str]) -> &'a str {
    let mut words = steps.first().unwrap_or(&"").split_whitespace();
    words.find(|word| *word == "TABLE");
    words.next().unwrap_or_default()
}

/// Secrets, and which key seals them where.
const SECRETS: &str = "
CREATE TABLE secret_keys (place TEXT PRIMARY KEY, id TEXT NOT NULL);
CREATE TABLE secrets (
    org TEXT NOT NULL, project TEXT NOT NULL, key TEXT NOT NULL, sealed TEXT NOT NULL,
    place TEXT NOT NULL, key_id TEXT NOT NULL, changed_at TEXT NOT NULL,
    PRIMARY KEY (org, project, key)
);
";

/// Disks.
const DISKS: &str = "
CREATE TABLE disks (
    id TEXT PRIMARY KEY, org TEXT NOT NULL, project TEXT NOT NULL, name TEXT, owner TEXT NOT NULL,
    doc TEXT NOT NULL, UNIQUE (org, project, name)
);
";

/// Logins, whose tokens are renewed, and accounts of programs.
const LOGINS: &str = "
ALTER TABLE tokens ADD COLUMN parent TEXT;
CREATE INDEX tokens_parent ON tokens (parent) WHERE parent IS NOT NULL;
CREATE TABLE service_accounts (
    id TEXT PRIMARY KEY, name TEXT, owner TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (owner, name)
);
";

/// Submissions that may arrive twice.
const ONCE: &str = "
ALTER TABLE jobs ADD COLUMN submission_key TEXT;
CREATE UNIQUE INDEX jobs_submission_key ON jobs (owner, submission_key)
    WHERE submission_key IS NOT NULL;
";

/// Finding who may start without looking at every job there ever was.
const PLACES: &str = "
DROP INDEX jobs_tended;
CREATE INDEX jobs_tended ON jobs (waiting, takes_place) WHERE tended = 1;
CREATE INDEX jobs_without_place ON jobs (created_at) WHERE waiting = 1 AND takes_place = 0;
";

/// Bakes that may be recorded twice.
const BAKES_ONCE: &str = "
ALTER TABLE bakes ADD COLUMN submission_key TEXT;
CREATE UNIQUE INDEX bakes_submission_key ON bakes (project_id, submission_key)
    WHERE submission_key IS NOT NULL;
";

/// Brings the database up to date, or refuses one from the future.
pub(super) fn migrate(
    connection: &mut Connection,
    path: &Path,
    steps: &[&str],
) -> Result<(), DataError> {
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    // Immediate, so that two processes opening a new database do not both lay it out.
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(DataError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    let done = usize::try_from(found).unwrap_or(0);
    for step in &steps[done..] {
        transaction.execute_batch(step)?;
    }
    if found < known {
        transaction.pragma_update(None, "user_version", known)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    Ok(transaction.commit()?)
}
