//! The home screen: known projects, what runs, what failed lately.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use client::{BakeFilter, Client};
use contract::{
    AttentionItem, BakeState, Failure, HomeAsk, HomeView, JobState, ProjectCard, RunningItem,
    RunningSubject,
};
use jiff::{SignedDuration, Timestamp};
use protocol::flow::{Bake, Project as FlowRecord};
use protocol::{Job, JobFilter, JobStatus};

use crate::Desk;
use crate::known_projects::KnownProject;
use crate::project::disk;
use crate::view::bake::bake_state;
use crate::view::job::{state as job_state, time};

/// How many bakes a project's card shows.
const STRIP: usize = 14;
/// How long a platform may take to answer before the home screen is shown without it.
const SOON: Duration = Duration::from_secs(5);
/// How long a failure stays on the home screen.
const LATELY: SignedDuration = SignedDuration::from_hours(24);

/// What the platform tells for the home screen.
#[derive(Default)]
struct Told {
    flows: Vec<FlowRecord>,
    jobs: Vec<Job>,
}

/// A platform and what it told.
struct Asked {
    client: Option<Client>,
    told: Told,
}

impl Asked {
    /// A platform that does not answer soon is not waited for.
    async fn of(desk: &Desk) -> Self {
        let client = desk.client_if_ready().await;
        let told = match &client {
            Some(client) => tokio::time::timeout(SOON, ask(client)).await.ok(),
            None => None,
        };
        Self {
            client: client.filter(|_| told.is_some()),
            told: told.unwrap_or_default(),
        }
    }
}

/// The home screen. It never waits for the platform: what is not known yet comes with an event.
pub async fn home_view(desk: &Desk, _request: HomeAsk) -> Result<HomeView, Failure> {
    let mut asked: HashMap<String, Asked> = HashMap::new();
    let mut home = HomeView {
        projects: vec![],
        running: vec![],
        attention: vec![],
    };
    for known in desk.projects().all() {
        let there = desk.of_project(&known.path);
        let name = there.here().map(|here| here.name().to_owned());
        let asked = match asked.entry(name.unwrap_or_default()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Asked::of(&there).await),
        };
        let bakes = match &asked.client {
            Some(client) => bakes(client, &asked.told, &known).await,
            None => Vec::new(),
        };
        add(&mut home, desk, &known, &bakes, &asked.told);
    }
    home.running
        .sort_by(|one, other| other.since.cmp(&one.since));
    home.attention.sort_by(|one, other| other.at.cmp(&one.at));
    Ok(home)
}

/// Flows and running live jobs; nothing if the platform does not answer, the window shows that.
async fn ask(client: &Client) -> Told {
    let filter = JobFilter {
        tags: vec!["flow:live".to_owned()],
        statuses: vec![JobStatus::Pending, JobStatus::Running],
        clusters: vec![client.standing().cluster.clone()],
        orgs: vec![client.standing().org.clone()],
        reverse: true,
        ..JobFilter::default()
    };
    let (flows, jobs) = tokio::join!(flows(client), async { client.jobs().list(&filter).await });
    Told {
        flows,
        jobs: jobs.unwrap_or_default(),
    }
}

async fn flows(client: &Client) -> Vec<FlowRecord> {
    client
        .flow()
        .projects()
        .list(&client.standing().cluster)
        .await
        .unwrap_or_default()
}

/// The bakes of a project, newest first.
async fn bakes(client: &Client, told: &Told, known: &KnownProject) -> Vec<Bake> {
    let Some(flow) = &known.flow else {
        return Vec::new();
    };
    let Some(record) = told.flows.iter().find(|record| &record.name == flow) else {
        return Vec::new();
    };
    let filter = BakeFilter {
        newest_first: true,
        ..BakeFilter::default()
    };
    client
        .flow()
        .bakes()
        .list(&record.id, &filter)
        .await
        .unwrap_or_default()
}

