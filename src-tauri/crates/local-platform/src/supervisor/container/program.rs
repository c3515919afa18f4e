//! The program a container starts: whether its image has it, and words for it if not.

use bollard::Docker;
use bollard::query_parameters::ContainerArchiveInfoOptionsBuilder;

use super::super::ContainerLaunch;
use crate::engine::status;

/// Where programs are looked for in an image that does not say it.
const STANDARD_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// True if the container surely has no program to start. In doubt it has one.
pub(super) async fn is_missing(client: &Docker, name: &str, launch: &ContainerLaunch) -> bool {
    let Ok(found) = client.inspect_container(name, None).await else {
        return false;
    };
    let config = found.config.unwrap_or_default();
    let entrypoint = launch.entrypoint.clone().or(config.entrypoint);
    let command = launch.command.clone().or(config.cmd);
    let mut argv = entrypoint.into_iter().chain(command).flatten();
    let Some(program) = argv.next() else {
        return false;
    };
    let env = config.env.unwrap_or_default();
    let path = env.iter().find_map(|entry| entry.strip_prefix("PATH="));
    let places: Vec<String> = if program.starts_with('/') {
        vec![program]
    } else if program.contains('/') {
        // Relative to a working folder that may be a volume.
        return false;
    } else {
        let folders = path.unwrap_or(STANDARD_PATH).split(':');
        folders
            .map(|folder| format!("{folder}/{program}"))
            .collect()
    };
    for place in places {
        if !is_absent(client, name, &place).await {
            return false;
        }
    }
    // A volume may bring it.
    launch.mounts.is_empty()
}

async fn is_absent(client: &Docker, name: &str, path: &str) -> bool {
    let options = ContainerArchiveInfoOptionsBuilder::default()
        .path(path)
        .build();
    let answer = client.get_container_archive_info(name, Some(options)).await;
    answer.is_err_and(|error| status(&error) == Some(404))
}

/// Words for a container that could not be started.
pub(super) fn explain(error: &str, image: &str) -> String {
    let quoted = |text: &str| {
        let start = text.find("exec: \"").map(|at| at + 7)?;
        let end = text[start..].find('"')? + start;
        Some(text[start..end].to_owned())
    };
    let program = quoted(&error.replace('\\', "")).or_else(|| quoted(&error.replace('`', "\"")));
    match program {
        Some(program) if error.contains("not found") || error.contains("no such file") => {
            format!("there is no program `{program}` in the image `{image}`")
        }
        Some(program) if error.contains("permission denied") => {
            format!("`{program}` in the image `{image}` may not be executed")
        }
        _ => format!("the container engine could not start it: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_words_become_plain_ones() {
        let docker = "failed to create task for container: OCI runtime create failed: runc create \
            failed: unable to start container process: exec: \"nope\": executable file not found \
            in $PATH: unknown";
        assert_eq!(
            explain(docker, "x"),
            "there is no program `nope` in the image `x`"
        );
        let denied = "runc: exec: \"/etc/passwd\": permission denied";
        assert_eq!(
            explain(denied, "x"),
            "`/etc/passwd` in the image `x` may not be executed"
        );
        assert_eq!(
            explain("odd", "x"),
            "the container engine could not start it: odd"
        );
    }
}
