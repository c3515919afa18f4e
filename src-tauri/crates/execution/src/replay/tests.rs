use jiff::SignedDuration;
use proptest::prelude::*;
use protocol::flow::TaskTransition;
use protocol::{JobHistory, JobTransition};

use super::*;

const STATUSES: [&str; 8] = [
    "pending",
    "running",
    "succeeded",
    "failed",
    "cancelled",
    "skipped",
    "cached",
    "from-tomorrow",
];
const REASONS: [Option<&str>; 5] = [
    None,
    Some("Pulling"),
    Some("Restarting"),
    Some("OOMKilled"),
    Some("Creating"),
];

fn second(number: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_700_000_000 + number)
}

fn record(statuses: &[(i64, usize)]) -> Task {
    let mut statuses = statuses.to_vec();
    statuses.sort_by_key(|(at, _)| *at);
    Task {
        id: "task-1".to_owned(),
        attempt_id: "attempt-1".to_owned(),
        yaml_id: "train".to_owned(),
        raw_id: String::new(),
        outputs: None,
        state: None,
        statuses: statuses
            .into_iter()
            .map(|(at, status)| TaskTransition {
                created_at: second(at),
                status: TaskStatus::from(STATUSES[status]),
            })
            .collect(),
    }
}

/// A job with these transitions and these times of its history.
fn job(steps: &[(i64, usize, usize)], times: [Option<i64>; 3], exit_code: Option<i32>) -> Job {
    let mut steps = steps.to_vec();
    steps.sort_by_key(|(at, _, _)| *at);
    let mut job: Job = serde_json::from_value(serde_json::json!({
        "id": "job-1", "owner": "user", "cluster_name": "local", "status": "pending",
        "history": {"run_time_seconds": 0, "restarts": 0},
        "container": {"image": "x", "resources": {"cpu": 1, "memory": 1}}, "uri": "job://local/o/p/job-1",
    }))
    .expect("a job is read");
    job.statuses = steps
        .into_iter()
        .map(|(at, status, why)| JobTransition {
            status: JobStatus::from(STATUSES[status]),
            transition_time: second(at),
            reason: REASONS[why].map(str::to_owned),
            description: None,
            exit_code: None,
        })
        .collect();
    let [created_at, started_at, finished_at] = times.map(|at| at.map(second));
    job.history = JobHistory {
        reason: Some("Error".to_owned()),
        created_at,
        started_at,
        finished_at,
        exit_code,
        ..JobHistory::default()
    };
    job
}

/// What the platform says now, read from it without any fold.
fn present(record: &Task, job: Option<&Job>) -> TaskNow {
    let history = job.map(|job| job.history.clone()).unwrap_or_default();
    let of = |wanted: &TaskStatus| {
        let mut all = record.statuses.iter();
        all.find(|one| one.status == *wanted)
            .map(|one| one.created_at)
    };
    let last = record.statuses.last();
    TaskNow {
        status: last.map(|one| one.status.clone()),
        submitted: history
            .created_at
            .or(record.statuses.first().map(|one| one.created_at)),
        started: history.started_at.or(of(&TaskStatus::Running)),
        finished: history.finished_at.or(last
            .filter(|one| one.status.is_finished())
            .map(|one| one.created_at)),
        said: Said {
            reason: history.reason,
            description: history.description,
            exit_code: history.exit_code,
        },
    }
}

fn statuses() -> impl Strategy<Value = Vec<(i64, usize)>> {
    proptest::collection::vec((0..50_i64, 0..STATUSES.len()), 0..6)
}

fn jobs() -> impl Strategy<Value = Option<Job>> {
    let steps = proptest::collection::vec((0..50_i64, 0..STATUSES.len(), 0..REASONS.len()), 0..6);
    let time = || proptest::option::of(0..50_i64);
    let whole = (steps, [time(), time(), time()], proptest::option::of(0..3));
    proptest::option::of(whole.prop_map(|(steps, times, code)| job(&steps, times, code)))
}

proptest! {
    #[test]
    fn the_fold_of_the_whole_history_is_what_the_platform_says_now(
        statuses in statuses(), job in jobs(),
    ) {
        let record = record(&statuses);
        let mut now = TaskNow::at(&marks(&record, job.as_ref()), Timestamp::MAX);
        let present = present(&record, job.as_ref());
        // Of a task that nothing with a time is known of, nothing was said at any time.
        if marks(&record, job.as_ref()).is_empty() {
            now.said = present.said.clone();
        }
        prop_assert_eq!(now, present);
    }

    #[test]
    fn every_prefix_folds_to_what_was_stored_by_then(statuses in statuses(), job in jobs(), at in 0..50_i64) {
        let record = record(&statuses);
        let marks = marks(&record, job.as_ref());
        let now = TaskNow::at(&marks, second(at));
        // What is stored by then, looked up without the fold.
        let mut stored = record.clone();
        stored.statuses.retain(|one| one.created_at <= second(at));
        prop_assert_eq!(&now.status, &stored.statuses.last().map(|one| one.status.clone()));
        let whole = present(&record, job.as_ref());
        let by_then = |time: Option<Timestamp>| time.filter(|time| *time <= second(at));
        prop_assert_eq!(now.submitted, by_then(whole.submitted));
        prop_assert_eq!(now.started, by_then(whole.started));
        prop_assert_eq!(now.finished, by_then(whole.finished));
    }

    #[test]
    fn moments_are_the_fold_at_their_times(statuses in statuses(), job in jobs()) {
        let record = record(&statuses);
        let marks = marks(&record, job.as_ref());
        let moments = moments(&marks);
        prop_assert!(moments.windows(2).all(|two| two[0].0 < two[1].0));
        for at in (0..50).map(second) {
            let last = moments.iter().rev().find(|(time, _)| *time <= at);
            let last = last.map(|(_, now)| now.clone()).unwrap_or_default();
            prop_assert_eq!(last, TaskNow::at(&marks, at));
        }
    }

    #[test]
    fn parts_follow_each_other_without_overlap(statuses in statuses(), job in jobs()) {
        let record = record(&statuses);
        let parts = parts(&record, job.as_ref());
        for part in &parts {
            prop_assert!(part.to.is_none_or(|to| to >= part.from));
        }
        for two in parts.windows(2) {
            prop_assert!(two[0].to.is_some_and(|to| to <= two[1].from));
        }
    }
}

#[test]
fn a_job_that_was_started_again_has_two_stretches_of_running() {
    let steps = [
        (0, 0, 4),
        (2, 0, 1),
        (5, 1, 0),
        (9, 1, 2),
        (11, 1, 0),
        (20, 2, 0),
    ];
    let job = job(&steps, [Some(0), Some(5), Some(20)], Some(0));
    let record = record(&[(0, 0), (6, 1), (21, 2)]);
    let found: Vec<_> = parts(&record, Some(&job))
        .into_iter()
        .map(|part| (part.phase, part.from, part.to))
        .collect();
    let stretch = |phase, from: i64, to: i64| -> (Phase, Timestamp, Option<Timestamp>) {
        (phase, second(from), Some(second(to)))
    };
    assert_eq!(
        found,
        [
            stretch(Phase::Waiting, 0, 2),
            stretch(Phase::Pulling, 2, 5),
            stretch(Phase::Running, 5, 9),
            stretch(Phase::Waiting, 9, 11),
            stretch(Phase::Running, 11, 20),
        ]
    );
}

#[test]
fn a_task_from_the_cache_has_no_stretch_of_time() {
    assert!(parts(&record(&[(3, 6)]), None).is_empty());
}
