//! What starting a live job comes to, without starting it.

use flow::config::Effect;
use flow::live::{CommandError, PlannedJob, run_command};
use flow::words::{quoted, split};
use protocol::{JobSubmission, PlatformUri, UriError};

use crate::place::Place;
use crate::submission::{self, SubmissionError, minutes, port};

/// Everything that starting a live job does.
#[derive(Debug, Clone, PartialEq)]
pub struct LivePlan {
    /// The id of the job in the flow.
    pub job_id: String,
    /// What the platform is sent.
    pub submission: JobSubmission,
    /// The words of the same command for the command line tool.
    pub command: Vec<String>,
    /// Folders that are uploaded first.
    pub uploads: Vec<Upload>,
    /// Whether starting it does not wait for its output.
    pub detach: bool,
    /// Whether its web page opens.
    pub browse: bool,
    /// Ports to forward, `LOCAL:REMOTE`.
    pub port_forward: Vec<String>,
    /// Whether it may run several times at once.
    pub multi: bool,
}

/// A folder of this computer that becomes a folder of the storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Absolute path here.
    pub local: String,
    /// Where it goes.
    pub remote: PlatformUri,
}

/// Why a live job cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The body cannot be made.
    #[error(transparent)]
    Submission(#[from] SubmissionError),
    /// The command is not a line of words.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The folder is to be uploaded to something that is no storage.
    #[error("upload: {0}")]
    Upload(#[from] UriError),
}

/// Plans an evaluated live job.
pub fn plan(job: &PlannedJob, place: &Place) -> Result<LivePlan, PlanError> {
    Ok(LivePlan {
        job_id: job.config.id.clone(),
        submission: body(job, place)?,
        command: run_command(job)?,
        uploads: uploads(&job.effects, place)?,
        detach: job.config.detach,
        browse: job.config.browse,
        port_forward: job.config.port_forward.clone(),
        multi: job.config.multi,
    })
}

/// The port that the command line tool publishes unless it is told otherwise.
const DEFAULT_PORT: i64 = 80;
/// The life span that the command line tool sets unless it is told otherwise.
const DEFAULT_MINUTES: u64 = 24 * 60;

/// The body that `apolo run` would send for the planned command: with its defaults.
fn body(job: &PlannedJob, place: &Place) -> Result<JobSubmission, SubmissionError> {
    let exec = &job.config.exec;
    let mut submission = submission::common(exec, place)?;
    submission.name = Some(job.platform_name.clone());
    submission.project_name.clone_from(&job.project_name);
    submission.schedule_timeout = exec
        .schedule_timeout
        .filter(|seconds| *seconds != 0.0)
        .map(f64::trunc);
    submission.http = port(exec.http_port.unwrap_or(DEFAULT_PORT), exec.http_auth)?;
    submission.command = command(exec.cmd.as_deref().unwrap_or_default())?;
    submission.max_run_time_minutes = match exec.life_span {
        None | Some(0.0) => Some(DEFAULT_MINUTES),
        Some(seconds) if seconds < 1.0 => None,
        Some(seconds) => Some(minutes(seconds.trunc())),
    };
    Ok(submission)
}

/// The words of the command joined again: a single word goes as it is, as the tool does it.
fn command(text: &str) -> Result<Option<String>, SubmissionError> {
    let words = split(text)?;
    Ok(match &words[..] {
        [] => None,
        [single] => Some(single.clone()),
        several => Some(
            several
                .iter()
                .map(|word| quoted(word))
                .collect::<Vec<_>>()
                .join(" "),
        ),
    })
}

/// The folders to upload.
pub(crate) fn uploads(effects: &[Effect], place: &Place) -> Result<Vec<Upload>, UriError> {
    effects
        .iter()
        .map(|effect| match effect {
            Effect::Upload { local, remote } => Ok(Upload {
                local: local.clone(),
                remote: PlatformUri::parse(remote, &place.uris())?,
            }),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use flow::live::{JobInputs, evaluate};
    use flow::{MemoryWorkspace, NoJobs, Session};

    use super::*;
    use crate::testing::{place, platform};

    fn planned(job: &str) -> LivePlan {
        let text = format!("kind: live\njobs:\n  my_job: {{image: ubuntu{job}}}\n");
        let workspace = MemoryWorkspace::new("/ws_proj").file(".apolo/live.yml", text);
        let parsed = flow::open(&workspace);
        let platform = platform();
        let session = Session {
            workspace: &workspace,
            platform: &platform,
            jobs: &NoJobs,
        };
        let job = evaluate(&parsed.tree, &session, "my_job", &JobInputs::default());
        plan(&job.unwrap(), &place()).unwrap()
    }

    #[test]
    fn a_plain_job_gets_what_the_command_line_tool_adds() {
        let plan = planned("");
        insta::assert_json_snapshot!(plan.submission, @r#"
        {
          "pass_config": false,
          "project_name": "proj",
          "cluster_name": "cl",
          "org_name": "org",
          "name": "ws-proj-my-job",
          "tags": [
            "flow:live",
            "job:my-job",
            "project:ws-proj"
          ],
          "description": "live.my_job",
          "max_run_time_minutes": 1440,
          "image": "ubuntu:latest",
          "resources": {
            "shm": true
          },
          "http": {
            "port": 80,
            "requires_auth": true
          }
        }
        "#);
        assert_eq!(
            plan.command.join(" "),
            "apolo run --description=live.my_job --name=ws-proj-my-job --project=proj \
             --tag=flow:live --tag=job:my-job --tag=project:ws-proj ubuntu --"
        );
    }

    #[test]
    fn what_is_written_replaces_what_the_tool_adds() {
        let plan =
            planned(", http_port: 0, life_span: 90, schedule_timeout: 1.9, cmd: 'echo \"a b\" $X'");
        let submission = plan.submission;
        assert_eq!(submission.http, None);
        assert_eq!(submission.max_run_time_minutes, Some(1));
        assert_eq!(submission.schedule_timeout, Some(1.0));
        assert_eq!(submission.command.as_deref(), Some("echo 'a b' '$X'"));
        assert_eq!(submission.preset_name, None);
        let single = planned(", cmd: '\"a b\"', life_span: 0.5, http_auth: no");
        assert_eq!(single.submission.command.as_deref(), Some("a b"));
        assert_eq!(single.submission.max_run_time_minutes, None);
        let http = single.submission.http.unwrap();
        assert_eq!((http.port, http.requires_auth), (80, false));
    }
}
