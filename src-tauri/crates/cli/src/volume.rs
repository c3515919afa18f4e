//! `bakehouse upload`, `download`, `clean`, `mkvolumes`, `build`: what the platform holds of a flow.

use std::io::IsTerminal as _;

use contract::{DeskEvent, ImageBuild, LogAsk, VolumeAct, VolumeDeed, VolumeDone, WorkProgress};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use workbench::{Desk, commands};

use crate::args::{Build, Place, Volume};
use crate::job::ALL;
use crate::live::follow;
use crate::output::{Ended, Stop, full_path, print_json, print_table};

/// The name of the work of this command.
pub(crate) const WORK: &str = "command";

/// Does something with volumes.
pub(crate) async fn volume(desk: &Desk, volume: Volume, deed: VolumeDeed) -> Result<Ended, Stop> {
    act(desk, &volume.place, one_or_all(volume.volume), deed).await
}

/// Makes the folders of all volumes.
pub(crate) async fn make(desk: &Desk, place: &Place) -> Result<Ended, Stop> {
    act(desk, place, None, VolumeDeed::Make).await
}

fn one_or_all(name: String) -> Option<String> {
    (name != ALL).then_some(name)
}

async fn act(
    desk: &Desk,
    place: &Place,
    volume: Option<String>,
    deed: VolumeDeed,
) -> Result<Ended, Stop> {
    let request = VolumeAct {
        project: full_path(&place.project)?,
        volume,
        deed,
        work: Some(WORK.to_owned()),
    };
    let done = watched(desk, commands::volume_act(desk, request)).await?;
    if place.json {
        return print_json(&done);
    }
    if done.rows.is_empty() {
        eprintln!("no volume of the flow has a folder on this computer (`local:`)");
    }
    for row in &done.rows {
        println!("{}", in_words(row, deed));
    }
    Ok(Ended::Well)
}

fn in_words(row: &VolumeDone, deed: VolumeDeed) -> String {
    let VolumeDone {
        id,
        remote,
        local,
        files,
        kept,
        bytes,
    } = row;
    let bytes = HumanBytes(*bytes);
    let files = match files {
        1 => "1 file".to_owned(),
        many => format!("{many} files"),
    };
    match deed {
        VolumeDeed::Upload => {
            format!("{id}: {local} → {remote}: {files} sent ({bytes}), {kept} there already")
        }
        VolumeDeed::Download => {
            format!("{id}: {remote} → {local}: {files} fetched ({bytes}), {kept} here already")
        }
        VolumeDeed::Clean => format!("{id}: {remote} removed, {files}"),
        VolumeDeed::Make => format!("{id}: {remote} is there"),
    }
}

/// Waits for work and tells how far it is, on a terminal.
pub(crate) async fn watched<T>(
    desk: &Desk,
    work: impl Future<Output = Result<T, contract::Failure>>,
) -> Result<T, Stop> {
    let events = desk.listen();
    let bar = if std::io::stderr().is_terminal() {
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len} files  {msg}");
        ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    } else {
        ProgressBar::hidden()
    };
    let ended = tokio::select! {
        ended = work => ended,
        never = tell(events, &bar) => match never {},
    };
    bar.finish_and_clear();
    Ok(ended?)
}

async fn tell(mut events: Receiver<DeskEvent>, bar: &ProgressBar) -> std::convert::Infallible {
    loop {
        match events.recv().await {
            Ok(DeskEvent::WorkProgressed { work, progress }) if work == WORK => {
                let WorkProgress {
                    bytes, done, total, ..
                } = progress;
                bar.set_length(total.unwrap_or(done));
                bar.set_position(done);
                bar.set_message(HumanBytes(bytes).to_string());
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Builds images and follows the logs of the builds.
pub(crate) async fn build(desk: &Desk, build: Build) -> Result<Ended, Stop> {
    let request = ImageBuild {
        project: full_path(&build.place.project)?,
        image: one_or_all(build.image),
        force: build.force_overwrite,
        work: Some(WORK.to_owned()),
    };
    let builds = watched(desk, commands::image_build(desk, request)).await?;
    if build.place.json {
        print_json(&builds)?;
    } else {
        let rows = builds.rows.iter().map(|row| {
            let job = row.raw_id.clone();
            let job = job.unwrap_or_else(|| "exists already".to_owned());
            vec![row.id.clone(), row.reference.clone(), job]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        print_table(&["IMAGE", "REFERENCE", "BUILDER"], &rows);
    }
    let mut ended = Ended::Well;
    for raw_id in builds.rows.into_iter().filter_map(|row| row.raw_id) {
        if build.detach {
            continue;
        }
        let ask = LogAsk {
            raw_id,
            since: None,
            without_commands: None,
        };
        match follow(desk, ask, build.place.json).await? {
            Ended::Well => {}
            bad => ended = bad,
        }
    }
    Ok(ended)
}
