//! Live jobs: the table, starting and stopping.

mod launching;

use std::sync::Arc;

use client::Client;
use contract::{
    DeskEvent, Failure, FailureCode, LivePlan, LiveRow, LiveStart, LiveStarted, LiveStop,
    LiveStopped, LiveTable, ProjectAsk, StoppedJob,
};
use execution::Place;
use execution::bake::record_flow;
use execution::live::{self, FoundJobs};
use flow::Image;
use flow::live::{JobInputs, LiveFlow, PlannedJob, PreparedLive};
use futures_util::future::try_join_all;
use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use protocol::flow::NewLiveJob;
use protocol::{Job, JobFilter, JobStatus};

use crate::Desk;
use crate::forward;
use crate::image;
use crate::project::OpenProject;
use crate::templates::work::Work;
use crate::view::diagnostic::views;
use crate::view::failure;
use crate::view::job::{never_run, row, state, time};

/// How far back ended jobs are shown.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The live jobs of a project with their latest runs.
pub async fn live_table(desk: &Desk, request: ProjectAsk) -> Result<LiveTable, Failure> {
    let open = OpenProject::kept(desk, &request.project)?;
    let plan = TablePlan::new(&open);
    let client = desk.client().await?;
    let place = place(&client, open.platform_project()).await?;
    let table = plan.fill(&client, &place).await?;
    desk.watches().seen_live(&open.root, &table);
    Ok(table)
}

/// What the table needs of the files, so that nothing of them is held while the platform is asked.
struct TablePlan {
    project: String,
    flow_tags: Option<Vec<String>>,
    /// Tag, id and whether several may run at once, in the order of the file.
    jobs: Vec<(String, String, bool)>,
}

impl TablePlan {
    fn new(open: &OpenProject) -> Self {
        let Some(live) = &open.project.live else {
            return Self {
                project: open.path(),
                flow_tags: None,
                jobs: Vec::new(),
            };
        };
        // What runs is shown also while somebody is editing the files.
        let (prepared, _) = PreparedLive::survey(&open.project, &open.session(), Arc::clone(live));
        let multi = |id: &str| prepared.is_multi(&open.session(), id).ok();
        let jobs = live.jobs.values().map(|job| {
            let tag = format!("job:{}", flow::tag::tag_of(&job.id));
            (tag, job.id.clone(), multi(&job.id).unwrap_or(job.multi))
        });
        Self {
            project: open.path(),
            jobs: jobs.collect(),
            flow_tags: Some(prepared.flow_tags()),
        }
    }

    async fn fill(&self, client: &Client, place: &Place) -> Result<LiveTable, Failure> {
        let now = Timestamp::now();
        let runs = match &self.flow_tags {
            Some(tags) if !self.jobs.is_empty() => runs(client, place, tags, now).await?,
            _ => Vec::new(),
        };
        let rows = self.jobs.iter().flat_map(|(tag, id, multi)| {
            rows(
                id,
                *multi,
                runs.iter().filter(|run| run.tags.contains(tag)),
                now,
            )
        });
        Ok(LiveTable {
            project: self.project.clone(),
            rows: rows.collect(),
            updated_at: time(now),
        })
    }
}

/// All runs of a flow's live jobs that are under way or ended lately, newest first.
async fn runs(
    client: &Client,
    place: &Place,
    tags: &[String],
    now: Timestamp,
) -> Result<Vec<Job>, Failure> {
    let under_way = JobFilter {
        tags: tags.to_vec(),
        statuses: vec![JobStatus::Pending, JobStatus::Suspended, JobStatus::Running],
        clusters: vec![place.cluster.clone()],
        orgs: vec![place.org.clone()],
        projects: vec![place.project.clone()],
        reverse: true,
        being_dropped: Some(false),
        logs_removed: Some(false),
        ..JobFilter::default()
    };
    let ended = JobFilter {
        statuses: vec![
            JobStatus::Succeeded,
            JobStatus::Failed,
            JobStatus::Cancelled,
        ],
        since: now.checked_sub(LOOK_BACK).ok(),
        ..under_way.clone()
    };
    let jobs = client.jobs();
    let (under_way, ended) = tokio::try_join!(jobs.list(&under_way), jobs.list(&ended))
        .map_err(|error| failure::of_client(&error))?;
    let mut runs = under_way;
    for job in ended {
        if runs.iter().all(|known| known.id != job.id) {
            runs.push(job);
        }
    }
    Ok(runs)
}

