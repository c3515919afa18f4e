//! Jobs that are our own program: they ask for something which Bakehouse does itself, instead of
//! the program in the image.
//!
//! Such a job is recognised from its submission and started as `<our program> <word> …`, as a plain
//! process under the usual supervisor, so that its log, its end and its life span are those of any
//! other job.

use protocol::flow::Attempt;
use protocol::{Job, JobSubmission, split};
use rusqlite::{Connection, params};

use crate::DataError;
use crate::image_build::{BUILD_IMAGE_WORD, BuildOrder, BuildRequest};
use crate::platform::Platform;
use crate::runner::{Plan, Prepared, environment};
use crate::store::{doc, text};
use crate::supervisor::{Launch, ProcessLaunch, Scope};

/// The first argument with which a program of ours executes a bake as a job:
/// `<exe> __execute <bake id> <data folder of the platform>`.
pub const EXECUTE_WORD: &str = "__execute";

/// What the tools mark the job of an executor with.
const EXECUTOR_TAG: &str = "remote_executor";
/// Names under which the command of the tools is known.
const FLOW_TOOLS: [&str; 2] = ["apolo-flow", "neuro-flow"];

/// A job that Bakehouse does itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NativeJob {
    /// Executes a bake.
    Executor {
        /// Id of the bake.
        bake: String,
    },
    /// Builds an image.
    ImageBuild(BuildRequest),
}

impl NativeJob {
    /// What the submission asks for, if it is something that Bakehouse does itself.
    pub(crate) fn recognise(submitted: &JobSubmission) -> Option<Self> {
        let executor = executed_bake(submitted).map(|bake| Self::Executor { bake });
        executor.or_else(|| BuildRequest::recognise(submitted).map(Self::ImageBuild))
    }

    /// How it is started.
    pub(crate) fn prepare(&self, platform: &Platform, plan: &Plan) -> Prepared {
        let data = platform.folder.path().display().to_string();
        let (words, who) = match self {
            Self::Executor { bake } => (
                [EXECUTE_WORD.to_owned(), bake.clone(), data],
                "Bakehouse's own executor does it",
            ),
            Self::ImageBuild(request) => (
                [
                    BUILD_IMAGE_WORD.to_owned(),
                    data,
                    order(platform, request, plan),
                ],
                "the container engine of this computer does it",
            ),
        };
        let mut argv = vec![platform.supervisors.program().display().to_string()];
        argv.extend(words);
        let mut env = environment(plan);
        if matches!(self, Self::ImageBuild(_)) {
            env.extend(way_to_the_engine());
        }
        Prepared {
            runner: "bakehouse",
            note: format!("{who}; the image `{}` is not used", plan.image),
            launch: Launch::Process(ProcessLaunch {
                argv,
                env,
                cwd: plan.private.clone(),
                scope: Scope::Group,
                // What it does lies in the flow API, so the next one goes on where it left off.
                again_when_killed: true,
            }),
        }
    }

    /// Notes in the flow API, at the moment the job is accepted, what depends on it: should it
    /// never come to run, nothing waits for it.
    pub(crate) fn claim(&self, connection: &Connection, job: &Job) -> Result<(), DataError> {
        let Self::Executor { bake } = self else {
            return Ok(());
        };
        let newest = "SELECT doc FROM attempts WHERE bake_id = ?1 ORDER BY number DESC LIMIT 1";
        let attempt: Option<Attempt> = doc(connection, newest, params![bake])?;
        let free = attempt.filter(|one| !one.result.is_finished() && one.executor_id.is_none());
        if let Some(mut attempt) = free {
            attempt.executor_id = Some(job.id.clone());
            connection.execute(
                "UPDATE attempts SET executor_id = ?2, doc = ?3 WHERE id = ?1",
                params![attempt.id, job.id, text(&attempt)?],
            )?;
        }
        Ok(())
    }
}

/// Variables of ours that say where the container engine is; jobs do not get them.
fn way_to_the_engine() -> impl Iterator<Item = (String, String)> {
    let names = ["DOCKER_HOST", "CONTAINER_HOST", "XDG_RUNTIME_DIR"];
    names
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
}

/// What the process that builds an image is told.
fn order(platform: &Platform, request: &BuildRequest, plan: &Plan) -> String {
    let order = BuildOrder {
        request: request.clone(),
        mounts: plan.mounts.clone(),
        owner: plan.env.get("NEURO_JOB_OWNER").cloned().unwrap_or_default(),
        port: platform.port(),
        engine: platform.engine.configured().map(str::to_owned),
    };
    // A path that is no text cannot be written; then the process says that it has no order.
    serde_json::to_string(&order).unwrap_or_default()
}

/// The bake of a submission that is made by `apolo-flow bake` for an executor on the platform.
fn executed_bake(submitted: &JobSubmission) -> Option<String> {
    let tagged = submitted.tags.iter().any(|tag| tag == EXECUTOR_TAG);
    let of_tools = FLOW_TOOLS.contains(&repository(&submitted.image));
    if !tagged || !of_tools || !submitted.pass_config || submitted.entrypoint.is_some() {
        return None;
    }
    let words = split(submitted.command.as_deref()?).ok()?;
    match &words[..] {
        [tool, flags @ .., execute, bake]
            if FLOW_TOOLS.contains(&tool.as_str())
                && flags.iter().all(|flag| flag.starts_with('-'))
                && execute == "execute"
                && !bake.starts_with('-') =>
        {
            Some(bake.clone())
        }
        _ => None,
    }
}

/// The last part of the name of an image, without tag and digest.
fn repository(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or_default();
    let last = name.rsplit('/').next().unwrap_or_default();
    last.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAKE: &str = "bake-6d9ac07e-7f0e-4e0b-8c1f-2f2c2a2f7f10";

    fn submission() -> JobSubmission {
        JobSubmission {
            image: "ghcr.io/neuro-inc/apolo-flow:v26.7.2".into(),
            command: Some(format!("apolo-flow -vv --fake-workspace execute {BAKE}")),
            tags: vec!["project:x".into(), "remote_executor".into()],
            pass_config: true,
            ..JobSubmission::default()
        }
    }

    fn recognised(change: impl FnOnce(&mut JobSubmission)) -> Option<NativeJob> {
        let mut submission = submission();
        change(&mut submission);
        NativeJob::recognise(&submission)
    }

    #[test]
    fn the_executor_of_the_tools_is_recognised() {
        let bake = BAKE.to_owned();
        assert_eq!(
            recognised(|_| ()),
            Some(NativeJob::Executor { bake: bake.clone() })
        );
        let digest =
            |job: &mut JobSubmission| job.image = "localhost:5000/neuro-flow@sha256:0".into();
        assert_eq!(recognised(digest), Some(NativeJob::Executor { bake }));
    }

    #[test]
    fn a_job_that_differs_in_anything_that_matters_is_an_ordinary_job() {
        type Change = fn(&mut JobSubmission);
        let changes: [Change; 7] = [
            |job| job.tags.clear(),
            |job| job.image = "ubuntu".into(),
            |job| job.pass_config = false,
            |job| job.entrypoint = Some("bash".into()),
            |job| job.command = None,
            |job| job.command = Some("apolo-flow bakes".into()),
            |job| job.command = Some("apolo-flow execute 'a".into()),
        ];
        for change in changes {
            assert_eq!(recognised(change), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_command_and_no_image_makes_it_stumble(command: String, image: String) {
            recognised(|job| {
                job.command = Some(command);
                job.image = image;
            });
        }
    }
}
