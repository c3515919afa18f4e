//! The machine against results that the reference gave, where they are at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use flow::batch::{Outcome, Results, TaskId, TaskResult};
use protocol::flow::TaskStatus;
use serde_json::Value;

use super::{Machine, Record};
use crate::commands::CommandReader;
use crate::testing::recipe;
use crate::testing::sim::{Script, Sim};

/// Cases where we do otherwise on purpose.
const OTHERWISE: &[(&str, &str)] = &[
    (
        "executor#8",
        "a condition that cannot be evaluated: we record the task as failed",
    ),
    ("executor#13", "the same"),
    ("executor#16", "the same"),
    ("executor#20", "the reference hangs"),
    (
        "executor#21",
        "an empty action succeeds instead of never ending",
    ),
    (
        "executor#26",
        "a program that does not exist fails its task instead of leaving it pending",
    ),
    ("executor#27", "refused by the checks before a bake"),
    ("executor#40", "the reference hangs, depending on hashes"),
];

/// The cases of an area; nothing (and a word about it) where the file is not at hand.
fn cases(area: &str) -> Vec<Value> {
    let shared = std::env::var_os("BAKEHOUSE_SHARED").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let file = shared
        .unwrap_or(beside)
        .join("reference/verified-cases.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: {} is not there", file.display());
        return Vec::new();
    };
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    all.into_iter()
        .filter(|case| case["area"] == area)
        .collect()
}

