//! What goes on while the server is killed, and what must be true of it afterwards: all that was
//! answered, and of what was under way either all or nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use protocol::Job;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::victim::Reach;

const HOME: &str = "storage/bakehouse/proj";
const PIECE: usize = 64 * 1024;

/// Everything that was done, as far as we were told.
#[derive(Clone, Default)]
pub(super) struct Truth(Arc<Mutex<Facts>>);

#[derive(Default)]
pub(super) struct Facts {
    /// Exit code of every job that was submitted, answered or not.
    pub(super) jobs: BTreeMap<u64, i32>,
    /// Ids of those that were answered.
    pub(super) ids: BTreeMap<u64, String>,
    /// Generation of every file: the one that is there, and the one that was being sent.
    files: BTreeMap<u64, (Option<u32>, Option<u32>)>,
    /// Pieces of the growing files.
    grown: BTreeMap<u64, usize>,
    /// Statuses of the tasks that were answered, by path.
    tasks: BTreeMap<String, usize>,
    /// Manifests that were pushed, by tag.
    manifests: BTreeMap<u64, String>,
}

impl Truth {
    pub(super) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().unwrap()
    }
}

/// Lines of a job.
pub(super) const LINES: u64 = 12;

/// Submits jobs until the server is gone, and follows their output.
pub(super) async fn jobs(desk: Reach, truth: Truth, first: u64) {
    for number in first.. {
        let code = if number.is_multiple_of(3) { 3 } else { 0 };
        truth.facts().jobs.insert(number, code);
        let script = format!(
            "echo ran >> /runs/{number}; for i in {{1..{LINES}}}; do echo $i; sleep 0.01; done; exit {code}"
        );
        let body = json!({
            "pass_config": number.is_multiple_of(5), "project_name": "proj",
            "cluster_name": "local", "org_name": "bakehouse", "image": "x",
            "name": format!("crash-{number}"),
            "command": format!("bash -c {}", protocol::quote(&script)),
            "volumes": [{"src_storage_uri": "storage://local/bakehouse/proj/runs", "dst_path": "/runs"}],
        });
        let Some(job) = desk.send(Method::POST, "jobs?from_preset", &body).await else {
            return;
        };
        let job: Job = serde_json::from_value(job).unwrap();
        truth.facts().ids.insert(number, job.id.clone());
        tokio::spawn(follow(desk.clone(), job.id));
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    }
}

/// What a follower sees is the beginning of the output, whenever it breaks off.
async fn follow(desk: Reach, id: String) {
    let log = desk.request(Method::GET, &format!("jobs/{id}/log"));
    let Ok(mut log) = log.send().await else {
        return;
    };
    let mut seen = Vec::new();
    while let Ok(Some(piece)) = log.chunk().await {
        seen.extend_from_slice(&piece);
    }
    let seen = String::from_utf8(seen).unwrap();
    assert!(whole_log().starts_with(&seen), "{seen}");
}

/// The output of every job.
pub(super) fn whole_log() -> String {
    (1..=LINES).map(|number| format!("{number}\n")).collect()
}

fn content(number: u64, generation: u32, length: usize) -> Vec<u8> {
    let seed = format!("{number}/{generation}.");
    seed.bytes().cycle().take(length).collect()
}

/// Uploads files again and again, and lets others grow.
pub(super) async fn uploads(desk: Reach, truth: Truth, number: u64) {
    let create = async |name: &str, body: Vec<u8>| {
        let request = desk.request(Method::PUT, &format!("{HOME}/{name}?op=CREATE"));
        let answer = request.body(body).send().await.ok()?;
        (answer.status() == StatusCode::CREATED).then_some(())
    };
    for generation in 0.. {
        let settled = truth.facts().files.get(&number).and_then(|known| known.0);
        truth
            .facts()
            .files
            .insert(number, (settled, Some(generation)));
        let body = content(number, generation, 700_000);
        if create(&format!("file-{number}"), body).await.is_none() {
            return;
        }
        truth.facts().files.insert(number, (Some(generation), None));
        if generation == 0 {
            if create(&format!("grown-{number}"), Vec::new())
                .await
                .is_none()
            {
                return;
            }
            truth.facts().grown.insert(number, 0);
        }
        let piece = generation as usize;
        let all = content(number, 0, (piece + 1) * PIECE);
        let (start, end) = (piece * PIECE, (piece + 1) * PIECE);
        let request = desk.request(Method::PATCH, &format!("{HOME}/grown-{number}?op=WRITE"));
        let request = request.header("content-range", format!("bytes {start}-{}/*", end - 1));
        match request.body(all[start..].to_vec()).send().await {
            Ok(answer) if answer.status() == StatusCode::OK => {}
            _ => return,
        }
        truth.facts().grown.insert(number, piece + 1);
    }
}