/// The rows of one live job: its latest run, or the latest of each suffix.
fn rows<'a>(
    id: &str,
    multi: bool,
    runs: impl Iterator<Item = &'a Job>,
    now: Timestamp,
) -> Vec<LiveRow> {
    let mut runs: Vec<Job> = runs.cloned().collect();
    if multi {
        runs = live::newest_by_suffix(runs);
    } else {
        runs.truncate(1);
    }
    if runs.is_empty() {
        return vec![never_run(id, multi)];
    }
    runs.iter().map(|run| row(id, multi, run, now)).collect()
}

/// What starting a live job would do; nothing is started.
pub async fn live_plan(desk: &Desk, request: LiveStart) -> Result<LivePlan, Failure> {
    let prepared = Prepared::new(&request, desk.who())?;
    let client = desk.client().await?;
    let place = place(&client, &prepared.job.project_name).await?;
    let plan = prepared.plan(&place)?;
    let submission = serde_json::to_string_pretty(&plan.submission)
        .map_err(|error| Failure::internal(format!("The submission cannot be shown: {error}.")))?;
    Ok(LivePlan {
        command: own_command(&request),
        official_command: official_command(&request),
        platform_command: shell_line(&plan.command),
        forwards: plan.port_forward.clone(),
        browses: plan.browse,
        passes_config: plan.submission.pass_config,
        detaches: plan.detach,
        life_span: plan
            .submission
            .max_run_time_minutes
            .map(|minutes| minutes.saturating_mul(60)),
        suffix: prepared.inputs.suffix.clone(),
        problems: image::missing(&client, &place, prepared.wanted_image()).await,
        submission,
        uploads: plan
            .uploads
            .iter()
            .map(|upload| format!("{} → {}", upload.local, upload.remote))
            .collect(),
    })
}

/// Starts a live job. One that runs already, and may run only once, is answered as it is.
pub async fn live_start(desk: &Desk, request: LiveStart) -> Result<LiveStarted, Failure> {
    let prepared = Prepared::new(&request, desk.who())?;
    let client = desk.client().await?;
    let place = place(&client, &prepared.job.project_name).await?;
    let plan = prepared.plan(&place)?;
    let answered = |job: &Job, already_running: bool| LiveStarted {
        row: row(&request.job, plan.multi, job, Timestamp::now()),
        already_running,
        uploaded: Vec::new(),
        browses: plan.browse,
        problems: Vec::new(),
    };
    let suffix = prepared.inputs.suffix.as_deref().filter(|_| plan.multi);
    let wanted = FoundJobs {
        tags: &prepared.job_tags,
        suffix,
        multi: plan.multi,
    };
    let found = live::find(&client, &place, &wanted, Timestamp::now())
        .await
        .map_err(|error| failure::of_client(&error))?;
    if let Some(job) = found.iter().find(|job| !job.status.is_finished()) {
        return Ok(answered(job, true));
    }
    if let Some(image) = &prepared.image {
        image::must_be_there(&client, &place, image).await?;
    }
    prepared.register(&client, &place).await?;
    let work = Work::begin(desk, request.work.as_deref());
    let (job, uploaded) = launching::launched(&client, (&place, &plan), &work).await?;
    drop(work);
    desk.watches().wake();
    desk.tell(DeskEvent::HomeChanged {});
    let started = answered(&job, false);
    let title = match &started.row.suffix {
        Some(suffix) => format!("{} {suffix}", request.job),
        None => request.job.clone(),
    };
    let problems = forward::open_of_job(desk, (&job, &title), &plan.port_forward).await;
    Ok(LiveStarted {
        uploaded,
        problems,
        ..started
    })
}

