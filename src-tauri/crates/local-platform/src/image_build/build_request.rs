//! What a job asks the builder's image for, read from its command line.

use protocol::{JobSubmission, split};
use serde::{Deserialize, Serialize};

/// Name of the builder's image, without registry and tag.
const BUILDER: &str = "kaniko-project/executor";

/// Flags about how the builder works inside; nothing of them changes the image.
const WORKINGS: [&str; 25] = [
    "cache-copy-layers",
    "cache-dir",
    "cache-repo",
    "cache-run-layers",
    "cache-ttl",
    "cleanup",
    "compressed-caching",
    "force",
    "ignore-var-run",
    "image-download-retry",
    "image-fs-extract-retry",
    "kaniko-dir",
    "log-format",
    "log-timestamp",
    "push-ignore-immutable-tag-errors",
    "push-retry",
    "single-snapshot",
    "skip-default-registry-fallback",
    "skip-push-permission-check",
    "skip-unused-stages",
    "snapshot-mode",
    "snapshotmode",
    "use-new-run",
    "verbosity",
    "v",
];

/// An image to build.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct BuildRequest {
    /// Folder with what goes into the image, as the job sees it.
    pub(crate) context: String,
    /// Only this part of it.
    pub(crate) sub_path: Option<String>,
    /// The Dockerfile, as the job sees it, or relative to the context.
    pub(crate) dockerfile: Option<String>,
    /// Names the image gets.
    pub(crate) destinations: Vec<String>,
    /// A name without a value takes it from the environment.
    pub(crate) build_args: Vec<(String, Option<String>)>,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) target: Option<String>,
    pub(crate) platform: Option<String>,
    pub(crate) no_cache: bool,
    pub(crate) no_push: bool,
    /// Flags that would matter and are not known here.
    pub(crate) ignored: Vec<String>,
}

impl BuildRequest {
    /// What a submission asks for, if it is a build.
    pub(crate) fn recognise(submitted: &JobSubmission) -> Option<Self> {
        if !is_builder(&submitted.image) {
            return None;
        }
        let words = arguments(submitted)?;
        let request = Self::read(&words);
        (!request.destinations.is_empty() || request.no_push).then_some(request)
    }

    /// Reads the builder's arguments.
    fn read(words: &[String]) -> Self {
        let mut request = Self::default();
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let Some(flag) = word.strip_prefix('-') else {
                request.ignored.push(word.clone());
                continue;
            };
            let flag = flag.trim_start_matches('-');
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                // A flag without a value in its own word may have it in the next.
                None => (flag, words.next_if(|next| !next.starts_with('-')).cloned()),
            };
            request.take(name, value);
        }
        request
    }

    fn take(&mut self, name: &str, value: Option<String>) {
        let text = value.clone().unwrap_or_default();
        let is_on = value.as_deref() != Some("false");
        match name {
            "context" | "c" => self.context = text,
            "context-sub-path" => self.sub_path = value,
            "dockerfile" | "f" => self.dockerfile = value,
            "destination" | "d" => self.destinations.push(text),
            "build-arg" => self.build_args.push(match text.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (text, None),
            }),
            "label" => {
                let (name, value) = text.split_once('=').unwrap_or((&text, ""));
                self.labels.push((name.to_owned(), value.to_owned()));
            }
            "target" => self.target = value,
            "custom-platform" | "customPlatform" => self.platform = value,
            "cache" => self.no_cache = !is_on,
            "no-push" => self.no_push = is_on,
            name if WORKINGS.contains(&name.to_ascii_lowercase().as_str()) => (),
            name => self.ignored.push(match value {
                Some(value) => format!("--{name}={value}"),
                None => format!("--{name}"),
            }),
        }
    }
}

