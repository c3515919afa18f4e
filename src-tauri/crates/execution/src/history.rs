//! How long tasks take: what earlier attempts tell of a bake that goes on, and on which tasks its
//! length hangs.
//!
//! Nothing is invented: a task that never ran before has no usual time, and a bake with such a task
//! ahead has no expected end.

use std::collections::{BTreeMap, HashMap};

use protocol::flow::{Task, TaskStatus, TaskTransition};

/// So many of the latest runs tell what is usual.
const LATEST: usize = 10;
/// Less slack than this is none, in seconds.
const NO_SLACK: f64 = 1e-6;

/// A task of a graph, as far as times are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Full id.
    pub id: String,
    /// The call that holds it.
    pub group: Option<String>,
    /// Whether it is a call: it lasts as long as what is inside.
    pub is_call: bool,
    /// Full ids of what it needs, and whether it is enough that they run.
    pub needs: Vec<(String, bool)>,
    /// With how many jobs of its level on their way it has to wait, if that is known.
    pub max_parallel: Option<u32>,
}

/// How long tasks took in earlier attempts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    samples: BTreeMap<String, Vec<Sample>>,
}

/// What became of a task once.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sample {
    /// It ran to a good end in so many seconds.
    Ran(f64),
    /// It was not run: left out, or taken from the cache.
    NotRun,
}

impl Past {
    /// Takes in an attempt that is over. The newest one has to come first.
    pub fn learn(&mut self, tasks: &[Task]) {
        for task in tasks {
            if let Some(sample) = sample(task) {
                let samples = self.samples.entry(task.yaml_id.clone()).or_default();
                samples.push(sample);
            }
        }
    }

    /// How often a task ran to a good end, among the latest times.
    pub fn runs(&self, id: &str) -> usize {
        self.ran(id).len()
    }

    /// How many seconds a task usually takes: the middle one of its latest runs. None if it is not
    /// known; nothing for one that was never run because it was left out or taken from the cache.
    pub fn usual(&self, id: &str) -> Option<f64> {
        let known = self.samples.get(id)?;
        middle(self.ran(id)).or_else(|| (!known.is_empty()).then_some(0.0))
    }

    fn ran(&self, id: &str) -> Vec<f64> {
        let samples = self.samples.get(id).into_iter().flatten();
        let ran = samples.filter_map(|sample| match sample {
            Sample::Ran(seconds) => Some(*seconds),
            Sample::NotRun => None,
        });
        ran.take(LATEST).collect()
    }
}

fn sample(task: &Task) -> Option<Sample> {
    match task.status() {
        TaskStatus::Succeeded => seconds(task).map(Sample::Ran),
        TaskStatus::Cached | TaskStatus::Skipped => Some(Sample::NotRun),
        TaskStatus::Pending
        | TaskStatus::Running
        | TaskStatus::Failed
        | TaskStatus::Cancelled
        | TaskStatus::Unknown(_) => None,
    }
}

/// Seconds that a task which has ended ran; waiting for a place is not counted. A task that was
/// carried over from another attempt has only an end.
pub fn seconds(task: &Task) -> Option<f64> {
    let [first, .., last] = &task.statuses[..] else {
        return None;
    };
    let runs = |one: &&TaskTransition| one.status == TaskStatus::Running;
    let begin = task.statuses.iter().find(runs).unwrap_or(first);
    let took = last.created_at.duration_since(begin.created_at);
    (last.status.is_finished()).then(|| took.as_secs_f64().max(0.0))
}

/// The middle one of several numbers.
pub fn middle(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let half = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(numbers[half]),
        _ => Some(f64::midpoint(numbers[half - 1], numbers[half])),
    }
}

/// On which tasks the length of an attempt hangs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Critical {
    /// The tasks of the longest chain, in order; calls are left out.
    pub path: Vec<String>,
    /// By how many seconds each task could take longer without making the whole longer.
    pub slack: BTreeMap<String, f64>,
}

/// The longest chain of tasks, when each takes so many seconds and begins as soon as it can;
/// nothing if the graph goes in a circle.
pub fn critical(steps: &[Step], seconds: &dyn Fn(&str) -> f64) -> Option<Critical> {
    let net = Net::new(steps);
    let tasks = || steps.iter().enumerate().filter(|(_, step)| !step.is_call);
    let given: HashMap<usize, f64> = tasks()
        .map(|(index, step)| (index, seconds(&step.id)))
        .collect();
    let earliest = net.earliest(&given)?;
    let latest = net.latest(&given, &earliest);
    let mut slack = BTreeMap::new();
    let mut path = Vec::new();
    for (index, step) in tasks() {
        let spare = (latest[2 * index] - earliest[2 * index]).max(0.0);
        if spare < NO_SLACK && seconds(&step.id) > 0.0 {
            path.push((earliest[2 * index], step.id.clone()));
        }
        slack.insert(step.id.clone(), spare);
    }
    path.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    Some(Critical {
        path: path.into_iter().map(|(_, id)| id).collect(),
        slack,
    })
}

