//! Volume references.

use super::{Answer, Site, take, text_argument, world_fault};
use crate::error::Fault;
use crate::resource;
use crate::value::{Record, RemotePath, Uri, Value, quoted};

pub(crate) fn parse_volume(site: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    let text = text_argument(take(&mut arguments), "parse_volume() requires a str")?;
    let (uri, mount, read_only) = split(&text)?;
    let home = site.world.home().map_err(world_fault)?;
    let remote = resource::absolute(uri, &home.project, &home, &["storage"])?;
    Ok(Value::Record(volume(
        "<volume>", remote, &mount, read_only, None,
    )))
}

/// Cuts `uri:mount[:ro|rw]`.
fn split(text: &str) -> Result<(&str, String, bool), Fault> {
    let wrong = || Fault::new(format!("Invalid volume specification {}", quoted(text)));
    let parts: Vec<&str> = text.split(':').collect();
    let (length, read_only) = match parts.len() {
        4 => match parts[3] {
            "ro" => (3, true),
            "rw" => (3, false),
            _ => {
                let message = format!("Wrong ReadWrite/ReadOnly mode spec for {}", quoted(text));
                return Err(Fault::new(message).help("end it with :ro or :rw"));
            }
        },
        3 => (3, false),
        _ => return Err(wrong().help("write storage:path:/mount, storage:path:/mount:ro or :rw")),
    };
    let mount = parts[length - 1];
    let uri = &text[..parts[0].len() + 1 + parts[1].len()];
    Ok((uri, mount.to_owned(), read_only))
}

/// The record of a volume, with the references that are made of its fields.
#[must_use]
pub fn volume(
    id: &str,
    remote: Uri,
    mount: &str,
    read_only: bool,
    local: Option<(Value, Value)>,
) -> Record {
    let mount = RemotePath::new(mount);
    let (ro, rw) = (
        format!("{remote}:{mount}:ro"),
        format!("{remote}:{mount}:rw"),
    );
    let (local, full_local_path) = local.unwrap_or((Value::None, Value::None));
    Record::new("VolumeCtx")
        .with("id", id)
        .with("remote", remote)
        .with("mount", mount)
        .with("read_only", read_only)
        .with("local", local)
        .with("full_local_path", full_local_path)
        .computed("ref", if read_only { ro.clone() } else { rw.clone() })
        .computed("ref_ro", ro)
        .computed("ref_rw", rw)
}

pub(crate) fn upload(site: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    match take(&mut arguments) {
        Value::Record(volume) if volume.type_name() == "VolumeCtx" => {
            site.world.upload(&volume).map_err(world_fault)?;
            Ok(Value::Record(volume))
        }
        _ => {
            Err(Fault::new("upload() argument should be volume")
                .help("write upload(volumes.NAME).ref"))
        }
    }
}
