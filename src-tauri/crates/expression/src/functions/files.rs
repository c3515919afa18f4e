//! Hashes over files of the project.

use sha2::{Digest as _, Sha256};

use super::{Answer, Site, glob, take, world_fault};
use crate::error::Fault;
use crate::scope::Found;
use crate::value::{Value, quoted};
use crate::world::EntryKind;

pub(crate) fn hash_files(site: &mut Site<'_>, patterns: Vec<Value>) -> Answer {
    let root = match site.scope.find("flow") {
        Found::Missing => return Err(Fault::new("The 'flow' context is not available")),
        Found::Unknown(unknown) => return Err(unknown.into()),
        Found::Known(flow) => match flow.as_ref() {
            Value::Record(flow) => flow.get("workspace").cloned(),
            Value::Dict(flow) => flow.get("workspace").cloned(),
            _ => None,
        },
    };
    let root = root.ok_or_else(|| Fault::new("No attribute workspace"))?;
    hash_below(site, &root, &patterns)
}

pub(crate) fn hash_files_relative(site: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    let root = take(&mut arguments);
    hash_below(site, &root, &arguments)
}

fn hash_below(site: &mut Site<'_>, root: &Value, patterns: &[Value]) -> Answer {
    let root = match root {
        Value::LocalPath(path) => path.as_str(),
        Value::Unknown(unknown) => return Err(unknown.clone().into()),
        other => {
            let message = format!("'{}' object has no attribute 'glob'", other.type_name());
            return Err(Fault::new(message)
                .help("give a path on this machine: flow.workspace or flow.action_path"));
        }
    };
    let mut hash = Sha256::new();
    for pattern in patterns {
        let Value::Str(pattern) = pattern else {
            let got = pattern.repr();
            return Err(Fault::new(format!("a pattern should be a str, got {got}")));
        };
        for (path, kind) in glob::find(site.world, root, pattern)? {
            hash_path(site, &mut hash, root, &path, kind)?;
        }
    }
    Ok(Value::Str(hex::encode(hash.finalize())))
}

/// Feeds the name of a path below the root and, of a file, its content.
fn hash_path(
    site: &mut Site<'_>,
    hash: &mut Sha256,
    root: &str,
    path: &str,
    kind: EntryKind,
) -> Result<(), Fault> {
    let base = site.world.resolved(root).map_err(world_fault)?;
    let full = site.world.resolved(path).map_err(world_fault)?;
    let inside = if full == base {
        Some("")
    } else {
        full.strip_prefix(&base)
    };
    let inside = inside.filter(|rest| rest.is_empty() || base == "/" || rest.starts_with('/'));
    let Some(inside) = inside else {
        let (full, base) = (quoted(&full), quoted(&base));
        return Err(Fault::new(format!(
            "{full} is not in the subpath of {base}"
        )));
    };
    let name = inside.trim_start_matches('/');
    hash.update(if name.is_empty() { "." } else { name });
    if kind == EntryKind::File {
        site.world
            .read(path, &mut |bytes| hash.update(bytes))
            .map_err(world_fault)?;
    }
    Ok(())
}
