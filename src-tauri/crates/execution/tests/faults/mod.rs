//! Bakes over a bad network, beside the same bakes over a good one.
//!
//! `BAKEHOUSE_SCHEDULES` says how many schedules are played, `BAKEHOUSE_SEED` with which one to
//! begin.

mod batches;
mod created;
mod dice;
mod killed;
mod proxy;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use client::{Client, Patience, Token};
use execution::bake;
use futures_util::{StreamExt as _, stream};
use protocol::flow::TaskStatus;
use tokio::sync::RwLock;
use tokio_util::sync::CancellationToken;

use crate::world::World;
use batches::Batch;
use dice::Dice;
use proxy::{Proxy, Weather};

/// So many schedules are played at once.
const AT_ONCE: usize = 4;

fn number(name: &str, usual: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(usual, |text| text.parse().unwrap())
}

/// What remains of a bake: its result, and status and outputs of each task.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Remains {
    result: TaskStatus,
    tasks: BTreeMap<String, (String, Option<BTreeMap<String, String>>)>,
}

/// A batch, what becomes of it when nothing is remembered, and when everything is.
struct Known {
    batch: Batch,
    fresh: Remains,
    again: Remains,
}

type Place = Arc<RwLock<World>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_bake_ends_the_same_over_a_bad_network_and_starts_each_task_once() {
    let schedules = number("BAKEHOUSE_SCHEDULES", 24);
    let first = number("BAKEHOUSE_SEED", 1);
    let world: Place = Arc::new(RwLock::new(World::new().await));
    let mut dice = Dice::new(first);
    let mut known = Vec::new();
    for _ in 0..(schedules / 3).clamp(1, 60) {
        let batch = Batch::generate(&mut dice);
        known.push(learn(&world, batch, dice.next()).await);
    }
    let stop = CancellationToken::new();
    let restarts = tokio::spawn(restart_now_and_then(world.clone(), stop.clone()));
    let (known, dice) = (Arc::new(known), Dice::new(first.wrapping_mul(7919)));
    let all = (0..schedules).map(|number| {
        let mut dice = Dice::new(dice.clone().next() ^ number);
        let (world, known) = (world.clone(), known.clone());
        async move {
            let at = dice.below(known.len() as u64) as usize;
            play(&world, &known[at], (number, dice)).await
        }
    });
    let faults: usize = stream::iter(all)
        .buffer_unordered(AT_ONCE)
        .fold(0, async |sum, faults| sum + faults)
        .await;
    stop.cancel();
    let restarts = restarts.await.unwrap();
    eprintln!("{schedules} schedules, {faults} faults, {restarts} restarts");
    assert!(faults as u64 >= schedules, "the network was not bad enough");
}

/// Stops the server and starts it again until it is told to stop.
async fn restart_now_and_then(world: Place, stop: CancellationToken) -> usize {
    let mut count = 0;
    loop {
        tokio::select! {
            () = stop.cancelled() => return count,
            () = tokio::time::sleep(Duration::from_millis(900)) => {}
        }
        let mut world = world.write().await;
        world.stop_server().await;
        tokio::time::sleep(Duration::from_millis(30)).await;
        world.start_server().await;
        count += 1;
    }
}

/// Bakes a batch twice over a good network.
async fn learn(world: &Place, batch: Batch, salt: u64) -> Known {
    let world = world.read().await;
    let project = batch.project(&salt.to_string());
    let mut seen = Vec::new();
    for _ in 0..2 {
        let created = world.create(&project).await;
        let (_, shown) = world.execute(&created, &project).await;
        seen.push(remains(&world, &created, &shown).await);
    }
    let again = seen.pop().unwrap();
    let fresh = seen.pop().unwrap();
    Known {
        batch,
        fresh,
        again,
    }
}