/// Does what an executor does: a bake, an attempt, and tasks with more and more statuses.
pub(super) async fn bakes(desk: Reach, truth: Truth, flow: String) -> Option<()> {
    let post = async |path: &str, body: Value| {
        let made = desk.send(Method::POST, path, &body).await?;
        Some(made["id"].as_str()?.to_owned())
    };
    let bake = json!({"project_id": flow, "batch": "b", "graphs": {"": {"a": []}}, "params": {}});
    let bake = post("flow/bakes", bake).await?;
    let attempt = json!({
        "bake_id": bake, "number": 1, "result": "running",
        "configs_meta": {"workspace": "/p", "flow_config_id": "x",
            "project_config_id": null, "action_config_ids": {}},
    });
    let attempt = post("flow/attempts", attempt).await?;
    for number in 0.. {
        let yaml_id = format!("t{number}");
        let path = format!("flow/tasks/by_yaml_id?attempt_id={attempt}&yaml_id={yaml_id}");
        let mut statuses = Vec::new();
        for count in 1..=4 {
            statuses.push(json!({"created_at": "2026-01-01T00:00:00Z", "status": "running"}));
            let body = json!({
                "attempt_id": attempt, "yaml_id": yaml_id, "raw_id": "", "outputs": null,
                "state": null, "statuses": statuses,
            });
            let (method, target) = match count {
                1 => (Method::POST, "flow/tasks"),
                _ => (Method::PUT, "flow/tasks/replace"),
            };
            desk.send(method, target, &body).await?;
            truth.facts().tasks.insert(path.clone(), count);
        }
    }
    None
}

/// Pushes images as an engine does.
pub(super) async fn pushes(desk: Reach, truth: Truth, first: u64) -> Option<()> {
    let digest = |bytes: &[u8]| format!("sha256:{}", hex::encode(Sha256::digest(bytes)));
    for number in first.. {
        let layer = content(number, 1, 300_000);
        let config = format!("{{\"number\":{number}}}").into_bytes();
        for blob in [&layer, &config] {
            let begin = "/v2/bakehouse/proj/crash/blobs/uploads/";
            let begun = desk.registry(Method::POST, begin).send().await.ok()?;
            let place = begun.headers().get("location")?.to_str().ok()?.to_owned();
            let place = place.find("/v2/").map(|at| place[at..].to_owned())?;
            let mark = if place.contains('?') { '&' } else { '?' };
            let put = format!("{place}{mark}digest={}", digest(blob));
            let put = desk.registry(Method::PUT, &put).body(blob.clone());
            let put = put.send().await.ok()?;
            assert_eq!(put.status(), StatusCode::CREATED);
        }
        let kind = "application/vnd.oci.image.manifest.v1+json";
        let described = |bytes: &[u8], kind: &str| json!({"mediaType": kind, "digest": digest(bytes), "size": bytes.len()});
        let manifest = json!({
            "schemaVersion": 2, "mediaType": kind,
            "config": described(&config, "application/vnd.oci.image.config.v1+json"),
            "layers": [described(&layer, "application/vnd.oci.image.layer.v1.tar")],
        });
        let path = format!("/v2/bakehouse/proj/crash/manifests/v{number}");
        let put = desk
            .registry(Method::PUT, &path)
            .header("content-type", kind);
        let put = put.body(manifest.to_string()).send().await.ok()?;
        assert_eq!(put.status(), StatusCode::CREATED);
        truth.facts().manifests.insert(number, manifest.to_string());
    }
    None
}

/// Checks what was answered but for the jobs, which take their time.
pub(super) async fn check(desk: &Reach, truth: &Truth) {
    let (files, grown, tasks, manifests) = {
        let mut facts = truth.facts();
        (
            std::mem::take(&mut facts.files),
            std::mem::take(&mut facts.grown),
            std::mem::take(&mut facts.tasks),
            std::mem::take(&mut facts.manifests),
        )
    };
    for (number, (settled, trying)) in files {
        let found = read(desk, &format!("file-{number}")).await;
        let as_sent = |generation: u32| found == Some(content(number, generation, 700_000));
        let settled_is_there = match settled {
            Some(generation) => as_sent(generation),
            None => found.is_none(),
        };
        assert!(
            settled_is_there || trying.is_some_and(as_sent),
            "file-{number}"
        );
    }
    for (number, pieces) in grown {
        let found = read(desk, &format!("grown-{number}")).await.unwrap();
        let all = content(number, 0, (pieces + 1) * PIECE);
        assert!(
            found.len() >= pieces * PIECE && all.starts_with(&found),
            "grown-{number}"
        );
    }
    for (path, count) in tasks {
        let task = desk.get(&path).await;
        let stored = task["statuses"].as_array().unwrap().len();
        assert!(
            (count..=count + 1).contains(&stored),
            "{path}: {stored}, not {count}"
        );
    }
    for (number, manifest) in manifests {
        let path = format!("/v2/bakehouse/proj/crash/manifests/v{number}");
        let answer = desk.registry(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), manifest);
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        let layer = manifest["layers"][0]["digest"].as_str().unwrap();
        let path = format!("/v2/bakehouse/proj/crash/blobs/{layer}");
        let blob = desk.registry(Method::GET, &path).send().await.unwrap();
        assert_eq!(blob.bytes().await.unwrap(), content(number, 1, 300_000));
    }
}

async fn read(desk: &Reach, name: &str) -> Option<Vec<u8>> {
    let request = desk.request(Method::GET, &format!("{HOME}/{name}?op=OPEN"));
    let answer = request.send().await.unwrap();
    match answer.status() {
        StatusCode::NOT_FOUND => None,
        StatusCode::OK => Some(answer.bytes().await.unwrap().to_vec()),
        status => panic!("{name}: {status}"),
    }
}
