//! When an attempt is expected to end: its tasks played through in their usual times, with as many
//! of them at once as may run at once.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use crate::history::Step;

/// Where a task of an attempt stands, in seconds since the attempt began.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Standing {
    /// It has not begun.
    Ahead,
    /// It goes on since then.
    Since(f64),
    /// It began and ended then.
    Over(f64, f64),
}

/// When the last task of an attempt is expected to end, in seconds since it began; nothing if
/// something ahead has no usual time, or waits for itself.
pub fn expected_end(
    steps: &[Step],
    standing: &dyn Fn(&str) -> Standing,
    usual: &dyn Fn(&str) -> Option<f64>,
    now: f64,
) -> Option<f64> {
    let mut play = Play::new(steps, now);
    for (at, step) in steps.iter().enumerate().filter(|(_, step)| !step.is_call) {
        let (begin, end) = match standing(&step.id) {
            Standing::Over(begin, end) => (begin, end),
            Standing::Since(begin) => (begin, (begin + usual(&step.id)?).max(now)),
            Standing::Ahead => {
                play.lasts.insert(at, usual(&step.id)?);
                continue;
            }
        };
        play.expect(begin, Event::Begins(at));
        play.expect(end, Event::Ends(at));
    }
    play.end()
}

/// A moment that can be compared.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moment(f64);

impl Eq for Moment {}

impl Ord for Moment {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What happens to a step; at one moment in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Ends(usize),
    Begins(usize),
    /// Nothing but room is missing.
    IsReady(usize),
}

/// Steps that wait for the same room: in one level, with one limit.
type Group = (Option<usize>, u32);

/// An attempt that is played through.
struct Play<'s> {
    steps: &'s [Step],
    now: f64,
    /// How long the tasks last that are ahead.
    lasts: HashMap<usize, f64>,
    levels: Vec<Option<usize>>,
    /// How much each step still waits for.
    waits: Vec<usize>,
    /// What each step lets go on when it begins, and when it ends.
    after: Vec<[Vec<usize>; 2]>,
    begun: Vec<bool>,
    /// How many steps inside of each call have not ended.
    inside: Vec<usize>,
    /// How many jobs are on their way in each call, and in all.
    jobs: Vec<u32>,
    all_jobs: u32,
    events: BinaryHeap<Reverse<(Moment, Event)>>,
    queues: BTreeMap<Group, BTreeSet<usize>>,
    ended: usize,
    last: Option<f64>,
}

impl<'s> Play<'s> {
    fn new(steps: &'s [Step], now: f64) -> Self {
        let places = steps.iter().enumerate();
        let places: HashMap<&str, usize> = places.map(|(at, step)| (&*step.id, at)).collect();
        let level = |step: &Step| places.get(step.group.as_deref()?).copied();
        let mut play = Self {
            now,
            lasts: HashMap::new(),
            levels: steps.iter().map(level).collect(),
            waits: vec![0; steps.len()],
            after: vec![<[Vec<usize>; 2]>::default(); steps.len()],
            begun: vec![false; steps.len()],
            inside: vec![0; steps.len()],
            jobs: vec![0; steps.len()],
            all_jobs: 0,
            events: BinaryHeap::new(),
            queues: BTreeMap::new(),
            ended: 0,
            last: None,
            steps,
        };
        for (at, step) in steps.iter().enumerate() {
            let needs = step.needs.iter();
            let needs = needs.filter_map(|(id, running)| Some((*places.get(&**id)?, !running)));
            let call = play.levels[at].map(|call| (call, false));
            for (before, is_end) in needs.chain(call) {
                play.after[before][usize::from(is_end)].push(at);
                play.waits[at] += 1;
            }
            if let Some(call) = play.levels[at] {
                play.inside[call] += 1;
            }
        }
        play
    }

    fn expect(&mut self, at: f64, event: Event) {
        self.events.push(Reverse((Moment(at), event)));
    }

    fn end(mut self) -> Option<f64> {
        for at in 0..self.steps.len() {
            if self.waits[at] == 0 {
                self.goes_on(at, self.now);
            }
        }
        while let Some(Reverse((Moment(moment), event))) = self.events.pop() {
            self.happens(moment, event);
            let next = self.events.peek();
            if next.is_none_or(|Reverse((Moment(next), _))| *next > moment) {
                self.use_room(moment);
            }
        }
        self.last.filter(|_| self.ended == self.steps.len())
    }

    /// A step waits for nothing any more. One that is not ahead begins when it did.
    fn goes_on(&mut self, at: usize, moment: f64) {
        if self.steps[at].is_call {
            self.expect(moment, Event::Begins(at));
        } else if self.lasts.contains_key(&at) {
            self.expect(moment.max(self.now), Event::IsReady(at));
        }
    }