/// Plays one schedule; answers how many faults it had.
async fn play(world: &Place, known: &Known, (number, mut dice): (u64, Dice)) -> usize {
    let keys = dice.percent(50);
    let weather = Weather {
        faults: 5 + dice.below(30),
        lost_during: keys,
        keys,
    };
    let salt = dice.next().to_string();
    let project = known.batch.project(&salt);
    let (created, proxy, order) = {
        let world = world.read().await;
        let created = world.create(&project).await;
        let server = format!("127.0.0.1:{}", world.client.api_url().port().unwrap());
        let proxy = Proxy::start(server.parse().unwrap(), dice.clone(), weather).await;
        let url = format!("http://{}/api/v1", proxy.address);
        let patience = Patience {
            more_tries: 2,
            first_pause: Duration::from_millis(5),
        };
        let token = Token::new(world.token.clone());
        let client = Client::new(&url, Arc::new(token)).unwrap();
        let mut order = world.order(&created, &project).await;
        order.client = client.with_patience(patience);
        (created, proxy, order)
    };
    let mut shown = Vec::new();
    let executing = bake::execute(order, CancellationToken::new(), |change| shown.push(change));
    let executed = tokio::time::timeout(Duration::from_secs(120), executing).await;
    let world = world.read().await;
    let story = format!("schedule {number}, {weather:?}, {:?}", known.batch);
    match executed {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => panic!("{error}; {story}"),
        Err(_) => panic!("no end; {shown:#?}; {story}"),
    }
    let chance = known.batch.by_chance();
    let seen = remains(&world, &created, &shown).await;
    compare(&known.fresh, &seen, &chance, &story);
    if number % 8 == 0 {
        // What was to be remembered is.
        let second = world.create(&project).await;
        let (_, shown) = world.execute(&second, &project).await;
        let seen = remains(&world, &second, &shown).await;
        compare(&known.again, &seen, &chance, &story);
    }
    proxy.faults()
}

fn compare(known: &Remains, seen: &Remains, chance: &BTreeSet<String>, story: &str) {
    let settled = |remains: &Remains| {
        let mut remains = remains.clone();
        if !chance.is_empty() && remains.result == TaskStatus::Cancelled {
            // The first task that did not end well gives the result: one that was stopped may have
            // begun before the one that failed.
            remains.result = TaskStatus::Failed;
        }
        for (task, (status, outputs)) in &mut remains.tasks {
            if chance.contains(task) {
                let ends = ["succeeded", "cached", "cancelled", "skipped"];
                assert!(ends.contains(&status.as_str()), "{task}: {status}; {story}");
                "by chance".clone_into(status);
                *outputs = None;
            }
        }
        remains
    };
    assert_eq!(settled(known), settled(seen), "{story}");
}

/// What remains of a bake, after a look at its jobs: there is exactly one for each task that ran.
async fn remains(world: &World, created: &bake::Created, shown: &[bake::Change]) -> Remains {
    let bake = bake::find(&world.client, &created.project.id, &created.bake.id);
    let inspected = bake::inspect(&world.client, bake.await.unwrap(), None);
    let inspected = inspected.await.unwrap();
    let jobs = world.jobs_of(created).await;
    let mut ran = BTreeSet::new();
    let mut tasks = BTreeMap::new();
    for task in &inspected.tasks {
        let status = task.statuses.last().unwrap().status.clone();
        assert!(status.is_finished(), "{}: {shown:#?}", task.yaml_id);
        if !task.raw_id.is_empty() && status != TaskStatus::Cached {
            assert!(ran.insert(task.raw_id.clone()), "two tasks have one job");
        }
        let outputs = task.outputs.clone();
        let outputs = outputs.map(|outputs| outputs.into_iter().collect());
        tasks.insert(task.yaml_id.clone(), (status.to_string(), outputs));
    }
    let started: BTreeSet<String> = jobs.iter().map(|job| job.id.clone()).collect();
    assert_eq!(started.len(), jobs.len());
    assert_eq!(started, ran, "each task that ran has one job: {shown:#?}");
    for job in &jobs {
        assert!(job.status.is_finished(), "{} goes on", job.id);
    }
    Remains {
        result: inspected.attempt.result,
        tasks,
    }
}