/// Beginnings (even numbers) and ends (odd numbers) of tasks, and which comes after which.
struct Net {
    after: Vec<Vec<usize>>,
    calls: Vec<bool>,
}

impl Net {
    fn new(steps: &[Step]) -> Self {
        let places: HashMap<&str, usize> = steps
            .iter()
            .enumerate()
            .map(|(index, step)| (step.id.as_str(), index))
            .collect();
        let mut after = vec![Vec::new(); 2 * steps.len()];
        for (index, step) in steps.iter().enumerate() {
            after[2 * index].push(2 * index + 1);
            for (need, while_running) in &step.needs {
                if let Some(need) = places.get(need.as_str()) {
                    after[2 * need + usize::from(!while_running)].push(2 * index);
                }
            }
            if let Some(call) = step.group.as_deref().and_then(|group| places.get(group)) {
                after[2 * call].push(2 * index);
                after[2 * index + 1].push(2 * call + 1);
            }
        }
        Self {
            after,
            calls: steps.iter().map(|step| step.is_call).collect(),
        }
    }

    /// Every place after those it comes after; nothing for a circle.
    fn order(&self) -> Option<Vec<usize>> {
        let mut waits = vec![0_usize; self.after.len()];
        for next in self.after.iter().flatten() {
            waits[*next] += 1;
        }
        let mut open: Vec<usize> = (0..waits.len()).filter(|at| waits[*at] == 0).collect();
        let mut order = Vec::with_capacity(waits.len());
        while let Some(at) = open.pop() {
            order.push(at);
            for next in &self.after[at] {
                waits[*next] -= 1;
                if waits[*next] == 0 {
                    open.push(*next);
                }
            }
        }
        (order.len() == waits.len()).then_some(order)
    }

    /// The earliest time of each place.
    fn earliest(&self, given: &HashMap<usize, f64>) -> Option<Vec<f64>> {
        let mut times = vec![0.0_f64; self.after.len()];
        for at in self.order()? {
            for next in &self.after[at] {
                times[*next] = times[*next].max(times[at] + self.lasts(at, *next, given));
            }
        }
        Some(times)
    }

    /// The latest time of each place that does not make the whole longer.
    fn latest(&self, given: &HashMap<usize, f64>, earliest: &[f64]) -> Vec<f64> {
        let end = earliest.iter().copied().fold(0.0, f64::max);
        let mut times = vec![end; self.after.len()];
        for at in self.order().unwrap_or_default().into_iter().rev() {
            for next in &self.after[at] {
                times[at] = times[at].min(times[*next] - self.lasts(at, *next, given));
            }
        }
        times
    }