/// Stops a run of a live job. The answer comes at once; the end is told by an event.
pub async fn live_stop(desk: &Desk, request: LiveStop) -> Result<LiveTable, Failure> {
    let client = desk.client().await?;
    client
        .jobs()
        .kill(&request.raw_id)
        .await
        .map_err(|error| failure::of_client(&error))?;
    desk.watches().wake();
    live_table(
        desk,
        ProjectAsk {
            project: request.project,
        },
    )
    .await
}

/// Stops all runs of a project's live jobs and waits until they have ended.
pub async fn live_stop_all(desk: &Desk, request: ProjectAsk) -> Result<LiveStopped, Failure> {
    let open = OpenProject::kept(desk, &request.project)?;
    let TablePlan {
        project,
        flow_tags,
        jobs,
    } = TablePlan::new(&open);
    let client = desk.client().await?;
    let place = place(&client, open.platform_project()).await?;
    let found = match flow_tags {
        Some(tags) => live::find_all_running(&client, &place, &tags).await,
        None => Ok(Vec::new()),
    };
    let found = found.map_err(|error| failure::of_client(&error))?;
    let kills = found.iter().map(|job| live::kill(&client, &job.id));
    let killed = try_join_all(kills).await;
    let killed = killed.map_err(|error| failure::of_client(&error))?;
    desk.watches().wake();
    let stopped = killed.iter().map(|job| {
        let of_file = jobs.iter().find(|(tag, ..)| job.tags.contains(tag));
        let by_tag = || job.tags.iter().find_map(|tag| tag.strip_prefix("job:"));
        let id = of_file.map(|(_, id, _)| id.as_str()).or_else(by_tag);
        StoppedJob {
            job: id.unwrap_or(&job.id).to_owned(),
            suffix: live::suffix_of(job).map(str::to_owned),
            raw_id: job.id.clone(),
            state: state(&job.status),
        }
    });
    Ok(LiveStopped {
        project,
        jobs: stopped.collect(),
    })
}

/// A live job with its inputs, evaluated.
struct Prepared {
    job: PlannedJob,
    inputs: JobInputs,
    job_tags: Vec<String>,
    /// Everything that is recorded before a start.
    records: Vec<NewLiveJob>,
    flow_id: String,
    /// The image of the job, if the flow says what to build it from.
    image: Option<Image>,
}

impl Prepared {
    fn new(request: &LiveStart, who: flow::Platform) -> Result<Self, Failure> {
        let open = OpenProject::read(&request.project, who)?;
        let flow_id = open.id()?.to_owned();
        let live = live_flow(&open, &request.job)?;
        let unsound = |troubles: flow::Troubles| {
            open.unsound(
                &format!("`{}` cannot be started.", request.job),
                &troubles.diagnostics(),
            )
        };
        let prepared = PreparedLive::new(&open.project, &open.session(), Arc::clone(live));
        let prepared = prepared.map_err(unsound)?;
        let multi = prepared
            .is_multi(&open.session(), &request.job)
            .map_err(unsound)?;
        let suffix = request
            .suffix
            .clone()
            .filter(|suffix| !suffix.trim().is_empty());
        if suffix.is_some() && !multi {
            let message = "This job runs only once at a time, so it takes no suffix.";
            return Err(Failure::invalid("suffix", message));
        }
        let inputs = JobInputs {
            params: request.params.clone(),
            suffix: multi.then(|| suffix.unwrap_or_else(made_suffix)),
        };
        let job = prepared
            .job(&open.session(), &request.job, &inputs)
            .map_err(unsound)?;
        Ok(Self {
            job_tags: prepared.job_tags(&request.job, None),
            records: records(&open, live, &prepared),
            image: image::built_for(&job, &prepared),
            job,
            inputs,
            flow_id,
        })
    }

    /// The image its job asks for, and what it is built from, if the flow says that.
    fn wanted_image(&self) -> (&str, Option<&Image>) {
        (&self.job.config.exec.image, self.image.as_ref())
    }