fn text_map(value: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

fn scripts(case: &Value) -> BTreeMap<String, Script> {
    let scripts = case["input"]["script"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let one = |script: &Value| Script {
        states: serde_json::from_value(script["states"].clone()).unwrap_or_default(),
        log: script["log"].as_str().unwrap_or_default().to_owned(),
    };
    scripts
        .iter()
        .map(|(task, script)| (task.clone(), one(script)))
        .collect()
}

/// What the reference tells about a task, of a record of ours.
fn told(record: &Record) -> Value {
    let history: Vec<String> = record
        .statuses
        .iter()
        .map(|one| one.status.to_string())
        .collect();
    serde_json::json!({
        "status": record.status().to_string(),
        "outputs": record.outputs,
        "state": record.state,
        "history": history,
        "has_job": !record.job.is_empty(),
    })
}

fn played(case: &Value) -> Sim {
    let files: Vec<(String, String)> = text_map(&case["input"]["files"]).into_iter().collect();
    let mut sim = Sim::new(Machine::new(recipe(&files)));
    sim.scripts = scripts(case);
    sim.runs_locals = true;
    if case["id"] == "image-build#3" {
        sim.registry.insert("image:my:v1".to_owned());
    }
    if case["result"]["attempt_result"] == "cancelled" && case["id"] == "executor#28" {
        sim.cancel_after = Some("a -> running");
    }
    sim.run();
    sim
}

#[test]
fn bakes_go_as_those_of_the_reference() {
    for case in cases("executor") {
        let id = case["id"].as_str().unwrap();
        if OTHERWISE.iter().any(|(other, _)| *other == id) {
            continue;
        }
        let sim = played(&case);
        let result = sim.result.as_ref().map(ToString::to_string);
        let problems = sim.machine.problems();
        assert_eq!(
            result.as_deref(),
            case["result"]["result"].as_str(),
            "{id}: {problems:?}"
        );
        let expected = case["result"]["tasks"].as_object().unwrap();
        for (task, expected) in expected {
            let record = sim.machine.record(&TaskId::parse(task));
            let record = record.unwrap_or_else(|| panic!("{id}: {task} is not recorded"));
            assert_eq!(&told(record), expected, "{id}: {task}");
        }
        // Where the reference ends after its local phase, we also record what is left out.
        let more = sim
            .machine
            .records()
            .filter(|one| !expected.contains_key(&one.id.to_string()));
        let odd = more
            .filter(|record| record.status() != TaskStatus::Skipped)
            .count();
        assert_eq!(odd, 0, "{id}: {:?}", sim.histories());
        let events: Vec<String> = serde_json::from_value(case["result"]["events"].clone()).unwrap();
        assert_eq!(deeds(&sim.events), deeds(&events), "{id}");
    }
}

/// Which jobs were started and which were stopped, in no order: what happens at the same time is
/// told in any. The reference names tasks by their tags.
fn deeds(events: &[String]) -> BTreeSet<String> {
    let is_deed = |event: &&String| event.starts_with("start ") || event.starts_with("kill ");
    let named = events.iter().filter(is_deed);
    named.map(|event| event.replace('_', "-")).collect()
}

#[test]
fn where_we_do_otherwise_the_bake_comes_to_an_end_that_can_be_explained() {
    let expected = |id: &str| {
        Some(match id {
            "executor#20" => ("succeeded", "c: skipped"),
            "executor#21" => ("succeeded", "c: pending running succeeded"),
            "executor#26" => ("failed", "l: pending failed"),
            "executor#40" => ("succeeded", "c: pending running succeeded"),
            _ => return None,
        })
    };
    for case in cases("executor") {
        let id = case["id"].as_str().unwrap();
        let Some((result, first)) = expected(id) else {
            continue;
        };
        let sim = played(&case);
        assert_eq!(sim.result.as_ref().unwrap().as_str(), result, "{id}");
        assert_eq!(sim.histories()[0], first, "{id}");
    }
}

#[test]
fn results_are_remembered_under_the_keys_of_the_reference() {
    for case in cases("cache-key") {
        let id = case["id"].as_str().unwrap();
        let files: Vec<(String, String)> = text_map(&case["input"]["files"]).into_iter().collect();
        let task = TaskId::parse(case["input"]["task"].as_str().unwrap());
        let mut results = Results::new();
        for (need, result) in case["input"]["needs"].as_object().unwrap() {
            let outputs = text_map(&result["outputs"]).into_iter().collect();
            // Only post tasks read the state, that of their main task.
            let state = text_map(&case["input"]["state"]).into_iter().collect();
            let outcome = Outcome::Succeeded;
            let result = TaskResult {
                outcome,
                outputs,
                state,
            };
            results.insert(TaskId::parse(need), result);
        }
        let planned = recipe(&files).task(&task, &results).unwrap();
        let expected = case["result"]["caching_key"].as_str().unwrap();
        assert_eq!(planned.config.caching_key, expected, "{id}");
    }
}

#[test]
fn a_second_bake_takes_from_the_cache_what_that_of_the_reference_takes() {
    for case in cases("cache").iter().filter(|case| case["id"] == "cache#1") {
        let files: Vec<(String, String)> = text_map(&case["input"]["files"]).into_iter().collect();
        let mut first = Sim::new(Machine::new(recipe(&files)));
        first = first.script("a", &[], "::set-output name=v::1\n");
        first.run();
        let mut second = Sim::new(Machine::new(recipe(&files)));
        second.cache = first.cache;
        second.run();
        let statuses: BTreeMap<String, String> = second
            .machine
            .records()
            .map(|record| (record.id.to_string(), record.status().to_string()))
            .collect();
        assert_eq!(statuses, text_map(&case["result"]["second_bake"]));
        let record = second.machine.record(&TaskId::top("a")).unwrap();
        let outputs: BTreeMap<String, String> =
            record.outputs.clone().unwrap().into_iter().collect();
        assert_eq!(outputs, text_map(&case["result"]["second_bake_outputs_a"]));
        assert!(second.events.is_empty());
    }
}

/// Words of the reference about a build, as it starts its own builder.
fn builder_words(image: &flow::Image, context: &str) -> String {
    let flow::Image {
        build_args,
        volumes,
        env,
        ..
    } = image;
    let mut words = vec![
        "apolo-extras image build --project=proj".to_owned(),
        format!(
            "--file={}",
            image.dockerfile_rel.as_deref().unwrap_or_default()
        ),
    ];
    words.extend(build_args.iter().map(|arg| format!("--build-arg={arg}")));
    words.extend(volumes.iter().map(|volume| format!("--volume={volume}")));
    words.extend(
        env.iter()
            .map(|(name, value)| format!("--env={name}={value}")),
    );
    words.extend(image.force_rebuild.then(|| "--force-overwrite".to_owned()));
    let preset = image.build_preset.iter();
    words.extend(preset.map(|preset| format!("--preset={preset}")));
    let extra = image.extra_kaniko_args.iter();
    words.extend(extra.map(|extra| format!("--extra-kaniko-args='{extra}'")));
    words.extend([context.to_owned(), image.reference.clone()]);
    words.join(" ")
}

#[test]
fn images_are_built_as_the_reference_builds_them() {
    for case in cases("image-build") {
        let id = case["id"].as_str().unwrap();
        let sim = played(&case);
        let events: Vec<String> = serde_json::from_value(case["result"]["events"].clone()).unwrap();
        let recorded: Vec<_> = sim.machine.recipe().bake().images.list();
        let expected = case["result"]["images"].as_array().unwrap();
        assert_eq!(recorded.len(), expected.len(), "{id}");
        for (image, expected) in recorded.iter().zip(expected) {
            let places: Vec<String> = image.definitions.iter().map(ToString::to_string).collect();
            let context = image.context_on_storage.as_deref().unwrap_or("None");
            let ours = serde_json::json!([
                image.reference,
                expected[1],
                places,
                context,
                image.dockerfile_rel
            ]);
            assert_eq!(ours, *expected, "{id}");
        }
        let built: Vec<String> = sim
            .built
            .iter()
            .map(|image| {
                let kept = recorded.iter().find(|one| one.reference == image.reference);
                let kept = kept.and_then(|one| one.context_on_storage.clone());
                let context = kept.or_else(|| image.context.as_ref().map(ToString::to_string));
                builder_words(image, &context.unwrap_or_default())
            })
            .collect();
        let builds: Vec<String> = serde_json::from_value(case["result"]["builds"].clone()).unwrap();
        assert_eq!(built, builds, "{id}");
        // The reference runs tasks in an image that could not be built, and records nothing of a
        // task whose image nobody can build; here they fail, and the reason is told.
        if ["image-build#2", "image-build#5"].contains(&id) {
            assert_eq!(sim.result, Some(TaskStatus::Failed), "{id}");
            assert!(
                sim.machine.problems()[0].1.0.contains("image:my:v1"),
                "{id}"
            );
            continue;
        }
        let result = sim.result.as_ref().map(ToString::to_string);
        assert_eq!(result.as_deref(), case["result"]["result"].as_str(), "{id}");
        assert_eq!(sim.events, events, "{id}");
    }
}

#[test]
fn where_the_reference_fails_an_attempt_without_a_record_we_fail_it_too() {
    for case in cases("executor") {
        if ["executor#8", "executor#13", "executor#16"]
            .iter()
            .all(|id| case["id"] != *id)
        {
            continue;
        }
        let sim = played(&case);
        assert_eq!(sim.result.unwrap().as_str(), "failed", "{}", case["id"]);
        assert_eq!(sim.machine.problems().len(), 1, "{}", case["id"]);
    }
}

#[test]
fn commands_in_outputs_are_read_as_the_reference_reads_them() {
    for case in cases("workflow-commands") {
        let mut reader = CommandReader::default();
        let mut shown = Vec::new();
        for piece in case["input"].as_array().unwrap() {
            // The file holds bytes as letters of the same number.
            let bytes: Vec<u8> = piece.as_str().unwrap().chars().map(|c| c as u8).collect();
            shown.extend(reader.push(&bytes));
        }
        let (rest, said) = reader.finish();
        shown.extend(rest);
        let expected = &case["result"];
        let lines: Vec<String> =
            serde_json::from_value(expected["passed_through"].clone()).unwrap();
        let outputs: BTreeMap<String, String> = said.outputs.into_iter().collect();
        let state: BTreeMap<String, String> = said.state.into_iter().collect();
        assert_eq!(
            String::from_utf8_lossy(&shown),
            lines.concat(),
            "{}",
            case["id"]
        );
        assert_eq!(outputs, text_map(&expected["outputs"]), "{}", case["id"]);
        assert_eq!(state, text_map(&expected["state"]), "{}", case["id"]);
        let warnings: Vec<String> = serde_json::from_value(expected["warnings"].clone()).unwrap();
        let unknown: Vec<String> = said
            .unknown
            .iter()
            .map(|line| format!("Unknown command '{line}'"))
            .collect();
        assert_eq!(unknown, warnings, "{}", case["id"]);
    }
}
