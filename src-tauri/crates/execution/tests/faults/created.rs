//! Bakes that are set up over a bad network: one comes of it, or none and a refusal.

use std::sync::Arc;
use std::time::Duration;

use client::{BakeFilter, Client, Patience, Token};
use execution::bake;

use super::dice::Dice;
use super::number;
use super::proxy::{Proxy, Weather};
use crate::world::{Project, World, project};

const BATCH: &str = "
kind: batch
images:
  own: {ref: 'image:own:v1'}
tasks:
- id: a
  image: ubuntu
  bash: true
";

/// A client of the world over a bad network.
async fn over(world: &World, dice: Dice, weather: Weather) -> (Client, Proxy) {
    let server = format!("127.0.0.1:{}", world.client.api_url().port().unwrap());
    let proxy = Proxy::start(server.parse().unwrap(), dice, weather).await;
    let url = format!("http://{}/api/v1", proxy.address);
    let token = Token::new(world.token.clone());
    let patience = Patience {
        more_tries: 2,
        first_pause: Duration::from_millis(5),
    };
    let client = Client::new(&url, Arc::new(token)).unwrap();
    (client.with_patience(patience), proxy)
}

async fn create(
    world: &World,
    (client, project): (&Client, &Project),
    (name, tag): (Option<String>, &str),
) -> Result<bake::Created, bake::CreateError> {
    let batch = world.prepare(&*project.workspace);
    let setup = bake::Setup {
        batch: &batch,
        name,
        tags: vec![tag.to_owned()],
        files: bake::FilesRead::default(),
    };
    bake::create(client, &world.place, setup).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bake_is_set_up_once_over_a_bad_network() {
    let schedules = number("BAKEHOUSE_SCHEDULES", 24);
    let world = World::new().await;
    let project = project(BATCH, &[]);
    let mut dice = Dice::new(number("BAKEHOUSE_SEED", 1));
    let mut faults = 0;
    for schedule in 0..schedules {
        let keys = dice.percent(50);
        let weather = Weather {
            faults: 10 + dice.below(30),
            lost_during: keys,
            keys,
        };
        let (client, proxy) = over(&world, dice.clone(), weather).await;
        let name = (schedule % 2 == 0).then(|| format!("named-{schedule}"));
        let tag = format!("schedule-{schedule}");
        let created = create(&world, (&client, &project), (name.clone(), &tag)).await;
        let created = created.unwrap_or_else(|error| panic!("{error}; {schedule}, {weather:?}"));
        faults += proxy.faults();
        dice.next();

        let filter = BakeFilter {
            tags: vec![tag.clone()],
            ..BakeFilter::default()
        };
        let flow = world.client.flow();
        let made = flow.bakes().list(&created.project.id, &filter).await;
        let made = made.unwrap();
        assert_eq!(made.len(), 1, "schedule {schedule}, {weather:?}: {made:#?}");
        assert_eq!(made[0].id, created.bake.id);
        assert_eq!(made[0].name, name);
        assert_eq!(bake::own_tags(&made[0].tags), [tag]);
        let attempts = flow.attempts().list(&created.bake.id).await.unwrap();
        assert_eq!(attempts, [created.attempt]);
        let images = flow.bake_images().list(&created.bake.id).await.unwrap();
        assert_eq!(images.len(), 1);
    }
    assert!(faults as u64 >= schedules, "the network was not bad enough");
}

#[tokio::test]
async fn the_name_of_a_bake_that_goes_on_is_still_refused() {
    let world = World::new().await;
    let project = project(BATCH, &[]);
    let name = || Some("nightly".to_owned());
    let first = create(&world, (&world.client, &project), (name(), "one")).await;
    first.unwrap();
    let second = create(&world, (&world.client, &project), (name(), "two")).await;
    assert!(matches!(second, Err(bake::CreateError::NameTaken { .. })));
}