fn add(home: &mut HomeView, desk: &Desk, known: &KnownProject, bakes: &[Bake], told: &Told) {
    let project = known.path.display().to_string();
    let name = known.name.clone();
    let tag = known
        .flow
        .as_deref()
        .map(|flow| format!("project:{}", flow::tag::tag_of(flow)));
    let jobs = told
        .jobs
        .iter()
        .filter(|job| tag.as_ref().is_some_and(|tag| job.tags.contains(tag)));
    let running_jobs: Vec<RunningItem> =
        jobs.map(|job| running_job(job, &project, &name)).collect();
    let running_bakes = bakes.iter().filter(|bake| !bake_state(bake).is_over());
    let running_bakes: Vec<RunningItem> = running_bakes
        .map(|bake| running_bake(bake, &project, &name))
        .collect();
    let now = Timestamp::now();
    let failed = bakes.iter().filter(|bake| {
        bake_state(bake) == BakeState::Failed && now.duration_since(bake.created_at) < LATELY
    });
    home.attention
        .extend(failed.map(|bake| attention(bake, &project, &name)));
    let activity = activity(bakes, running_bakes.len(), running_jobs.len());
    home.running
        .extend(running_bakes.into_iter().chain(running_jobs));
    home.projects.push(card(desk, known, bakes, activity));
}

fn card(
    desk: &Desk,
    known: &KnownProject,
    bakes: &[Bake],
    activity: Option<String>,
) -> ProjectCard {
    let gone = !known.path.is_dir();
    ProjectCard {
        path: known.path.display().to_string(),
        shown_path: desk.folders().shown(&known.path),
        name: known.name.clone(),
        branch: disk::branch(&known.path),
        opened_at: time(known.opened_at),
        bakes: bakes.iter().take(STRIP).rev().map(bake_state).collect(),
        activity,
        problem: gone.then(|| "The folder is not there any more.".to_owned()),
    }
}

fn activity(bakes: &[Bake], baking: usize, live: usize) -> Option<String> {
    match (baking, live) {
        (0, 0) => match bake_state(bakes.first()?) {
            BakeState::Failed => Some("Last bake failed".to_owned()),
            BakeState::Cancelled => Some("Last bake cancelled".to_owned()),
            _ => None,
        },
        (0, 1) => Some("1 live job".to_owned()),
        (0, live) => Some(format!("{live} live jobs")),
        (1, 0) => Some("Baking".to_owned()),
        (baking, 0) => Some(format!("{baking} bakes")),
        (_, live) => Some(format!("Baking, {live} live")),
    }
}

fn running_job(job: &Job, project: &str, name: &str) -> RunningItem {
    let tag = |prefix: &str| job.tags.iter().find_map(|tag| tag.strip_prefix(prefix));
    let id = tag("job:").unwrap_or(&job.id);
    let title = match tag("multi:") {
        Some(suffix) => format!("{id} {suffix}"),
        None => id.to_owned(),
    };
    let state: JobState = job_state(&job.status);
    RunningItem {
        project: project.to_owned(),
        project_name: name.to_owned(),
        subject: RunningSubject::Live {
            job: job.id.clone(),
            state,
        },
        title,
        since: job.history.created_at.map(time).unwrap_or_default(),
        done: None,
        total: None,
    }
}

fn running_bake(bake: &Bake, project: &str, name: &str) -> RunningItem {
    let tasks: usize = bake.graphs.values().map(|graph| graph.len()).sum();
    let calls = bake.graphs.len().saturating_sub(1);
    RunningItem {
        project: project.to_owned(),
        project_name: name.to_owned(),
        subject: RunningSubject::Bake {
            bake: bake.id.clone(),
            state: bake_state(bake),
        },
        title: bake.name.clone().unwrap_or_else(|| bake.batch.clone()),
        since: time(bake.created_at),
        done: None,
        total: u32::try_from(tasks.saturating_sub(calls)).ok(),
    }
}

fn attention(bake: &Bake, project: &str, name: &str) -> AttentionItem {
    AttentionItem {
        project: project.to_owned(),
        project_name: name.to_owned(),
        title: bake.name.clone().unwrap_or_else(|| bake.batch.clone()),
        detail: "A task of this bake failed".to_owned(),
        at: time(bake.created_at),
        bake: Some(bake.id.clone()),
        job: None,
    }
}