    fn happens(&mut self, moment: f64, event: Event) {
        match event {
            Event::IsReady(at) => {
                let limit = self.steps[at].max_parallel.unwrap_or(u32::MAX);
                let queue = self.queues.entry((self.levels[at], limit)).or_default();
                queue.insert(at);
            }
            Event::Begins(at) => {
                self.count(at, 1);
                self.begun[at] = true;
                self.tell(at, 0, moment);
                if self.steps[at].is_call && self.inside[at] == 0 {
                    self.expect(moment, Event::Ends(at));
                }
            }
            Event::Ends(at) => {
                self.count(at, -1);
                self.ended += 1;
                self.last = Some(self.last.map_or(moment, |last| last.max(moment)));
                self.tell(at, 1, moment);
                if let Some(call) = self.levels[at] {
                    self.inside[call] -= 1;
                    if self.inside[call] == 0 && self.begun[call] {
                        self.expect(moment, Event::Ends(call));
                    }
                }
            }
        }
    }

    /// Lets go on what waited for a step.
    fn tell(&mut self, at: usize, which: usize, moment: f64) {
        for next in std::mem::take(&mut self.after[at][which]) {
            self.waits[next] -= 1;
            if self.waits[next] == 0 {
                self.goes_on(next, moment);
            }
        }
    }

    /// Counts a job in its level and in all around it.
    fn count(&mut self, at: usize, by: i32) {
        if self.steps[at].is_call {
            return;
        }
        self.all_jobs = self.all_jobs.saturating_add_signed(by);
        let mut level = self.levels[at];
        while let Some(call) = level {
            self.jobs[call] = self.jobs[call].saturating_add_signed(by);
            level = self.levels[call];
        }
    }

    fn has_room(&self, (mut level, limit): Group) -> bool {
        while let Some(call) = level {
            if self.jobs[call] >= limit {
                return false;
            }
            level = self.levels[call];
        }
        self.all_jobs < limit
    }

    /// Begins tasks that are ready, the first ones first, while there is room for them.
    fn use_room(&mut self, moment: f64) {
        loop {
            let groups = self.queues.iter();
            let roomy = groups.filter(|(group, _)| self.has_room(**group));
            let first = roomy.filter_map(|(group, queue)| Some((*queue.first()?, *group)));
            let Some((at, group)) = first.min() else {
                return;
            };
            if let Some(queue) = self.queues.get_mut(&group) {
                queue.remove(&at);
            }
            let lasts = self.lasts.get(&at).copied().unwrap_or(0.0);
            self.happens(moment, Event::Begins(at));
            self.expect(moment + lasts, Event::Ends(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(id: &str, group: Option<&str>, limit: Option<u32>) -> Step {
        Step {
            id: id.to_owned(),
            group: group.map(str::to_owned),
            is_call: id == "call",
            needs: Vec::new(),
            max_parallel: limit,
        }
    }

    fn end(steps: &[Step], standing: &dyn Fn(&str) -> Standing, now: f64) -> Option<f64> {
        expected_end(steps, standing, &|_| Some(10.0), now)
    }

    const AHEAD: &dyn Fn(&str) -> Standing = &|_| Standing::Ahead;

    #[test]
    fn no_more_tasks_than_may_run_at_once_are_expected_to() {
        let tasks = |limit| ["a", "b", "c", "d", "e"].map(|id| step(id, None, limit));
        assert_eq!(end(&tasks(None), AHEAD, 0.0), Some(10.0));
        assert_eq!(end(&tasks(Some(2)), AHEAD, 0.0), Some(30.0));
        assert_eq!(end(&tasks(Some(1)), AHEAD, 0.0), Some(50.0));
        let first_runs = |id: &str| match id {
            "a" => Standing::Over(0.0, 4.0),
            "b" => Standing::Since(4.0),
            _ => Standing::Ahead,
        };
        assert_eq!(end(&tasks(Some(1)), &first_runs, 6.0), Some(44.0));
    }

    #[test]
    fn a_limit_counts_the_jobs_inside_of_calls_as_well() {
        let steps = [
            step("call", None, None),
            step("call.x", Some("call"), Some(9)),
            step("call.y", Some("call"), Some(9)),
            step("z", None, Some(2)),
        ];
        assert_eq!(end(&steps, AHEAD, 0.0), Some(20.0));
    }

    #[test]
    fn what_has_no_room_at_all_is_never_expected_to_end() {
        assert_eq!(end(&[step("a", None, Some(0))], AHEAD, 0.0), None);
    }
}