fn is_builder(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or_default();
    let name_at = name.rfind('/').map_or(0, |at| at + 1);
    let end = name[name_at..]
        .find(':')
        .map_or(name.len(), |at| name_at + at);
    name[..end]
        .strip_suffix(BUILDER)
        .is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// The builder's arguments: the command, or, if a shell has to prepare something first, what
/// follows the builder's name in the shell's script.
fn arguments(submitted: &JobSubmission) -> Option<Vec<String>> {
    let read = |text: &Option<String>| match text {
        Some(text) => split(text).ok(),
        None => Some(Vec::new()),
    };
    let entrypoint = read(&submitted.entrypoint)?;
    let command = read(&submitted.command)?;
    match &entrypoint[..] {
        [] => Some(command),
        [shell, flag, script] if shell.ends_with("sh") && flag == "-c" => {
            let words = split(script).ok()?;
            let at = words.iter().rposition(|word| is_program(word))?;
            Some(words[at + 1..].to_vec())
        }
        [program, arguments @ ..] if is_program(program) => {
            Some([arguments, &command[..]].concat())
        }
        _ => None,
    }
}

fn is_program(word: &str) -> bool {
    word == "executor" || word == "/kaniko/executor"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const IMAGE: &str = "gcr.io/kaniko-project/executor:v1.20.0-debug";

    fn recognise(image: &str, entrypoint: Option<&str>, command: &str) -> Option<BuildRequest> {
        BuildRequest::recognise(&JobSubmission {
            image: image.into(),
            entrypoint: entrypoint.map(str::to_owned),
            command: Some(command.into()),
            ..JobSubmission::default()
        })
    }

    const TOOLS: &str = "--context=/kaniko_context --dockerfile=/kaniko_context/docker/Dockerfile \
        --destination=127.0.0.1:7471/bakehouse/proj/app:v1 --cache=true \
        --cache-repo=127.0.0.1 --verbosity=info --image-fs-extract-retry=1 --push-retry=3 \
        --use-new-run=true --snapshot-mode=redo --build-arg WHO=me --build-arg SECRET \
        --build-arg 'TEXT=two words' --target=last --reproducible --compression zstd";

    fn expected() -> BuildRequest {
        BuildRequest {
            context: "/kaniko_context".into(),
            dockerfile: Some("/kaniko_context/docker/Dockerfile".into()),
            destinations: vec!["127.0.0.1:7471/bakehouse/proj/app:v1".into()],
            build_args: vec![
                ("WHO".into(), Some("me".into())),
                ("SECRET".into(), None),
                ("TEXT".into(), Some("two words".into())),
            ],
            target: Some("last".into()),
            ignored: vec!["--reproducible".into(), "--compression=zstd".into()],
            ..BuildRequest::default()
        }
    }

    #[test]
    fn what_the_tools_submit_is_understood() {
        assert_eq!(recognise(IMAGE, None, TOOLS), Some(expected()));
    }

    #[test]
    fn what_the_tools_submit_with_further_passwords_is_understood() {
        let script = format!("sh /kaniko/.docker/merge_docker_auths.sh && executor {TOOLS}");
        let entrypoint = format!("sh -c {}", protocol::quote(&script));
        let submission = JobSubmission {
            image: IMAGE.into(),
            entrypoint: Some(entrypoint),
            ..JobSubmission::default()
        };
        assert_eq!(BuildRequest::recognise(&submission), Some(expected()));
    }

    #[test]
    fn other_images_and_other_commands_are_ordinary_jobs() {
        assert!(recognise("ubuntu", None, TOOLS).is_none());
        assert!(recognise("ghcr.io/x/not-kaniko-project/executor", None, TOOLS).is_none());
        assert!(
            recognise(
                "localhost:5000/kaniko-project/executor@sha256:0",
                None,
                TOOLS
            )
            .is_some()
        );
        assert!(recognise(IMAGE, None, "version").is_none());
        assert!(recognise(IMAGE, Some("sh"), TOOLS).is_none());
        assert!(recognise(IMAGE, None, "--destination 'a").is_none());
    }

    proptest! {
        #[test]
        fn no_command_makes_it_stumble(command in "(-|=|executor |sh -c |--build-arg|[a-z' ]){0,12}|.*", entry: Option<String>) {
            let _ = recognise(IMAGE, entry.as_deref(), &command);
        }
    }
}