    /// How long it is from one place to the next: only a task itself takes time.
    fn lasts(&self, at: usize, next: usize, given: &HashMap<usize, f64>) -> f64 {
        let own = next == at + 1 && at.is_multiple_of(2) && !self.calls[at / 2];
        let seconds = given.get(&(at / 2)).filter(|_| own);
        seconds.copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use proptest::prelude::*;

    use super::*;
    use crate::expectation::{Standing, expected_end};

    fn step(id: &str, group: Option<&str>, needs: &[&str]) -> Step {
        Step {
            id: id.into(),
            group: group.map(str::to_owned),
            is_call: id.starts_with("call") && !id.contains('.'),
            needs: needs.iter().map(|id| ((*id).to_owned(), false)).collect(),
            max_parallel: None,
        }
    }

    /// a → b → end, a → call(x → y) → end.
    fn graph() -> Vec<Step> {
        vec![
            step("a", None, &[]),
            step("b", None, &["a"]),
            step("call", None, &["a"]),
            step("call.x", Some("call"), &[]),
            step("call.y", Some("call"), &["call.x"]),
            step("end", None, &["b", "call"]),
        ]
    }

    fn usual(id: &str) -> Option<f64> {
        Some(match id {
            "a" => 10.0,
            "b" => 5.0,
            "call.x" | "call.y" => 20.0,
            _ => 1.0,
        })
    }

    fn task(id: &str, statuses: &[(i64, &str)]) -> Task {
        let statuses = statuses.iter().map(|(second, status)| TaskTransition {
            created_at: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(*second),
            status: TaskStatus::from(*status),
        });
        Task {
            id: String::new(),
            attempt_id: String::new(),
            yaml_id: id.to_owned(),
            raw_id: String::new(),
            outputs: None,
            state: None,
            statuses: statuses.collect(),
        }
    }

    #[test]
    fn the_longest_chain_goes_through_calls_and_the_others_have_slack() {
        let found = critical(&graph(), &|id| usual(id).unwrap()).unwrap();
        assert_eq!(found.path, ["a", "call.x", "call.y", "end"]);
        assert_eq!(found.slack["b"], 35.0);
        assert_eq!(found.slack["call.y"], 0.0);
        assert!(
            !found.slack.contains_key("call"),
            "a call takes no time of its own"
        );
    }

    #[test]
    fn the_end_is_expected_from_what_is_over_what_runs_and_what_is_ahead() {
        let steps = graph();
        let all_ahead = expected_end(&steps, &|_| Standing::Ahead, &usual, 0.0);
        assert_eq!(all_ahead, Some(51.0));
        let standing = |id: &str| match id {
            "a" => Standing::Over(0.0, 30.0),
            "call.x" => Standing::Since(30.0),
            _ => Standing::Ahead,
        };
        assert_eq!(expected_end(&steps, &standing, &usual, 40.0), Some(71.0));
        // What takes longer than usual is expected to end any moment.
        assert_eq!(expected_end(&steps, &standing, &usual, 90.0), Some(111.0));
        let over = |_: &str| Standing::Over(1.0, 2.0);
        assert_eq!(expected_end(&steps, &over, &|_| None, 90.0), Some(2.0));
    }

    #[test]
    fn nothing_is_invented_for_what_never_ran() {
        let unknown = |id: &str| usual(id).filter(|_| id != "end");
        let found = expected_end(&graph(), &|_| Standing::Ahead, &unknown, 0.0);
        assert_eq!(found, None);
    }

    #[test]
    fn the_usual_time_is_the_middle_of_the_latest_good_runs() {
        let mut past = Past::default();
        let good = |seconds: i64| {
            [task(
                "a",
                &[(0, "pending"), (1, "running"), (seconds + 1, "succeeded")],
            )]
        };
        past.learn(&good(9));
        past.learn(&good(1000));
        past.learn(&good(11));
        past.learn(&[task("a", &[(0, "pending"), (5000, "failed")])]);
        past.learn(&[task("a", &[(0, "succeeded")]), task("c", &[(0, "cached")])]);
        assert_eq!((past.runs("a"), past.usual("a")), (3, Some(11.0)));
        assert_eq!((past.runs("c"), past.usual("c")), (0, Some(0.0)));
        assert_eq!(past.usual("b"), None);
        for _ in 0..LATEST {
            past.learn(&good(1));
        }
        assert_eq!(past.runs("a"), LATEST);
    }

    #[test]
    fn a_circle_has_no_times() {
        let steps = [step("a", None, &["b"]), step("b", None, &["a"])];
        assert_eq!(critical(&steps, &|_| 1.0), None);
        assert_eq!(
            expected_end(&steps, &|_| Standing::Ahead, &usual, 0.0),
            None
        );
    }

    proptest! {
        #[test]
        fn a_longer_critical_task_makes_the_whole_longer_and_slack_does_not(
            edges in proptest::collection::vec((0_usize..8, 0_usize..8), 0..16),
            times in proptest::collection::vec(1_u32..50, 8),
        ) {
            let name = |index: usize| format!("t{index}");
            let steps: Vec<Step> = (0..8)
                .map(|index| Step {
                    id: name(index),
                    group: None,
                    is_call: false,
                    needs: edges
                        .iter()
                        .filter(|(before, after)| *after == index && before < after)
                        .map(|(before, _)| (name(*before), false))
                        .collect(),
                    max_parallel: None,
                })
                .collect();
            let seconds = |id: &str| f64::from(times[id[1..].parse::<usize>().unwrap()]);
            let end = |seconds: &dyn Fn(&str) -> f64| {
                expected_end(&steps, &|_| Standing::Ahead, &|id| Some(seconds(id)), 0.0).unwrap()
            };
            let found = critical(&steps, &seconds).unwrap();
            let whole = end(&seconds);
            for step in &steps {
                let slack = found.slack[&step.id];
                let longer = |by: f64| end(&|id: &str| seconds(id) + if id == step.id { by } else { 0.0 });
                prop_assert!((longer(slack) - whole).abs() < 1e-6);
                prop_assert!((longer(slack + 2.0) - whole - 2.0).abs() < 1e-6);
            }
        }
    }
}