    fn plan(&self, place: &Place) -> Result<live::LivePlan, Failure> {
        live::plan(&self.job, place).map_err(|error| {
            let message = format!("The job cannot be submitted: {error}.");
            Failure::new(FailureCode::FlowUnsound, message)
                .hint("Mend the job's definition in live.yml.")
        })
    }

    async fn register(&self, client: &Client, place: &Place) -> Result<(), Failure> {
        let record = record_flow(client, place, &self.flow_id)
            .await
            .map_err(|error| failure::of_client(&error))?;
        let jobs: Vec<NewLiveJob> = self
            .records
            .iter()
            .map(|job| NewLiveJob {
                project_id: record.id.clone(),
                ..job.clone()
            })
            .collect();
        live::register(client, &jobs)
            .await
            .map_err(|error| failure::of_client(&error))
    }
}

fn records(open: &OpenProject, live: &LiveFlow, prepared: &PreparedLive) -> Vec<NewLiveJob> {
    live.jobs
        .keys()
        .map(|id| NewLiveJob {
            project_id: String::new(),
            yaml_id: id.clone(),
            multi: prepared.is_multi(&open.session(), id).unwrap_or(false),
            tags: prepared.job_tags(id, None),
            raw_id: String::new(),
        })
        .collect()
}

fn live_flow<'a>(open: &'a OpenProject, job: &str) -> Result<&'a Arc<LiveFlow>, Failure> {
    let live = open.project.live.as_ref().ok_or_else(|| {
        Failure::not_found("The project has no live.yml, so it has no live jobs.")
    })?;
    if live.jobs.contains_key(job) {
        return Ok(live);
    }
    let candidates = source::nearest(job, live.jobs.keys().map(String::as_str));
    let refused = Failure::not_found(format!("The project has no live job `{job}`."));
    Err(match candidates.first() {
        Some(best) => refused.hint(format!("Did you mean `{best}`?")),
        None => refused,
    })
}

/// A suffix for a run of a `multi` job that was given none: ten hexadecimal digits.
fn made_suffix() -> String {
    uuid::Uuid::new_v4().simple().to_string()[..10].to_owned()
}

/// The place that jobs of a platform project run in.
pub(crate) async fn place(client: &Client, project: &str) -> Result<Place, Failure> {
    let standing = client.standing();
    let services = client
        .cluster(&standing.cluster)
        .await
        .map_err(|error| failure::of_client(&error))?;
    let (org, user) = (&standing.org, &standing.user);
    Ok(Place::new(services.cluster(), org, project, user))
}

fn own_command(request: &LiveStart) -> String {
    let mut words = vec![
        "bakehouse".to_owned(),
        "run".to_owned(),
        request.job.clone(),
    ];
    if let Some(suffix) = &request.suffix {
        words.extend(["-s".to_owned(), suffix.clone()]);
    }
    words.extend(param_words(&request.params));
    words.extend(["-C".to_owned(), request.project.clone()]);
    shell_line(&words)
}

/// The equal command of `apolo-flow`, which runs in the project's folder.
fn official_command(request: &LiveStart) -> String {
    let mut words = vec!["apolo-flow".to_owned(), "run".to_owned()];
    for (name, value) in &request.params {
        words.extend(["-p".to_owned(), name.clone(), value.clone()]);
    }
    if let Some(suffix) = &request.suffix {
        words.extend(["-s".to_owned(), suffix.clone()]);
    }
    words.push(request.job.clone());
    shell_line(&words)
}

/// Parameters as words of a command line.
pub(crate) fn param_words(params: &IndexMap<String, String>) -> Vec<String> {
    params
        .iter()
        .flat_map(|(name, value)| ["-p".to_owned(), format!("{name}={value}")])
        .collect()
}

/// Words as a line for a shell.
pub fn shell_line(words: &[String]) -> String {
    words
        .iter()
        .map(|word| protocol::quote(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Findings of a refused evaluation; kept for the plan of a batch, which shows them as a list.
pub(crate) fn found(open: &OpenProject, troubles: flow::Troubles) -> Vec<contract::DiagnosticView> {
    views(&troubles.diagnostics(), &open.root)
}
