//! Executors that are killed at any moment, and others that go on.
//!
//! `BAKEHOUSE_KILLS` says how many bakes are played.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{Client, Token};
use execution::{Place, bake};
use flow::Platform;
use local_platform::{CLUSTER, DEFAULT_PROJECT, ORG};
use tokio::sync::RwLock;
use tokio_util::sync::CancellationToken;

use super::batches::Batch;
use super::dice::Dice;
use super::{Known, compare, learn, number, remains};
use crate::world::{Project, World};

/// In this variable an executor finds where to go and what to do.
const ORDER: &str = "BAKEHOUSE_TEST_ORDER";

/// Started by itself this does nothing; a test starts the whole program with only this in it, which
/// then is an executor that can be killed.
#[tokio::test]
async fn an_executor_of_its_own() {
    let Ok(order) = std::env::var(ORDER) else {
        return;
    };
    let words: Vec<&str> = order.split('\n').collect();
    let [url, token, bake_id, folder] = words[..] else {
        panic!("an order has four lines: {order}");
    };
    let client = Client::new(url, Arc::new(Token::new(token))).unwrap();
    let bake = client.flow().bakes().get(bake_id).await.unwrap();
    let attempt = bake::attempt(&client, bake_id, None).await.unwrap();
    let cluster = client.cluster(CLUSTER).await.unwrap();
    let place = Place::new(cluster.cluster(), ORG, DEFAULT_PROJECT, "user");
    let platform = Platform {
        user: "user".into(),
        cluster: place.cluster.clone(),
        org: Some(place.org.clone()),
        project: place.project.clone(),
    };
    let recipe = bake::reopen(&client, &bake, &attempt, (None, platform)).await;
    let order = bake::Order {
        client,
        place,
        bake,
        attempt,
        recipe: recipe.unwrap(),
        folder: Some(folder.into()),
    };
    bake::execute(order, CancellationToken::new(), |_| {})
        .await
        .unwrap();
}

fn executor(world: &World, created: &bake::Created, project: &Project) -> Child {
    let order = [
        world.client.api_url().as_str(),
        &world.token,
        &created.bake.id,
        project.folder.path().to_str().unwrap(),
    ];
    Command::new(std::env::current_exe().unwrap())
        .args(["faults::killed::an_executor_of_its_own", "--exact"])
        .env(ORDER, order.join("\n"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits for the end of a process, but no longer than this.
async fn ended_within(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let until = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        if Instant::now() >= until {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Kills one executor after the other, and lets the last one live; answers how many were killed.
async fn play(world: &World, known: &Known, dice: &mut Dice) -> usize {
    let project = known.batch.project(&dice.next().to_string());
    let created = world.create(&project).await;
    let mut killed = 0;
    for _ in 0..=dice.below(6) {
        let mut child = executor(world, &created, &project);
        // Short lives for certain, and long ones for the later moments of a bake.
        let longest = if dice.below(2) == 0 { 40 } else { 250 };
        let life = Duration::from_millis(10 + dice.below(longest));
        if ended_within(&mut child, life).await.is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
    }
    let mut last = executor(world, &created, &project);
    let ended = ended_within(&mut last, Duration::from_secs(60)).await;
    let story = format!("{killed} killed, {:?}", known.batch);
    assert!(
        ended.is_some_and(|ended| ended.success()),
        "{ended:?}; {story}"
    );
    let seen = remains(world, &created, &[]).await;
    compare(&known.fresh, &seen, &known.batch.by_chance(), &story);
    killed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bake_whose_executors_are_killed_ends_the_same_and_starts_each_task_once() {
    let bakes = number("BAKEHOUSE_KILLS", 6);
    let mut dice = Dice::new(number("BAKEHOUSE_SEED", 1));
    let world = Arc::new(RwLock::new(World::new().await));
    let mut killed = 0;
    for _ in 0..bakes {
        let batch = Batch::generate(&mut dice);
        let known = learn(&world, batch, dice.next()).await;
        killed += play(&*world.read().await, &known, &mut dice).await;
    }
    eprintln!("{bakes} bakes, {killed} executors killed");
    assert!(killed > 0, "they lived too long");
}
